"""Addresses of rosters, included by courses.urls."""

from django.urls import path

from courses.views import roster_columns, rosters

urlpatterns = [
    path("<int:pk>/roster/", rosters.roster_upload, name="roster-upload"),
    path("rosters/<int:pk>/", rosters.roster_preview, name="roster-preview"),
    path("rosters/<int:pk>/columns/", roster_columns.roster_columns, name="roster-columns"),
    path("rosters/<int:pk>/wrong-rows/", rosters.roster_wrong_rows, name="roster-wrong-rows"),
    path("rosters/<int:pk>/undo/", rosters.roster_undo, name="roster-undo"),
    path("rosters/<int:pk>/discard/", rosters.roster_discard, name="roster-discard"),
]
