"""Addresses of literacy."""

from django.urls import path

from literacy.views import follow_ups, learner

app_name = "literacy"
urlpatterns = [
    path("", follow_ups.followup_list, name="followup-list"),
    path("follow-ups/<int:pk>/", follow_ups.check_add, name="check-add"),
    path("checks/<int:pk>/undo/", follow_ups.check_undo, name="check-undo"),
    path("learners/<int:pk>/", learner.panel_learner, name="panel-learner"),
]
