"""One line of the plan over the units: as a tile map and as a ranking, on the screen and on paper."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from centres.access import scoped
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit
from core.dates import read_year
from core.pictures import Picture
from core.templatetags.clc import percent
from indicators.comparing import Compared, comparable_lines, compare, years_known
from indicators.comparing_pictures import explained, map_picture, ranking_bars, ranking_columns, ranking_picture
from indicators.models import Indicator, Plan
from indicators.plan_paper import pictures_pdf
from indicators.selectors import trajectory_of
from indicators.views.asking import has_place, plan_of, units_of, user_of

FIRST = "D1"  # of the lines communes report, the one of the community learning centres' own work


@dataclass(frozen=True)
class Asked:
    """What the page is asked for, and what may be chosen instead."""

    plan: Plan
    line: Indicator
    lines: list[Indicator]
    level: str
    year: int
    years: list[int]
    units: list[AdminUnit]

    @property
    def query(self) -> str:
        """The same question as a query string."""
        return urlencode({"plan": self.plan.code, "line": self.line.code, "level": self.level, "year": self.year})

    @property
    def words(self) -> str:
        """Line, year and level in words: the name of the picture."""
        level = _("quận, huyện cũ") if self.level == UnitLevel.DISTRICT else _("phường, xã")
        return f"{self.line.code} · {self.line.name}, {self.year}, {level}"

    def url(self, unit: AdminUnit) -> str:
        """Where the line of a unit is looked at."""
        asked = {"plan": self.plan.code, "unit": unit.pk, "on": dt.date(self.year, 12, 31).isoformat()}
        return f"{reverse('indicators:figure', args=[self.line.code])}?{urlencode(asked)}"


def read_asked(request: HttpRequest) -> Asked:
    """Return the question; a line, level or year that cannot be chosen is 404."""
    today, plan = timezone.localdate(), plan_of(request)
    lines = comparable_lines(plan.pk)
    if not lines:
        raise Http404
    code = request.GET.get("line", "")
    line = next((row for row in lines if row.code == (code or FIRST)), None if code else lines[0])
    level = request.GET.get("level", UnitLevel.COMMUNE)
    if line is None or level not in (UnitLevel.COMMUNE, UnitLevel.DISTRICT):
        raise Http404
    years = years_known(line, level, today)
    year = read_year(request.GET.get("year", ""), years[0])
    return Asked(plan, line, lines, level, year, sorted({*years, year}, reverse=True), units_of(user_of(request)))


@scoped(Verb.VIEW_FIGURES)
def unit_map(request: HttpRequest) -> HttpResponse:
    """The tile map of a line."""
    return _page(request, "map")


@scoped(Verb.VIEW_FIGURES)
def unit_ranking(request: HttpRequest) -> HttpResponse:
    """The ranking of a line, with what may be compared and what not."""
    return _page(request, "ranking")


def _page(request: HttpRequest, view: str) -> HttpResponse:
    asked = read_asked(request)
    if request.GET.get("format") == "pdf":
        with override("vi"):
            compared = _compared(request, asked)
            body = pictures_pdf(
                title=asked.words,
                lines=[explained(compared)] if view == "ranking" else [],
                picture=None if compared.refusal else _picture(asked, compared, view),
                columns=_columns(asked, compared) if view == "ranking" else [],
                made_at=timezone.localtime(),
            )
        response = HttpResponse(body, content_type="application/pdf")
        name = f"{'ban-do' if view == 'map' else 'xep-hang'}-{asked.line.code}-{asked.year}.pdf"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    compared = _compared(request, asked)
    context = {
        "asked": asked,
        "view": view,
        "compared": compared,
        "has_place": has_place(user_of(request)),
        "picture": None if compared.refusal else _picture(asked, compared, view),
        "explained": explained(compared),
        "levels": [(UnitLevel.COMMUNE, _("Phường, xã hiện nay")), (UnitLevel.DISTRICT, _("Quận, huyện (cũ)"))],
    }
    return render(request, "indicators/comparing.html", context)


def _compared(request: HttpRequest, asked: Asked) -> Compared:
    return compare(
        line=asked.line, level=asked.level, year=asked.year, today=timezone.localdate(), user=user_of(request),
        units=asked.units,
    )  # fmt: skip


def _picture(asked: Asked, compared: Compared, view: str) -> Picture:
    if view == "map":
        units = list(AdminUnit.objects.filter(level=asked.level).order_by("sort_key"))
        if asked.level == UnitLevel.COMMUNE:
            units = [unit for unit in units if not unit.is_closed]
        return map_picture(compared, level=asked.level, title=asked.words, all_units=units, url=asked.url)
    return ranking_picture(asked.words, ranking_bars(compared, asked.url), _goal(asked))


def _columns(asked: Asked, compared: Compared) -> list[Picture]:
    return ranking_columns(asked.words, ranking_bars(compared, asked.url), _goal(asked))


def _goal(asked: Asked) -> tuple[Decimal, str] | None:
    needed = trajectory_of(asked.line).required_in(asked.year)
    if needed is None:
        return None
    return needed, _("Lộ trình năm %(year)s: %(value)s") % {"year": asked.year, "value": percent(needed)}
