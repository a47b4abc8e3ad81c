"""Addresses of learners."""

from django.urls import path

from learners import card_views, merge_views, views

app_name = "learners"
urlpatterns = [
    path("", views.learner_list, name="learner-list"),
    path("add/", views.learner_add, name="learner-add"),
    path("card/", card_views.read, name="read-card"),
    path("<int:pk>/", views.learner_detail, name="learner-detail"),
    path("<int:pk>/edit/", views.learner_edit, name="learner-edit"),
    path("<int:pk>/identity/", views.reveal_id, name="reveal-id"),
    path("<int:pk>/different/", views.say_different, name="say-different"),
    path("pairs/", merge_views.pair_list, name="pair-list"),
    path("<int:pk>/merge/<int:other>/", merge_views.merge, name="merge"),
    path("<int:pk>/unmerge/<int:merge>/", merge_views.unmerge, name="unmerge"),
]
