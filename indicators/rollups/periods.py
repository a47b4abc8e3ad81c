"""The periods statistics are kept for: calendar months, quarters and years, plan, literacy and school years."""

import datetime as dt
from collections.abc import Iterator

Span = tuple[dt.date, dt.date]

# First month and length in months; every such period repeats from there: months, quarters, then the four years that
# begin in January, December, October and September (core.dates.Period).
KINDS = ((1, 1), (1, 3), (1, 12), (12, 12), (10, 12), (9, 12))
MONTHS = 12


def _begin(index: int) -> dt.date:
    return dt.date(index // MONTHS, index % MONTHS + 1, 1)


def _span(index: int, length: int) -> Span:
    return _begin(index), _begin(index + length) - dt.timedelta(days=1)


def spans_of(day: dt.date) -> list[Span]:
    """Return the standard periods a day lies in, shortest first."""
    month = day.year * MONTHS + day.month - 1
    return [_span(month - (month - first + 1) % length, length) for first, length in KINDS]


def spans_between(first_on: dt.date, last_on: dt.date) -> list[Span]:
    """Return every standard period that holds one of the days, in order."""
    return sorted({span for day in _months(first_on, last_on) for span in spans_of(day)})


def _months(first_on: dt.date, last_on: dt.date) -> Iterator[dt.date]:
    for index in range(first_on.year * MONTHS + first_on.month - 1, last_on.year * MONTHS + last_on.month):
        yield _begin(index)


def standard_span(starts_on: dt.date, ends_on: dt.date, today: dt.date) -> Span | None:
    """Return the standard period two days mean, None when there is none.

    A running period is asked for until today: what was held cannot lie in the future (the reader makes sure).
    """
    for span in spans_of(starts_on):
        if span[0] == starts_on and (span[1] == ends_on or ends_on == today < span[1]):
            return span
    return None
