"""The statistics by unit: columns and rows, for the page, every file and the API."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from django.utils.translation import gettext_noop

from core.tabular.writing import Cell, Column
from indicators.exports import COUNTS
from indicators.statistics.restate import Measures, Restated, UnitLine

MINUTES = "minutes"
# Heading and measure. Hours are shown from minutes, to the quarter of an hour that timetables have.
UNIT_COUNTS: tuple[tuple[str, str], ...] = (
    (gettext_noop("Trung tâm"), "centres"),
    *COUNTS[:4],
    (gettext_noop("Giờ học"), MINUTES),
    (gettext_noop("Buổi chưa rõ giờ"), "untimed"),
    *COUNTS[4:],
)


class Shown(NamedTuple):
    """A figure as people read it, and whether weights had a part in it."""

    value: int | float
    estimated: bool


def shown(name: str, value: int) -> int | float:
    """Return hours for minutes, anything else as it is."""
    return round(value / 60, 2) if name == MINUTES else value


def unit_values(line: UnitLine | Measures, estimated: Collection[str] = ()) -> list[Shown]:
    """Return the figures of a line in the order of ``UNIT_COUNTS``."""
    counts = line.counts if isinstance(line, UnitLine) else line
    marks = line.estimated if isinstance(line, UnitLine) else estimated
    parts = {"classes": {"classes_led", "classes_took_part"}}
    values = counts.as_dict()
    return [
        Shown(shown(name, values[name]), bool({name, *parts.get(name, ())} & set(marks)))
        for _heading, name in UNIT_COUNTS
    ]


def unit_columns() -> list[Column]:
    """Return the columns of the files."""
    return [
        Column("Mã đơn vị", "text", 12),
        Column("Đơn vị", "text", 34),
        *(Column(heading) for heading, _name in UNIT_COUNTS),
        Column("Ghi chú", "text", 50),
    ]


def unit_rows(found: Restated) -> Iterator[list[Cell]]:
    """Yield the total, then each unit, then what is not comparable."""
    yield ["", "TỔNG CỘNG", *(item.value for item in unit_values(found.total)), " ".join(found.notes)]
    for line in found.lines:
        yield [line.unit.code, line.unit.name, *(item.value for item in unit_values(line)), line.remark]
