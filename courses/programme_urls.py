"""Addresses of the literacy programme, included by courses.urls."""

from django.urls import path

from courses.views import next_term, programme

urlpatterns = [
    path("programme/", programme.programme, name="programme"),
    path("programme/split/", programme.split_city, name="split-city"),
    path("programme/split/<int:pk>/", programme.split_edit, name="split-edit"),
    path("programme/returners/", next_term.returner_list, name="returner-list"),
    path("<int:pk>/results/subjects/", programme.subject_results, name="subject-results"),
    path("<int:pk>/next-term/", next_term.next_term, name="next-term"),
    path("learners/<int:pk>/placement/", next_term.placement_add, name="placement-add"),
    path("placements/<int:pk>/take-back/", next_term.placement_take_back, name="placement-take-back"),
]
