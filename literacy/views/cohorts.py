"""Cohorts of the newly literate: the table, the curve, the people behind every number, the file."""

import datetime as dt
import tempfile
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import override

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from core.dates import read_day
from core.errors import DomainError, Forbidden
from core.tabular.writing import CONTENT_TYPES
from literacy.cohorts.access import Place, choices, place_named
from literacy.cohorts.drawing import draw, mix
from literacy.cohorts.exports import export_cohorts
from literacy.cohorts.facts import Plan, cohort_awards
from literacy.cohorts.finding import behind, living_in, of_group, page_of
from literacy.cohorts.periods import BY, CohortPeriod, period_named
from literacy.cohorts.publishing import published
from literacy.cohorts.selectors import SPLITS, Report, cohort_report, labels_of
from literacy.cohorts.shown import COUNTS, SHARES, show

PER_PAGE = 50
ROWS_PER_PAGE = 40
SPLIT_WORDS = {
    "": _lazy("Thời gian công nhận"),
    "sex": _lazy("Giới tính"),
    "ethnicity": _lazy("Dân tộc"),
    "age": _lazy("Tuổi khi được công nhận"),
    "centre": _lazy("Trung tâm"),
    "class": _lazy("Lớp"),
}
HEADINGS = dict(COUNTS)


@dataclass(frozen=True)
class Asked:
    """What a page is asked for."""

    place: Place
    as_of: dt.date
    by: str
    split: str
    period: CohortPeriod | None
    day_unread: bool = False

    @property
    def values(self) -> dict[str, str]:
        """The question as values of an address."""
        return {
            "place": self.place.key,
            "on": self.as_of.isoformat(),
            "by": self.by,
            **({"split": self.split} if self.split else {}),
            **({"period": self.period.key} if self.period else {}),
        }

    @property
    def query(self) -> str:
        """The same question as a query string."""
        return urlencode(self.values)

    @property
    def words(self) -> str:
        """What the lines are, and of when the people are."""
        return " · ".join(str(part) for part in (BY[self.by], self.period and self.period.label) if part)

    def report(self) -> Report:
        """Count the cohorts. What this reader may see of them is up to ``show``."""
        asked: dict[str, Any] = {"unit": self.place.unit, "centre": self.place.centre}
        return cohort_report(as_of=self.as_of, by=self.by, split=self.split, period=self.period, **asked)


def _asked(request: HttpRequest) -> Asked:
    """Read the address; a foreign place is 404, a day that is none is today."""
    today, text = timezone.localdate(), request.GET.get("on", "").strip()
    day = read_day(text)
    by = request.GET.get("by", "")
    by = by if by in BY else "quarter"
    split = request.GET.get("split", "")
    return Asked(
        place_named(cast(User, request.user), request.GET.get("place", "")),
        min(day or today, today),
        by,
        split if split in SPLITS else "",
        period_named(request.GET.get("period", ""), by),
        bool(text) and day is None,
    )


@scoped(Verb.VIEW_FIGURES)
def cohort_list(request: HttpRequest) -> HttpResponse:
    """The cohorts of a unit or centre on a day, with the curve of who is still literate."""
    user, asked = cast(User, request.user), _asked(request)
    if asked.day_unread:
        messages.error(request, _("Không đọc được ngày. Hãy viết dạng dd/mm/yyyy."))
    report = asked.report()
    shown = show(report, exact=asked.place.exact)
    page = Paginator(shown.rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    people = reverse("literacy:cohort-people")
    opens = shown.exact and scope_of(user).may(Verb.VIEW)
    lines = []
    for row in (shown.total, *page):
        here = {**asked.values, **({} if row is shown.total else _line(asked, row.key))}
        links = {key: f"{people}?{urlencode({**here, 'column': key})}" for key, _heading in COUNTS} if opens else {}
        cells = [(key, _(heading), row.counts[key], links.get(key, "")) for key, heading in COUNTS]
        inside = "" if asked.split or row is shown.total else urlencode({**here, "split": "sex"})
        young = row.key in report.young
        bar = mix(row) if shown.exact else []
        lines.append({"row": row, "cells": cells, "mix": bar, "inside": inside, "young": young})
    context = {
        "section": "cohorts",
        "asked": asked,
        "shown": shown,
        "lines": lines,
        "page_obj": page,
        "curve": draw(shown.curve),
        "places": choices(user),
        "ways": BY.items(),
        "splits": SPLIT_WORDS.items(),
        "first": SPLIT_WORDS[asked.split],
        "headings": [(_(heading), key) for key, heading in COUNTS],
        "share_headings": [_(heading) for _key, heading in SHARES],
        "may_export": scope_of(user).may(Verb.EXPORT),
        "may_open": opens,
        "window_months": report.plan.window_months,
        "check_months": report.plan.check_months(asked.as_of),
    }
    return render(request, "literacy/cohort_list.html", context)


def _line(asked: Asked, key: str) -> dict[str, str]:
    """How an address names one line of the table."""
    return {"group": key, "grouped": "1"} if asked.split else {"period": key}


@scoped(Verb.VIEW)
def cohort_people(request: HttpRequest) -> HttpResponse:
    """The people behind a number, each with the rule that put them there; or those who live in the unit today."""
    user, asked = cast(User, request.user), _asked(request)
    if not asked.place.exact:
        raise Forbidden("no_persons", _("Bạn xem được số liệu của nơi này, không xem được từng người."))
    plan = Plan(asked.as_of)
    lives = request.GET.get("where") == "lives" and asked.place.unit is not None
    column = request.GET.get("column", "")
    column = column if column in HEADINGS else "certified"
    group = request.GET.get("group", "")
    label = ""
    if lives and asked.place.unit:
        found = living_in(asked.place.unit, plan, user, asked.period)
    else:
        awards = cohort_awards(as_of=asked.as_of, unit=asked.place.unit, centre=asked.place.centre, period=asked.period)
        if asked.split and request.GET.get("grouped"):
            awards = of_group(awards, asked.split, group)
            label = labels_of(asked.split, [group]).get(group, "")
        found = behind(awards, plan, column, user)
    page = Paginator(found.pks, PER_PAGE).get_page(request.GET.get("page"))
    kept = {name: request.GET[name] for name in ("group", "grouped", "column", "where") if name in request.GET}
    context = {
        "section": "cohorts",
        "asked": asked,
        "page_obj": page,
        "people": page_of(list(page.object_list), plan),
        "lives": lives,
        "heading": _("Người mới biết chữ đang sống ở đây") if lives else _(HEADINGS[column]),
        "label": label,
        "unseen": found.unseen,
        "unseen_shown": published(found.unseen),
        "query": urlencode({**asked.values, **kept}),
        "certified_query": urlencode({**asked.values, "column": "certified"}),
        "lives_query": urlencode({**asked.values, "where": "lives"}),
    }
    return render(request, "literacy/cohort_people.html", context)


@scoped(Verb.EXPORT)
def cohort_export(request: HttpRequest) -> HttpResponseBase:
    """Hand the table out as a file, with what this reader may see."""
    user, asked = cast(User, request.user), _asked(request)
    kind = request.GET.get("format", "xlsx")
    out = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it when it has been sent
    try:
        with override("vi"):
            shown = show(asked.report(), exact=asked.place.exact)
            what, first = asked.words, str(SPLIT_WORDS[asked.split])
        export_cohorts(
            shown=shown, place=asked.place, as_of=asked.as_of, what=what, first=first, kind=kind, by=user, out=out
        )
    except DomainError as error:
        out.close()
        if error.status in (403, 404):
            raise
        messages.error(request, str(error.message))
        return redirect(f"{reverse('literacy:cohort-list')}?{asked.query}")
    out.seek(0)
    name = f"nhom-moi-biet-chu-{asked.place.code}-{asked.as_of:%Y%m%d}.{kind}"
    return FileResponse(out, as_attachment=True, filename=name, content_type=CONTENT_TYPES[kind])
