"""The survey of the demo's home commune: people who never came to a class, and who calls on those that cannot read."""

import csv
import datetime as dt
import io
import random

from clc_manager.demo.city import Place
from clc_manager.demo.names import make_person
from clc_manager.demo.teaching import Town
from core.text import split_name
from learners.choices import Sex
from literacy.models import Mobilisation, Volunteer
from literacy.register.asking import read_asked
from literacy.register.calling import ordered, to_call_on
from literacy.services.mobilising import assign_people, record_call
from literacy.services.surveys import commit_survey, preview_survey

HEADINGS = (
    "TT", "Họ đệm", "Tên", "Ngày", "Tháng", "Năm sinh", "Nữ", "Dân tộc", "Địa chỉ", "Bậc tốt nghiệp", "Đang học lớp",
    "Hoàn thành lớp", "Tái mù chữ", "Điện thoại",
)  # fmt: skip
PEOPLE = 48
# Level of school, literacy class completed, relapsed: what is said, and how often.
SAID = (("THCS", "", "", 8), ("TH", "", "", 7), ("", "5", "", 2), ("", "3", "", 3), ("", "0", "", 4), ("", "2", "", 2),
        ("TH", "", "1", 1), ("", "", "", 5))  # fmt: skip
HAMLETS = ("Thôn Hợp Nhất", "Thôn Yên Sơn", "Thôn Hợp Sơn")
OUTCOMES = (("visited", "Đồng ý học, chờ lớp tối"), ("refused", "Bận trông cháu"), ("not_met", ""), ("moved", ""))
ETHNICITY = {"06": "Mường", "09": "Dao"}


def _sheet(rng: random.Random, year: int) -> bytes:
    """The sheet as the commune would send it; the last row contradicts itself, as one row of fifty does."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    weights = [weight for *_said, weight in SAID]
    for number in range(1, PEOPLE + 1):
        person = make_person(rng, year=year, highland=True, old=(16, 62))
        name = split_name(person.full_name)
        birth = person.birth
        school, done, relapsed, _weight = rng.choices(SAID, weights)[0]
        writer.writerow([
            number, name.family_middle, name.given, birth.day or "" if birth else "",
            birth.month or "" if birth else "", birth.year if birth else "", "x" if person.sex == Sex.FEMALE else "",
            ETHNICITY.get(person.ethnicity, "Kinh"), f"{rng.choice(HAMLETS)}, xã Ba Vì", school, "", done, relapsed, "",
        ])  # fmt: skip
    writer.writerow([PEOPLE + 1, "Bùi Thị", "Thoa", "", "", 1979, "x", "Mường", HAMLETS[0], "", "", "0", "1", ""])
    return out.getvalue().encode()


def survey_of(town: Town, home: Place) -> None:
    """Read the home commune's survey in, give some people to volunteers, and write down what came of a few calls."""
    rng = random.Random(1945)  # noqa: S311 - believable, not secret
    unit = home.centre.locations.get(valid_to=None).unit
    name = f"phieu-dieu-tra-{town.today.year}.csv"
    row, _preview = preview_survey(
        unit=unit, content=_sheet(rng, town.today.year), file_name=name, by=home.desk, stated_on=town.today
    )
    commit_survey(survey=row, by=home.desk)
    people = list(ordered(to_call_on(read_asked({}, unit), home.desk)))
    for place, caller in enumerate(Volunteer.objects.filter(centre=home.centre).active()[:3]):
        if chosen := people[place::4]:
            assign_people(learner_ids=[person.pk for person in chosen], volunteer=caller, by=home.desk)
    held = Mobilisation.objects.filter(centre=home.centre).select_related("learner").order_by("pk")
    for place, (outcome, note) in enumerate(OUTCOMES):
        for one in held[place * 2 : place * 2 + (2 if outcome == "visited" else 1)]:
            day = town.today - dt.timedelta(days=10 * place + 3)
            record_call(learner=one.learner, outcome=outcome, note=note, called_on=day, by=home.desk)
