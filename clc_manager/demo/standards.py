"""Literacy standards in the demo: a year that was closed, a commune that passes and one that does not.

Everywhere else most levels are unknown, so that nothing can be said: as it is before a commune was surveyed.
"""

import csv
import datetime as dt
import io
import random
from collections.abc import Sequence

from accounts.models import User
from centres.choices import UnitLevel
from centres.models import AdminUnit
from clc_manager.demo.city import Place
from clc_manager.demo.names import make_person
from clc_manager.demo.teaching import Town
from core.text import split_name
from courses.services.roster_writing import Decision
from learners.choices import Sex
from learners.models import Learner
from literacy.services.surveys import commit_survey, preview_survey
from literacy.services.year_closing import close_year

HEADINGS = (
    "TT", "Họ đệm", "Tên", "Ngày", "Tháng", "Năm sinh", "Nữ", "Địa chỉ", "Bậc tốt nghiệp", "Hoàn thành lớp",
)  # fmt: skip
# Residents who never came to a class, and of how many in a hundred the sheet says that they finished no third class.
NEWCOMERS, BELOW = 90, (0, 20)


def closed_year(town: Town, home: Place, users: dict[str, User]) -> None:
    """Keep the tables of the year that ended last, before the survey sheet came in."""
    close_year(unit=_unit(home), year=_last_year(town), by=users["tuan"])


def surveyed_communes(town: Town, places: Sequence[Place], home: Place, by: User) -> list[AdminUnit]:
    """Read in what two communes found at every door before the last literacy year ended; return them.

    The first passes both levels, the second neither.
    """
    mine = [place for place in places if place is not home and place.centre.closed_on is None]
    here = {unit.pk: unit for place in mine if (unit := _unit(place)).level == UnitLevel.COMMUNE}
    here.pop(_unit(home).pk, None)
    chosen = list(here.values())[:2]
    rng = random.Random(1946)  # noqa: S311 - believable, not secret
    day = dt.date(_last_year(town), 9, 20)
    for unit, below in zip(chosen, BELOW, strict=True):
        row, preview = preview_survey(
            unit=unit, content=_sheet(rng, unit, day.year, below), by=by, stated_on=day,
            file_name=f"phieu-dieu-tra-{unit.code}-{day.year}.csv",
        )  # fmt: skip
        # Known by year only: the commune knows whom it asked.
        same: dict[int, Decision] = {one.read.person.row: "same" for one in preview.rows if one.kind == "lookalike"}
        commit_survey(survey=row, by=by, decisions=same)
    return chosen


def _last_year(town: Town) -> int:
    return town.today.year - (town.today.month < 10)


def _unit(place: Place) -> AdminUnit:
    return place.centre.locations.select_related("unit").latest("valid_from").unit


def _sheet(rng: random.Random, unit: AdminUnit, year: int, below: int) -> bytes:
    """Who lives in the commune as far as a sheet can name them, and as many again who never came to a class."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    known = Learner.objects.filter(unit=unit, merged_into__isnull=True, birth_year__isnull=False).order_by("pk")
    people = [
        (one.family_middle, one.given_name, one.birth_day, one.birth_month, one.birth_year, one.sex) for one in known
    ]
    wanted = len(people) + NEWCOMERS
    while len(people) < wanted:
        person = make_person(rng, year=year, highland=False, old=(16, 59))
        name, birth = split_name(person.full_name), person.birth
        if birth and birth.day:
            people.append((name.family_middle, name.given, birth.day, birth.month, birth.year, person.sex))
    for number, (middle, given, day, month, born, sex) in enumerate(people, 1):
        said = ("", "2") if rng.randrange(100) < below else ("THCS", "")
        writer.writerow(
            [number, middle, given, day or "", month or "", born, "x" if sex == Sex.FEMALE else "", unit.name, *said]
        )
    return out.getvalue().encode()
