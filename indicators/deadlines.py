"""What is due when, for whom, and who has not handed it in (docs/adr/0049)."""

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Centre
from core.dates import Period
from indicators.choices import (
    DueLevel,
    DueWhat,
    FigureSource,
    FigureState,
    IndicatorSource,
    PeriodKind,
    ReminderStage,
)
from indicators.models import (
    CentreDeclaration,
    Deadline,
    DeadlineDay,
    Figure,
    FigureDraft,
    Indicator,
    ReportRun,
)
from indicators.querysets import grouped
from literacy.models import YearClosing

BEFORE, AFTER = dt.timedelta(days=400), dt.timedelta(days=400)
SOON, NEAR, LATE = dt.timedelta(days=14), dt.timedelta(days=3), dt.timedelta(days=60)
OWED_UNTIL, AHEAD = dt.timedelta(days=121), dt.timedelta(days=60)
MAKERS = {
    PeriodKind.LITERACY_YEAR: Period.literacy_year,
    PeriodKind.PLAN_YEAR: Period.plan_year,
    PeriodKind.SCHOOL_YEAR: Period.school_year,
}
LEVELS = {DueLevel.COMMUNE: UnitLevel.COMMUNE, DueLevel.CITY: UnitLevel.CITY}


@dataclass(frozen=True)
class Due:
    """A deadline in one year: the period it is about and the day; ``moved``: where the city set another day."""

    deadline: Deadline
    year: int
    starts_on: dt.date
    ends_on: dt.date
    due_on: dt.date
    moved: DeadlineDay | None = None

    def days_left(self, today: dt.date) -> int:
        """Days until it is due; less than zero when it is over."""
        return (self.due_on - today).days

    def stage(self, today: dt.date) -> ReminderStage | None:
        """Which reminder is in place today; None: too early, or so long ago that nobody is reminded any more."""
        left = self.due_on - today
        if left < dt.timedelta(0):
            return ReminderStage.LATE if -left <= LATE else None
        if left <= NEAR:
            return ReminderStage.NEAR
        return ReminderStage.SOON if left <= SOON else None


@dataclass(frozen=True)
class Owed:
    """One thing somebody has not handed in. ``state``: nothing, draft or returned."""

    due: Due
    unit: AdminUnit | None
    centre: Centre | None
    indicator: Indicator | None
    state: str = "nothing"

    @property
    def whose(self) -> str:
        """The unit or centre."""
        return str(self.unit or self.centre)

    @property
    def sort_key(self) -> str:
        """For the Vietnamese order of names."""
        subject = self.unit or self.centre
        assert subject is not None
        return subject.sort_key


def due_day(year: int, month: int, day: int) -> dt.date:
    """Return the day of a rule in a year; 31 is the last day of a shorter month."""
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def dues(today: dt.date, deadlines: Iterable[Deadline] | None = None) -> list[Due]:
    """Return what is due from a year before to a year after a day, the earliest first: two queries."""
    rows = Deadline.objects.prefetch_related("days") if deadlines is None else deadlines
    found = []
    for deadline in rows:
        days = {row.year: row for row in deadline.days.all()}
        for year in range(today.year - 2, today.year + 3):
            if year < deadline.first_year or (deadline.last_year and year > deadline.last_year):
                continue
            period = MAKERS.get(PeriodKind(deadline.period_kind), Period.calendar_year)(year)
            moved = days.get(year)
            ruled = due_day(period.ends_on.year + deadline.years_later, deadline.due_month, deadline.due_day)
            due_on = moved.due_on if moved else ruled
            if today - BEFORE <= due_on <= today + AFTER:
                found.append(Due(deadline, year, period.starts_on, period.ends_on, due_on, moved))
    return sorted(found, key=lambda due: (due.due_on, due.deadline.code))


def subjects_of(due: Due, user: User, *, own: bool = False) -> list[AdminUnit] | list[Centre]:
    """Return the units or centres that hand it in, as far as the user sees them; ``own``: only the user's own.

    One query. A unit counts when it was in force on the last day of the period (today's while it runs).
    """
    scope = scope_of(user)
    if due.deadline.level == DueLevel.CENTRE:
        centres = Centre.objects.visible_to(user).active_on(due.ends_on)
        if own:
            mine = {scope.main_centre_id} if scope.main_centre_id and scope.may(Verb.DECLARE) else set()
            centres = centres.filter(pk__in=mine)
        return list(centres.order_by("sort_key", "pk"))
    units = AdminUnit.objects.filter(level=LEVELS[DueLevel(due.deadline.level)]).on(due.ends_on)
    if own:
        units = units.filter(pk__in=scope.unit_ids if scope.may(Verb.REPORT_FIGURE) else ())
    elif not scope.everything:
        units = units.filter(
            Q(pk__in=scope.unit_ids) | Q(parent_id__in=scope.unit_ids) | Q(pk__in=grouped(scope.unit_ids))
        )
    return list(units.order_by("sort_key", "pk"))


def lines_of(due: Due) -> list[Indicator]:
    """Return the lines of the plan that a deadline for figures asks for: one query."""
    rows = Indicator.objects.exclude(source=IndicatorSource.COMPUTED).select_related("plan")
    if due.deadline.plan_id:
        rows = rows.filter(plan_id=due.deadline.plan_id)
    if due.deadline.indicators:
        rows = rows.filter(code__in=due.deadline.indicators)
    return list(rows.order_by("plan_id", "order"))


def owed(due: Due, subjects: list[AdminUnit] | list[Centre]) -> tuple[list[Owed], int]:
    """Return what these have not handed in, and how many things there are to hand in: three queries or less."""
    keys = [row.pk for row in subjects]
    if due.deadline.what == DueWhat.FIGURES:
        return _figures_owed(due, [row for row in subjects if isinstance(row, AdminUnit)])
    if due.deadline.what == DueWhat.LITERACY_YEAR:
        closed = YearClosing.objects.filter(unit_id__in=keys, year=due.ends_on.year)
        done = set(closed.values_list("unit_id", flat=True))
    elif due.deadline.what == DueWhat.DECLARATION:
        said = CentreDeclaration.objects.filter(centre_id__in=keys, year=due.ends_on.year)
        done = set(said.values_list("centre_id", flat=True))
    else:
        made = ReportRun.objects.filter(
            centre_id__in=keys, ends_on__gte=due.starts_on, starts_on__lte=due.ends_on,
            made_at__date__gte=due.starts_on,
        )  # fmt: skip
        done = {pk for pk in made.values_list("centre_id", flat=True) if pk is not None}
    late = [
        Owed(due, row if isinstance(row, AdminUnit) else None, row if isinstance(row, Centre) else None, None)
        for row in subjects
        if row.pk not in done
    ]
    return late, len(subjects)


def _figures_owed(due: Due, units: list[AdminUnit]) -> tuple[list[Owed], int]:
    lines, keys = lines_of(due), [unit.pk for unit in units]
    rows = Figure.objects.filter(
        unit_id__in=keys, indicator__in=lines, source=FigureSource.REPORTED,
        ends_on__range=(due.starts_on, due.ends_on),
    )  # fmt: skip
    states: dict[tuple[int, int], str] = {}
    for unit_id, line_id, state in rows.order_by("version").values_list("unit_id", "indicator_id", "state"):
        # Returned counts only where nothing else stands: another day of the same period may have been accepted.
        if state != FigureState.RETURNED:
            states[unit_id, line_id] = "done"
        else:
            states.setdefault((unit_id, line_id), "returned")
    drafts = set(FigureDraft.objects.filter(unit_id__in=keys).values_list("unit_id", "indicator_id"))
    found = []
    for unit in units:
        for line in lines:
            key = (unit.pk, line.pk)
            state = states.get(key, "draft" if key in drafts else "nothing")
            if state != "done":
                found.append(Owed(due, unit, None, line, state))
    return found, len(units) * len(lines)


@dataclass(frozen=True)
class Mine:
    """A deadline as one person meets it: how much of what they hand in is done, and where it is done."""

    due: Due
    whose: list[str]
    left: int
    total: int
    today: dt.date

    @property
    def done(self) -> bool:
        """Whether everything is handed in."""
        return self.left == 0

    @property
    def days(self) -> int:
        """Days left."""
        return self.due.days_left(self.today)

    @property
    def late_days(self) -> int:
        """Days since it was due."""
        return -self.days

    @property
    def url(self) -> str:
        """Where it is done, for the period it is about."""
        due = self.due
        pages: dict[str, tuple[str, dict[str, str | int]]] = {
            DueWhat.FIGURES.value: ("indicators:missing", {"deadline": due.deadline.code, "year": due.year}),
            DueWhat.CENTRE_REPORT.value: (
                "indicators:statistics",
                {"from": f"{due.starts_on:%d/%m/%Y}", "to": f"{min(due.ends_on, self.today):%d/%m/%Y}"},
            ),
            DueWhat.DECLARATION.value: ("indicators:declare", {"year": due.ends_on.year}),
            DueWhat.LITERACY_YEAR.value: ("literacy:year-closing", {"year": due.ends_on.year}),
        }
        page, asked = pages[due.deadline.what]
        return f"{reverse(page)}?{urlencode(asked)}"


def mine(user: User, today: dt.date, *, from_on: dt.date | None = None, to_on: dt.date | None = None) -> list[Mine]:
    """Return the deadlines of what the user's own units or centre hand in, between two days (the whole calendar).

    The number of queries depends on the number of deadlines, never on units, centres or figures.
    """
    scope = scope_of(user)
    levels = set()
    if scope.main_centre_id and scope.may(Verb.DECLARE):
        levels.add(DueLevel.CENTRE)
    if scope.unit_ids and scope.may(Verb.REPORT_FIGURE):
        own = AdminUnit.objects.filter(pk__in=scope.unit_ids).values_list("level", flat=True)
        levels |= {level for level, unit_level in LEVELS.items() if unit_level in set(own)}
    if not levels:
        return []
    rows = Deadline.objects.filter(level__in=levels).prefetch_related("days")
    found = []
    for due in dues(today, rows):
        if (from_on and due.due_on < from_on) or (to_on and due.due_on > to_on) or due.starts_on > today:
            continue
        subjects = subjects_of(due, user, own=True)
        if subjects:
            late, total = owed(due, subjects)
            found.append(Mine(due, [str(row) for row in subjects], len(late), total, today))
    return found


def pressing(user: User, today: dt.date) -> list[Mine]:
    """Return what of one's own is overdue or due within sixty days and not handed in: for the start page.

    What was due before December stays until the end of March: others wait for it to close the year.
    """
    window = mine(user, today, from_on=today - OWED_UNTIL, to_on=today + AHEAD)
    return [row for row in window if not row.done]


def by_subject(rows: Iterable[Owed]) -> dict[tuple[str, int], list[Owed]]:
    """Return what is owed by unit or centre: ("unit" or "centre", its key)."""
    found: dict[tuple[str, int], list[Owed]] = defaultdict(list)
    for row in rows:
        key = ("unit", row.unit.pk) if row.unit else ("centre", row.centre.pk if row.centre else 0)
        found[key].append(row)
    return found
