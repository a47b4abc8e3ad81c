"""Kept statistics are never wrong: whatever is written, by whatever way, what they say is what the rows say."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from centres.models import AdminUnit, CentreLocation
from courses.choices import SessionStatus
from courses.models import ClassGroup, Course, Enrolment, Session
from indicators.models import RollupMark
from indicators.rollups import rebuilding
from indicators.statistics.groups import by_target_group, overview
from indicators.statistics.periods import presets
from indicators.statistics.selectors import look_up, statistics
from learners.models import Learner
from learners.target_groups import TargetGroup
from tests.factories import make_certificates, make_course, make_learner, make_topic

TOPICS = ("ky_nang_so", "suc_khoe")
DAYS = [dt.date(2025, 5, 12), dt.date(2025, 6, 30), dt.date(2025, 7, 1), dt.date(2025, 12, 15), dt.date(2026, 3, 9)]
BORN = [None, 1950, 1966, 1990, 2000, 2001, 2011, 2012]


def _group(cast, centre, course, day, number):
    old = day < dt.date(2025, 7, 1)
    unit = {
        cast.centre_a.pk: (cast.commune_a, cast.old_commune_a),
        cast.centre_b.pk: (cast.commune_b, cast.old_commune_b),
    }
    group = ClassGroup.objects.create(
        centre=centre, unit=unit[centre.pk][old], course=course, code=f"R{number}", name=f"Lớp {number}",
        starts_on=day, ends_on=day + dt.timedelta(days=60), status="open",
        organiser_role="led" if number % 3 else "took_part", partner="" if number % 3 else "Trạm y tế",
    )  # fmt: skip
    for place in range(3):
        on = day + dt.timedelta(days=20 * place)
        held = {"status": "held", "marked_at": timezone.now()} if (number + place) % 4 else {}
        Session.objects.create(
            class_group=group, number=place + 1, held_on=on, unit=unit[centre.pk][on < dt.date(2025, 7, 1)], **held
        )
    return group


@pytest.fixture
def town(cast, reference):
    """Two centres that changed their communes, with classes across the day on which units changed, and papers."""
    groups = list(TargetGroup.objects.filter(asked_of_people=True)[:2])
    number = 0
    for centre in (cast.centre_a, cast.centre_b):
        people = [make_learner(centre, birth=None, sex=("female", "male", "unknown")[n % 3]) for n in range(8)]
        for place, person in enumerate(people):
            Learner.objects.filter(pk=person.pk).update(
                birth_year=BORN[place], ethnicity=("01", "06", "", "55")[place % 4]
            )
            person.target_groups.set(groups[: place % 3])
        courses = [make_course(centre, topic=make_topic(topic)) for topic in TOPICS]
        for day in DAYS:
            number += 1
            group = _group(cast, centre, courses[number % 2], day, number)
            group.target_groups.set(groups[: number % 2])
            Enrolment.objects.bulk_create(
                [Enrolment(class_group=group, learner=person, enrolled_on=day) for person in people[number % 3 : 6]]
            )
    make_certificates(cast.centre_a, passing=2)
    return cast


def asked(cast):
    """Questions of standard periods: user, whom, first and last day."""
    today = timezone.localdate()
    spans = [(period.starts_on, period.ends_on) for _label, period in presets(today).values()]
    spans += [(dt.date(2025, 6, 1), dt.date(2025, 6, 30)), (dt.date(2025, 4, 1), dt.date(2025, 6, 30))]
    spans += [(dt.date(2026, 1, 1), dt.date(2026, 3, 31)), (dt.date(2025, 1, 1), dt.date(2025, 12, 31))]
    whom = (
        (cast.tuan, {"unit": cast.city}),
        (cast.hoa, {"unit": cast.district_a}),
        (cast.hoa, {"unit": cast.commune_a}),
        (cast.tuan, {"unit": cast.old_commune_b}),
        (cast.oanh, {"unit": cast.city}),
        (cast.lan, {"centre": cast.centre_a}),
    )
    return [{"user": user, "starts_on": span[0], "ends_on": span[1], **where} for span in spans for user, where in whom]


def plain(question, *, from_rows=False):
    found = statistics(**question, from_rows=from_rows)
    lines = [
        (
            line.centre and (line.centre.pk, line.centre.name),
            line.topic and (line.topic.pk, line.topic.name),
            line.counts,
        )
        for line in found.lines
    ]
    groups = by_target_group(**question, from_rows=from_rows)
    names = [group.group and (group.group.name, group.group.order) for group in groups]
    # The page asks for both at once: the same.
    assert overview(**question, from_rows=from_rows) == (found, groups)
    return found.label, found.notes, found.totals, lines, groups, names


def is_kept(question):
    return look_up(**question).kept is not None


def no_difference():
    found = rebuilding.check()
    assert found.different == []
    return found


def test_what_is_kept_is_what_the_rows_say(town):
    assert not any(is_kept(question) for question in asked(town))
    done = rebuilding.rebuild()
    assert done.sheets
    assert not RollupMark.objects.exists()
    answers = [question for question in asked(town) if is_kept(question)]
    assert len(answers) > 40
    assert {next(iter(set(question) & {"unit", "centre"})) for question in answers} == {"unit", "centre"}
    for question in answers:
        assert plain(question) == plain(question, from_rows=True), question
    assert no_difference().cells > 1000
    # The same again finds nothing to do.
    assert rebuilding.rebuild().marks == 0


def change_sessions(cast, place):
    rows = Session.objects.order_by("pk")
    row = rows[place % rows.count()]
    if row.status == SessionStatus.HELD:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE courses_session SET status = 'planned', marked_at = NULL, marked_by_id = NULL WHERE id = %s",
                [row.pk],
            )
    else:
        rows.filter(pk=row.pk).update(status="held", marked_at=timezone.now())


def move_session(cast, place):
    rows = Session.objects.order_by("pk")
    row = rows[place % rows.count()]
    units = [cast.commune_a, cast.old_commune_a, cast.commune_b]
    rows.filter(pk=row.pk).update(held_on=DAYS[place % len(DAYS)], unit=units[place % 3])


def delete_sessions(cast, place):
    group = ClassGroup.objects.order_by("pk")[place % ClassGroup.objects.count()]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM courses_attendance WHERE session_id IN (SELECT id FROM courses_session WHERE class_group_id = %s)", [group.pk])  # fmt: skip # noqa: E501
    Session.objects.filter(class_group=group, versions__isnull=True).delete()


def withdraw(cast, place):
    rows = Enrolment.objects.order_by("pk")
    row = rows[place % rows.count()]
    back = row.status == "withdrawn"
    rows.filter(pk=row.pk).update(
        status="active" if back else "withdrawn", withdrawn_on=None if back else DAYS[0],
    )  # fmt: skip


def enrol_many(cast, place):
    group = ClassGroup.objects.order_by("pk")[place % ClassGroup.objects.count()]
    known = set(group.enrolments.values_list("learner_id", flat=True))
    people = [row for row in Learner.objects.filter(merged_into=None).order_by("pk") if row.pk not in known]
    Enrolment.objects.bulk_create(
        [Enrolment(class_group=group, learner=row, enrolled_on=DAYS[0]) for row in people[:4]]
    )


def leave_for_good(cast, place):
    rows = Enrolment.objects.filter(certificates=None, marks=None).order_by("pk")
    if rows.count():
        rows.filter(pk=rows[place % rows.count()].pk).delete()


def other_person(cast, place):
    rows = Learner.objects.order_by("pk")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE learners_learner SET sex = %s, birth_year = %s, birth_month = NULL, birth_day = NULL, "
            "ethnicity = %s WHERE id = %s",
            [("female", "male", "unknown")[place % 3], BORN[place % len(BORN)], ("01", "06", "")[place % 3],
             rows[place % rows.count()].pk],
        )  # fmt: skip


def merge(cast, place):
    rows = list(Learner.objects.filter(merged_into=None, merged_from=None).order_by("pk"))
    if len(rows) > 4:
        Learner.objects.filter(pk=rows[place % len(rows)].pk).update(merged_into=rows[(place + 1) % len(rows)])


def say_group(cast, place):
    rows = Learner.objects.order_by("pk")
    group = TargetGroup.objects.filter(asked_of_people=True).order_by("pk")[place % 3]
    rows[place % rows.count()].target_groups.set([] if place % 2 else [group])
    ClassGroup.objects.order_by("pk")[place % 4].target_groups.set([group] if place % 2 else [])


def other_class(cast, place):
    rows = ClassGroup.objects.order_by("pk")
    row = rows[place % rows.count()]
    if place % 2:
        rows.filter(pk=row.pk).update(centre=cast.centre_b if row.centre_id == cast.centre_a.pk else cast.centre_a)
    else:
        other = Course.objects.exclude(pk=row.course_id).order_by("pk")[0]
        rows.filter(pk=row.pk).update(course=other, organiser_role="led", partner="")


def other_topic(cast, place):
    rows = Course.objects.order_by("pk")
    rows.filter(pk=rows[place % rows.count()].pk).update(topic=make_topic(TOPICS[place % 2]))


def other_paper(cast, place):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE certificates_certificate SET state = %s", [("revoked", "replaced", "corrected")[place % 3]]
        )


def rename(cast, place):
    """What kept figures are shown with: by a service's way and past every model."""
    centre = (cast.centre_a, cast.centre_b)[place % 2]
    if place % 3:
        row = type(centre).objects.get(pk=centre.pk)
        row.name = f"Trung tâm {'AĐÔ'[place % 3]}{place}"
        row.save()
        return
    with connection.cursor() as cursor:
        cursor.execute("UPDATE courses_topic SET name = %s WHERE code = %s", [f"Lĩnh vực {place}", TOPICS[place % 2]])
        cursor.execute('UPDATE courses_topic SET "order" = %s WHERE code = %s', [place, TOPICS[0]])
        cursor.execute('UPDATE learners_targetgroup SET name = %s, "order" = %s', [f"Nhóm {place}", place])


def move_centre(cast, place):
    """A centre lies elsewhere, closes or opens again: how many there are is told beside the figures."""
    centre = (cast.centre_a, cast.centre_b)[place % 2]
    if place % 3 == 0:
        CentreLocation.objects.filter(centre=centre, valid_to=None).update(
            unit=(cast.commune_a, cast.commune_b)[place // 2 % 2]
        )
    elif place % 3 == 1:
        type(centre).objects.filter(pk=centre.pk).update(closed_on=DAYS[3] if centre.closed_on is None else None)
    else:
        AdminUnit.objects.filter(pk=cast.old_commune_b.pk).update(parent=(cast.district_a, cast.city)[place % 2])


def keep(cast, place):
    rebuilding.rebuild(whole=place % 4 == 0)


CHANGES = [
    change_sessions, move_session, delete_sessions, withdraw, enrol_many, leave_for_good, other_person, merge,
    say_group, other_class, other_topic, other_paper, rename, move_centre,
]  # fmt: skip


def test_every_change_is_noticed_by_itself(town):
    """One after the other from fresh sheets: no change hides behind the mark of another."""
    questions = asked(town)
    for place, change in enumerate(CHANGES):
        rebuilding.rebuild()
        change(town, place + 1)
        for question in questions[place % 5 :: 5]:
            assert plain(question) == plain(question, from_rows=True), (change.__name__, question)
        no_difference()


# Every example writes a town: what fails is read as it is, not made smaller for minutes.
@settings(max_examples=5, phases=(Phase.generate,))
@given(st.lists(st.tuples(st.sampled_from([*CHANGES, keep]), st.integers(0, 40)), min_size=2, max_size=5), st.data())
def test_after_any_writes_answers_are_what_the_rows_say(town, changes, data):
    questions = asked(town)
    with transaction.atomic():
        rebuilding.rebuild()
        for change, place in changes:
            change(town, place)
            for question in data.draw(st.lists(st.sampled_from(questions), min_size=1, max_size=3)):
                assert plain(question) == plain(question, from_rows=True)
        no_difference()
        # Only what was touched is worked out again, and then everything is fresh.
        rebuilding.rebuild()
        assert no_difference().stale == 0
        transaction.set_rollback(True)
