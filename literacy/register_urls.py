"""Addresses of the literacy register; ``literacy.urls`` takes them in."""

from django.urls import path

from literacy.views import register

urlpatterns = [
    path("register/", register.register, name="register"),
    path("learners/<int:pk>/level/", register.level_add, name="level-add"),
    path("statements/<int:pk>/undo/", register.level_undo, name="level-undo"),
]
