"""The periods that cohorts are cut by: the quarter or year in which people were first certified."""

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.dates import Period

# Key and words. Four quarters make a calendar year; a literacy year is the last quarter of one and three of the next.
BY: dict[str, str | Promise] = {
    "quarter": _lazy("Quý"),
    "year": _lazy("Năm dương lịch"),
    "literacy_year": _lazy("Năm xóa mù chữ (01/10–30/09)"),
}


@dataclass(frozen=True, slots=True, order=True)
class CohortPeriod:
    """One quarter or year: its first and last day, and a key such as ``2026-Q1``, ``2026`` or ``2025-2026``."""

    starts_on: dt.date
    ends_on: dt.date
    key: str
    by: str

    @property
    def label(self) -> str:
        """The period in words."""
        if self.by == "quarter":
            return _("Quý %(q)s/%(year)s") % {"q": self.key[-1], "year": self.starts_on.year}
        if self.by == "year":
            return _("Năm %(year)s") % {"year": self.key}
        return _("Năm xóa mù chữ %(years)s") % {"years": self.key}


def period_of(day: dt.date, by: str) -> CohortPeriod:
    """Return the period a day lies in."""
    if by == "quarter":
        quarter = (day.month - 1) // 3 + 1
        first = dt.date(day.year, quarter * 3 - 2, 1)
        following = dt.date(day.year + quarter // 4, quarter * 3 % 12 + 1, 1)
        return CohortPeriod(first, following - dt.timedelta(days=1), f"{day.year}-Q{quarter}", by)
    if by == "year":
        period = Period.calendar_year(day.year)
        return CohortPeriod(period.starts_on, period.ends_on, str(day.year), by)
    last = day.year + (day.month >= 10)
    period = Period.literacy_year(last)
    return CohortPeriod(period.starts_on, period.ends_on, f"{last - 1}-{last}", by)


def period_named(key: str, by: str) -> CohortPeriod | None:
    """Return the period of a key as it stands in an address; None for anything else."""
    year, _dash, rest = key.partition("-")
    if not (year.isdecimal() and len(year) == 4 and 1900 <= int(year) <= 2999):
        return None
    month = {"quarter": {"Q1": 1, "Q2": 4, "Q3": 7, "Q4": 10}.get(rest), "year": 1, "literacy_year": 10}.get(by)
    if month is None:
        return None
    period = period_of(dt.date(int(year), month, 1), by)
    return period if period.key == key else None
