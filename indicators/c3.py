"""C3: which centres apply IT, measured from real use (DESIGN, Indicators).

A centre counts when, from the beginning of the plan year to the day of the figure, it recorded at least N classes with
attendance, somebody of it signed in in every whole month it was open, and its report was produced from the system.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import overload

from django.db.models import Count
from django.utils.translation import gettext as _

from centres.choices import UnitLevel
from centres.models import AdminUnit, Centre
from core.dates import plan_year_of
from core.models import setting_on
from courses.choices import SessionStatus
from courses.models import Session
from indicators.models import CentreDeclaration, ReportRun
from indicators.rollups.reading import classes_taught
from indicators.rollups.use import KeptUse, Numbers, kept_use
from indicators.rollups.use import thresholds as thresholds_known
from indicators.sign_ins import midnight, months_used

DEFINITION = "c3-2026-1"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing a centre still has to do to count: ``classes``, ``months`` or ``report``; how many, of how many."""

    what: str
    have: int
    needed: int

    def __str__(self) -> str:
        if self.what == "classes":
            return _("mới có %(have)s/%(needed)s lớp được điểm danh trên hệ thống") % {
                "have": self.have,
                "needed": self.needed,
            }
        if self.what == "months":
            return _("%(count)s tháng không có ai đăng nhập") % {"count": self.needed - self.have}
        return _("chưa xuất báo cáo thống kê từ hệ thống")


@dataclass(frozen=True)
class CentreUse:
    """What one centre did in the period, and what is missing for it to count."""

    centre: Centre
    classes: int
    months_open: int
    months_used: int
    reports: int
    missing: tuple[Missing, ...]
    declared: bool | None

    @property
    def counts(self) -> bool:
        """Whether the centre applies IT."""
        return not self.missing


def _use(centre: Centre, numbers: Numbers, thresholds: tuple[int, bool]) -> CentreUse:
    """``numbers``: classes, months open and used, reports, what the centre declares."""
    held, months_open, present, made, declared = numbers
    needed, needs_report = thresholds
    missing = []
    if held < needed:
        missing.append(Missing("classes", held, needed))
    if present < months_open:
        missing.append(Missing("months", present, months_open))
    if needs_report and not made:
        missing.append(Missing("report", 0, 1))
    return CentreUse(centre, held, months_open, present, made, tuple(missing), declared)


class KeptUses(Sequence[CentreUse]):
    """The centres behind a kept figure: read when somebody looks at them, not when the figure is all that is shown."""

    def __init__(self, known: KeptUse, thresholds: tuple[int, bool]) -> None:
        self._known, self._thresholds = known, thresholds

    @cached_property
    def _uses(self) -> list[CentreUse]:
        centres = self._known.directory.centres
        return [_use(centres[pk], numbers, self._thresholds) for pk, *numbers in self._known.rows()]

    @overload
    def __getitem__(self, place: int) -> CentreUse: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[CentreUse]: ...
    def __getitem__(self, place: int | slice) -> CentreUse | Sequence[CentreUse]:
        return self._uses[place]

    def __len__(self) -> int:
        return self._known.denominator

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._uses == list(other)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class C3:
    """The figure with every centre behind it."""

    centres: Sequence[CentreUse] = field(default_factory=list)
    starts_on: dt.date = dt.date.min
    ends_on: dt.date = dt.date.max
    min_classes: int = 0
    definition: str = DEFINITION
    hash: str = ""
    kept: int | None = field(default=None, compare=False)

    @property
    def numerator(self) -> int:
        """Centres that count."""
        if self.kept is not None:
            return self.kept
        return sum(use.counts for use in self.centres)

    @property
    def denominator(self) -> int:
        """Centres open on the last day."""
        return len(self.centres)


def whole_months(starts_on: dt.date, ends_on: dt.date) -> set[tuple[int, int]]:
    """Return (year, month) of the calendar months that lie wholly in a period.

    A month that has only begun cannot be missed yet: on the first of a month no centre would count.
    """
    first = starts_on.year * 12 + starts_on.month - 1 + (starts_on.day > 1)
    after = ends_on + dt.timedelta(days=1)
    last = after.year * 12 + after.month - 2
    return {(index // 12, index % 12 + 1) for index in range(first, last + 1)}


def measure(*, unit: AdminUnit, as_of: dt.date, only: set[int] | None = None, from_rows: bool = False) -> C3:
    """Measure every centre of the unit: a fixed number of queries, one where it is kept (docs/adr/0057).

    ``only`` limits to some centre ids; ``from_rows`` takes nothing that is kept. Raises LookupError when no rule holds.
    """
    starts_on = plan_year_of(as_of).starts_on
    known = None if from_rows or only is not None else kept_use(unit, starts_on, as_of)
    if known is None:
        return _measured(unit, as_of, only, from_rows)
    limits = thresholds_known(known.directory, as_of)
    kept = KeptUses(known, limits)
    if not known.stale:
        return C3(kept, starts_on, as_of, limits[0], DEFINITION, known.hash, known.numerator)
    # Some centres did something since: these are measured anew, and only these.
    fresh = {use.centre.pk: use for use in _measured(unit, as_of, set(known.stale), True).centres}
    return _figure([fresh.get(use.centre.pk, use) for use in kept], starts_on, as_of, limits)


def _figure(found: list[CentreUse], starts_on: dt.date, as_of: dt.date, limits: tuple[int, bool]) -> C3:
    return C3(found, starts_on, as_of, limits[0], DEFINITION, digest(found, starts_on, as_of, limits))


def _measured(unit: AdminUnit, as_of: dt.date, only: set[int] | None, from_rows: bool) -> C3:
    starts_on = plan_year_of(as_of).starts_on
    limits = (
        int(setting_on("indicators.c3_min_classes", as_of)),
        bool(setting_on("indicators.c3_needs_report", as_of)),
    )
    centres = Centre.objects.in_unit(unit, as_of).active_on(as_of).distinct()
    if only is not None:
        centres = centres.filter(pk__in=only)
    rows = sorted(centres.order_by(), key=lambda centre: (centre.sort_key, centre.pk))
    ids = [centre.pk for centre in rows]
    classes = {} if from_rows else classes_taught(set(ids), starts_on, as_of)
    if rest := [pk for pk in ids if pk not in classes]:
        counted = (
            Session.objects.filter(
                status=SessionStatus.HELD, held_on__range=(starts_on, as_of), class_group__centre_id__in=rest
            )
            .values_list("class_group__centre_id")
            .annotate(count=Count("class_group", distinct=True))
        )
        classes |= dict(counted)
    used = months_used(ids, starts_on, as_of)
    days = (midnight(starts_on), midnight(as_of + dt.timedelta(days=1)))
    reports = dict(
        ReportRun.objects.filter(centre_id__in=ids, made_at__gte=days[0], made_at__lt=days[1])
        .values_list("centre_id")
        .annotate(count=Count("pk"))
    )
    declared = dict(
        CentreDeclaration.objects.filter(centre_id__in=ids, year=as_of.year).values_list("centre_id", "applies_it")
    )
    found = []
    for centre in rows:
        months, pk = whole_months(max(starts_on, centre.established_on), as_of), centre.pk
        present = len(months & used[pk])
        numbers = (classes.get(pk, 0), len(months), present, reports.get(pk, 0), declared.get(pk))
        found.append(_use(centre, numbers, limits))
    return _figure(found, starts_on, as_of, limits)


def use_of(centre_id: int, as_of: dt.date) -> CentreUse | None:
    """Return what one centre did since the plan year began; None when it is not open, or no rule holds, on the day."""
    city = AdminUnit.objects.get(level=UnitLevel.CITY)
    try:
        measured = measure(unit=city, as_of=as_of, only={centre_id})
    except LookupError:  # a database without reference data has a start page too
        return None
    return next(iter(measured.centres), None)


def digest(rows: Iterable[CentreUse], starts_on: dt.date, ends_on: dt.date, limits: tuple[int, bool]) -> str:
    """SHA-256 over the canonical rows: the same use and thresholds give the same hash in any language."""
    body = {
        "definition": DEFINITION,
        "period": [str(starts_on), str(ends_on)],
        "thresholds": {"classes": limits[0], "report": limits[1]},
        "centres": sorted(
            [use.centre.code, use.classes, use.months_used, use.months_open, use.reports, use.counts] for use in rows
        ),
    }
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
