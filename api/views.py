"""Verification for programs, the schema, a page to read it, and one's own keys."""

from typing import Any, ClassVar, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiResponse, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.markers import Marker
from accounts.models import ApiToken, User
from api.authentication import make_token
from api.permissions import SignedIn
from api.serializers import ProblemSerializer, VerdictSerializer
from centres.access import own
from certificates.guessing import too_many_misses
from certificates.selectors import look_up
from core import audit


class VerifyView(APIView):
    """Say whether a certificate stands; the same minimum as the public page."""

    scope_marker: ClassVar[Marker] = Marker("public", reason="anyone may check a certificate; shows the minimum only")
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        summary="Verify a certificate",
        responses={
            200: VerdictSerializer,
            404: OpenApiResponse(ProblemSerializer, "Unknown and malformed tokens alike."),
        },
        auth=[],
    )
    def get(self, request: Request, token: str) -> Response:
        """Return the verdict, or 404 for unknown and malformed tokens alike."""
        verdict = look_up(token, count=True)
        headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
        if verdict.status == "unknown":
            if too_many_misses(request._request):
                raise Throttled(wait=60)
            body = {"code": "unknown_certificate", "detail": _("Không có chứng nhận này."), "fields": {}}
            return Response(body, status=404, headers=headers)
        return Response(VerdictSerializer(verdict).data, headers=headers)


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, for signed-in people and keys."""

    scope_marker: ClassVar[Marker] = Marker("own", reason="describes the API, holds no rows")
    permission_classes = (SignedIn,)


@own("describes the API, holds no rows")
def docs(request: HttpRequest) -> HttpResponse:
    """Read the schema as a page: no script, nothing from another host."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            shapes = (
                operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
            )
            groups.setdefault(path.split("/")[3], []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", ""),
                    "description": operation.get("description", ""),
                    "parameters": [_parameter(row) for row in operation.get("parameters", [])],
                    "fields": _fields(schema, shapes),
                }
            )
    return render(request, "api/docs.html", {"groups": groups, "version": schema["info"]["version"]})


def _parameter(row: dict[str, Any]) -> dict[str, Any]:
    return {"name": row["name"], "place": row["in"], "type": _kind({}, row.get("schema", {})),
            "help": row.get("description", "")}  # fmt: skip


def _kind(schema: dict[str, Any], shape: dict[str, Any]) -> str:
    """Say a field's type in a few words: through references and alternatives, with the values of a choice."""
    if name := shape.get("$ref", "").rpartition("/")[2]:
        return _kind(schema, schema.get("components", {}).get("schemas", {}).get(name, {}))
    for several in ("oneOf", "anyOf", "allOf"):
        if several in shape:
            kinds = (_kind(schema, part) for part in shape[several])
            return " | ".join(dict.fromkeys(kind for kind in kinds if kind))
    if "enum" in shape:
        return " | ".join(str(value) for value in shape["enum"] if value not in ("", None))
    if shape.get("type") == "array":
        return f"[{_kind(schema, shape.get('items', {}))}]"
    return str(shape.get("format") or shape.get("type") or "")


def _fields(schema: dict[str, Any], shape: dict[str, Any]) -> list[dict[str, str]]:
    """Return the fields of an answer, looking through pages to the row."""
    name = shape.get("$ref", "").rpartition("/")[2]
    component = schema["components"]["schemas"].get(name, {})
    results = component.get("properties", {}).get("results", {}).get("items", {}).get("$ref", "")
    if results:
        component = schema["components"]["schemas"][results.rpartition("/")[2]]
    return [
        {"name": key, "type": _kind(schema, value), "help": str(value.get("description", ""))}
        for key, value in component.get("properties", {}).items()
    ]


@own("the signed-in user's own keys")
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """One's own API keys: make one (shown once), see when it was used, revoke it."""
    user = cast(User, request.user)
    shown = ""
    if request.method == "POST":
        if pk := request.POST.get("revoke", ""):
            token = get_object_or_404(ApiToken, pk=pk if pk.isdecimal() else 0, user=user, revoked_at__isnull=True)
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])
            audit.record("api.revoke_key", token, by=user)
            messages.success(request, _("Đã thu hồi khóa “%(name)s”.") % {"name": token.name})
            return redirect("api:keys")
        name = request.POST.get("name", "").strip()[:80]
        if name:
            token, shown = make_token(user, name)
            audit.record("api.make_key", token, by=user)
        else:
            messages.error(request, _("Hãy đặt tên cho khóa, ví dụ tên phần mềm sẽ dùng."))
    rows = ApiToken.objects.filter(user=user).order_by("revoked_at", "-created_at")
    return render(request, "api/keys.html", {"rows": rows, "shown": shown})
