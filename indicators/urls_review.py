"""Addresses of locks, deadlines, populations, titles and evidence; included under the plan's own."""

from django.urls import path

from indicators.views import deadlines, drill, locks, records

urlpatterns = [
    path("locks/", locks.lock_list, name="locks"),
    path("locks/add/", locks.lock_add, name="lock-add"),
    path("locks/<int:pk>/lift/", locks.lock_lift, name="lock-lift"),
    path("locks/<int:pk>/ask/", locks.exception_ask, name="exception-ask"),
    path("exceptions/<int:pk>/answer/", locks.exception_answer, name="exception-answer"),
    path("deadlines/", deadlines.calendar, name="deadlines"),
    path("deadlines/add/", deadlines.deadline_edit, name="deadline-add"),
    path("deadlines/reminders/", deadlines.reminders_choose, name="reminders-choose"),
    path("deadlines/<slug:code>/", deadlines.deadline_edit, name="deadline-edit"),
    path("deadlines/<slug:code>/day/", deadlines.deadline_day, name="deadline-day"),
    path("missing/", deadlines.missing, name="missing"),
    path("populations/", records.populations, name="populations"),
    path("learners/<int:pk>/titles/", records.panel_learner, name="panel-learner"),
    path("learners/<int:pk>/titles/add/", records.title_add, name="title-add"),
    path("titles/<int:pk>/take-back/", records.title_take_back, name="title-take-back"),
    path("figures/<str:code>/evidence/", drill.evidence, name="evidence"),
]
