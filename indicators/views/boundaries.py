"""Statistics by unit on either map, and what the city lays down about communes that were divided."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Neighbourhood
from core.errors import DomainError
from core.forms import add_domain_error
from indicators.choices import Boundaries
from indicators.forms import NeighbourhoodsForm, WeightsForm
from indicators.models import NeighbourhoodPlace, WeightTable
from indicators.services.boundaries import other_side, place_neighbourhoods, restate, save_weights, withdraw_weights
from indicators.statistics.boundaries import STATUS_WORDS, UnitMap, day_of
from indicators.statistics.periods import presets
from indicators.statistics.profile import DIMENSIONS, OF_CLASSES, profile
from indicators.unit_exports import UNIT_COUNTS, unit_values
from indicators.views.statistics import read_asked

TONES = {"same": "plain", "whole": "ok", "weighted": "info", "placed": "info", "open": "warn"}


def read_boundaries(request: HttpRequest) -> str:
    """Return the map asked for: that of each event's own day when none or an unknown one is named."""
    given = request.GET.get("boundaries", "")
    return given if given in Boundaries.values else Boundaries.THEN


def _units(user: User, boundaries: str) -> list[AdminUnit]:
    """Units of the map that the user may ask about: the city, districts (old map), communes."""
    visible = AdminUnit.objects.visible_to(user)
    if boundaries == Boundaries.THEN:
        found = list(visible.exclude(level=UnitLevel.COMMUNE, valid_to__isnull=False))
    else:
        found = list(visible.on(day_of(boundaries)))
    order = (UnitLevel.CITY, UnitLevel.DISTRICT, UnitLevel.COMMUNE)
    return sorted(found, key=lambda unit: (order.index(UnitLevel(unit.level)), unit.sort_key))


@scoped(Verb.VIEW_FIGURES)
def statistics_units(request: HttpRequest) -> HttpResponse:
    """The table by commune, on the map that is asked for."""
    user, asked, boundaries = cast(User, request.user), read_asked(request), read_boundaries(request)
    if asked.problem:
        messages.error(request, str(asked.problem.message))
    refusal, found = "", None
    try:
        found = restate(by=user, boundaries=boundaries, **asked.what)
    except DomainError as error:
        if error.status in (403, 404):
            raise
        refusal = str(error.message)
    scope = scope_of(user)
    context: dict[str, Any] = {
        "asked": asked, "boundaries": boundaries, "maps": Boundaries.choices, "found": found, "refusal": refusal,
        "headings": [_(heading) for heading, _name in UNIT_COUNTS],
        "lines": [(line, unit_values(line)) for line in found.lines] if found else [],
        "total": unit_values(found.total, found.estimated) if found else [],
        "units": _units(user, boundaries) if scope.is_officer else [],
        "presets": [(name, label) for name, (label, _period) in presets(timezone.localdate()).items()],
        "may_export": scope.may(Verb.EXPORT),
    }  # fmt: skip
    return render(request, "indicators/statistics_units.html", context, status=422 if refusal else 200)


@scoped(Verb.VIEW_FIGURES)
def statistics_profile(request: HttpRequest) -> HttpResponse:
    """What learning in the period was made of: by topic, role, funding, sex, ethnic group, age."""
    user, asked, boundaries = cast(User, request.user), read_asked(request), read_boundaries(request)
    if asked.problem:
        messages.error(request, str(asked.problem.message))
    parts = profile(user=user, boundaries=boundaries, **asked.what)
    tables = [
        (label, dimension in OF_CLASSES, [part for part in parts if part.dimension == dimension])
        for dimension, label in DIMENSIONS.items()
    ]
    context = {"asked": asked, "tables": tables if parts else [], "boundaries": boundaries}
    return render(request, "indicators/statistics_profile.html", context)


@scoped(Verb.VIEW_FIGURES)
def divided_list(request: HttpRequest) -> HttpResponse:
    """Communes that do not lie in one unit of the other map, and what is laid down for each."""
    boundaries = Boundaries.OLD if request.GET.get("to") == Boundaries.OLD else Boundaries.NEW
    drawn = UnitMap(boundaries)
    placed = set(NeighbourhoodPlace.objects.values_list("neighbourhood__unit_id", flat=True))
    rows = [
        {
            "unit": unit,
            "district": drawn.units.get(drawn.district_of(unit.pk) or 0),
            "targets": [drawn.units[pk] for pk in drawn.targets[unit.pk]],
            "status": STATUS_WORDS[drawn.status(unit.pk)],
            "tone": TONES[drawn.status(unit.pk)],
            "has_places": unit.pk in placed,
        }
        for unit in drawn.divided
    ]
    context = {
        "rows": rows, "to": boundaries, "whole": len(drawn.targets) - len(rows),
        "may_set": scope_of(request.user).may(Verb.SET_RULES),
    }  # fmt: skip
    return render(request, "indicators/divided_list.html", context)


@scoped(Verb.SET_RULES)
def divided_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter weights, or where each neighbourhood lies, for one divided commune."""
    user, unit = cast(User, request.user), get_object_or_404(AdminUnit, pk=pk, level=UnitLevel.COMMUNE)
    drawn = UnitMap(other_side(unit))
    targets = [drawn.units[target] for target in drawn.targets.get(unit.pk, ())]
    if len(targets) < 2:
        raise Http404
    neighbourhoods = list(Neighbourhood.objects.filter(unit=unit))
    posted = request.POST if request.method == "POST" else None
    what = posted.get("what", "") if posted is not None else ""
    weights = WeightsForm(targets, posted if what in ("weights", "withdraw") else None)
    places = NeighbourhoodsForm(
        neighbourhoods, targets, posted if what == "places" else None,
        initial={f"n{row.neighbourhood_id}": row.unit_id
                 for row in NeighbourhoodPlace.objects.filter(neighbourhood__unit=unit)},
    )  # fmt: skip
    form = places if what == "places" else weights
    if posted is not None and form.is_valid():
        try:
            said = _save(what, unit, form, user)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, said)
            return redirect("indicators:divided-unit", unit.pk)
    context = {
        "unit": unit, "targets": targets, "to": drawn.boundaries, "weights": weights, "places": places,
        "neighbourhoods": neighbourhoods, "status": STATUS_WORDS[drawn.status(unit.pk)],
        "tone": TONES[drawn.status(unit.pk)],
        "tables": WeightTable.objects.filter(source=unit).select_related("entered_by").prefetch_related("weights__unit")
        .order_by("-entered_at", "-pk"),
    }  # fmt: skip
    return render(request, "indicators/divided_unit.html", context, status=422 if posted is not None else 200)


def _save(what: str, unit: AdminUnit, form: Any, user: User) -> str:
    document = form.cleaned_data["document"]
    if what == "places":
        changed = place_neighbourhoods(source=unit, places=form.places, document=document, by=user)
        return _("Đã lưu nơi của %(number)s thôn, tổ dân phố.") % {"number": changed}
    measure = form.cleaned_data["measure"]
    if what == "withdraw":
        withdraw_weights(source=unit, measure=measure, document=document, by=user)
        return _("Đã bỏ bảng tỷ trọng. Bản cũ vẫn được giữ để xem lại.")
    save_weights(source=unit, measure=measure, millionths=form.millionths, document=document, by=user)
    return _("Đã lưu bảng tỷ trọng.")
