"""Addresses of learning materials, included by courses.urls."""

from django.urls import path

from courses.views import materials

urlpatterns = [
    path("materials/", materials.material_list, name="material-list"),
    path("materials/add/", materials.material_add, name="material-add"),
    path("materials/<int:pk>/edit/", materials.material_edit, name="material-edit"),
    path("materials/<int:pk>/use/", materials.material_use, name="material-use"),
    path("materials/<int:pk>/file/", materials.material_file, name="material-file"),
    path("materials/<int:pk>/delete/", materials.material_delete, name="material-delete"),
    path("materials/uses/<int:pk>/stop/", materials.material_stop, name="material-stop"),
    path("courses/<int:pk>/materials/", materials.course_materials, name="course-materials"),
]
