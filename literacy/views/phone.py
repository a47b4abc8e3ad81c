"""Checks on a telephone without a network: what is taken along, the page that is kept, taking in what it sends."""

import json
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import public, scoped
from centres.choices import Verb
from core.errors import DomainError, InvalidInput
from core.offline import KeptPage, in_asked_language, worker_response
from literacy.choices import CheckOutcome, Skill
from literacy.models import CheckSending, Volunteer
from literacy.phone import MOST_TAKEN, instrument_to_take, people_to_take, visitable
from literacy.services import receive_checks

FONTS = tuple(
    f"fonts/be-vietnam-pro-{part}-{weight}-normal.woff2"
    for part in ("latin", "vietnamese")
    for weight in (400, 600, 700)
)
PAGE = KeptPage(
    name="clc-phone",
    named=("css/app.css", "js/phone/phone.js", "img/mark.svg", *FONTS),
    imported=("js/phone/rule.js", "js/phone/store.js", "js/phone/sheet.js"),
    templates=("literacy/phone*.html", "literacy/_phone*.html", "base.html"),
)
SHOWN = 100


@public("a form and scripts that keep checks in the browser; holds no rows, and the same for everybody")
@in_asked_language
def phone(request: HttpRequest) -> HttpResponse:
    """The page of the visit; kept by the browser for the time without a network."""
    response = render(request, "literacy/phone.html", {"outcomes": CheckOutcome.choices, "skills": Skill.choices})
    response["Cache-Control"] = "no-cache"
    return response


@public("the script by which a browser keeps the page of the visit; the same for everybody")
def phone_worker(request: HttpRequest) -> HttpResponse:
    """The service worker of that page."""
    return worker_response(PAGE, address=reverse("literacy:phone"))


@public("name and picture of that page, for an icon on the telephone")
@in_asked_language
def phone_manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest (W3C Web Application Manifest): the page opens from an icon, with or without a network."""
    page = reverse("literacy:phone")
    icons = [{"src": static(f"img/scan-{n}.png"), "sizes": f"{n}x{n}", "type": "image/png"} for n in (192, 512)]
    content = {
        "id": page,
        "name": _("Kiểm tra tại nhà"),
        "short_name": _("Kiểm tra tại nhà"),
        "lang": get_language(),
        "start_url": page if get_language() == "vi" else f"{page}?lang={get_language()}",
        "scope": page,
        "display": "standalone",
        "background_color": "#faf9f6",
        "theme_color": "#084745",
        "icons": icons,
    }
    return JsonResponse(content, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@scoped(Verb.FOLLOW_UP)
def phone_pick(request: HttpRequest) -> HttpResponse:
    """Choose whom to visit today, and take their names along."""
    user, today = cast(User, request.user), timezone.localdate()
    rows = visitable(user, today)
    places = rows.exclude(learner__neighbourhood=None).values_list(
        "learner__neighbourhood_id", "learner__neighbourhood__name"
    )
    place, volunteer = request.GET.get("place", ""), request.GET.get("volunteer", "")
    chosen = rows.filter(learner__neighbourhood_id=int(place)) if place.isdecimal() and len(place) < 19 else rows
    if volunteer.isdecimal() and len(volunteer) < 19:
        chosen = chosen.filter(volunteer_id=int(volunteer))
    count = chosen.count()
    context = {
        "rows": chosen.order_by("-risk", "due_on", "pk")[:SHOWN],
        "more": max(0, count - SHOWN),
        "most": MOST_TAKEN,
        "places": sorted(set(places.order_by()), key=lambda row: str(row[1])),
        "place": place,
        "volunteers": Volunteer.objects.filter(pk__in=rows.exclude(volunteer=None).order_by().values("volunteer_id")),
        "volunteer": volunteer,
        "today": today,
        "held": CheckSending.objects.visible_to(user).held().count(),
    }
    return render(request, "literacy/phone_pick.html", context)


@scoped(Verb.FOLLOW_UP)
@never_cache
def phone_list(request: HttpRequest) -> JsonResponse:
    """Who is signed in, a fresh token, the instrument, and the people of ``?ids=1,2``: what the telephone keeps."""
    today = timezone.localdate()
    ids = [int(part) for part in request.GET.get("ids", "").split(",") if part.isdecimal() and len(part) < 19]
    user = cast(User, request.user)
    return JsonResponse(
        {
            "user": user.pk,
            "csrf": get_token(request),
            "today": today.isoformat(),
            "instrument": instrument_to_take(today),
            "people": people_to_take(user, ids, today) if ids else [],
        }
    )


def _rows_of(request: HttpRequest) -> list[Any]:
    """Read the body. Raises InvalidInput."""
    try:
        body = json.loads(request.body)
        user, rows = body["user"], body["checks"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InvalidInput("body_wrong", _("Kết quả gửi về không đọc được.")) from None
    if not isinstance(rows, list):
        raise InvalidInput("body_wrong", _("Kết quả gửi về không đọc được."))
    if user != request.user.pk:
        words = _("Trong máy là kết quả của người khác. Người đó đăng nhập thì mới gửi được.")
        raise InvalidInput("another_person", words)
    return rows


@scoped(Verb.FOLLOW_UP)
@require_POST
def phone_send(request: HttpRequest) -> JsonResponse:
    """Take in ``{"user": number, "checks": […]}``; answer for each check what became of it (services.sending)."""
    try:
        answers = receive_checks(rows=_rows_of(request), by=cast(User, request.user))
    except DomainError as error:
        return JsonResponse({"code": error.code, "detail": str(error.message)}, status=error.status)
    rows = [
        {"key": row.key, "state": row.state, "detail": row.words, "fields": row.fields, "repeated": row.repeated}
        for row in answers
    ]
    return JsonResponse({"checks": rows})
