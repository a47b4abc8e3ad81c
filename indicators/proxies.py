"""What the centres know beside a figure that others report: who completed such a course (DESIGN, Indicators).

A proxy is a share of a population the reporter names: no centre knows how many people live in an area. It is kept as a
computed figure with numerator, denominator, definition and the hash of the people behind it.
"""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass

from django.db.models import QuerySet

from centres.models import AdminUnit
from centres.selectors import subtree_ids
from courses.choices import EnrolmentStatus
from courses.models import Enrolment

DEFINITION = "proxy-2026-1"


@dataclass(frozen=True, slots=True)
class Proxy:
    """Which field of activity shows it, and from which age to which (None: no end); unknown ages are not counted."""

    topic: str
    from_age: int
    to_age: int | None


# B3 and B4 speak of people of working age (15 to 61, Labour Code 2019 as of 2026), D2 of citizens, here adults.
PROXIES: dict[str, Proxy] = {
    "B3": Proxy("nang_luc_thong_tin", 15, 61),
    "B4": Proxy("ky_nang_song", 15, 61),
    "D2": Proxy("ky_nang_so", 18, None),
}


@dataclass(frozen=True, slots=True)
class Known:
    """How many different people completed such a course by a day, and the hash of who they are."""

    people: int
    hash: str


def passed(*, code: str, unit: AdminUnit, as_of: dt.date) -> QuerySet[Enrolment]:
    """Return who of the age passed a class of the topic, closed by a day, in the unit: a row for each class.

    Raises KeyError for an indicator without a proxy.
    """
    proxy = PROXIES[code]
    rows = Enrolment.objects.filter(
        status=EnrolmentStatus.PASSED,
        class_group__course__topic__code=proxy.topic,
        class_group__closed_on__lte=as_of,
        learner__merged_into__isnull=True,
        learner__birth_year__lte=as_of.year - proxy.from_age,
    )
    if proxy.to_age is not None:
        rows = rows.filter(learner__birth_year__gte=as_of.year - proxy.to_age)
    units = subtree_ids(unit)
    return rows if units is None else rows.filter(class_group__unit_id__in=units)


def known_people(*, code: str, unit: AdminUnit, as_of: dt.date) -> Known:
    """Count different people of the age who passed a class of the topic, closed by a day, in the unit.

    Raises KeyError for an indicator without a proxy.
    """
    rows = passed(code=code, unit=unit, as_of=as_of)
    codes = sorted(set(rows.order_by().values_list("learner__code", flat=True)))
    body = {"definition": DEFINITION, "code": code, "unit": unit.code, "on": str(as_of), "people": codes}
    return Known(len(codes), hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest())
