"""Addresses of the annual report."""

from django.urls import path

from indicators.views import annual

urlpatterns = [
    path("", annual.annual_list, name="annual-list"),
    path("begin/", annual.annual_begin, name="annual-begin"),
    path("<int:pk>/", annual.annual, name="annual"),
    path("<int:pk>/preview/", annual.annual_preview, name="annual-preview"),
    path("<int:pk>/compare/", annual.annual_compare, name="annual-compare"),
    path("<int:pk>/make/", annual.annual_make, name="annual-make"),
    path("<int:pk>/sections/<int:order>/", annual.annual_section, name="annual-section"),
    path("versions/<int:pk>/send/", annual.annual_send, name="annual-send"),
    path("versions/<int:pk>/<slug:kind>/", annual.annual_file, name="annual-file"),
]
