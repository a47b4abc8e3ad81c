"""Addresses of figures for other programs."""

from django.urls import path

from indicators.views import exchange

urlpatterns = [
    path("", exchange.exchange_page, name="exchange"),
    path("file/", exchange.exchange_file, name="exchange-file"),
    path("import/", exchange.import_upload, name="figures-import"),
    path("import/template.xlsx", exchange.import_template, name="figures-template"),
    path("import/<int:pk>/", exchange.import_preview, name="figures-preview"),
    path("import/<int:pk>/discard/", exchange.import_discard, name="figures-discard"),
]
