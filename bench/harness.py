"""One of our jobs and its floor, alternately in the same run: absolute times mean nothing on a noisy machine.

A benchmark is a module with ``NAME`` and ``measure()`` returning name, ours, floor, ratio, target, ok. ``ours`` and
``floor`` are rates (higher is better) from ``cost``; ``ratio`` is the median of the per-round ratios.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

Work = Callable[[], None]


def cost(work: Work) -> float:
    """Return the seconds a work takes: of this process's CPU, or by the clock where another process is the database."""
    clock = time.perf_counter if connection.vendor == "postgresql" else time.process_time
    start = clock()
    work()
    return clock() - start


def compare(
    name: str,
    *,
    ours: Work,
    floor: Work,
    units: int,
    target: float,
    rounds: int = 5,
    prepare: Work | None = None,
    floor_units: int | None = None,
) -> dict[str, Any]:
    """Measure ``rounds`` alternating rounds after one of each to warm up.

    ``units`` is what one run handles (rows, papers), ``floor_units`` what one of the floor does if that is less;
    ``prepare`` runs before each, unmeasured. The ratio is our rate
    divided by the floor's.
    """
    mine: list[float] = []
    theirs: list[float] = []
    for turn in range(rounds + 1):
        pairs = ((ours, mine), (floor, theirs)) if turn % 2 else ((floor, theirs), (ours, mine))
        for work, times in pairs:
            if prepare:
                prepare()
            times.append(cost(work))
    del mine[0], theirs[0]  # the warm-up
    share = units / (floor_units or units)
    ratio = statistics.median(low * share / own for own, low in zip(mine, theirs, strict=True))
    return {
        "name": name,
        "ours": round(units / statistics.median(mine), 2),
        "floor": round((floor_units or units) / statistics.median(theirs), 2),
        "ratio": round(ratio, 3),
        "target": target,
        "ok": ratio >= target,
    }
