"""Addresses of certificates; the public ones are in clc_manager.urls."""

from django.urls import path

from certificates.views import blanks, book, credentials, decisions, holder, issuing, labels, log, register, templates

app_name = "certificates"
urlpatterns = [
    path("", register.register, name="register"),
    path("<int:pk>/", register.certificate_detail, name="certificate-detail"),
    path("<int:pk>/pdf/", register.pdf, name="pdf"),
    path("<int:pk>/credential.<str:form>", credentials.credential, name="credential"),
    path("<int:pk>/label/", labels.label, name="label"),
    path("<int:pk>/decide/", decisions.decide, name="revoke"),
    path("<int:pk>/proof/", log.proof, name="proof"),
    path("log/", log.log, name="log"),
    path("<int:pk>/copy/", decisions.copy, name="copy"),
    path("copies/<int:pk>/pdf/", decisions.copy_pdf, name="copy-pdf"),
    path("export/", book.export, name="register-export"),
    path("books/", book.books, name="books"),
    path("books/<int:pk>/print/", book.print_book, name="print-book"),
    path("blanks/", blanks.blanks, name="blanks"),
    path("blanks/<int:pk>/settle/", blanks.settle_blank, name="blank-settle"),
    path("classes/<int:pk>/blanks/", blanks.use, name="blanks-use"),
    path("proposals/", decisions.proposals, name="proposals"),
    path("proposals/<int:pk>/settle/", decisions.settle, name="proposal-settle"),
    path("templates/", templates.templates, name="templates"),
    path("templates/picture/", templates.picture, name="template-picture"),
    path("templates/city/edit/", templates.city_edit, name="city-template-edit"),
    path("templates/centres/<int:pk>/", templates.centre_templates, name="centre-templates"),
    path("templates/centres/<int:pk>/edit/", templates.centre_edit, name="centre-template-edit"),
    path("templates/centres/<int:pk>/logo.png", templates.centre_logo, name="centre-logo"),
    path("classes/<int:pk>/", issuing.issue, name="issue"),
    path("classes/<int:pk>/labels/", labels.labels, name="labels"),
    path("classes/<int:pk>/merged/", issuing.merged, name="merged"),
    path("classes/<int:pk>/files/", issuing.files, name="files"),
    path("learners/<int:pk>/", register.panel_learner, name="panel-learner"),
    path("learners/<int:pk>/link/", holder.holder_link, name="holder-link"),
    path("links/<int:pk>/revoke/", holder.revoke_link, name="holder-link-revoke"),
]
