"""Statistics: look, then two formats to take away."""

import datetime as dt
import tempfile
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from core.dates import Period, read_day
from core.errors import DomainError, InvalidInput
from indicators.choices import Boundaries
from indicators.exports import COUNTS, GROUP_COUNTS, GROUP_NOTE, NO_GROUP
from indicators.statistics.groups import overview, people_of_group
from indicators.statistics.periods import presets
from indicators.statistics.questions import Question
from indicators.statistics.services import KINDS, export_statistics, file_name, is_long, start_export

PER_PAGE = 100


@dataclass(frozen=True)
class Asked:
    """What the page is asked for."""

    unit: AdminUnit | None
    centre: Centre | None
    period: Period
    preset: str
    problem: InvalidInput | None = None

    @property
    def query(self) -> str:
        """The same question as a query string."""
        values = {
            "unit": self.unit.pk if self.unit else "",
            "centre": self.centre.pk if self.centre else "",
            "preset": self.preset,
            "from": self.period.starts_on.isoformat(),
            "to": self.period.ends_on.isoformat(),
        }
        return urlencode({name: value for name, value in values.items() if value != ""})

    @property
    def what(self) -> dict[str, Any]:
        """Whom and which days, as the selectors take them."""
        days = {"starts_on": self.period.starts_on, "ends_on": self.period.ends_on}
        return {"unit": self.unit, "centre": self.centre, **days}

    @property
    def subject(self) -> str:
        """Whom the page is about, as a query string."""
        return urlencode({"unit": self.unit.pk} if self.unit else {"centre": self.centre.pk} if self.centre else {})


def _units(user: User) -> list[AdminUnit]:
    """Units an officer may choose: own ones and the communes below them."""
    scope = scope_of(user)
    if not scope.is_officer:
        return []
    if scope.everything:
        rows = AdminUnit.objects.exclude(level="commune", valid_to__isnull=False)
    else:
        rows = AdminUnit.objects.filter(pk__in=scope.unit_ids) | AdminUnit.objects.filter(parent_id__in=scope.unit_ids)
    return sorted(rows, key=lambda unit: (("city", "district", "commune").index(unit.level), unit.sort_key))


def read_asked(request: HttpRequest) -> Asked:
    user, scope = cast(User, request.user), scope_of(request.user)
    today = timezone.localdate()
    unit = centre = None
    if (pk := request.GET.get("unit", "")) and pk.isdecimal():
        unit = AdminUnit.objects.visible_to(user).filter(pk=int(pk)).first()
        if unit is None:
            raise Http404
    elif (pk := request.GET.get("centre", "")) and pk.isdecimal():
        centre = Centre.objects.visible_to(user).filter(pk=int(pk)).first()
        if centre is None:
            raise Http404
    elif scope.main_unit_id:
        unit = AdminUnit.objects.get(pk=scope.main_unit_id)
    elif scope.main_centre_id:
        centre = Centre.objects.get(pk=scope.main_centre_id)
    else:
        raise Http404
    try:
        return Asked(unit, centre, *_period(request, today))
    except InvalidInput as problem:
        return Asked(unit, centre, presets(today)["year"][1], "year", problem)


def _period(request: HttpRequest, today: dt.date) -> tuple[Period, str]:
    """The period asked for and the name of its preset: a preset, or two days.

    Days count when no preset is named, when "custom" is, and when they were changed below the preset that was shown
    (``shown``): to count another period than the days on the screen would mislead.
    Raises InvalidInput for days that cannot be read, or in the wrong order.
    """
    known = presets(today)
    texts = [request.GET.get(name, "").strip() for name in ("from", "to")]
    starts, ends = (read_day(text) for text in texts)
    preset = request.GET.get("preset") or ("custom" if any(texts) else "year")
    if preset in known and preset == request.GET.get("shown") and any(texts):
        period = known[preset][1]
        preset = preset if (starts, ends) == (period.starts_on, period.ends_on) else "custom"
    if preset != "custom":
        preset = preset if preset in known else "year"
        return known[preset][1], preset
    if starts is None or ends is None:
        raise InvalidInput("unknown_day", _("Không đọc được ngày. Hãy viết cả hai ngày dạng dd/mm/yyyy."))
    if ends < starts:
        raise InvalidInput("period_reversed", _("Ngày cuối kỳ phải sau ngày đầu kỳ."))
    return Period("custom", starts, ends), "custom"


@scoped(Verb.VIEW_FIGURES)
def statistics_page(request: HttpRequest) -> HttpResponse:
    """The table of a unit or centre for a period."""
    user, asked = cast(User, request.user), read_asked(request)
    if asked.problem:
        messages.error(request, str(asked.problem.message))
    # What takes long to count may be some minutes old on the page, and says so; ``fresh`` asks for the rows.
    may_lag = "fresh" not in request.GET
    stats, group_lines = overview(user=user, **asked.what, may_lag=may_lag)
    context = {
        "asked": asked,
        "stats": stats,
        "headings": [_(heading) for heading, _name in COUNTS],
        "rows": [
            (line, [line.counts.as_dict()[name] for _heading, name in COUNTS])
            for line in stats.summary
            if not (asked.centre and line.centre)
        ],
        "presets": [(name, label) for name, (label, _period) in presets(timezone.localdate()).items()],
        "units": _units(user),
        "group_lines": group_lines,
        "group_headings": [_(heading) for heading, _name in GROUP_COUNTS],
        "group_note": _(GROUP_NOTE),
        "no_group": _(NO_GROUP),
        "may_see_people": scope_of(user).may(Verb.VIEW),
        "may_export": scope_of(user).may(Verb.EXPORT),
        "may_write_year": scope_of(user).may(Verb.DECLARE),
    }
    return render(request, "indicators/statistics.html", context)


@scoped(Verb.VIEW)
def statistics_people(request: HttpRequest) -> HttpResponse:
    """The people behind a line of the table of target groups: those of it who learned in the period."""
    user, asked = cast(User, request.user), read_asked(request)
    if asked.problem:
        raise Http404
    code = request.GET.get("group", "")
    group, people = people_of_group(user=user, code=code, **asked.what)
    context = {
        "asked": asked,
        "group": group,
        "heading": str(group) if group else _(NO_GROUP) if code else _("Người học trong kỳ"),
        "page_obj": Paginator(people.select_related("unit", "neighbourhood"), PER_PAGE).get_page(
            request.GET.get("page")
        ),
        "query": f"{asked.query}&{urlencode({'group': code})}",
    }
    return render(request, "indicators/statistics_people.html", context)


@scoped(Verb.EXPORT)
def statistics_export(request: HttpRequest) -> HttpResponseBase:
    """Hand the file out and remember that it was produced."""
    user, asked = cast(User, request.user), read_asked(request)
    kind = request.GET.get("format", "xlsx")
    boundaries = request.GET.get("boundaries") or Boundaries.THEN
    by_unit = request.GET.get("table") == "units"
    out = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it when it has been sent
    try:
        if asked.problem:
            raise asked.problem
        question = Question(**asked.what, boundaries=boundaries, by_unit=by_unit)
        if is_long(question, kind, by=user):
            out.close()
            job = start_export(question, kind, by=user)
            return redirect("job-status", job.pk)
        export_statistics(by=user, kind=kind, out=out, boundaries=boundaries, by_unit=by_unit, **asked.what)
    except DomainError as error:
        out.close()
        if error.status in (403, 404):
            raise
        messages.error(request, str(error.message))
        page = "indicators:statistics-units" if by_unit else "indicators:statistics"
        return redirect(f"{reverse(page)}?{asked.query}")
    out.seek(0)
    name = file_name(question, kind)
    return FileResponse(out, as_attachment=True, filename=name, content_type=KINDS[kind])
