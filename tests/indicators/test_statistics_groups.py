"""Learners by the plan's target groups: recomputed in plain Python, in scope, each line leads to its people."""

import datetime as dt
import io
import random

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import OutOfScope
from courses.models import Attendance, ClassGroup
from indicators.statistics.groups import NONE, by_target_group, people_of_group
from indicators.statistics.selectors import statistics
from indicators.statistics.services import export_statistics
from learners.merging import merge_people
from learners.models import Learner
from learners.target_groups import TargetGroup
from tests.factories import hold, make_class, make_enrolled, make_learner, make_sessions

FROM, TO = dt.date(2026, 1, 1), dt.date(2026, 6, 30)
CHOSEN = ("nong_dan", "khuyet_tat", "noi_tro")


def fill(centre, people, rng):
    """So many people of all kinds in two classes that were taught in the period, and in one that was not."""
    groups = list(TargetGroup.objects.filter(code__in=CHOSEN))
    rows = []
    for _number in range(people):
        row = make_learner(
            centre, birth=None, sex=rng.choice(["female", "male", "unknown"]), ethnicity=rng.choice(["01", "06", ""])
        )
        row.birth_year = rng.choice([None, 1950, 1990, 2000, 2008])
        row.save()
        row.target_groups.set(rng.sample(groups, rng.randint(0, 2)))
        rows.append(row)
    for start, part in ((dt.date(2026, 2, 2), rows[::2]), (dt.date(2026, 3, 2), rows), (dt.date(2025, 2, 3), rows)):
        group = make_class(centre, starts_on=start)
        group.target_groups.set(rng.sample(groups, 1))
        make_enrolled(group, part[: len(part) - 1])
        hold(make_sessions(group, 1)[0])


@pytest.fixture
def busy(cast, reference):
    rng = random.Random(11)
    fill(cast.centre_a, 12, rng)
    fill(cast.centre_b, 8, rng)
    return cast


def counted(centres):
    """The same in plain Python: who was in a class taught in the period, by group."""
    people = {
        mark.enrolment.learner
        for mark in Attendance.objects.select_related("enrolment__learner", "session__class_group")
        if FROM <= mark.session.held_on <= TO and mark.session.class_group.centre in centres
    }
    found = {code: set() for code in TargetGroup.objects.values_list("code", flat=True)} | {NONE: set()}
    for row in people:
        said = [group.code for group in row.target_groups.all()]
        for code in said or [NONE]:
            found[code].add(row)
        follows = {
            "phu_nu": row.sex == "female",
            "dan_toc": row.ethnicity == "06",
            # By year alone, who is certain: 60 before the year ends; 16 to 30 all year long.
            "cao_tuoi": bool(row.birth_year and row.birth_year < TO.year - 60),
            "thanh_nien": bool(row.birth_year and TO.year - 31 < row.birth_year < TO.year - 16),
        }
        for code, belongs in follows.items():
            if belongs:
                found[code].add(row)
    return found


def asked(user, **where):
    return {"user": user, "starts_on": FROM, "ends_on": TO} | where


def test_each_line_counts_its_people_once_and_leads_to_them(busy):
    for user, where, centres in (
        (busy.tuan, {"unit": busy.city}, {busy.centre_a, busy.centre_b}),
        (busy.hoa, {"unit": busy.district_a}, {busy.centre_a}),
        (busy.nam, {"unit": busy.commune_b}, {busy.centre_b}),
        (busy.lan, {"centre": busy.centre_a}, {busy.centre_a}),
    ):
        expected = counted(centres)
        lines = by_target_group(**asked(user, **where))
        assert [line.code for line in lines] == [*TargetGroup.objects.values_list("code", flat=True), NONE]
        assert sum(line.learners > 0 for line in lines) >= 6
        for line in lines:
            people = expected[line.code]
            women = sum(row.sex == "female" for row in people)
            assert (line.learners, line.women) == (len(people), women), line.code
            _group, listed = people_of_group(code=line.code, **asked(user, **where))
            assert set(listed) == people
        everybody = people_of_group(code="", **asked(user, **where))[1]
        assert everybody.count() == statistics(**asked(user, **where)).total.learners
        taught = ClassGroup.objects.filter(centre__in=centres, starts_on__year=2026)
        by_code = {line.code: line.classes for line in lines}
        assert by_code == {code: taught.filter(target_groups__code=code).count() for code in by_code}


def test_nobody_elses_people(busy, as_user):
    for user, where in (
        (busy.hoa, {"unit": busy.district_b}),
        (busy.lan, {"centre": busy.centre_b}),
        (busy.nam, {"unit": busy.commune_a}),
    ):
        with pytest.raises(OutOfScope):
            by_target_group(**asked(user, **where))
        with pytest.raises(OutOfScope):
            people_of_group(code="phu_nu", **asked(user, **where))
    with pytest.raises(OutOfScope):
        people_of_group(code="khong_co", **asked(busy.tuan, unit=busy.city))
    page = "/plan/statistics/people/"
    days = {"from": "2026-01-01", "to": "2026-06-30"}
    assert as_user(busy.lan).get(page, {"centre": busy.centre_b.pk, "group": "phu_nu", **days}).status_code == 404
    assert as_user(busy.lan).get(page, {"group": "khong_co", **days}).status_code == 404
    assert as_user(busy.thu).get(page, {"group": "phu_nu", **days}).status_code == 403


def test_the_page_links_each_figure_to_its_list(busy, as_user):
    client = as_user(busy.hoa)
    days = {"from": "2026-01-01", "to": "2026-06-30", "unit": busy.district_a.pk}
    body = client.get("/plan/statistics/", days).content.decode()
    line = next(line for line in by_target_group(**asked(busy.hoa, unit=busy.district_a)) if line.code == "khuyet_tat")
    link = f"/plan/statistics/people/?group=khuyet_tat&amp;unit={busy.district_a.pk}&preset=custom"
    assert link.replace("&preset", "&amp;preset") in body
    listed = client.get("/plan/statistics/people/", {**days, "group": "khuyet_tat"})
    assert listed.context["page_obj"].paginator.count == line.learners > 0
    assert "người học tự khai" in listed.content.decode()


def test_the_file_has_them_on_a_further_sheet(busy):
    out = io.BytesIO()
    export_statistics(by=busy.tuan, unit=busy.city, starts_on=FROM, ends_on=TO, kind="xlsx", out=out)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Thống kê", "Nhóm đối tượng", "Cơ cấu", "Nguồn lực"]
    rows = [row for row in book["Nhóm đối tượng"].iter_rows(values_only=True) if isinstance(row[3], (int, float))]
    lines = by_target_group(**asked(busy.tuan, unit=busy.city))
    assert [(row[0], *row[2:5]) for row in rows] == [
        (line.group.name if line.group else "Chưa ghi nhóm nào", line.classes, line.learners, line.women)
        for line in lines
    ]


def test_the_list_behind_a_line_asks_as_often_for_many_as_for_few_and_for_nobody(busy):
    def look(code):
        with CaptureQueriesContext(connection) as log:
            people = list(people_of_group(code=code, **asked(busy.tuan, unit=busy.city))[1])
        return people, len(log)

    look("")
    few = {code: look(code) for code in ("", NONE, "phu_nu", "nong_dan")}
    fill(busy.centre_b, 25, random.Random(5))
    for code, (people, queries) in few.items():
        more, now = look(code)
        assert now == queries
        assert len(set(more)) == len(more) > len(people)
    nobody = asked(busy.tuan, unit=busy.city) | {"starts_on": dt.date(2020, 1, 1), "ends_on": dt.date(2020, 12, 31)}
    assert not people_of_group(code="phu_nu", **nobody)[1].exists()
    assert {(line.learners, line.women) for line in by_target_group(**nobody)} == {(0, 0)}


def test_a_person_merged_is_one_person_and_queries_do_not_grow(busy):
    def look():
        with CaptureQueriesContext(connection) as log:
            lines = by_target_group(**asked(busy.tuan, unit=busy.city))
        return lines, len(log)

    look()
    before, few = look()
    kept, other = Learner.objects.filter(centre_links__centre=busy.centre_a, enrolments__isnull=False).distinct()[:2]
    people = people_of_group(code="", **asked(busy.tuan, unit=busy.city))[1]
    was = people.count()
    merge_people(kept=kept, other=other, by=busy.lan)
    assert people.all().count() == was - 1
    fill(busy.centre_a, 20, random.Random(3))
    after, many = look()
    assert many == few
    assert sum(line.learners for line in after) > sum(line.learners for line in before)
