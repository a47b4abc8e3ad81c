"""What the measurements of imports share: a centre that knows two thousand people, and lists of ten thousand."""

import datetime as dt
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import xlsxwriter

from accounts.choices import Role
from accounts.models import User
from bench.population import people_like
from centres.models import AdminUnit, Centre, CentreLocation, Membership
from courses.models import ClassGroup, Course, Topic
from learners.models import Learner, LearnerCentre

HEADER = ("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Dân tộc", "Điện thoại", "Địa chỉ", "Ghi chú")
TITLES = 6
DAY = dt.date(2026, 3, 2)
KNOWN_PEOPLE = 2000
# Of a hundred rows so many are people the centre knows, and so many have a number that cannot be one.
KNOWN_PERCENT = 3
WRONG_PERCENT = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A class to import into, somebody who may, and the file."""

    group: ClassGroup
    user: User
    content: bytes
    rows: int
    good: int


def rows_of(rng: random.Random, rows: int, series: int, known: list[Learner]) -> Iterator[list[Any]]:
    """Rows as an office writes them; ``series`` keeps the numbers of two lists apart."""
    for place, person in enumerate(people_like(rng, rows)):
        number = f"001{1 + series % 2}{84:02d}{series // 2 % 10}{place:05d}"
        birth = f"{rng.randint(1, 28):02d}/{rng.randint(1, 12):02d}/{person.birth_year or 1971}"
        name = person.full_name
        draw = place % 100
        if draw < KNOWN_PERCENT and known:
            holder = known[(place // 100 * KNOWN_PERCENT + draw) % len(known)]
            name, number, birth = holder.full_name, holder.open_personal_id(), str(holder.birth or "")
        elif draw == KNOWN_PERCENT and WRONG_PERCENT:
            number = "12345"
        yield [
            place + 1, name, birth, "Nữ" if person.sex == "female" else "Nam", number,
            rng.choice(("Kinh", "Mường", "Dao")),
            f"09{series % 10}{place:07d}", f"Thôn {place % 12}, xã Đo Lường", "",
        ]  # fmt: skip


def sheet(rows: Iterator[list[Any]]) -> bytes:
    """An .xlsx with titles, the header in row 7, and the rows."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        page = book.add_worksheet("Danh sách")
        page.write_string(0, 0, "UBND XÃ ĐO LƯỜNG")
        page.write_row(TITLES, 0, HEADER)
        for line, cells in enumerate(rows, start=TITLES + 1):
            page.write_row(line, 0, cells)
    return out.getvalue()


def places(rows: int, known_people: int = KNOWN_PEOPLE, first: int = 0) -> Iterator[Place]:
    """Yield a fresh centre, class and list each time; ``first`` is the number of the first."""
    rng = random.Random(2045)
    city, _ = AdminUnit.objects.get_or_create(
        code="01", level="city", defaults={"kind": "thanh_pho", "name": "Thành phố Hà Nội"}
    )
    unit, _ = AdminUnit.objects.get_or_create(
        code="99998", level="commune", defaults={"kind": "xa", "name": "Xã Đo Lường", "parent": city}
    )
    topic, _ = Topic.objects.get_or_create(code="ky_nang_so", defaults={"name": "Kỹ năng số", "name_en": "Digital"})
    for series in count(first):
        centre = Centre.objects.create(code=f"BENCH-R{series}", name="Trung tâm đo lường", established_on=DAY)
        CentreLocation.objects.create(centre=centre, unit=unit, valid_from=DAY)
        user = User.objects.create_user(f"bench-r{series}", None, full_name="Đo Lường")
        Membership.objects.create(user=user, role=Role.CENTRE_STAFF, centre=centre, valid_from=DAY)
        course = Course.objects.create(centre=centre, code=f"BENCH-R{series}", name="Kỹ năng số", topic=topic)
        group = ClassGroup.objects.create(
            centre=centre, unit=unit, course=course, code=f"BENCH-R{series}-1", name="Lớp đo", starts_on=DAY,
            ends_on=DAY, status="open",
        )  # fmt: skip
        people = list(people_like(rng, min(known_people, rows)))
        for place, person in enumerate(people):
            person.code = f"HVB{series:03d}{place:05d}"
            person.set_personal_id(f"0012{60 + series % 40:02d}0{place:05d}")
        known = Learner.objects.bulk_create(people, batch_size=500)
        LearnerCentre.objects.bulk_create([LearnerCentre(learner=row, centre=centre, since=DAY) for row in known])
        good = sum(place % 100 != KNOWN_PERCENT for place in range(rows))
        yield Place(group, user, sheet(rows_of(rng, rows, series, known)), rows, good)
