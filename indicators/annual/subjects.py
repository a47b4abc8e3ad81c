"""Who reports on which plan for which year."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import UnitLevel
from centres.models import AdminUnit, Centre
from centres.selectors import unit_of_centre
from core.dates import Period
from core.errors import InvalidInput
from indicators.choices import SectionKind
from indicators.models import AnnualReport, Plan
from indicators.statistics.questions import Question, with_scope

TEXTS = Path(__file__).resolve().parent.parent / "data" / "annual"
DUE = (12, 1)  # the plan: before 1 December


@dataclass(frozen=True)
class Subject:
    """A unit or a centre, a plan and a plan year."""

    plan: Plan
    year: int
    unit: AdminUnit | None = None
    centre: Centre | None = None

    @classmethod
    def of(cls, report: AnnualReport) -> "Subject":
        """The subject of a report."""
        return cls(report.plan, report.year, report.unit, report.centre)

    @property
    def place(self) -> AdminUnit | Centre:
        """The unit or centre."""
        found = self.unit or self.centre
        assert found is not None
        return found

    @property
    def level(self) -> str:
        """``city``, ``district``, ``commune`` or ``centre``: also the name of its first text."""
        return "centre" if self.unit is None else self.unit.level

    @property
    def period(self) -> Period:
        """1 December of the year before to 30 November."""
        return Period.plan_year(self.year)

    @property
    def as_of(self) -> dt.date:
        """The last day figures are taken of: the end of the plan year, or today when it still runs."""
        return min(self.period.ends_on, timezone.localdate())

    @property
    def question(self) -> Question:
        """What statistics are asked for it."""
        return Question(self.period.starts_on, self.as_of, self.unit, self.centre)

    @property
    def asker(self) -> User:
        """Who asks statistics: nobody in particular, who sees the figures of the subject and of nothing else."""
        nobody = User(pk=0, username="", full_name="")
        return with_scope(nobody, None if self.unit else [self.centre.pk] if self.centre else [], self.unit)

    @property
    def commune(self) -> AdminUnit | None:
        """The unit a centre lies in on the last day; of a unit itself."""
        return self.unit if self.centre is None else unit_of_centre(self.centre.pk, self.as_of)

    def check_year(self) -> None:
        """Raise InvalidInput when the year is not one of the plan's, or has not begun."""
        has_begun = self.period.starts_on <= timezone.localdate()
        if not (self.plan.starts_on.year <= self.year <= self.plan.ends_on.year and has_begun):
            raise InvalidInput("year_wrong", _("Năm không thuộc kế hoạch, hoặc chưa tới."))


def due_on(year: int) -> dt.date:
    """Return the day before which the report of a year is due."""
    return dt.date(year, *DUE)


def goes_to(subject: Subject) -> str:
    """Return whom the report is sent to, in Vietnamese as it is recorded."""
    if subject.centre is not None:
        commune = subject.commune
        return f"Ủy ban nhân dân {_lower(commune.name)}" if commune else "Ủy ban nhân dân xã, phường"
    if subject.level == UnitLevel.CITY:
        return "Bộ Giáo dục và Đào tạo, Thành ủy, Hội đồng nhân dân Thành phố"
    return "Ủy ban nhân dân Thành phố (qua Sở Giáo dục và Đào tạo)"


def office_of(unit: AdminUnit) -> str:
    """Return who speaks in a unit's report; districts have ended, so theirs is about the area."""
    if unit.level == UnitLevel.DISTRICT:
        return f"địa bàn {_lower(unit.name)} (cũ)"
    return f"Ủy ban nhân dân {_lower(unit.name)}"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def starting_text(level: str) -> list[tuple[str, str, str]]:
    """Return the sections a first report of a level begins with: kind, heading, body. From ``indicators/data/annual``.

    A section begins with ``== kind: heading``; everything up to the next one is its body.
    """
    found: list[tuple[str, str, list[str]]] = []
    for line in (TEXTS / f"{level}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            kind, _colon, heading = line[3:].partition(":")
            found.append((SectionKind(kind.strip()).value, heading.strip(), []))
        elif found:
            found[-1][2].append(line)
    return [(kind, heading, "\n".join(lines).strip()) for kind, heading, lines in found]
