"""How wishes become a plan: pure rules, no database."""

from collections.abc import Iterable
from dataclasses import dataclass

CLASS_SIZE = 30
MOST_CLASSES = 12
MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class Wish:
    """How many people want one thing; ``key`` is whatever the caller knows it by."""

    key: int
    people: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A line to begin with; the centre changes it as it sees fit."""

    key: int
    quarter: int
    class_count: int
    expected_participants: int


def propose(wishes: Iterable[Wish], *, most: int = MOST_LINES, class_size: int = CLASS_SIZE) -> list[Proposal]:
    """Turn the most wanted things into lines: most wanted first, spread over the quarters in turn.

    A class is opened for every ``class_size`` people begun, never more than twelve. What nobody wants makes no line.
    Equal wishes keep the order they came in.
    """
    wanted = sorted((wish for wish in wishes if wish.people > 0), key=lambda wish: -wish.people)[:most]
    return [
        Proposal(
            key=wish.key,
            quarter=place % 4 + 1,
            class_count=min(-(-wish.people // class_size), MOST_CLASSES),
            expected_participants=wish.people,
        )
        for place, wish in enumerate(wanted)
    ]
