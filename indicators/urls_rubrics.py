"""Addresses of sets of criteria, centres' self-evaluations, learning histories; included under the plan's own."""

from django.urls import path

from indicators.views import evaluations, history, rubrics, year_form

urlpatterns = [
    path("rubrics/", rubrics.rubric_list, name="rubric-list"),
    path("rubrics/add/", rubrics.rubric_add, name="rubric-add"),
    path("rubrics/<int:pk>/", rubrics.rubric_page, name="rubric"),
    path("rubrics/<int:pk>/edit/", rubrics.rubric_edit, name="rubric-edit"),
    path("rubrics/<int:pk>/copy/", rubrics.rubric_copy, name="rubric-copy"),
    path("rubrics/<int:pk>/start/", rubrics.rubric_start, name="rubric-start"),
    path("rubrics/<int:pk>/discard/", rubrics.rubric_discard, name="rubric-discard"),
    path("rubrics/<int:pk>/bands/", rubrics.bands_edit, name="rubric-bands"),
    path("rubrics/<int:pk>/areas/add/", rubrics.area_edit, name="rubric-area-add"),
    path("rubrics/<int:pk>/areas/<int:area_pk>/", rubrics.area_edit, name="rubric-area-edit"),
    path("rubrics/<int:pk>/areas/<int:area_pk>/drop/", rubrics.area_drop, name="rubric-area-drop"),
    path("rubrics/<int:pk>/criteria/add/", rubrics.criterion_edit, name="criterion-add"),
    path("rubrics/<int:pk>/criteria/<int:criterion_pk>/", rubrics.criterion_edit, name="criterion-edit"),
    path("rubrics/<int:pk>/criteria/<int:criterion_pk>/drop/", rubrics.criterion_drop, name="criterion-drop"),
    path("statistics/year/", year_form.form_page, name="year-form"),
    path("statistics/year/file/", year_form.form_file, name="year-form-file"),
    path("evaluations/", evaluations.evaluation_list, name="evaluation-list"),
    path("evaluations/<int:pk>/", evaluations.evaluation, name="evaluation"),
    path("evaluations/<int:pk>/take-back/", evaluations.take_back, name="evaluation-take-back"),
    path("evaluations/<int:pk>/review/", evaluations.review, name="evaluation-review"),
    path("evaluations/<int:pk>/reopen/", evaluations.reopen, name="evaluation-reopen"),
    path("learners/<int:pk>/history/", history.history, name="history"),
    path("learners/<int:pk>/history/paper/", history.history_paper, name="history-paper"),
]
