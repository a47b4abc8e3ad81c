"""Addresses of literacy."""

from django.urls import path

from literacy import views

app_name = "literacy"
urlpatterns = [
    path("", views.followup_list, name="followup-list"),
    path("follow-ups/<int:pk>/", views.check_add, name="check-add"),
    path("checks/<int:pk>/undo/", views.check_undo, name="check-undo"),
    path("learners/<int:pk>/", views.panel_learner, name="panel-learner"),
]
