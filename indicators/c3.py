"""C3: which centres apply IT, measured from real use (DESIGN, Indicators).

A centre counts when, from the beginning of the plan year to the day of the figure, it recorded at least N classes with
attendance, somebody of it signed in in every month it was open, and its report was produced from the system.
"""

import datetime as dt
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from accounts.models import SignIn
from centres.models import AdminUnit, Centre
from core.models import setting_on
from courses.choices import SessionStatus
from courses.models import Session
from indicators.models import CentreDeclaration, ReportRun

DEFINITION = "c3-2026-1"


@dataclass(frozen=True)
class CentreUse:
    """What one centre did in the period, and what is missing for it to count."""

    centre: Centre
    classes: int
    months_open: int
    months_used: int
    reports: int
    missing: tuple[str, ...]
    declared: bool | None

    @property
    def counts(self) -> bool:
        """Whether the centre applies IT."""
        return not self.missing


@dataclass(frozen=True)
class C3:
    """The figure with every centre behind it."""

    centres: list[CentreUse] = field(default_factory=list)
    starts_on: dt.date = dt.date.min
    ends_on: dt.date = dt.date.max
    definition: str = DEFINITION
    hash: str = ""

    @property
    def numerator(self) -> int:
        """Centres that count."""
        return sum(use.counts for use in self.centres)

    @property
    def denominator(self) -> int:
        """Centres open on the last day."""
        return len(self.centres)


def plan_year_start(day: dt.date) -> dt.date:
    """The plan year closes on 30 November."""
    return dt.date(day.year if day.month == 12 else day.year - 1, 12, 1)


def months_between(starts_on: dt.date, ends_on: dt.date) -> set[tuple[int, int]]:
    """Calendar months touched by a period."""
    first, last = starts_on.year * 12 + starts_on.month - 1, ends_on.year * 12 + ends_on.month - 1
    return {divmod(index, 12) for index in range(first, last + 1)}


def measure(*, unit: AdminUnit, as_of: dt.date, only: set[int] | None = None) -> C3:
    """Measure every centre of the unit: a fixed number of queries. ``only`` limits to some centre ids."""
    starts_on = plan_year_start(as_of)
    needed = int(setting_on("indicators.c3_min_classes", as_of))
    needs_report = bool(setting_on("indicators.c3_needs_report", as_of))
    centres = Centre.objects.in_unit(unit, as_of).active_on(as_of).distinct()
    if only is not None:
        centres = centres.filter(pk__in=only)
    rows = list(centres.order_by("sort_key", "pk"))
    ids = [centre.pk for centre in rows]
    classes = dict(
        Session.objects.filter(
            status=SessionStatus.HELD, held_on__range=(starts_on, as_of), class_group__centre_id__in=ids
        )
        .values_list("class_group__centre_id")
        .annotate(count=Count("class_group", distinct=True))
    )
    used = _months_used(ids, starts_on, as_of)
    reports = dict(
        ReportRun.objects.filter(centre_id__in=ids, made_at__date__range=(starts_on, as_of))
        .values_list("centre_id")
        .annotate(count=Count("pk"))
    )
    declared = dict(
        CentreDeclaration.objects.filter(centre_id__in=ids, year=as_of.year).values_list("centre_id", "applies_it")
    )
    found = []
    for centre in rows:
        months = months_between(max(starts_on, centre.established_on), as_of)
        missing = []
        if classes.get(centre.pk, 0) < needed:
            missing.append(f"mới có {classes.get(centre.pk, 0)}/{needed} lớp được điểm danh trên hệ thống")
        silent = len(months - used[centre.pk])
        if silent:
            missing.append(f"{silent} tháng không có ai đăng nhập")
        if needs_report and not reports.get(centre.pk):
            missing.append("chưa xuất báo cáo thống kê từ hệ thống")
        found.append(
            CentreUse(
                centre,
                classes.get(centre.pk, 0),
                len(months),
                len(months) - silent,
                reports.get(centre.pk, 0),
                tuple(missing),
                declared.get(centre.pk),
            )
        )
    return C3(found, starts_on, as_of, DEFINITION, _digest(found, starts_on, as_of))


def _months_used(ids: list[int], starts_on: dt.date, ends_on: dt.date) -> dict[int, set[tuple[int, int]]]:
    """Months in which a member of the centre signed in."""
    found: dict[int, set[tuple[int, int]]] = defaultdict(set)
    rows = (
        SignIn.objects.filter(at__date__range=(starts_on, ends_on), user__memberships__centre_id__in=ids)
        .filter(Q(user__memberships__valid_to__isnull=True) | Q(user__memberships__valid_to__gte=starts_on))
        .annotate(month=TruncMonth("at"))
        .values_list("user__memberships__centre_id", "month")
        .distinct()
    )
    for centre_id, month in rows:
        found[centre_id].add((month.year, month.month - 1))
    return found


def _digest(rows: list[CentreUse], starts_on: dt.date, ends_on: dt.date) -> str:
    body = {
        "definition": DEFINITION,
        "period": [str(starts_on), str(ends_on)],
        "centres": [[use.centre.code, use.classes, use.months_used, use.reports, list(use.missing)] for use in rows],
    }
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
