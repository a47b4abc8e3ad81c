"""Addresses of the literacy standards; ``literacy.urls`` takes them in."""

from django.urls import path

from literacy.views import literacy_year, standards

urlpatterns = [
    path("standards/", standards.standards, name="standards"),
    path("standards/people/", standards.standards_people, name="standards-people"),
    path("standards/forms/<slug:code>/<slug:kind>/", standards.standards_form, name="standards-form"),
    path("standards/year/", literacy_year.year_closing, name="year-closing"),
    path("standards/difficult/", literacy_year.difficulty, name="difficulty"),
]
