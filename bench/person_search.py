"""Person search among a million learners against a bare look-up of as many rows by one indexed column.

Half of what is asked comes from staff of a centre, half from an officer who sees the whole city. The floor asks the
same database through the same ORM for twenty people of one exact name, without scope, words or order. Both at the
95th percentile. On PostgreSQL:

    python -m tests.private_postgres sh -c \
        'DATABASE_URL=$CLC_TEST_DATABASE_URL CLC_BENCH_INSIDE=1 python manage.py bench person_search --json'
"""

import random
from typing import Any

from django.db import transaction

from accounts.models import User
from bench.population import SEED, compare_p95, fill
from core.text import search_key
from learners.models import Learner
from learners.selectors import find_people

NAME = "person_search"
TARGET = 0.333  # p95 within three times the look-up
PEOPLE = 1_000_000
QUESTIONS = 300
ROUNDS = 5
SHOWN = 20


def asked_of(rng: random.Random, person: Learner) -> str:
    """What somebody types who looks for this person."""
    words = search_key(person.full_name).split()
    year = person.birth_year or ""
    forms = [
        (30, f"{words[-1]} {words[0]}"), (10, f"{words[0]} {words[-1]}"), (12, person.full_name),
        (8, " ".join(words)), (8, words[-1]), (8, f"{words[-2]} {words[-1]}"), (6, f"{words[0]} {words[-1][:2]}"),
        (8, f"{words[-1]} {words[0]} {year}"), (2, f"{words[0]} {words[1]}"), (3, person.phone[-5:] or person.code),
        (2, person.phone or person.code), (1, person.phone[:7] or person.code), (2, person.code),
    ]  # fmt: skip
    return rng.choices([text for _share, text in forms], [share for share, _text in forms])[0].strip()


def sample(rng: random.Random, count: int) -> list[Learner]:
    """People drawn at random."""
    pks = list(Learner.objects.order_by("pk").values_list("pk", flat=True))
    chosen = rng.choices(pks, k=count)
    found = Learner.objects.in_bulk(set(chosen))
    return [found[pk] for pk in chosen]


def run(rounds: int = ROUNDS) -> dict[str, Any]:
    """Measure inside a transaction that is rolled back."""
    with transaction.atomic():
        result = compare(rounds)
        transaction.set_rollback(True)
    return result


def compare(rounds: int) -> dict[str, Any]:
    """Return questions per second at the 95th percentile of both sides."""
    rng = random.Random(SEED + 1)
    centres, staff, officer = fill(PEOPLE)
    home = list(Learner.objects.filter(centre_links__centre=centres[len(centres) // 2]))
    near = [(staff, asked_of(rng, rng.choice(home))) for _n in range(QUESTIONS // 2)]
    far = [(officer, asked_of(rng, person)) for person in sample(rng, QUESTIONS // 2)]
    names = [person.search_key for person in sample(rng, QUESTIONS)]

    def ours(question: tuple[User, str]) -> None:
        user, text = question
        assert find_people(user=user, text=text, limit=SHOWN), text

    def floor(name: str) -> None:
        assert list(look_up(name))

    questions = [*near, *far]
    rng.shuffle(questions)
    return compare_p95(NAME, ours=ours, floor=floor, questions=questions, looked_up=names, target=TARGET, rounds=rounds)


def look_up(name: str) -> Any:
    """The floor: as many people by one indexed column, with what a list shows of them."""
    return Learner.objects.filter(search_key=name).select_related("neighbourhood", "unit").order_by()[:SHOWN]


def measure() -> dict[str, Any]:
    """What ``manage.py bench person_search`` prints, in a database of its own that may keep what is written."""
    return compare(ROUNDS)
