"""The register page of a commune of 20,000 people against the queries it cannot do without.

Among 50,000 people, 20,000 live in one commune; of nine in ten something is known. The floor counts them by level and
reads fifty of them in Vietnamese order with where they stand, through the same ORM and nothing else. Ours is the whole
page, through the test client: session, scope, filters, tabs, table; the first page and the last are asked in turn.
The commune's page must also cost as many queries as that of an empty commune. On PostgreSQL:

    python -m tests.private_postgres sh -c \
        'DATABASE_URL=$CLC_TEST_DATABASE_URL CLC_BENCH_INSIDE=1 python manage.py bench literacy_register --json'
"""

import random
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from bench.harness import compare
from bench.population import DAY, SEED, fill
from centres.models import AdminUnit, Centre, CentreLocation, Membership
from clc_manager.reference import load_apps
from core.bulk import OneOf, insert_rows
from learners.models import Learner, LearnerCentre
from literacy.models import LevelStatement
from literacy.services import restate

NAME = "literacy_register"
TARGET = 0.333  # the page within three times the queries
PEOPLE = 50_000
COMMUNE = 20_000
ROUNDS = 9
KNOWN = 0.9
BATCH = 5000


def run(rounds: int = ROUNDS) -> dict[str, Any]:
    """Measure inside a transaction that is rolled back."""
    with transaction.atomic():
        result = compare_page(rounds)
        transaction.set_rollback(True)
    return result


def measure() -> dict[str, Any]:
    """What ``manage.py bench literacy_register`` prints, in a database of its own that may keep what is written."""
    return compare_page(ROUNDS)


def _commune(city: AdminUnit, code: str, name: str) -> tuple[AdminUnit, User]:
    """A commune with its centre and its officer."""
    unit = AdminUnit.objects.create(code=code, level="commune", kind="xa", name=name, parent=city, valid_from=DAY)
    centre = Centre.objects.create(code=f"BENCH-{code}", name=f"Trung tâm {name}", established_on=DAY)
    CentreLocation.objects.create(centre=centre, unit=unit, valid_from=DAY)
    officer = User.objects.create_user(f"bench-{code}", None, full_name="Đo Lường")
    Membership.objects.create(user=officer, role=Role.AREA_OFFICER, unit=unit, valid_from=DAY)
    return unit, officer


def _populate(unit: AdminUnit, by: User) -> None:
    """Let the first people live in the commune, known to its centre, most with a level."""
    rng = random.Random(SEED)
    centre = Centre.objects.get(locations__unit=unit)
    people = list(Learner.objects.order_by("pk").values_list("pk", flat=True)[:COMMUNE])
    said = {
        "proof": "survey", "stated_on": DAY, "source": "do.xlsx", "centre_id": centre.pk, "recorded_by_id": by.pk,
    }  # fmt: skip
    for start in range(0, len(people), BATCH):
        keys = people[start : start + BATCH]
        Learner.objects.filter(OneOf("pk", keys)).update(unit=unit)
        LearnerCentre.objects.bulk_create([LearnerCentre(learner_id=pk, centre=centre, since=DAY) for pk in keys])
        levels = [(pk, rng.choice((0, 1, 2, 2, 2))) for pk in keys if rng.random() < KNOWN]
        insert_rows(LevelStatement, ("learner_id", "level"), levels, same=said)
        restate(keys)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _floor(unit: AdminUnit, year: int, last: int) -> None:
    people = Learner.objects.filter(unit=unit, birth_year__range=(year - 60, year - 15))
    counts = dict(people.order_by().values_list("level_standing__level").annotate(Count("pk")))
    start = max(0, (sum(counts.values()) - 1) // 50 * 50) if last else 0
    rows = people.select_related("neighbourhood", "level_standing").order_by("sort_key", "pk")[start : start + 50]
    assert list(rows)


def compare_page(rounds: int) -> dict[str, Any]:
    """Return pages per second of both sides, and the queries of the full and of an empty commune."""
    load_apps()
    fill(PEOPLE)
    city = AdminUnit.objects.get(code="01", level="city")
    unit, officer = _commune(city, "99995", "Xã Đông")
    _empty, nobody = _commune(city, "99994", "Xã Vắng")
    _populate(unit, officer)
    url, year = reverse("literacy:register"), timezone.localdate().year
    mine, theirs = count(), count()
    client, other = (Client(headers={"host": "localhost"}) for _who in range(2))
    client.force_login(officer)
    other.force_login(nobody)

    def ours() -> None:
        page = client.get(url, {"page": "9999"} if next(mine) % 2 else {})
        assert page.status_code == 200

    def queries(who: Client) -> int:
        who.get(url)
        with CaptureQueriesContext(connection) as log:
            assert who.get(url).status_code == 200
        return len(log)

    few, many = queries(other), queries(client)
    result = compare(
        NAME, ours=ours, floor=lambda: _floor(unit, year, next(theirs) % 2), units=1, target=TARGET, rounds=rounds
    )
    return result | {"queries": many, "ok": result["ok"] and many <= few + 1}
