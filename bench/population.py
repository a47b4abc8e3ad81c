"""A population of learners written in bulk, with names as frequent as they are, for the measurements of search."""

import datetime as dt
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import connection

from accounts.choices import Role
from accounts.models import User
from centres.models import AdminUnit, Centre, CentreLocation, Membership
from core.dates import PartialDate
from core.text import split_name
from learners.models import Learner, LearnerCentre

SEED = 2045
BATCH = 20_000
PER_CENTRE = 2000
DAY = dt.date(2025, 7, 1)
# Shares in per cent, after the frequency lists of Vietnamese names; the rest is spread over the rare ones.
FAMILIES = {
    "Nguyễn": 38, "Trần": 11, "Lê": 9, "Phạm": 7, "Hoàng": 5, "Phan": 4.5, "Vũ": 4, "Đặng": 2, "Bùi": 2, "Đỗ": 1.5,
    "Hồ": 1.3, "Ngô": 1.3, "Dương": 1, "Lý": 0.5, "Đinh": 1, "Đào": 1, "Đoàn": 0.8, "Lương": 0.8, "Trịnh": 0.8,
    "Hà": 0.7, "Mai": 0.6, "Cao": 0.6, "Phùng": 0.5, "Quách": 0.2, "Bạch": 0.2, "Triệu": 0.2, "Kiều": 0.2, "Khuất": 0.1,
    "Nghiêm": 0.1, "Chử": 0.05, "Ninh": 0.05, "Doãn": 0.05,
}  # fmt: skip
WOMEN = {
    "Thị": 60, "Thu": 5, "Ngọc": 5, "Thanh": 4, "Minh": 3, "Kim": 3, "Hồng": 3, "Bích": 2, "Thị Thu": 3, "Thị Kim": 2,
    "Thị Thanh": 3, "Thị Hồng": 2, "Thúy": 2, "Diệu": 1, "Khánh": 1, "Phương": 1,
}  # fmt: skip
MEN = {
    "Văn": 45, "Đức": 8, "Quang": 6, "Minh": 6, "Xuân": 5, "Hữu": 5, "Đình": 5, "Công": 4, "Thế": 3, "Ngọc": 4,
    "Anh": 3, "Trọng": 2, "Việt": 2, "Mạnh": 2,
}  # fmt: skip
GIVENS = (
    "Nga Lan Hoa Mai Liên Hương Tuyết Hạnh Yến Thủy Quyên Ánh Đào Vân Phượng Thảo Ngà Uyên Châu Hằng Huệ Hiền Hà Hồng "
    "Linh Loan Lý Minh My Ngân Ngọc Nhung Oanh Phương Quỳnh Sen Tâm Thanh Thoa Thơm Thu Trang Trinh Tú Vy Xuân Dung",
    "Tuấn Dũng Hùng Cường Đạt Thắng Bình Khải Phúc Giang Hiếu Quý Mạnh Ưng An Tâm Đức Sơn Nghĩa Hòa Anh Bảo Chiến Công "
    "Duy Hải Hậu Hoàng Huy Khánh Kiên Lâm Long Lợi Minh Nam Ngọc Phong Quân Quang Quyết Tài Thành Thịnh Tiến Trung",
)


def _drawn(rng: random.Random, shares: dict[str, float], count: int) -> list[str]:
    return rng.choices(list(shares), list(shares.values()), k=count)


def people_like(rng: random.Random, count: int, first: int = 1) -> Iterator[Learner]:
    """Yield people not yet saved, named and born as people are; every fifth has an identity number."""
    women = rng.choices((True, False), (62, 38), k=count)
    families = _drawn(rng, FAMILIES, count)
    middles = {True: _drawn(rng, WOMEN, count), False: _drawn(rng, MEN, count)}
    # Fashionable given names are some ten times as common as rare ones.
    pools = {woman: GIVENS[not woman].split() for woman in (True, False)}
    givens = {
        woman: rng.choices(pool, [1 / (place + 4) for place in range(len(pool))], k=count)
        for woman, pool in pools.items()
    }
    known: dict[str, Learner] = {}
    for place, woman in enumerate(women):
        name = f"{families[place]} {middles[woman][place]} {givens[woman][place]}"
        model = known.get(name)
        if model is None:
            model = known[name] = Learner()
            model.set_name(split_name(name))
        person = Learner(
            code=f"HV{first + place:07d}", full_name=model.full_name, family_name=model.family_name,
            family_middle=model.family_middle, given_name=model.given_name, search_key=model.search_key,
            sort_key=model.sort_key, sex="female" if woman else "male",
            phone=f"09{rng.randint(10_000_000, 99_999_999)}" if rng.random() < 0.75 else "",
        )  # fmt: skip
        draw = rng.random()
        year = rng.randint(1940, 2008)
        if draw > 0.02:
            person.set_birth(PartialDate(year) if draw < 0.2 else PartialDate(year, rng.randint(1, 12), 7))
        if place % 5 == 0:
            person.set_personal_id(f"001{first + place:09d}")
        yield person


def fill(people: int) -> tuple[list[Centre], User, User]:
    """Write so many people, two thousand a centre; return the centres, staff of one of them and a city officer.

    Whoever is there from another measurement of the same run stays.
    """
    if User.objects.filter(username="bench-p").exists():
        centres = list(Centre.objects.filter(code__startswith="BENCH-P").order_by("pk"))
        return centres, User.objects.get(username="bench-p"), User.objects.get(username="bench-q")
    rng = random.Random(SEED)
    city, _ = AdminUnit.objects.get_or_create(
        code="01", level="city", defaults={"kind": "thanh_pho", "name": "Thành phố Hà Nội"}
    )
    unit = AdminUnit.objects.create(code="99996", level="commune", kind="xa", name="Xã Đo Lường", parent=city)
    count = -(-people // PER_CENTRE)
    centres = [Centre(code=f"BENCH-P{n}", name=f"Trung tâm {n}", established_on=DAY) for n in range(count)]
    centres = Centre.objects.bulk_create(centres, batch_size=500)
    CentreLocation.objects.bulk_create(
        [CentreLocation(centre=centre, unit=unit, valid_from=DAY) for centre in centres], batch_size=500
    )
    staff = User.objects.create_user("bench-p", None, full_name="Đo Lường")
    Membership.objects.create(user=staff, role=Role.CENTRE_STAFF, centre=centres[count // 2], valid_from=DAY)
    officer = User.objects.create_user("bench-q", None, full_name="Đo Lường")
    Membership.objects.create(user=officer, role=Role.CITY_OFFICER, unit=city, valid_from=DAY)
    for start in range(0, people, BATCH):
        rows = Learner.objects.bulk_create(people_like(rng, min(BATCH, people - start), start + 1), batch_size=500)
        links = [
            LearnerCentre(learner=row, centre=centres[(start + place) // PER_CENTRE], since=DAY)
            for place, row in enumerate(rows)
        ]
        LearnerCentre.objects.bulk_create(links, batch_size=1000)
    with connection.cursor() as cursor:
        # What the server's housekeeping does by itself within minutes; not possible inside a transaction.
        vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
        cursor.execute("VACUUM ANALYZE" if vacuum else "ANALYZE")
    return centres, staff, officer


def p95(times: Sequence[float]) -> float:
    """The time that 95 of 100 stay below."""
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def compare_p95(
    name: str,
    *,
    ours: Callable[[Any], Any],
    floor: Callable[[Any], Any],
    questions: Sequence[Any],
    looked_up: Sequence[Any],
    target: float,
    rounds: int,
) -> dict[str, Any]:
    """Ask both sides alternately, question by question, and compare their slow questions.

    Wall time, because the database may be another process. A question counts with the median of its rounds, so that
    the p95 is of hard questions and not of moments when the machine was busy. Rates are questions per second at p95.
    """
    mine: list[list[float]] = [[] for _question in questions]
    theirs: list[list[float]] = [[] for _question in questions]
    for turn in range(rounds + 1):
        for place, question in enumerate(questions):
            for work, given, times in ((ours, question, mine), (floor, looked_up[place], theirs)):
                start = time.perf_counter()
                work(given)
                if turn:  # the first round warms up
                    times[place].append(time.perf_counter() - start)
    slow = p95([statistics.median(times) for times in mine])
    bare = p95([statistics.median(times) for times in theirs])
    return {
        "name": name,
        "ours": round(1 / slow, 2),
        "floor": round(1 / bare, 2),
        "ratio": round(bare / slow, 3),
        "target": target,
        "ok": bare / slow >= target,
    }
