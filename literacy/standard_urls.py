"""Addresses of the literacy standards; ``literacy.urls`` takes them in."""

from django.urls import path

from literacy.views import standards

urlpatterns = [
    path("standards/", standards.standards, name="standards"),
    path("standards/people/", standards.standards_people, name="standards-people"),
    path("standards/forms/<slug:code>/<slug:kind>/", standards.standards_form, name="standards-form"),
]
