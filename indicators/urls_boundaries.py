"""Addresses of statistics by unit and of communes that were divided."""

from django.urls import path

from indicators.views import boundaries

urlpatterns = [
    path("statistics/units/", boundaries.statistics_units, name="statistics-units"),
    path("boundaries/", boundaries.divided_list, name="divided-list"),
    path("boundaries/<int:pk>/", boundaries.divided_unit, name="divided-unit"),
]
