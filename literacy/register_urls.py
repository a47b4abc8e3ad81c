"""Addresses of the literacy register; ``literacy.urls`` takes them in."""

from django.urls import path

from literacy.views import mobilisation, register, surveys

urlpatterns = [
    path("register/", register.register, name="register"),
    path("learners/<int:pk>/level/", register.level_add, name="level-add"),
    path("statements/<int:pk>/undo/", register.level_undo, name="level-undo"),
    path("register/export/", register.register_export, name="register-export"),
    path("mobilisation/", mobilisation.mobilisation, name="mobilisation"),
    path("mobilisation/print/", mobilisation.mobilisation_print, name="mobilisation-print"),
    path("learners/<int:pk>/calls/", mobilisation.call_add, name="call-add"),
    path("calls/<int:pk>/undo/", mobilisation.call_undo, name="call-undo"),
    path("surveys/", surveys.survey_upload, name="survey-upload"),
    path("surveys/<int:pk>/", surveys.survey_preview, name="survey-preview"),
    path("surveys/<int:pk>/wrong-rows/", surveys.survey_wrong_rows, name="survey-wrong-rows"),
    path("surveys/<int:pk>/undo/", surveys.survey_undo, name="survey-undo"),
    path("surveys/<int:pk>/discard/", surveys.survey_discard, name="survey-discard"),
]
