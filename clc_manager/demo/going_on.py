"""Going on: a class from term 1 to term 2, people who stopped or were placed by a test, learning elsewhere, relapse."""

import datetime as dt

from clc_manager.demo.city import Place
from clc_manager.demo.teaching import Town, finish_class, hold_class, mark_past
from courses import services as teaching
from courses.choices import EnrolmentStatus, Result
from courses.models import ClassGroup, Course, ProgrammeTerm
from courses.selectors.programme import literacy_programme, programme_parts
from courses.services.next_term import go_on_to_next_term
from courses.services.placement import record_placement
from courses.services.programme import record_subject_results, save_split
from learners.models import Learner
from literacy.choices import CheckOutcome, StepKind
from literacy.models import FollowUp, LiteracyAward, Relapse
from literacy.services import record_check, record_outside_learning, record_step

SESSIONS = 16  # the demo shortens a term: the real one has more than a hundred sessions
# How this centre spreads the periods of phase 1, by subject and term; it has not come to phase 2 yet.
SPLIT = {"tieng_viet": (200, 190, 180), "toan": (100, 105, 110), "tu_nhien_xa_hoi": (40, 40, 40)}


def term_by_term(town: Town, home: Place) -> None:
    """A class of term 1 that went on to term 2; one failed, one left; somebody is placed in term 4 by a test."""
    _split(home)
    first = hold_class(
        town,
        home,
        course=Course.objects.get(centre__isnull=True, code="XMC-K1"),
        name="Xóa mù chữ kỳ 1 – thôn 5",
        starts_on=town.today - dt.timedelta(days=150),
        sessions=SESSIONS,
        learners=_beginners(town, home, 9),
        weekdays=[1, 3],
        presence=0.97,
    )
    _by_subject(first, home)
    if not finish_class(town, home, first, failing=0.1):
        return
    passed = list(first.enrolments.filter(status=EnrolmentStatus.PASSED).order_by("pk"))
    starts_on = town.today - dt.timedelta(days=35)
    second = go_on_to_next_term(
        class_group=first,
        people=[row.pk for row in passed],
        by=home.desk,
        name="Xóa mù chữ kỳ 2 – thôn 5",
        starts_on=starts_on,
        ends_on=starts_on + dt.timedelta(days=75),
        place=first.place,
    ).class_group
    planned = teaching.generate_sessions(
        class_group=second, by=home.desk, weekdays=[1, 3], first_on=starts_on, count=SESSIONS
    )
    there = list(second.enrolments.order_by("pk"))
    mark_past(town, home, planned, there, presence=0.93)
    town.classes.append(second)
    teaching.withdraw(
        enrolment=there[-1], by=home.desk, reason="Đi làm xa", withdrawn_on=town.today - dt.timedelta(days=6)
    )
    record_placement(
        learner=_beginners(town, home, 1)[0], term=4, tested_on=town.today - dt.timedelta(days=12),
        paper="Biên bản kiểm tra xếp lớp", paper_number="03/BB-TTHTCĐ", note="Đọc thông, viết được đơn", by=home.desk,
    )  # fmt: skip


def _beginners(town: Town, home: Place, count: int) -> list[Learner]:
    """People the centre did not know before: nobody who holds a level sits in term 1."""
    newcomers = Town(today=town.today, rng=town.rng, numbers=town.numbers).pick(home, count, town.today.year)
    town.people.setdefault(home.centre.pk, []).extend(newcomers)
    return newcomers


def _split(home: Place) -> None:
    programme = literacy_programme()
    part = programme_parts(programme)[0]
    periods = {
        (term.pk, subject.pk): SPLIT[subject.code][place]
        for subject in part.subjects
        for place, term in enumerate(part.terms)
    }
    save_split(programme=programme, centre=home.centre, periods=dict(periods), by=home.desk)


def _by_subject(group: ClassGroup, home: Place) -> None:
    term = ProgrammeTerm.objects.select_related("phase").get(number=1)
    subjects = list(term.phase.subjects.order_by("order"))
    results = {
        (row.pk, subject.pk): str(Result.GOOD if (number + place) % 3 == 0 else Result.PASS)
        for number, row in enumerate(group.enrolments.order_by("pk"))
        for place, subject in enumerate(subjects)
    }
    record_subject_results(class_group=group, term=term, results=results, by=home.desk)


def relapse_at_home(town: Town, home: Place) -> None:
    """Somebody followed up by the visitor's own centre was found to have fallen back a fortnight ago."""
    day = town.today - dt.timedelta(days=14)
    row = FollowUp.objects.open().filter(centre=home.centre, due_on__lte=day).order_by("due_on", "pk").last()
    if row:
        record_check(
            follow_up=row, outcome=CheckOutcome.RELAPSED, checked_on=day, reads=False, writes=False, counts=True,
            note="Đọc lại bảng chữ cái thì quên nhiều", by=home.desk,
        )  # fmt: skip


def learning_elsewhere(town: Town, places: list[Place]) -> None:
    """Two of the newly literate bring a paper from elsewhere; the first cases of relapse have been looked after."""
    desks = {place.centre.pk: place.desk for place in places}
    awards = LiteracyAward.objects.filter(
        level=1, certified_on__lte=town.today - dt.timedelta(days=200), centre_id__in=desks
    )
    for award, what, where, paper in zip(
        awards.select_related("learner").order_by("pk")[:2],
        ("Lớp 6 bổ túc văn hóa", "Nghề may công nghiệp"),
        ("Trung tâm GDNN-GDTX Ba Vì", "Xưởng may Hồng Hà"),
        ("Giấy xác nhận đang học", "Giấy chứng nhận học nghề"),
        strict=False,
    ):
        starts_on = award.certified_on + dt.timedelta(days=60)
        record_outside_learning(
            learner=award.learner, what=what, place=where, starts_on=starts_on,
            ends_on=min(starts_on + dt.timedelta(days=120), town.today), paper=paper, by=desks[award.centre_id],
        )  # fmt: skip
    for number, case in enumerate(Relapse.objects.filter(recovered_on=None, centre_id__in=desks).order_by("-pk")[:3]):
        by = desks[case.centre_id]
        day = min(case.opened_on + dt.timedelta(days=5), town.today)
        record_step(case=case, kind=StepKind.VISITED, done_on=day, note="Gia đình bận mùa, hẹn sau Tết", by=by)
        if number == 0:
            record_step(case=case, kind=StepKind.CALLED, done_on=town.today, note="Đồng ý học lại buổi tối", by=by)
