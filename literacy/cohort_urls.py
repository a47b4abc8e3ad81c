"""Addresses of the cohorts of the newly literate; part of ``literacy.urls``."""

from django.urls import path

from literacy.views import cohorts

urlpatterns = [
    path("cohorts/", cohorts.cohort_list, name="cohort-list"),
    path("cohorts/people/", cohorts.cohort_people, name="cohort-people"),
    path("cohorts/export/", cohorts.cohort_export, name="cohort-export"),
]
