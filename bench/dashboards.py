"""What the statistics page of the city, a district and a commune reads, kept, against counting the rows.

Ours and the floor answer the same question one after the other in the same run: everything the page of the running
year shows (``overview``: lines, centres, target groups), and the classes C3 counts. The floor is the same page by the
live query of the product (``from_rows``). Times are CPU on SQLite, by the clock on PostgreSQL. Further values: the city
while changes wait to be taken in (shown with the time of its figures), how our time grows with ten times the rows, the
share of bytes that kept figures take, and what they cost when attendance is recorded.

CLC_BENCH_SHARES (default ``0.1,1``) names the shares of a million learners. A database that was filled before
(``seed_demo --scale max``, then CLC_BENCH_INSIDE=1 with its CLC_DATA_DIR) is measured as it is.
"""

import datetime as dt
import io
import os
import statistics as middle
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from bench.harness import cost
from centres.choices import UnitLevel
from centres.models import AdminUnit
from clc_manager.demo.scale_max import Town, grow
from courses.models import Attendance, Enrolment, Session
from indicators import c3
from indicators.models import RollupMark, RollupSheet, RollupState
from indicators.rollups import rebuilding, triggers
from indicators.statistics.groups import overview
from indicators.statistics.periods import presets

NAME = "dashboards"
TARGET = 150
GROWTH = 1.5  # "constant": what a busy machine adds by itself
BYTES = 0.05
UPKEEP = 2.0
ROUNDS = 5
SESSIONS = 40


def _questions(day: Any) -> dict[str, dict[str, Any]]:
    tuan, hoa, nam = (User.objects.get(username=name) for name in ("tuan", "hoa", "nam"))
    year = presets(day)["year"][1]
    days = {"starts_on": year.starts_on, "ends_on": year.ends_on}
    return {
        "city": {"user": tuan, "unit": AdminUnit.objects.get(level=UnitLevel.CITY), **days},
        "district": {"user": hoa, "unit": hoa.memberships.get().unit, **days},
        "commune": {"user": nam, "unit": nam.memberships.get().unit, **days},
    }


def _page(question: dict[str, Any], *, from_rows: bool) -> Any:
    return overview(**question, from_rows=from_rows)


def _look(day: Any, say: Callable[[str], None]) -> dict[str, dict[str, float]]:
    """Seconds of each figure, ours and live; both must say the same."""
    found: dict[str, dict[str, float]] = {}
    for name, question in _questions(day).items():
        assert _page(question, from_rows=False) == _page(question, from_rows=True)
        pairs = [
            (cost(lambda q=question: _page(q, from_rows=False)), cost(lambda q=question: _page(q, from_rows=True)))
            for _turn in range(ROUNDS)
        ]
        found[name] = {
            "ours": middle.median(own for own, _live in pairs),
            "ratio": middle.median(live / own for own, live in pairs),
        }
    found["city while changes wait"] = _waiting(_questions(day)["city"])
    city = AdminUnit.objects.get(level=UnitLevel.CITY)
    closed = dt.date(day.year - (day.month < 12), 11, 30)
    assert c3.measure(unit=city, as_of=closed) == c3.measure(unit=city, as_of=closed, from_rows=True)
    pairs = [
        (
            cost(lambda: c3.measure(unit=city, as_of=closed)),
            cost(lambda: c3.measure(unit=city, as_of=closed, from_rows=True)),
        )
        for _turn in range(ROUNDS)
    ]
    found["c3"] = {
        "ours": middle.median(own for own, _live in pairs),
        "ratio": middle.median(live / own for own, live in pairs),
    }
    say(str(found))
    return found


def _waiting(question: dict[str, Any]) -> dict[str, float]:
    """The page as it is most of the day: some classes have changed since, and the figures say since when they stand."""
    with transaction.atomic():
        classes = Session.objects.order_by("-held_on").values_list("class_group_id", flat=True)[:200]
        RollupMark.objects.bulk_create([RollupMark(class_group_id=pk) for pk in set(classes)])
        pairs = [
            (cost(lambda: overview(**question, may_lag=True)), cost(lambda: overview(**question, from_rows=True)))
            for _turn in range(ROUNDS)
        ]
        transaction.set_rollback(True)
    return {
        "ours": middle.median(own for own, _live in pairs),
        "ratio": middle.median(live / own for own, live in pairs),
    }


def _share_of_bytes() -> float:
    own = [model._meta.db_table for model in (RollupMark, RollupSheet, RollupState)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT sum(pg_total_relation_size(quote_ident(t)::regclass)) FROM unnest(%s) t", [own])
            kept = cursor.fetchone()[0]
            cursor.execute("SELECT pg_database_size(current_database())")
            return float(kept / cursor.fetchone()[0])
        cursor.execute(
            "SELECT sum(pgsize), sum(CASE WHEN m.tbl_name IN (%s, %s, %s) THEN pgsize END) "
            "FROM dbstat s LEFT JOIN sqlite_master m ON m.name = s.name WHERE aggregate = 1",
            own,
        )
        whole, kept = cursor.fetchone()
        return float(kept / whole)


def _upkeep() -> float:
    """How many times what recording attendance bare takes it takes with the triggers there; rolled back."""
    sessions = list(Session.objects.order_by("-pk")[:SESSIONS])
    people = {row.pk: list(Enrolment.objects.filter(class_group=row.class_group_id)) for row in sessions}

    def record() -> None:
        for row in sessions:
            Attendance.objects.bulk_create(
                [Attendance(session=row, enrolment=who, status="present") for who in people[row.pk]]
            )
            Session.objects.filter(pk=row.pk).update(status="held", marked_at=row.marked_at, marked_by=row.marked_by_id)

    def once() -> float:
        with transaction.atomic():
            ids = [row.pk for row in sessions]
            Attendance.objects.filter(session__in=ids).delete()
            Session.objects.filter(pk__in=ids).update(status="planned", marked_at=None, marked_by=None)
            took = cost(record)
            transaction.set_rollback(True)
        return took

    with_triggers = [once() for _turn in range(ROUNDS)]
    with transaction.atomic():
        triggers.remove(connection)
        bare = [once() for _turn in range(ROUNDS)]
        transaction.set_rollback(True)
    return middle.median(with_triggers) / middle.median(bare)


def _grown(day: dt.date, say: Callable[[str], None]) -> Iterator[dict[str, dict[str, float]]]:
    """Build the city, a part after the other, and look each time."""
    call_command("load_reference", as_json=True, stdout=io.StringIO())
    town = Town(today=day, say=say)
    with transaction.atomic():
        town.found()
    for share in (float(part) for part in os.environ.get("CLC_BENCH_SHARES", "0.1,1").split(",")):
        grow(town, share)
        yield _look(day, say)


def measure() -> dict[str, Any]:
    """What ``manage.py bench dashboards`` prints."""

    def say(line: str) -> None:
        sys.stderr.write(line + "\n")

    day = timezone.localdate()
    if Attendance.objects.exists():
        rebuilding.rebuild(say=say)
        looks = [_look(day, say)]
    else:
        looks = list(_grown(day, say))
    first, last = looks[0], looks[-1]
    growth = {name: last[name]["ours"] / first[name]["ours"] for name in last} if len(looks) > 1 else {}
    share, upkeep = _share_of_bytes(), _upkeep()
    started = time.perf_counter()
    different = len(rebuilding.check().different)
    say(f"check: {time.perf_counter() - started:.0f} s")
    ratio = min(look["ratio"] for look in last.values())
    ok = (
        ratio >= TARGET
        and max(growth.values(), default=0) <= GROWTH
        and share <= BYTES
        and upkeep <= UPKEEP
        and not different
    )
    return {
        "name": NAME,
        "ours": round(1 / last["city"]["ours"], 2),
        "floor": round(1 / (last["city"]["ours"] * last["city"]["ratio"]), 4),
        "ratio": round(ratio, 1),
        "target": TARGET,
        "ok": ok,
        "more": {
            **{f"{name}, times faster than live": round(last[name]["ratio"], 1) for name in last},
            **{f"{name}, ms": round(last[name]["ours"] * 1000, 1) for name in last},
            **{f"{name}, times slower with ten times the rows": round(growth[name], 2) for name in growth},
            "share of the database's bytes": round(share, 4),
            "times the bare recording of attendance": round(upkeep, 2),
            "figures that differ from the rows": different,
            "marks": Attendance.objects.count(),
        },
    }
