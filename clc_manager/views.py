"""Home, search, health and error pages."""

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import own, public
from clc_manager.finding import find
from clc_manager.help import GUIDES
from clc_manager.today import today_for


@own("everybody's own start page; its parts are scoped querysets")
def home(request: HttpRequest) -> HttpResponse:
    """What do I do now?"""
    assert isinstance(request.user, User)
    return render(request, "home.html", {"page": today_for(request.user, timezone.localdate())})


@own("searches only inside the user's scope")
def search(request: HttpRequest) -> HttpResponse:
    """Find people, classes, certificates and centres in scope."""
    assert isinstance(request.user, User)
    return render(request, "search.html", {"found": find(request.user, request.GET.get("q", ""))})


@own("the same words for everybody who is signed in")
def guide(request: HttpRequest, topic: str) -> HttpResponse:
    """Show the guide of a role."""
    if topic not in GUIDES:
        raise Http404
    shown = GUIDES[topic]
    context = {
        "guide": shown,
        "sections": shown.templates(get_language() or ""),
        "topics": [(name, row.label) for name, row in GUIDES.items()],
        "current": topic,
    }
    return render(request, "help/guide.html", context)


@public("a picture; browsers ask for it beside files and API answers, which cannot name another")
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead to the mark."""
    return redirect(static("img/mark.svg"))


@public("says only that the process and the database answer")
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return render(request, "errors/400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; a program gets the problem as the API words it, also for an address that no API has."""
    if request.path.startswith("/api/v1/") and not request.path.startswith("/api/v1/docs"):
        return JsonResponse({"code": "not_found", "detail": _("Không tìm thấy."), "fields": {}}, status=404)
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: nothing here may fail again, so no request: its context would ask the database who the user is."""
    return HttpResponseServerError(render_to_string("errors/500.html"))
