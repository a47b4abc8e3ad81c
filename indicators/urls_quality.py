"""Addresses of data quality."""

from django.urls import path

from indicators.views import quality

urlpatterns = [
    path("", quality.quality_page, name="quality"),
    path("<int:pk>/", quality.quality_centre, name="quality-centre"),
    path("<int:pk>/again/", quality.quality_again, name="quality-again"),
    path("<int:pk>/answer/", quality.quality_answer, name="quality-answer"),
    path("<int:pk>/export/", quality.quality_export, name="quality-export"),
    path("answers/<int:pk>/take-back/", quality.quality_take_back, name="quality-take-back"),
]
