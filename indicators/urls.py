"""Addresses of the plan and of statistics."""

from django.urls import path

from indicators.views import plan, statistics

app_name = "indicators"
urlpatterns = [
    path("", plan.plan, name="plan"),
    path("declare/", plan.declare, name="declare"),
    path("figures/<str:code>/", plan.figure, name="figure"),
    path("figures/<str:code>/report/", plan.report_figure, name="report-figure"),
    path("figures/<str:code>/keep/", plan.keep_figure, name="keep-figure"),
    path("statistics/", statistics.statistics_page, name="statistics"),
    path("statistics/people/", statistics.statistics_people, name="statistics-people"),
    path("statistics/export/", statistics.statistics_export, name="statistics-export"),
]
