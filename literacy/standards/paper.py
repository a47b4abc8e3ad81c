"""What stands around the cells of an official table, and how they are grouped, on paper and in a spreadsheet."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from centres.choices import UnitLevel
from centres.models import AdminUnit
from literacy.standards.tables import Cell, Column, Form

MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
SIGNERS = ("NGƯỜI LẬP BIỂU", "CHỦ TỊCH")


@dataclass(frozen=True, slots=True)
class Head:
    """Whose table it is, of which literacy year and day, and whether it is final (``state``)."""

    unit: AdminUnit
    year: int
    as_of: dt.date
    state: str

    @property
    def office(self) -> str:
        """The body above the table."""
        of = "thành phố" if self.unit.level == UnitLevel.CITY else ""
        name = self.unit.name if not of else self.unit.name.removeprefix("Thành phố ")
        return f"ỦY BAN NHÂN DÂN {of} {name}".replace("  ", " ").upper()

    @property
    def years(self) -> str:
        """The literacy year in words: ``2025–2026``."""
        return f"{self.year - 1}–{self.year}"

    @property
    def line(self) -> str:
        """The line below the title."""
        return f"Năm xóa mù chữ {self.years} · số liệu đến ngày {self.as_of:%d/%m/%Y} · {self.state}"


def draft_state(today: dt.date) -> str:
    """What is said of a table of a year that was not closed."""
    return f"tạm tính ngày {today:%d/%m/%Y}, chưa khóa"


def heading_groups(columns: Sequence[Column]) -> Iterator[tuple[str, int, list[Column]]]:
    """Yield (heading above, position of the first column, columns); a column without such a heading stands alone."""
    at = 0
    for group, members in groupby(enumerate(columns), key=lambda pair: pair[1].group or f"#{pair[0]}"):
        found = [column for _index, column in members]
        yield ("" if group.startswith("#") else group), at, found
        at += len(found)


def printed(value: Cell | Decimal | None) -> str:
    """Return a cell as people read it: 1234 → ``1.234``, 57.14 → ``57,14``."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", ",")
    return f"{value:,}".replace(",", ".") if isinstance(value, int) else value


@dataclass(frozen=True, slots=True)
class Part:
    """Columns of a table that fit beside each other on paper: what they are about, headings, rows."""

    caption: str
    groups: list[tuple[str, int, list[Column]]]
    lines: list[dict[str, Any]]


def parts_of(form: Form) -> list[Part]:
    """Return a table as it is printed: one part for each group of ages where its columns name one, else one part.

    A spreadsheet has room for sixty columns; a page has not. Columns that name the row stand in every part.
    """
    labels = [column for column in form.columns if not column.group and column.kind == "text"]
    captions = list(dict.fromkeys(column.group.partition(": ")[0] for column in form.columns if ": " in column.group))
    if not captions:
        return [_part("", form, form.columns)]
    loose = [column for column in form.columns if column.group and ": " not in column.group]
    parts = []
    for index, caption in enumerate(captions):
        mine = [column for column in form.columns if column.group.startswith(f"{caption}: ")]
        columns = [*labels, *(loose if index == 0 else []), *mine]
        parts.append(_part(caption, form, columns))
    return parts


def _part(caption: str, form: Form, columns: Sequence[Column]) -> Part:
    lines = [
        {"total": bool(row.sums), "cells": [(printed(form.value(row, column)), column.kind) for column in columns]}
        for row in form.rows
    ]
    groups = [
        (group.partition(": ")[2].capitalize() or group, at, found) for group, at, found in heading_groups(columns)
    ]
    return Part(caption, groups, lines)
