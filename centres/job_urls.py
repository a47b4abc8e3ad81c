"""Addresses of jobs."""

from django.urls import path

from centres import job_views

urlpatterns = [
    path("<int:pk>/", job_views.job_status, name="job-status"),
    path("<int:pk>/file/", job_views.job_file, name="job-file"),
]
