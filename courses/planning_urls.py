"""Addresses of surveys and plans of the year, included by courses.urls."""

from django.urls import path

from courses.views import planning, surveys

urlpatterns = [
    path("planning/", planning.plan_list, name="plan-list"),
    path("planning/start/", planning.plan_start, name="plan-start"),
    path("planning/<int:pk>/", planning.plan_detail, name="plan-detail"),
    path("planning/<int:pk>/approve/", planning.plan_approve, name="plan-approve"),
    path("planning/<int:pk>/report/", planning.plan_report_page, name="plan-report"),
    path("planning/<int:pk>/report/export/", planning.plan_report_export, name="plan-report-export"),
    path("planning/<int:pk>/lines/add/", planning.plan_line_add, name="plan-line-add"),
    path("planning/lines/<int:pk>/edit/", planning.plan_line_edit, name="plan-line-edit"),
    path("planning/lines/<int:pk>/drop/", planning.plan_line_drop, name="plan-line-drop"),
    path("planning/surveys/add/", surveys.survey_add, name="survey-add"),
    path("planning/surveys/<int:pk>/", surveys.survey_detail, name="survey-detail"),
    path("planning/surveys/<int:pk>/entry/", surveys.survey_entry, name="survey-entry"),
    path("planning/surveys/<int:pk>/cell/", surveys.survey_cell, name="survey-cell"),
    path("planning/surveys/<int:pk>/ideas/", surveys.survey_idea_add, name="survey-idea-add"),
    path("planning/surveys/<int:pk>/places/", surveys.survey_place_add, name="survey-place-add"),
    path("planning/surveys/<int:pk>/close/", surveys.survey_close, name="survey-close"),
    path("planning/surveys/<int:pk>/plan/", surveys.survey_to_plan, name="survey-to-plan"),
    path("planning/surveys/ideas/<int:pk>/drop/", surveys.survey_idea_drop, name="survey-idea-drop"),
]
