"""Revisions in words people read, in the language of the reader."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from courses.models import PlanLine, PlanRevision
from courses.planning.choices import Funding, Quarter


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a line, before and after; ``before`` is empty for a line that was added."""

    label: str
    before: str
    after: str


def changes_of(revision: PlanRevision) -> list[Change]:
    """Return what a revision changed, field by field."""
    return [
        Change(str(PlanLine._meta.get_field(name).verbose_name), shown(name, pair[0]), shown(name, pair[1]))  # type: ignore[union-attr]
        for name, pair in revision.changes.items()
    ]


def shown(name: str, value: Any) -> str:
    """Return a stored value as the pages show it."""
    if value is None or value == "":
        return _("chưa xác định") if name == "funding" and value == "" else ""
    if name == "quarter":
        return str(Quarter(value).label)
    return str(Funding(value).label) if name == "funding" else str(value)
