"""Whether the official tables agree, cell by cell, with themselves and with each other. They must, or none goes out."""

from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext as _

from core.errors import Conflict
from literacy.standards.tables import FOUR, Form, Row

PARTS = [key for key, _words in FOUR]


class FormsDisagree(Conflict):
    """Totals differ; the message names each cell."""


def require_agreement(forms: Mapping[str, Form]) -> None:
    """Raise FormsDisagree with the name of every cell that does not add up."""
    if wrong := list(disagreements(forms)):
        words = _("Các biểu không khớp nhau nên không xuất: %(cells)s. Hãy báo người quản trị hệ thống.")
        raise FormsDisagree("forms_disagree", words % {"cells": "; ".join(wrong[:20])}, cells=wrong)


def disagreements(forms: Mapping[str, Form]) -> Iterator[str]:
    """Yield each cell that does not agree, as ``CMC-2 [15-25, mc1.all] 3 ≠ 4 (XMC-3 [15-25, mc1.all])``."""
    for form in forms.values():
        yield from _sums(form)
        for row in form.rows:
            yield from _within(form, row)
    yield from _between(forms)


def _cell(form: Form, row: str, column: str) -> str:
    return f"{form.code} [{row}, {column}]"


def _sums(form: Form) -> Iterator[str]:
    """A total is the sum of its rows, and the sum of nothing else."""
    numbers = [column.key for column in form.columns if column.kind == "number"]
    for row in form.rows:
        if not row.sums:
            continue
        members = [form.row(key) for key in row.sums]
        for key in numbers:
            added = sum(int(member.cells[key]) for member in members)
            if row.cells[key] != added:
                yield f"{_cell(form, row.key, key)} {row.cells[key]} ≠ {added}"


def _within(form: Form, row: Row) -> Iterator[str]:
    """In a row: no count below 0; parts within the whole; people = illiterate + literate + unknown; MC1 within MC2."""
    cells = {key: value for key, value in row.cells.items() if isinstance(value, int)}
    for key, value in cells.items():
        if value < 0:
            yield f"{_cell(form, row.key, key)} {value} < 0"
        name, _dot, part = key.partition(".")
        wholes = {"all": (), "minority_women": ("women", "minority")}.get(part, ("all",))
        for whole in wholes:
            if f"{name}.{whole}" in cells and value > cells[f"{name}.{whole}"]:
                yield f"{_cell(form, row.key, key)} {value} > {cells[f'{name}.{whole}']} ({name}.{whole})"
    for people in [key for key in cells if "people." in key]:
        prefix, _people, part = people.rpartition("people.")
        got = {name: cells.get(f"{prefix}{name}.{part}") for name in ("mc1", "bc1", "mc2", "bc2", "unknown")}
        for level in ("1", "2"):
            pieces = (got[f"mc{level}"], got[f"bc{level}"], got["unknown"])
            if None not in pieces and sum(piece or 0 for piece in pieces) != cells[people]:
                yield f"{_cell(form, row.key, people)} {cells[people]} ≠ {pieces} (mc{level} + bc{level} + unknown)"
        for small, large in (("mc1", "mc2"), ("bc2", "bc1")):
            one, other = got[small], got[large]
            if one is not None and other is not None and one > other:
                yield f"{_cell(form, row.key, f'{prefix}{small}.{part}')} {one} > {other} ({large})"


def _between(forms: Mapping[str, Form]) -> Iterator[str]:
    """The same people in two tables: each pair of cells that says the same."""
    cmc_1, cmc_2, xmc_3, xmc_4 = (forms[code] for code in ("CMC-1", "CMC-2", "XMC-3", "XMC-4"))
    groups = [row.key for row in xmc_3.rows if row.sums]
    for group in groups:
        for name in ("people", "mc1", "mc2", "unknown"):
            for part in PARTS:
                yield from _same(xmc_3, group, f"{name}.{part}", cmc_1, "total", f"{group}{name}.{part}")
        for name in ("people", "bc1", "bc2", "unknown"):
            yield from _same(xmc_3, group, f"{name}.all", xmc_4, "total", f"{group}{name}.all")
    for band in [row for row in cmc_2.rows if not row.sums]:
        low, high = (int(part) for part in band.key.split("-"))
        ages = [xmc_3.row(str(age)) for age in range(low, high + 1)]
        for key in _counts(cmc_2, ("people", "mc1", "mc2", "unknown")):
            added = sum(int(row.cells[key]) for row in ages)
            if band.cells[key] != added:
                yield f"{_cell(cmc_2, band.key, key)} {band.cells[key]} ≠ {added} (XMC-3, {low}–{high})"
    widest = max(groups, key=lambda key: int(key.split("-")[1]))
    for key in _counts(cmc_2, ("people", "mc1", "mc2", "unknown")):
        yield from _same(cmc_2, "total", key, xmc_3, widest, key)
    for row in cmc_1.rows:
        for group in groups:
            for name in ("people", "unknown"):
                yield from _same(cmc_1, row.key, f"{group}{name}.all", xmc_4, row.key, f"{group}{name}.all")


def _counts(form: Form, names: Iterable[str]) -> Iterator[str]:
    for column in form.columns:
        if column.kind == "number" and column.key.partition(".")[0] in names:
            yield column.key


def _same(one: Form, row: str, column: str, other: Form, other_row: str, other_column: str) -> Iterator[str]:
    mine, theirs = one.row(row).cells[column], other.row(other_row).cells[other_column]
    if mine != theirs:
        yield f"{_cell(one, row, column)} {mine} ≠ {theirs} ({_cell(other, other_row, other_column)})"
