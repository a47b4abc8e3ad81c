"""The curve of who is still literate: Kaplan–Meier over the plan of checks, without a database (docs/adr/0042).

Time is counted in the checks of the plan (months after certification), not in days: everybody is looked at there, so
whoever was seen at twelve months was at risk at twelve months, whether the visit was a week early or late.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Step:
    """One point of the curve: ``months`` after certification.

    ``at_risk``: people still observed and literate before it; ``relapsed`` there for the first time; ``censored``: not
    observed beyond it. ``survival`` with its confidence interval, from 0 to 1. Where the estimate is 0 or 1 the formula
    has no value, and the interval is that point: nothing to be read from.
    """

    months: int
    at_risk: int
    relapsed: int
    censored: int
    survival: float
    lower: float
    upper: float


def kaplan_meier(counts: Mapping[tuple[int, bool], int]) -> list[Step]:
    """Return the product-limit estimate from ``{(months, relapsed): people}``; empty for nobody.

    Survival is the product of (1 − relapsed/at risk). The interval is the exponential Greenwood one ("log-log"):
    S to the power of exp(±z·√V / log S) with V = Σ relapsed/(at risk·(at risk − relapsed)).
    """
    if not sum(counts.values()):
        return []
    moments = sorted({0, *(months for months, _relapsed in counts)})
    at_risk, survival, variance = sum(counts.values()), 1.0, 0.0
    steps = []
    for months in moments:
        relapsed, censored = counts.get((months, True), 0), counts.get((months, False), 0)
        if relapsed:
            survival *= 1 - relapsed / at_risk
            variance += relapsed / (at_risk * (at_risk - relapsed)) if relapsed < at_risk else 0.0
        steps.append(Step(months, at_risk, relapsed, censored, survival, *_interval(survival, variance)))
        at_risk -= relapsed + censored
    return steps


def _interval(survival: float, variance: float) -> tuple[float, float]:
    if survival in (0.0, 1.0):
        return survival, survival
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    log = math.log(survival)
    shift = z * math.sqrt(variance) / log
    low, high = (math.exp(log * math.exp(sign * shift)) for sign in (-1, 1))
    return min(low, high), max(low, high)
