"""What happens after a class is closed, in the same transaction; and what the apps above know of a person.

Courses know nothing of literacy; apps above register a function here in their AppConfig.ready (docs/adr/0006).
This is explicit and typed where a signal would be neither.
"""

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

ClosingHook = Callable[..., None]
_after_closing: list[ClosingHook] = []


def after_closing(function: ClosingHook) -> ClosingHook:
    """Register ``function(class_group=…, passed=[Enrolment…], by=user)``."""
    if function not in _after_closing:
        _after_closing.append(function)
    return function


# Returns which of the people are known to have completed the phase, from proof that courses knows nothing of.
PhaseProof = Callable[[Collection[int], int], set[int]]
_phase_proofs: list[PhaseProof] = []


def phase_proof(function: PhaseProof) -> PhaseProof:
    """Register ``function(learner_ids, phase)`` → ids of those who have completed the phase or a higher one."""
    if function not in _phase_proofs:
        _phase_proofs.append(function)
    return function


def proven_elsewhere(learner_ids: Collection[int], phase: int) -> set[int]:
    """Ask every registered function."""
    found: set[int] = set()
    for function in _phase_proofs:
        found |= function(learner_ids, phase)
    return found


# Returns since which day people have lost what they had completed, from what courses knows nothing of.
LostSince = Callable[[Collection[int]], dict[int, dt.date]]
_lost_since: list[LostSince] = []


def completion_lost(function: LostSince) -> LostSince:
    """Register ``function(learner_ids)`` → the day on which it was found that somebody has to learn again."""
    if function not in _lost_since:
        _lost_since.append(function)
    return function


def lost_since(learner_ids: Collection[int]) -> dict[int, dt.date]:
    """Ask every registered function; the latest day holds."""
    found: dict[int, dt.date] = {}
    for function in _lost_since:
        for learner_id, day in function(learner_ids).items():
            found[learner_id] = max(day, found.get(learner_id, day))
    return found


def run_after_closing(*, class_group: Any, passed: list[Any], by: Any) -> None:
    """Call every registered function; an error in one undoes the closing."""
    for function in _after_closing:
        function(class_group=class_group, passed=passed, by=by)
