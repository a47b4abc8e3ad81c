"""Verification: the public page of a certificate, against a bare Django view behind the same middleware and server.

A server of its own (granian, as ``serve`` starts it) answers both: the page of a certificate in force (which a forged
one shares: what is forged in a signed part never reaches the server), of codes that nobody has, of texts that are no
code, and the bare view, in turn. Then 200 connections at once, and a hundred thousand random codes.
"""

import contextlib
import datetime as dt
import itertools
import os
import random
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import User
from bench.load import Load, load
from centres.models import AdminUnit, Centre
from certificates.choices import CertificateKind, CertificateState
from certificates.models import Certificate, Register
from certificates.selectors import look_up
from clc_manager.startup import web_server
from core.text import split_name
from core.tokens import new_token
from courses.choices import ClassStatus, EnrolmentStatus
from courses.models import ClassGroup, Course, Enrolment, Topic
from learners.models import Learner

NAME = "verification"
TARGETS = {"sqlite": 0.5, "postgresql": 0.4}
ENTRIES = 2000
SECONDS = 2.0  # of load, a round and kind
MANY = 200  # connections at once
GUESSES = 100_000
DAY = dt.date(2026, 7, 6)


def _entries() -> list[str]:
    """Write a centre with one closed class of ``ENTRIES`` certified people; return the tokens."""
    city, _ = AdminUnit.objects.get_or_create(
        code="01", level="city", defaults={"kind": "thanh_pho", "name": "Thành phố Hà Nội"}
    )
    unit = AdminUnit.objects.create(code="99999", level="commune", kind="xa", name="Xã Đo Lường", parent=city)
    centre = Centre.objects.create(code="BENCH", name="Trung tâm học tập cộng đồng xã Đo Lường", established_on=DAY)
    user = User.objects.create_user("bench", "not-used-to-sign-in", full_name="Đo Lường")
    topic, _ = Topic.objects.get_or_create(code="ky_nang_so", defaults={"name": "Kỹ năng số", "name_en": "Digital"})
    course = Course.objects.create(centre=centre, code="BENCH", name="Kỹ năng số cơ bản", topic=topic)
    group = ClassGroup.objects.create(
        centre=centre, unit=unit, course=course, code="BENCH-1", name="Lớp đo", starts_on=DAY, ends_on=DAY,
        status=ClassStatus.CLOSED, closed_at=timezone.now(), closed_by=user, closed_on=DAY,
    )  # fmt: skip
    people = []
    for number in range(ENTRIES):
        person = Learner(code=f"BENCH{number:06d}")
        person.set_name(split_name("Bùi Thị Nga"))
        people.append(person)
    people = Learner.objects.bulk_create(people)
    enrolments = Enrolment.objects.bulk_create(
        [
            Enrolment(
                class_group=group, learner=person, enrolled_on=DAY, status=EnrolmentStatus.PASSED,
                sessions_held=10, sessions_attended=10,
            )
            for person in people
        ]
    )  # fmt: skip
    register = Register.objects.create(centre=centre, year=DAY.year, next_number=ENTRIES + 1)
    content = {
        "title": "Giấy chứng nhận", "achievement": "Hoàn thành khóa học", "course": course.name,
        "learner": "Bùi Thị Nga", "centre": centre.name,
    }  # fmt: skip
    made = Certificate.objects.bulk_create(
        [
            Certificate(
                register=register, number=number, register_number=f"{number:06d}/{DAY.year}", token=new_token(),
                centre=centre, unit=unit, learner_id=enrolment.learner_id, enrolment=enrolment,
                kind=CertificateKind.COURSE, state=CertificateState.ISSUED, content=content, template_version="bench",
                issued_on=DAY, issued_by=user, pdf_sha256="0" * 64, search_key="bui thi nga",
            )
            for number, enrolment in enumerate(enrolments, 1)
        ]
    )  # fmt: skip
    return [row.token for row in made]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def serving() -> Iterator[int]:
    """Serve the database of this process and yield the port; the server is stopped as an operator stops it."""
    port = _free_port()
    environment = os.environ | {"CLC_PUBLIC_URL": f"http://localhost:{port}", "CLC_ALLOWED_HOSTS": "localhost"}
    command = web_server("127.0.0.1", port, "bench.served:application")
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _try in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _paths(tokens: list[str]) -> dict[str, tuple[Callable[[], str], int]]:
    """What is asked, and the one status that may come back."""
    turn, chance = itertools.cycle(tokens), random.Random(1)
    return {
        "bare": (lambda: f"/bare/{next(turn)}", 200),
        "known": (lambda: f"/C/{next(turn)}", 200),
        "unknown": (lambda: f"/C/{new_token()}", 404),
        "malformed": (lambda: f"/C/khong-phai-ma-{chance.randrange(10**9)}", 404),
    }


def _checked(name: str, found: Load, status: int) -> Load:
    if set(found.statuses) != {status}:
        raise AssertionError(f"{name}: {dict(found.statuses)} came back where only {status} may")
    return found


def _rounds(port: int, tokens: list[str], rounds: int) -> dict[str, list[Load]]:
    kinds = _paths(tokens)
    found: dict[str, list[Load]] = {name: [] for name in kinds}
    for name, (path, status) in kinds.items():  # the first requests load addresses and templates
        _checked(name, load(port, path, seconds=min(1.0, SECONDS)), status)
    for turn in range(rounds):
        for name in list(kinds)[:: 1 if turn % 2 else -1]:
            path, status = kinds[name]
            found[name].append(_checked(name, load(port, path, seconds=SECONDS), status))
    return found


def _hits(guesses: int) -> int:
    """How many of so many random codes are anybody's."""
    return sum(look_up(new_token()).status != "unknown" for _ in range(guesses))


def run(rounds: int = 5) -> dict[str, Any]:
    """Return answers a second of both sides and the medians of the per-round ratios (1 would be a free page).

    The entries stay: ``manage.py bench`` works in a database of its own.
    """
    with transaction.atomic():
        tokens = _entries()
    connections.close_all()
    with serving() as port:
        found = _rounds(port, tokens, rounds)
        path, _status = _paths(tokens)["known"]
        crowd = load(port, path, seconds=2 * SECONDS, connections=MANY)
    counted = sum(Certificate.objects.values_list("lookups", flat=True))
    asked = sum(sum(one.statuses.values()) for one in found["known"]) + sum(crowd.statuses.values())

    def ratio(name: str) -> float:
        pairs = zip(found[name], found["bare"], strict=True)
        return round(statistics.median(own.rate / floor.rate for own, floor in pairs), 3)

    def late(name: str) -> float:
        return round(statistics.median(one.percentile(0.99) for one in found[name]), 1)

    target, mine = TARGETS[connection.vendor], ratio("known")
    more = {
        "unknown_ratio": ratio("unknown"),
        "malformed_ratio": ratio("malformed"),
        "p99_ms": {name: late(name) for name in found},
        "crowd": {"connections": MANY, "per_s": round(crowd.rate), "p99_ms": round(crowd.percentile(0.99), 1),
                  "server_errors": sum(count for code, count in crowd.statuses.items() if code >= 500)},
        "guesses": GUESSES,
        "hits": _hits(GUESSES),
        "lookups_lost": max(0, asked - counted),  # after a stop by SIGTERM
    }  # fmt: skip
    good = min(mine, more["unknown_ratio"], more["malformed_ratio"]) >= target
    return {
        "name": NAME,
        "ours": round(statistics.median(one.rate for one in found["known"])),
        "floor": round(statistics.median(one.rate for one in found["bare"])),
        "ratio": mine,
        "target": target,
        "ok": good and not more["crowd"]["server_errors"] and not more["hits"] and not more["lookups_lost"],
        "more": more,
    }


def measure() -> dict[str, Any]:
    """What ``manage.py bench verification`` prints."""
    return run()
