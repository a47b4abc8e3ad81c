"""Addresses of certificates; the public ones are in clc_manager.urls."""

from django.urls import path

from certificates.views import decisions, issuing, register

app_name = "certificates"
urlpatterns = [
    path("", register.register, name="register"),
    path("<int:pk>/", register.certificate_detail, name="certificate-detail"),
    path("<int:pk>/pdf/", register.pdf, name="pdf"),
    path("<int:pk>/decide/", decisions.decide, name="revoke"),
    path("<int:pk>/copy/", decisions.copy, name="copy"),
    path("copies/<int:pk>/pdf/", decisions.copy_pdf, name="copy-pdf"),
    path("proposals/", decisions.proposals, name="proposals"),
    path("proposals/<int:pk>/settle/", decisions.settle, name="proposal-settle"),
    path("classes/<int:pk>/", issuing.issue, name="issue"),
    path("classes/<int:pk>/merged/", issuing.merged, name="merged"),
    path("learners/<int:pk>/", register.panel_learner, name="panel-learner"),
]
