"""The demo city: every rule kept, every outcome there, the same each time, never on a real system."""

import datetime as dt
import io
import json
import random

import pytest
from django.core.management import call_command
from django.db.models import F
from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from centres.models import AdminUnit, Centre, CentreLocation
from centres.services import load_units
from certificates.choices import CertificateState
from certificates.models import Certificate, Register
from clc_manager.demo import build, papers, scale, teaching, years
from clc_manager.demo.city import Place
from clc_manager.demo.names import make_person
from courses.models import ClassGroup, CourseMaterial, Enrolment, Material, NeedsSurvey, YearPlan
from courses.selectors.closing import UNKNOWN_IDENTITY, closing_exceptions
from courses.selectors.planning import plan_report
from courses.services import close_class
from indicators.inbox import inbox
from indicators.models import Figure
from learners.models import Learner
from literacy.choices import CheckOutcome
from literacy.cohorts.periods import period_of
from literacy.cohorts.selectors import cohort_report
from literacy.management.commands.literacy_cohorts import as_row
from literacy.models import LiteracyCheck
from tests.literacy.cohort_world import expected, judge
from tests.literacy.test_cohort_facts import compare_curve
from tests.proofs import FULL

FIRST_NAMES = ["Lê Văn Nghĩa", "Phạm Đức Tâm", "Phan Thị Kim Tuyết"]


@pytest.fixture
def units(reference):
    load_units()


def seed(*args):
    out = io.StringIO()
    call_command("seed_demo", "--json", *args, stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


@pytest.fixture
def smaller(monkeypatch):
    """Fewer papers; and a quarter of the usual classes, where the programme is not proved at its full length."""
    monkeypatch.setattr(papers, "CERTIFICATES", 30)
    if not FULL:
        monkeypatch.setattr(build, "CLASSES_PER_YEAR", 1)


def test_small_city(units, smaller, client):
    result = seed("--today", "2026-11-23")

    assert {row["role"] for row in result["users"]} == {
        "centre_staff", "registrar", "teacher", "director", "area_officer", "city_officer", "auditor",
    }  # fmt: skip
    for row in result["users"]:
        assert client.login(username=row["username"], password=row["password"])
    assert Centre.objects.count() >= 30
    old = CentreLocation.objects.filter(unit__level="commune", unit__parent__level="district")
    assert old.values("unit__parent").distinct().count() >= 4
    assert set(LiteracyCheck.objects.values_list("outcome", flat=True)) == set(CheckOutcome.values)
    wanted = set(CertificateState.values) - {CertificateState.RESERVED}
    assert set(Certificate.objects.values_list("state", flat=True)) >= wanted
    cohorts = cohort_report(as_of=dt.date(2026, 11, 23), by="quarter", unit=AdminUnit.objects.get(level="city"))
    judged = list(judge(dt.date(2026, 11, 23)).values())
    # Counted as plain SQL counts them, person by person; and there is something to see.
    for cohort in (*cohorts.rows, cohorts.total):
        people = [one for one in judged if cohort.key in ("", period_of(one.certified_on, "quarter").key)]
        assert as_row(cohort) == {"period": cohort.key, **expected(people)}
    assert all(as_row(cohorts.total)[key] for key in ("continuing", "relapsed", "not_reached", "left", "retained"))
    assert len(cohorts.rows) >= 4
    compare_curve(cohorts.curve, judged)  # lifelines
    assert cohorts.curve[-1].step.survival < 1
    plan = YearPlan.objects.get()
    assert plan.is_approved
    assert plan.revisions.count() == 1
    assert plan_report(plan).total.classes > sum(bool(group.held_count) for group in plan_report(plan).unplanned) > 0
    assert NeedsSurvey.objects.count() == Material.objects.count() == CourseMaterial.objects.count() == 2
    for register in Register.objects.all():
        numbers = list(register.certificates.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, register.next_number))
    assert result["counts"]["classgroup"] == len(result["classes"]) > (150 if FULL else 75)
    # Today is a working day: most centres teach, one class waits to be closed, some figures wait for approval.
    taught = ClassGroup.objects.filter(status="open", enrolments__isnull=False)
    assert taught.values("centre").distinct().count() >= 15
    assert taught.filter(sessions__held_on__gt="2026-11-23").exists()
    lan = User.objects.get(username="lan")
    here = taught.filter(centre__code="HN09703").distinct()
    done = [group for group in here if {row.code for row in closing_exceptions(group)} <= {UNKNOWN_IDENTITY}]
    assert [group.name for group in done] == ["Xóa mù chữ giai đoạn 1 – K26"]
    assert len(close_class(class_group=done[0], by=lan, accept_codes={UNKNOWN_IDENTITY}).passed) >= 6
    assert len(inbox(User.objects.get(username="tuan"))) == papers.STILL_WAITING
    approved = Figure.objects.filter(state="approved")
    assert approved.exclude(document__startswith=years.DOCUMENT).count() == len(papers.REPORTED) - papers.STILL_WAITING
    # Earlier years and other units have figures as well, each named as made up.
    assert approved.filter(document__startswith=years.DOCUMENT, unit__level="city").count() == 4 * len(years.CITY)
    assert approved.filter(document__startswith=years.DOCUMENT, unit__level="commune").count() > 110
    # A merged centre teaches no longer, and its people go on where it went.
    ended = Centre.objects.filter(closed_on__isnull=False)
    assert ended.count() >= 2
    assert not ClassGroup.objects.filter(centre__in=ended, ends_on__gt=F("centre__closed_on")).exists()
    assert ClassGroup.objects.filter(centre__in=ended).exists()
    # Names depend on the seed only: the same city each time.
    assert list(Learner.objects.order_by("pk").values_list("full_name", flat=True)[:3]) == FIRST_NAMES
    with pytest.raises(SystemExit):
        seed("--today", "2026-11-23")  # nothing is seeded over


def test_city_scale_keeps_the_rules(units, monkeypatch):
    monkeypatch.setattr(scale, "LEARNERS", 126 * 30)
    result = seed("--scale", "city", "--today", "2026-11-23")

    assert result["counts"]["centre"] == 126
    assert result["counts"]["learner"] >= 126 * 30
    assert Learner.objects.values("code").distinct().count() == Learner.objects.count()
    assert Learner.objects.filter(search_key="").count() == 0
    learner = Learner.objects.exclude(personal_id_index=None).first()
    assert learner.open_personal_id().endswith(learner.personal_id_tail)
    for row in Enrolment.objects.select_related("class_group__course")[:200]:
        enough = row.sessions_attended * 100 >= row.class_group.course.min_attendance_percent * row.sessions_held
        assert (row.status == "passed") <= enough
        present = row.marks.filter(status="present").count()
        assert present == row.sessions_attended
    assert ClassGroup.objects.filter(status="closed").count() == result["counts"]["classgroup"]


@override_settings(IS_PRODUCTION=True)
def test_never_on_production_settings(units):
    with pytest.raises(SystemExit) as left:
        seed()
    assert left.value.code == 1
    assert not Centre.objects.exists()


def test_two_people_with_one_invented_number_do_not_stop_the_seeding(cast, monkeypatch):
    """It happens about one day in seventy: the demo is built from the day it is seen on."""
    twin = make_person(random.Random(1), year=2026, highland=False)
    assert twin.personal_id
    monkeypatch.setattr(teaching, "make_person", lambda *args, **options: twin)
    place = Place(number=1, centre=cast.centre_a, desk=cast.duc, highland=False, diligence=2)
    town = teaching.Town(today=timezone.localdate(), rng=random.Random(1))
    people = town.pick(place, 3, 2026)
    assert [bool(learner.personal_id_tail) for learner in people] == [True, False, False]


@pytest.mark.parametrize("month", [1, 6, 9])
def test_figures_are_reported_for_a_period_that_is_over_on_any_day(cast, reference, monkeypatch, month):
    """The first start may be in any month; nothing is reported for days to come."""
    day = timezone.localdate().replace(month=month, day=5)
    if day > timezone.localdate():
        day = day.replace(year=day.year - 1)
    monkeypatch.setattr(timezone, "localdate", lambda *args: day)
    papers.figures(teaching.Town(today=day, rng=random.Random(1)), {"tuan": cast.tuan}, cast.city)
    ends = set(Figure.objects.filter(source="reported").values_list("ends_on", flat=True))
    assert ends == {min(day, day.replace(month=9, day=30))}
    assert len(inbox(cast.tuan)) == papers.STILL_WAITING
