"""What changed since a literacy year was closed: cell by cell, and whose facts were written down afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from django.db.models import Q, QuerySet

from accounts.models import User
from learners.models import Learner
from literacy.models import LevelStatement, LiteracyAward, LiteracyCheck, YearClosing
from literacy.standards.places import Places
from literacy.standards.tables import Form


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell that would be another one today. ``was`` or ``now`` is None where the row or column is not there."""

    form: str
    row: str
    column: str
    was: int | str | None
    now: int | str | None


def corrections(kept: Mapping[str, Form], computed: Mapping[str, Form]) -> list[Correction]:
    """Return every cell that differs between two states of the same tables, in the order of the tables."""
    return list(chain.from_iterable(_of_form(kept[code], computed[code]) for code in kept))


def _of_form(kept: Form, computed: Form) -> Iterator[Correction]:
    columns = {column.key: column for column in (*kept.columns, *computed.columns) if column.kind != "percent"}
    was, now = ({row.key: row for row in form.rows} for form in (kept, computed))
    for key in dict.fromkeys([*was, *now]):
        one, other = was.get(key), now.get(key)
        label = _label(one or other)
        for column in columns.values():
            if column.key == "no":
                continue
            before, after = (row.cells.get(column.key) if row else None for row in (one, other))
            if before != after:
                yield Correction(kept.code, label, f"{column.group}: {column.heading}".lstrip(": "), before, after)


def _label(row: object) -> str:
    cells = getattr(row, "cells", {})
    return str(cells.get("name") or cells.get("age") or "")


def people_written_later(closing: YearClosing, places: Places, by: User) -> QuerySet[Learner]:
    """Return who was registered or written about for the year after it was closed, of those the user may see."""
    after, until = closing.closed_at, places.day
    units = places.records_of(closing.unit)
    rows = Learner.objects.visible_to(by)
    rows = rows if units is None else rows.filter(unit_id__in=units)
    written = (
        LiteracyAward.objects.filter(created_at__gt=after, certified_on__lte=until).values("learner_id"),
        LevelStatement.objects.filter(created_at__gt=after, stated_on__lte=until).values("learner_id"),
        LiteracyCheck.objects.filter(created_at__gt=after, checked_on__lte=until).values("learner_id"),
    )
    awarded, stated, checked = (Q(pk__in=found) for found in written)
    return rows.filter(Q(created_at__gt=after) | awarded | stated | checked).order_by("sort_key", "pk")
