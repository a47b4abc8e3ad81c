"""Look-alikes of a new person among a million learners against a bare look-up by one indexed column.

The desk of a centre of two thousand people describes somebody: name, mostly a birth date, sometimes phone and number.
Floor and way of measuring as in ``person_search``.
"""

import random
from typing import Any

from django.db import transaction

from bench.person_search import look_up, sample
from bench.population import SEED, compare_p95, fill
from core.text import search_key
from learners.models import Learner
from learners.selectors import find_lookalikes

NAME = "lookalikes"
TARGET = 0.1  # p95 within ten times the look-up
PEOPLE = 1_000_000
QUESTIONS = 300
ROUNDS = 5


def described(rng: random.Random, person: Learner) -> dict[str, Any]:
    """The person as somebody else would write them down."""
    words = person.full_name.split()
    name = rng.choice([person.full_name, search_key(person.full_name), f"{words[0]} {words[-1]}", person.full_name])
    return {
        "full_name": name,
        "birth": person.birth if rng.random() < 0.8 else None,
        "phone": person.phone if rng.random() < 0.5 else "",
        "personal_id": f"001{rng.randint(0, 10**9 - 1):09d}" if rng.random() < 0.5 else "",
    }


def run(rounds: int = ROUNDS) -> dict[str, Any]:
    """Measure inside a transaction that is rolled back."""
    with transaction.atomic():
        result = compare(rounds)
        transaction.set_rollback(True)
    return result


def compare(rounds: int) -> dict[str, Any]:
    """Return questions per second at the 95th percentile of both sides."""
    rng = random.Random(SEED + 2)
    centres, staff, _officer = fill(PEOPLE)
    centre = centres[len(centres) // 2]
    home = list(Learner.objects.filter(centre_links__centre=centre))
    questions = [described(rng, rng.choice(home)) for _n in range(QUESTIONS)]
    names = [person.search_key for person in sample(rng, QUESTIONS)]

    def ours(question: dict[str, Any]) -> None:
        find_lookalikes(user=staff, centre=centre, **question)

    def floor(name: str) -> None:
        assert list(look_up(name))

    return compare_p95(NAME, ours=ours, floor=floor, questions=questions, looked_up=names, target=TARGET, rounds=rounds)


def measure() -> dict[str, Any]:
    """What ``manage.py bench lookalikes`` prints, in a database of its own that may keep what is written."""
    return compare(ROUNDS)
