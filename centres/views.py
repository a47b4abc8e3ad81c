"""Pages of units, centres and the audit trail."""

from typing import cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Centre, UnitLineage
from core.dates import read_day
from core.models import AuditEvent
from core.text import clean, search_key

PER_PAGE = 50


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@scoped(Verb.VIEW)
def centre_list(request: HttpRequest) -> HttpResponse:
    """Centres of the user's scope."""
    text = clean(request.GET.get("q", ""))[:100]
    today = timezone.localdate()
    rows = Centre.objects.visible_to(_user(request))
    for word in search_key(text).split():
        rows = rows.filter(search_key__contains=word)
    running = Count("class_groups", filter=Q(class_groups__status="open"), distinct=True)
    rows = rows.annotate(running=running).prefetch_related("locations__unit").order_by("sort_key", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "text": text, "today": today, "query": urlencode({"q": text}) if text else ""}
    return render(request, "centres/centre_list.html", context)


@scoped(Verb.VIEW)
def centre_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One centre: facts, where it was when, who works there."""
    user = _user(request)
    centre = get_object_or_404(Centre.objects.visible_to(user).select_related("successor"), pk=pk)
    context = {
        "centre": centre,
        "locations": centre.locations.select_related("unit").order_by("-valid_from"),
        "members": centre.memberships.select_related("user").order_by("role", "pk"),
        "predecessors": centre.predecessors.all(),
        "successor_visible": centre.successor_id
        and Centre.objects.visible_to(user).filter(pk=centre.successor_id).exists(),
        "today": timezone.localdate(),
    }
    return render(request, "centres/centre_detail.html", context)


@scoped(Verb.VIEW)
def unit_list(request: HttpRequest) -> HttpResponse:
    """Units the user may open, as they are and as they were."""
    text = clean(request.GET.get("q", ""))[:100]
    level = request.GET.get("level", "")
    rows = AdminUnit.objects.visible_to(_user(request)).select_related("parent")
    for word in search_key(text).split():
        rows = rows.filter(search_key__contains=word)
    if level in UnitLevel.values:
        rows = rows.filter(level=level)
    # Units of today first; databases differ on where an empty end goes.
    rows = rows.order_by(F("valid_to").asc(nulls_first=True), "level", "sort_key", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    query = urlencode({name: value for name, value in (("q", text), ("level", level)) if value})
    context = {"page_obj": page, "text": text, "level": level, "levels": UnitLevel.choices, "query": query}
    return render(request, "centres/unit_list.html", context)


@scoped(Verb.VIEW)
def unit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit: what it came from, what became of it, the centres in it."""
    user = _user(request)
    unit = get_object_or_404(AdminUnit.objects.visible_to(user).select_related("parent"), pk=pk)
    today = timezone.localdate()
    children = AdminUnit.objects.filter(parent=unit).order_by("valid_to", "sort_key")
    if unit.level == UnitLevel.CITY:
        children = children.on(today)
    kin = Q(origins__old=unit) | Q(successions__new=unit)
    context = {
        "unit": unit,
        "reachable": set(AdminUnit.objects.visible_to(user).filter(kin).values_list("pk", flat=True)),
        "origins": UnitLineage.objects.filter(new=unit).select_related("old__parent").order_by("old__sort_key"),
        "successions": UnitLineage.objects.filter(old=unit).select_related("new").order_by("new__sort_key"),
        "children": children if unit.level != UnitLevel.COMMUNE else children.none(),
        "centres": (Centre.objects.visible_to(user) & Centre.objects.in_unit(unit, today)).distinct(),
        # A commune's file as "Cộng đồng học tập" opens for officers.
        "opens_file": unit.level == UnitLevel.COMMUNE and scope_of(user).is_officer,
    }
    return render(request, "centres/unit_detail.html", context)


@scoped(Verb.READ_AUDIT)
def audit_list(request: HttpRequest) -> HttpResponse:
    """Who did what, in the centres whose trail the user may read; the city's auditor reads everything."""
    scope = scope_of(request.user)
    asked = {name: clean(request.GET.get(name, ""))[:80] for name in ("verb", "who", "from", "to")}
    rows = AuditEvent.objects.filter(scope.centre_q(verb=Verb.READ_AUDIT)).select_related("actor")
    if asked["verb"]:
        rows = rows.filter(verb__icontains=asked["verb"])
    if asked["who"]:
        rows = rows.filter(actor_name__icontains=asked["who"])
    for name, lookup in (("from", "at__date__gte"), ("to", "at__date__lte")):
        day = read_day(asked[name])
        if day:
            rows = rows.filter(**{lookup: day})
    context = {
        "page_obj": Paginator(rows.order_by("-at", "-id"), PER_PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "query": urlencode({name: value for name, value in asked.items() if value}),
    }
    return render(request, "centres/audit_list.html", context)
