"""Hiding small numbers of people from who may not see the people (docs/adr/0049)."""

from collections.abc import Sequence

from literacy.cohorts.publishing import SMALL

SMALLEST = SMALL


def hidden_cells(counts: Sequence[int], may_see: Sequence[bool]) -> list[bool]:
    """Say which counts of people stay hidden: 1 to 4, where the reader may not see the people themselves.

    Where that hides one alone, the total beside it would give it away: the next smallest is hidden with it.
    """
    hidden = [0 < count < SMALLEST and not seen for count, seen in zip(counts, may_see, strict=True)]
    if sum(hidden) == 1:
        others = [place for place, count in enumerate(counts) if count and not hidden[place] and not may_see[place]]
        if others:
            hidden[min(others, key=lambda place: counts[place])] = True
    return hidden
