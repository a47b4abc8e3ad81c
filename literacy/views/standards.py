"""Whether communes and the city meet the literacy standards; who is missing; the official tables."""

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import Scope, scope_of, scoped
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit
from centres.selectors import unit_of_centre
from core import audit
from core.downloads import attachment
from literacy.choices import StatedLevel
from literacy.models import YearClosing
from literacy.standards.handing_out import KINDS, file_name, tables_of
from literacy.standards.roll_up import Line, day_of_year, last_year, missing_people, roll_up
from literacy.standards.rule import LEVELS, VERDICT_WORDS, Verdict
from literacy.standards.tables import CODES, TITLES

PER_PAGE = 100
YEARS_BACK = 4
TONES = {Verdict.PASSES: "ok", Verdict.FAILS: "bad", Verdict.UNSAID: "warn"}


@dataclass(frozen=True)
class Asked:
    """Which unit and literacy year a page is about."""

    unit: AdminUnit
    year: int

    @property
    def query(self) -> str:
        """The same question as a query string."""
        return urlencode({"unit": self.unit.pk, "year": self.year})

    @property
    def years(self) -> str:
        """The literacy year in words."""
        return f"{self.year - 1}–{self.year}"


def current_year() -> int:
    """The year in which the literacy year of today ends."""
    today = timezone.localdate()
    return today.year + (today.month >= 10)


def read_asked(request: HttpRequest) -> Asked:
    """Read unit and year from the address: by default one's own unit, and the last year that has ended.

    404 for a unit that is not the user's; a year that is not offered is the default one, and one in which the unit was
    no longer there is its last one.
    """
    user, scope = cast(User, request.user), scope_of(request.user)
    given = request.POST if request.method == "POST" else request.GET
    text, running = given.get("year", ""), current_year()
    offered = {str(year): year for year in range(running - YEARS_BACK, running + 1)}
    pk = given.get("unit", "")
    if pk:
        if not (pk.isascii() and pk.isdecimal() and len(pk) < 10):
            raise Http404
        unit = AdminUnit.objects.visible_to(user).filter(pk=int(pk)).first()
    else:
        unit = _own_unit(scope)
    if unit is None:
        raise Http404
    year = offered.get(text, running - 1)
    last = last_year(unit)
    return Asked(unit, year if last is None else min(year, last))


def _own_unit(scope: Scope) -> AdminUnit | None:
    if scope.main_unit_id:
        return AdminUnit.objects.get(pk=scope.main_unit_id)
    return unit_of_centre(scope.main_centre_id, timezone.localdate()) if scope.main_centre_id else None


def units_to_choose(user: User) -> list[AdminUnit]:
    """Units a page may be asked for: the city, districts as they were, communes of today."""
    rows = AdminUnit.objects.visible_to(user).exclude(level=UnitLevel.COMMUNE, valid_to__lt=timezone.localdate())
    order = (UnitLevel.CITY, UnitLevel.DISTRICT, UnitLevel.COMMUNE)
    return sorted(rows, key=lambda unit: (order.index(UnitLevel(unit.level)), unit.sort_key))


def _shown(verdict: Verdict) -> dict[str, Any]:
    return {"words": VERDICT_WORDS[verdict], "tone": TONES[verdict]}


def _level(line: Line, level: int) -> dict[str, Any]:
    row = line.levels[level]
    return {"row": row, "count": row.count, "verdict": _shown(row.verdict)}


@scoped(Verb.VIEW_FIGURES)
def standards(request: HttpRequest) -> HttpResponse:
    """A commune with what is missing to pass, or the communes of a district or the city in a table."""
    user, asked = cast(User, request.user), read_asked(request)
    found = roll_up(asked.unit, day_of_year(asked.year, timezone.localdate()))
    running = current_year()
    context: dict[str, Any] = {
        "asked": asked,
        "found": found,
        "share": found.rule.share,
        "units": units_to_choose(user),
        "years": [(year, f"{year - 1}–{year}") for year in range(running, running - YEARS_BACK - 1, -1)],
        "is_running": asked.year == running,
        "closing": YearClosing.objects.latest(asked.unit, asked.year),
        "codes": [(code, TITLES[code]) for code in CODES],
        "may_set_rules": scope_of(user).may(Verb.SET_RULES),
        "may_export": scope_of(user).may(Verb.EXPORT),
        "may_see_people": scope_of(user).may(Verb.VIEW),
    }
    if found.above is None:
        line = found.lines[0]
        context |= {"line": line, "levels": [_level(line, level) for level in LEVELS]}
    else:
        above = found.above
        context |= {
            "above": [
                {"level": level, "count": above.counts[level], "asked": above.asked[level],
                 "missing": above.missing[level], "verdict": _shown(above.verdicts[level])}
                for level in LEVELS
            ],
            "districts": [
                (row.unit, [(row.counts[level], _shown(row.verdicts[level])) for level in LEVELS])
                for row in found.districts
            ],
            "lines": [(line, [_level(line, level) for level in LEVELS]) for line in found.lines],
        }  # fmt: skip
    return render(request, "literacy/standards.html", context)


@scoped(Verb.VIEW)
def standards_people(request: HttpRequest) -> HttpResponse:
    """Who is missing for a commune to pass a level, of those the user may see."""
    user, asked = cast(User, request.user), read_asked(request)
    if asked.unit.level != UnitLevel.COMMUNE:
        raise Http404
    level = 1 if request.GET.get("level") == "1" else 2
    what = given if (given := request.GET.get("what", "")) in ("below", "unknown") else ""
    found = roll_up(asked.unit, day_of_year(asked.year, timezone.localdate()))
    line = found.lines[0]
    missing = missing_people(found, level=level, what=what, by=user)
    page = Paginator(missing.rows, PER_PAGE).get_page(request.GET.get("page"))
    words: dict[int | None, str] = {None: _("chưa rõ")}
    words |= {int(value): str(label) for value, label in StatedLevel.choices}
    rows = [(person, words[held], back) for person in page.object_list for held, back in [missing.level_of(person)]]
    count = line.levels[level].count
    context = {
        "asked": asked,
        "found": found,
        "level": level,
        "ages": line.levels[level].ages,
        "what": what,
        "rows": rows,
        "page_obj": page,
        "counted": {"": count.below + count.unknown, "below": count.below, "unknown": count.unknown}[what],
        "undated": count.undated_below * (what != "unknown") + count.undated_unknown * (what != "below"),
        "tabs": [("", _("Tất cả")), ("below", _("Chưa đạt")), ("unknown", _("Chưa rõ"))],
        "query": f"{asked.query}&{urlencode({'level': level, 'what': what})}",
    }
    return render(request, "literacy/standards_people.html", context)


@scoped(Verb.EXPORT)
def standards_form(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Hand an official table out, and remember that it was."""
    asked = read_asked(request)
    if code not in CODES or kind not in KINDS:
        raise Http404
    handed = tables_of(asked.unit, asked.year)
    make, content_type = KINDS[kind]
    content = make(handed.forms[code], handed.head)
    data = {"form": code, "unit": asked.unit.code, "year": asked.year, "format": kind}
    audit.record("literacy.export_form", asked.unit, by=cast(User, request.user), data=data)
    name = file_name(code, asked.unit, asked.year, kind)
    return attachment(content, content_type, name)
