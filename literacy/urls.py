"""Addresses of literacy."""

from django.urls import URLPattern

app_name = "literacy"
urlpatterns: list[URLPattern] = []
