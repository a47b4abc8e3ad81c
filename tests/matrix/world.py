"""Two centres full of rows, each with a word of its own in every row: a canary that must never sing elsewhere."""

import datetime as dt
from dataclasses import dataclass

import pytest
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from centres.selectors import unit_of_centre
from certificates.models import Certificate
from certificates.services import hand_out_copies, issue_class
from certificates.services.holder import FreshLink, make_holder_link
from certificates.services.sequencing import make_checkpoint
from certificates.services.templates import set_logo
from core.models import Job
from courses.models import (
    ClassGroup,
    Course,
    Enrolment,
    Material,
    NeedsSurvey,
    PlacementTest,
    PlanLine,
    Room,
    RosterImport,
    Session,
    WaitlistEntry,
    YearPlan,
)
from courses.services import add_room, materials, planning, sign_up
from courses.services.placement import record_placement
from courses.services.rosters import preview_roster
from indicators.models import CitizenTitle, Indicator, PeriodLock
from indicators.services import lock_period, record_title, report_figure
from learners.models import Learner
from literacy.models import FollowUp, OutsideLearning, Relapse, SurveyImport, Volunteer
from literacy.services import add_volunteer, assign, record_check, record_outside_learning
from literacy.services.surveys import preview_survey
from tests.cast import Cast
from tests.certificates.pictures import picture
from tests.factories import closed_class, make_class, make_course, make_enrolled, make_learner, make_sessions
from tests.literacy.surveys import book, person
from tests.rosters import sheets

# One good row and one with something wrong in it.
ROSTER = sheets.roster([sheets.person(1), sheets.person(2, **{"Ngày sinh": "31/02/1984"})])
SHEET = book([person("Đào", done=3), person("Nga", year=2031)])
# The shortest thing that is taken for a PDF.
PDF = b"%PDF-1.4\n%%EOF\n"
CANARY = {"a": "Hoangyena", "b": "Hoangyenb"}


@dataclass
class Rows:
    """One of every kind of row of a centre."""

    course: Course
    open_class: ClassGroup
    closed_class: ClassGroup
    session: Session
    enrolment: Enrolment
    waiting: WaitlistEntry
    learner: Learner
    certificate: Certificate
    follow_up: FollowUp
    roster: RosterImport
    survey: NeedsSurvey
    plan: YearPlan
    plan_line: PlanLine
    material: Material
    room: Room
    slip: FreshLink
    volunteer: Volunteer
    outside: OutsideLearning
    placement: PlacementTest
    case: Relapse
    level_survey: SurveyImport


@dataclass
class World:
    """The cast and both centres' rows."""

    cast: Cast
    a: Rows
    b: Rows
    job: Job
    lock: PeriodLock
    title: CitizenTitle


def build(cast: Cast, centre, staff, word: str, teacher=None) -> Rows:
    """Fill a centre; every name holds the canary word."""
    course = make_course(centre, name=f"Khóa {word}")
    people = [make_learner(centre, f"{word} Thị Nga", phone="0912345678"), make_learner(centre, f"{word} Văn An")]
    group = make_class(centre, course=course, name=f"Lớp {word}", starts_on=timezone.localdate() - dt.timedelta(days=9))
    ClassGroup.objects.filter(pk=group.pk).update(teacher=teacher)
    group.refresh_from_db()
    enrolment = make_enrolled(group, people)[0]
    session = make_sessions(group, 2)[0]
    full = make_class(centre, course=course, name=f"Lớp đủ {word}", capacity=1)
    make_enrolled(full, [people[1]])
    waiting = sign_up(class_group=full, learner=people[0], by=staff)
    assert isinstance(waiting, WaitlistEntry)
    phase = Course.objects.get(code="XMC-GD1")
    done, report = closed_class(centre, course=phase, name=f"Lớp xong {word}", passing=2)
    for row in report.passed:
        row.learner.set_name(row.learner.name.__class__(word, "Thị", "Hoa"))
        row.learner.save()
    certificate = Certificate.objects.get(pk=issue_class(class_group=done, by=staff).certificates[0].pk)
    director = User.objects.get(memberships__centre=centre, memberships__role=Role.DIRECTOR)
    set_logo(centre=centre, data=picture(), by=director)
    hand_out_copies(certificate=certificate, by=staff, copies=1, recipient=word, reason="")
    roster, _preview = preview_roster(class_group=group, content=ROSTER, file_name=f"{word}.xlsx", by=staff)
    follow_up = FollowUp.objects.filter(centre=centre).order_by("pk")[0]
    volunteer = add_volunteer(centre=centre, by=staff, full_name=f"{word} Thị Vận", phone="0912000111")
    assign(follow_ups=[follow_up.pk], volunteer=volunteer, by=staff)
    survey = planning.open_survey(centre=centre, year=2027, by=staff, courses=[course])
    visit = planning.add_neighbourhood(survey=survey, name=f"Thôn {word}", by=staff)
    planning.record_needs(survey=survey, by=staff, counts={(visit.pk, survey.ideas.get().pk): 31})
    plan = planning.plan_from_survey(survey=survey, by=staff)
    material = materials.add_material(
        centre=centre, by=staff, title=f"Học liệu {word}", licence="cc_by", author=word, content=PDF,
        file_name="bai.pdf", course=course,
    )  # fmt: skip
    outside = record_outside_learning(
        learner=people[0], what=f"Nghề may {word}", place="Xưởng may", starts_on=group.starts_on,
        ends_on=timezone.localdate(), paper="Giấy xác nhận", by=staff,
    )  # fmt: skip
    other = FollowUp.objects.filter(centre=centre).exclude(learner=follow_up.learner_id).order_by("pk")[0]
    record_check(follow_up=other, outcome="relapsed", checked_on=timezone.localdate(), by=staff)
    return Rows(
        course, group, done, session, enrolment, waiting, people[0], certificate, follow_up, roster, survey, plan,
        plan.lines.get(), material, add_room(centre=centre, by=staff, name=f"Phòng {word}"),
        make_holder_link(learner=certificate.learner, by=staff, after=None),
        volunteer, outside,
        record_placement(learner=people[0], term=4, tested_on=group.starts_on, paper=f"Biên bản {word}", by=staff),
        Relapse.objects.get(centre=centre),
        preview_survey(unit=unit_of_centre(centre.pk, timezone.localdate()), content=SHEET, file_name=f"{word}.xlsx",
                       by=staff)[0],
    )  # fmt: skip


@pytest.fixture
def world(cast, reference, settings, tmp_path) -> World:
    """Everything twice."""
    settings.LOG_DIR = tmp_path / "log"
    a = build(cast, cast.centre_a, cast.lan, CANARY["a"], teacher=cast.thu)
    b = build(cast, cast.centre_b, cast.minh, CANARY["b"])
    report_figure(
        indicator=Indicator.objects.get(code="D1"),
        unit=cast.commune_b,
        value=50,
        status_value="",
        source_name=f"Nguồn {CANARY['b']}",
        document="BC",
        document_on=None,
        ends_on=timezone.localdate(),
        by=cast.nam,
    )
    make_checkpoint()
    job = Job.objects.filter(requested_by=cast.lan).first()
    lock = lock_period(
        kind="", starts_on=dt.date(2024, 1, 1), ends_on=dt.date(2024, 12, 31), reason="Đã gửi báo cáo", by=cast.tuan
    )
    title = record_title(
        learner=a.learner, recognised_on=dt.date(2026, 1, 5), decided_by="UBND xã", document="QĐ 7", by=cast.lan
    )
    return World(cast, a, b, job, lock, title)
