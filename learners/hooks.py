"""What happens when both records of one person hold a row that a person can have only once (docs/adr/0013).

Merging knows no classes and no literacy; apps above register a function for their table in their AppConfig.ready.
A table without one leaves the row where it is, with the record that goes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """Columns of a row that merging sets together; written down, and set back when the merge is undone."""

    row: Any
    values: dict[str, Any]


# (the kept record's row, the other's row) → what has to change. May raise Conflict ``keep_other``.
Collision = Callable[[Any, Any], list[Change]]
_collisions: dict[str, Collision] = {}

# (the kept person, once everything has moved) → what has to change because the rows are one person's now.
Afterthought = Callable[[Any], list[Change]]
_afterthoughts: list[Afterthought] = []


def after_moving(function: Afterthought) -> Afterthought:
    """Register a function that looks at the kept person after the move."""
    if function not in _afterthoughts:
        _afterthoughts.append(function)
    return function


def think_after(kept: Any) -> list[Change]:
    """Ask every app what does not fit together now that the rows are one person's."""
    return [change for function in _afterthoughts for change in function(kept)]


def on_collision(label: str) -> Callable[[Collision], Collision]:
    """Register a function for ``app_label.model`` (lower case)."""

    def register(function: Collision) -> Collision:
        _collisions[label] = function
        return function

    return register


def settle(kept: Any, other: Any) -> list[Change]:
    """Ask the app that owns the rows what to change."""
    function = _collisions.get(kept._meta.label_lower)
    return function(kept, other) if function else []
