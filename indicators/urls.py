"""Addresses of the plan and of statistics."""

from django.urls import include, path

from indicators import urls_boundaries, urls_plans
from indicators.views import approval, calendar, comparing, declare, figures, plan, reporting, statistics

app_name = "indicators"
urlpatterns = [
    path("", plan.plan, name="plan"),
    path("pdf/", plan.plan_file, name="plan-file"),
    path("map/", comparing.unit_map, name="unit-map"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("ranking/", comparing.unit_ranking, name="unit-ranking"),
    path("", include("indicators.urls_review")),
    path("declare/", declare.declare, name="declare"),
    path("figures/<str:code>/", figures.figure, name="figure"),
    path("figures/<str:code>/report/", reporting.report_figure, name="report-figure"),
    path("figures/<str:code>/keep/", figures.keep_figure, name="keep-figure"),
    path("inbox/", approval.inbox_page, name="inbox"),
    path("inbox/<int:pk>/approve/", approval.approve, name="approve-figure"),
    path("inbox/<int:pk>/return/", approval.give_back, name="return-figure"),
    path("statistics/", statistics.statistics_page, name="statistics"),
    path("statistics/people/", statistics.statistics_people, name="statistics-people"),
    path("statistics/export/", statistics.statistics_export, name="statistics-export"),
    path("quality/", include("indicators.urls_quality")),
    path("exchange/", include("indicators.urls_exchange")),
    path("annual/", include("indicators.urls_annual")),
    path("", include("indicators.urls_rubrics")),
    path("", include("indicators.urls_communities")),
    *urls_boundaries.urlpatterns,
    *urls_plans.urlpatterns,
]
