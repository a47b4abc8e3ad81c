"""What happens when both records of one person hold a row that a person can have only once (docs/adr/0013).

Merging knows no classes and no literacy; apps above register a function for their table in their AppConfig.ready.
A table without one leaves the row where it is, with the record that goes.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
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


# (ids of the two records, who does it, what to tell them afterwards) → entered before the people are locked, left once
# everything stands.
Around = Callable[[list[int], Any, list[str]], AbstractContextManager[None]]
_around: list[Around] = []


def around_merging(function: Around) -> Around:
    """Register a context manager that stands around a merge and around its undoing, in their transaction.

    It may lock rows of its own before, and settle what follows or raise Conflict after; what followed it adds in words
    to the list it is given.
    """
    _around.append(function)
    return function


@contextmanager
def everybody_around(people: list[int], by: Any) -> Iterator[list[str]]:
    """Enter what every app registered; the list holds in words what followed, once all have been left."""
    notes: list[str] = []
    with ExitStack() as stack:
        for function in _around:
            stack.enter_context(function(people, by, notes))
        yield notes
