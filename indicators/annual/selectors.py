"""Lists of annual reports: who has made theirs, what each version says, and what changed between two."""

import datetime as dt
import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Centre
from indicators.annual.composing import Text
from indicators.annual.services import may_write
from indicators.annual.subjects import Subject, due_on
from indicators.contributions import reporting_units
from indicators.models import AnnualReport, Plan, ReportVersion
from indicators.querysets import grouped


@dataclass(frozen=True)
class Standing:
    """One who reports: the report if it was begun, its last version and the last one sent."""

    place: AdminUnit | Centre
    report: AnnualReport | None
    last: ReportVersion | None
    sent: ReportVersion | None
    is_own: bool
    is_late: bool

    @property
    def kind(self) -> str:
        """``unit`` or ``centre``: what the address of beginning one says."""
        return "unit" if isinstance(self.place, AdminUnit) else "centre"

    @property
    def is_open(self) -> bool:
        """Whether the reader may look at it: own ones at any time, others' once sent."""
        return self.report is not None and (self.is_own or self.sent is not None)

    @property
    def state(self) -> str:
        """``sent``, ``changed`` (a later version waits), ``made``, ``begun`` or ``nothing``."""
        if self.sent is not None:
            return "changed" if self.last is not None and self.last.number > self.sent.number else "sent"
        if self.last is not None:
            return "made"
        return "begun" if self.report is not None else "nothing"

    @property
    def tone(self) -> str:
        """How the state looks."""
        if self.state in ("sent", "changed"):
            return "ok"
        return "bad" if self.is_late else "plain" if self.state == "nothing" else "warn"


def asked_units(user: User, year: int) -> list[AdminUnit]:
    """Return the units whose reports of a year somebody follows, the city first: a fixed number of queries."""
    scope = scope_of(user)
    city = list(AdminUnit.objects.filter(level=UnitLevel.CITY))
    if not scope.is_officer:
        return city if scope.may(Verb.VIEW_FIGURES) and not scope.main_centre_id else []
    if scope.everything:
        return [*city, *reporting_units(year)]
    own = scope.unit_ids
    rows = AdminUnit.objects.filter(Q(pk__in=own) | Q(parent_id__in=own) | Q(pk__in=grouped(own)))
    # Own units whatever became of them; of others those that report in that year.
    there = {unit.pk for unit in reporting_units(year)}
    return [unit for unit in rows.order_by("level", "sort_key") if unit.pk in own or unit.pk in there]


def asked_centres(user: User, year: int) -> list[Centre]:
    """Return the centres of the user that were open at the end of the plan year."""
    scope = scope_of(user)
    if not scope.may(Verb.VIEW_FIGURES):
        return []
    day = min(dt.date(year, 11, 30), timezone.localdate())
    rows = Centre.objects.filter(scope.centre_q("pk", Verb.VIEW_FIGURES)).active_on(day)
    return list(rows.distinct().order_by("sort_key", "pk"))


def standings(user: User, plan: Plan, year: int, places: Iterable[AdminUnit | Centre]) -> list[Standing]:
    """Return how far each place's report of a year is: two queries, however many places."""
    reports = AnnualReport.objects.visible_to(user).filter(plan=plan, year=year)
    known = {(row.unit_id, row.centre_id): row for row in reports}
    last: dict[int, ReportVersion] = {}
    sent: dict[int, ReportVersion] = {}
    versions = ReportVersion.objects.filter(report__in=[row.pk for row in known.values()])
    for version in versions.select_related("sending__sent_by").defer("texts", "values", "document").order_by("number"):
        last[version.report_id] = version
        if hasattr(version, "sending"):
            sent[version.report_id] = version
    is_late = timezone.localdate() >= due_on(year)
    found = []
    for place in places:
        is_unit = isinstance(place, AdminUnit)
        subject = Subject(plan, year, place if is_unit else None, None if is_unit else place)  # type: ignore[arg-type]
        row = known.get((place.pk, None) if is_unit else (None, place.pk))
        key = row.pk if row else 0
        found.append(Standing(place, row, last.get(key), sent.get(key), may_write(user, subject), is_late))
    return found


def versions_of(user: User, report: AnnualReport) -> list[ReportVersion]:
    """Return the versions somebody sees, newest first: all of one's own reports, of others what was sent."""
    rows = report.versions.select_related("made_by", "sending__sent_by").defer("values", "document", "texts")
    if not may_write(user, Subject.of(report)):
        rows = rows.filter(sending__isnull=False)
    return list(rows.order_by("-number"))


def state_of(version: ReportVersion, versions: Iterable[ReportVersion]) -> str:
    """``draft``, ``sent``, or ``replaced`` by a later one that was sent."""
    if not hasattr(version, "sending"):
        return "draft"
    later = any(row.number > version.number and hasattr(row, "sending") for row in versions)
    return "replaced" if later else "sent"


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A value that reads otherwise in the later version."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TextChange:
    """A section whose words differ: paragraphs that went (-), came (+) or stand beside them ( )."""

    heading: str
    lines: list[tuple[str, str]]


def changed_figures(before: ReportVersion, after: ReportVersion, labels: dict[str, str]) -> list[FigureChange]:
    """Return the values that differ, in the order of the report's place-holders."""
    names = [*after.values, *(name for name in before.values if name not in after.values)]
    found = []
    for name in names:
        old, new = (version.values.get(name, {}).get("text", "–") for version in (before, after))
        if old != new:
            found.append(FigureChange(name, labels.get(name, name), old, new))
    return found


def changed_texts(before: ReportVersion, after: ReportVersion) -> list[TextChange]:
    """Return the sections that differ, with what changed paragraph by paragraph."""
    old, new = ([Text(**text) for text in version.texts] for version in (before, after))
    found = []
    for place in range(max(len(old), len(new))):
        was = old[place] if place < len(old) else Text("text", "", "")
        now = new[place] if place < len(new) else Text("text", "", "")
        if (was.heading, was.body) == (now.heading, now.body):
            continue
        lines = difflib.ndiff([was.heading, *was.body.splitlines()], [now.heading, *now.body.splitlines()])
        shown = [(line[0], line[2:]) for line in lines if line[0] in "+-" and line[2:].strip()]
        found.append(TextChange(now.heading or was.heading, shown))
    return found
