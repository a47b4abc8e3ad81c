"""Addresses of centres, units and the audit trail."""

from django.urls import path

from centres import views

app_name = "centres"
urlpatterns = [
    path("", views.centre_list, name="centre-list"),
    path("<int:pk>/", views.centre_detail, name="centre-detail"),
    path("units/", views.unit_list, name="unit-list"),
    path("units/<int:pk>/", views.unit_detail, name="unit-detail"),
    path("audit/", views.audit_list, name="audit-list"),
]
