"""The statistics by unit: columns and rows, for the page, every file and the API."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop

from core.tabular.writing import Cell, Column, Formula, Table
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


# What lines of units add up to: of classes, participations and people one may be in two units.
ADDS_UP = frozenset({"centres", "sessions", MINUTES, "untimed", "certificates", "revoked"})


def unit_columns() -> list[Column]:
    """Return the columns of the files."""
    return [
        Column("Mã đơn vị", "text", 12),
        Column("Đơn vị", "text", 34),
        *(Column(heading, "decimal" if name == MINUTES else "number") for heading, name in UNIT_COUNTS),
        Column("Ghi chú", "text", 50),
    ]


def _exact(name: str, value: int) -> int | float:
    return value / 60 if name == MINUTES else value


def unit_rows(found: Restated) -> Iterator[list[Cell]]:
    """Yield the total, then each unit, then what is not comparable; totals that add up are formulas."""
    counted = sum(line.counted for line in found.lines)
    totals = found.total.as_dict()

    def total(name: str) -> Cell:
        value = _exact(name, totals[name])
        if name not in ADDS_UP or not counted:
            return value
        return Formula(lambda first, letters: f"=SUM({letters}{first + 1}:{letters}{first + counted})", value)

    yield ["", "TỔNG CỘNG", *(total(name) for _heading, name in UNIT_COUNTS), " ".join(found.notes)]
    for line in found.lines:
        values = line.counts.as_dict()
        yield [line.unit.code, line.unit.name, *(_exact(name, values[name]) for _h, name in UNIT_COUNTS), line.remark]


def units_table(found: Restated, titles: Sequence[str], more: Sequence[Table] = ()) -> Table:
    """Return the table of units with what belongs around it."""
    return Table(titles, unit_columns(), list(unit_rows(found)), "Theo đơn vị", frozenset({0}), more)


def units_data(found: Restated) -> list[dict[str, Any]]:
    """Return the lines as plain data."""
    return [
        {"unit": line.unit.code, "name": line.unit.name, "valid_from": line.unit.valid_from.isoformat(),
         "comparable": not line.is_open, "counted": line.counted, "estimated": sorted(line.estimated),
         **line.counts.as_dict()}
        for line in found.lines
    ]  # fmt: skip
