"""Addresses of statistics by unit and of communes that were divided."""

from django.urls import path

from indicators.views import boundaries, report_forms, resources, schedules

urlpatterns = [
    path("statistics/units/", boundaries.statistics_units, name="statistics-units"),
    path("statistics/profile/", boundaries.statistics_profile, name="statistics-profile"),
    path("centre-year/", resources.centre_year, name="centre-year"),
    path("forms/", report_forms.form_list, name="form-list"),
    path("forms/<int:pk>/", report_forms.form_detail, name="form-detail"),
    path("forms/<int:pk>/fill/", report_forms.form_fill, name="form-fill"),
    path("forms/<int:pk>/original/", report_forms.form_original, name="form-original"),
    path("forms/<int:pk>/withdraw/", report_forms.form_withdraw, name="form-withdraw"),
    path("schedules/", schedules.schedule_list, name="schedule-list"),
    path("schedules/<int:pk>/", schedules.schedule_change, name="schedule-change"),
    path("schedules/files/<int:pk>/", schedules.schedule_file, name="schedule-file"),
    path("boundaries/", boundaries.divided_list, name="divided-list"),
    path("boundaries/<int:pk>/", boundaries.divided_unit, name="divided-unit"),
]
