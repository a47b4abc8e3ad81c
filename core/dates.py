"""Dates as people know them: whole, year and month, or the year only."""

import datetime as dt
import re
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

_FULL = re.compile(r"^(\d{1,2})\s*[./\-\s]\s*(\d{1,2})\s*[./\-\s]\s*(\d{4})$")
_MONTH = re.compile(r"^(\d{1,2})\s*[./\-]\s*(\d{4})$")
_ISO = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?(?:\.0+)?)?$")
_YEAR = re.compile(r"^(\d{4})(?:\.0)?$")
_SERIAL = re.compile(r"^(\d{5})(?:\.0)?$")
_EXCEL_EPOCH = dt.date(1899, 12, 30)
OLDEST_BIRTH_YEAR = 1900


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date of which the day, or day and month, may be unknown. Unknown is not 1 January."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day needs a month")
        # Zero is not unknown: it is no month and no day.
        dt.date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    def __str__(self) -> str:
        if self.month is None:
            return f"{self.year:04d}"
        if self.day is None:
            return f"{self.month:02d}/{self.year:04d}"
        return f"{self.day:02d}/{self.month:02d}/{self.year:04d}"

    @classmethod
    def of(cls, value: dt.date) -> "PartialDate":
        """Return the whole date."""
        return cls(value.year, value.month, value.day)

    @property
    def exact(self) -> dt.date | None:
        """The date when it is known whole."""
        return dt.date(self.year, self.month, self.day) if self.month and self.day else None


def parse_partial_date(value: object, *, today: dt.date | None = None) -> PartialDate | None:
    """Read a birth date as offices write it.

    Takes a date cell, ``dd/mm/yyyy`` (also with . - or spaces), ``mm/yyyy``, ``yyyy``, ISO, or an Excel serial
    number. Returns None for an empty cell. Raises ValueError with a Vietnamese reason.
    """
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        return _checked(PartialDate.of(value.date()), today)
    if isinstance(value, dt.date):
        return _checked(PartialDate.of(value), today)
    text = str(value).strip()
    if not text:
        return None
    try:
        if match := _FULL.match(text):
            day, month, year = map(int, match.groups())
            return _checked(PartialDate(year, month, day), today)
        if match := _ISO.match(text):
            year, month, day = map(int, match.groups())
            return _checked(PartialDate(year, month, day), today)
        if match := _MONTH.match(text):
            return _checked(PartialDate(int(match.group(2)), int(match.group(1))), today)
        if match := _YEAR.match(text):
            return _checked(PartialDate(int(match.group(1))), today)
        if match := _SERIAL.match(text):
            return _checked(PartialDate.of(_EXCEL_EPOCH + dt.timedelta(days=int(match.group(1)))), today)
    except OutOfRange:
        raise
    except ValueError:
        raise ValueError(_("không có ngày này trong lịch")) from None
    raise ValueError(_("không đọc được ngày; viết dd/mm/yyyy hoặc chỉ năm sinh"))


class OutOfRange(ValueError):
    """The date is real but cannot be a birth date."""


def _checked(value: PartialDate, today: dt.date | None) -> PartialDate:
    limit = (today or timezone.localdate()).year
    if not OLDEST_BIRTH_YEAR <= value.year <= limit:
        raise OutOfRange(_("năm phải từ %(from)s đến %(to)s") % {"from": OLDEST_BIRTH_YEAR, "to": limit})
    return value


def read_day(text: str) -> dt.date | None:
    """Read a day of a filter, ``dd/mm/yyyy`` or ISO; None for anything else."""
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def read_year(text: str, default: int) -> int:
    """Return a year typed into an address, four digits; ``default`` for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else default


def age_in_year(birth_year: int | None, year: int) -> int | None:
    """Age as the education survey counts it: report year − birth year; None when unknown."""
    return None if birth_year is None else year - birth_year


def add_months(start: dt.date, months: int) -> dt.date:
    """Return the same day ``months`` later, or the last day of a shorter month."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    last = (dt.date(year + (month == 12), month % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month, min(start.day, last))


@dataclass(frozen=True, slots=True)
class Period:
    """A pair of dates, both included, with a kind (DESIGN, rule 5)."""

    kind: str
    starts_on: dt.date
    ends_on: dt.date

    @classmethod
    def calendar_year(cls, year: int) -> "Period":
        """1 January to 31 December."""
        return cls("calendar_year", dt.date(year, 1, 1), dt.date(year, 12, 31))

    @classmethod
    def literacy_year(cls, year: int) -> "Period":
        """1 October of the year before to 30 September (Circular 19/2020)."""
        return cls("literacy_year", dt.date(year - 1, 10, 1), dt.date(year, 9, 30))

    @classmethod
    def plan_year(cls, year: int) -> "Period":
        """1 December of the year before to 30 November: the plan's report is due before 1 December."""
        return cls("plan_year", dt.date(year - 1, 12, 1), dt.date(year, 11, 30))

    @classmethod
    def school_year(cls, year: int) -> "Period":
        """1 September to 31 August of the next year."""
        return cls("school_year", dt.date(year, 9, 1), dt.date(year + 1, 8, 31))


def plan_year_of(day: dt.date) -> Period:
    """Return the plan year a day belongs to: 1 December to 30 November (plan, part IV)."""
    return Period.plan_year(day.year + (day.month == 12))


def report_year_of(day: dt.date) -> Period:
    """Return the plan year people report on: until the end of March the one that closed, for its report may be late."""
    return Period.plan_year(day.year - (day.month <= 3))
