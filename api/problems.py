"""Errors of the API: one form for all, ``{code, detail, fields}``."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from core.errors import DomainError


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn domain errors and DRF's own into problems."""
    if isinstance(error, DomainError):
        body = {"code": error.code, "detail": str(error.message), "fields": error.fields}
        return Response(body, status=error.status)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        response.data = {"code": "invalid", "detail": _("Dữ liệu chưa đúng."), "fields": response.data}
    elif isinstance(error, exceptions.APIException):
        response.data = {"code": error.default_code, "detail": str(error.detail), "fields": {}}
    else:
        response.data = {"code": "not_found", "detail": _("Không tìm thấy."), "fields": {}}
    return response
