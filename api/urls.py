"""Addresses of the API, version 1."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from api import cohorts, statistics, views, viewsets

app_name = "api"
router = SimpleRouter()
router.register("units", viewsets.UnitViewSet, basename="unit")
router.register("centres", viewsets.CentreViewSet, basename="centre")
router.register("courses", viewsets.CourseViewSet, basename="course")
router.register("classes", viewsets.ClassViewSet, basename="class")
router.register("enrolments", viewsets.EnrolmentViewSet, basename="enrolment")
router.register("certificates", viewsets.CertificateViewSet, basename="certificate")
router.register("indicators", viewsets.IndicatorViewSet, basename="indicator")
router.register("figures", viewsets.FigureViewSet, basename="figure")

urlpatterns = [
    path("v1/", include(router.urls)),
    path("v1/literacy/cohorts/", cohorts.CohortsView.as_view(), name="cohorts"),
    path("v1/statistics/", statistics.StatisticsView.as_view(), name="statistics"),
    path("v1/verify/<str:token>/", views.VerifyView.as_view(), name="verify"),
    path("v1/schema/", views.SchemaView.as_view(), name="schema"),
    path("v1/docs/", views.docs, name="docs"),
    path("keys/", views.keys, name="keys"),
]
