"""Data quality: each rule finds what it says and nothing else, a score that cannot be talked up, lists to work off."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from core.dates import PartialDate
from core.errors import Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses.models import ClassGroup, Enrolment, Session
from indicators.models import QualityAnswer, QualityResult
from indicators.quality.finders import FINDERS, JUMP_LEAST, Look
from indicators.quality.rules import RULES, Finding, RuleCode, Share, score_of, unanswered
from indicators.quality.selectors import centre_quality, overview
from indicators.quality.services import answer, find, keep_quality, measure, take_back
from learners.models import DifferentPeople, Learner
from tests.factories import hold, make_class, make_enrolled, make_learner, make_sessions

TODAY = dt.date(2026, 11, 20)
DAY = dt.timedelta(days=1)


@pytest.fixture
def town(cast, reference, settings):
    """Centre A teaches an ordinary class: three people who live somewhere, sessions held, one of them absent once."""
    group = make_class(cast.centre_a, starts_on=TODAY - 30 * DAY, ends_on=TODAY + 30 * DAY)
    rows = make_enrolled(group, 3, unit=cast.commune_a, sex="female")
    for row, year in zip(rows, (1970, 1980, 1990), strict=True):
        Learner.objects.filter(pk=row.learner_id).update(birth_year=year)
    sessions = make_sessions(group, 6)
    for session in sessions:
        hold(session, absent=rows[:1])
    Session.objects.filter(class_group=group).update(
        marked_at=timezone.make_aware(dt.datetime.combine(TODAY, dt.time(20)))
    )
    return cast


def looked(cast, day=TODAY):
    return find(Look(day, frozenset({cast.centre_a.pk})))


def told(cast, day=TODAY):
    return {(row.rule.value, row.label) for row in looked(cast, day) if row.rule != RuleCode.SILENT}


def test_an_ordinary_centre_has_nothing_to_look_at(town):
    assert looked(town) == []
    quality = measure(Look(TODAY, frozenset({town.centre_a.pk})))[1][town.centre_a.pk]
    assert score_of(quality) == 100
    assert quality["no_unit"] == Share(0, 3)


def test_classes_without_sessions_and_sessions_without_marks(town):
    empty = make_class(town.centre_a, starts_on=TODAY - 20 * DAY, name="Chỉ có danh sách")
    men = {"unit": town.commune_a, "sex": "male"}
    make_enrolled(empty, [make_learner(town.centre_a, name, **men) for name in ("Lò Văn Một", "Lò Văn Hai")])
    make_class(town.centre_a, starts_on=TODAY - 20 * DAY, name="Chưa có ai")
    fresh = make_class(town.centre_a, starts_on=TODAY - 5 * DAY, name="Mới mở")
    make_enrolled(fresh, [make_learner(town.centre_a, "Lò Văn Ba", **men)])
    late = make_class(town.centre_a, starts_on=TODAY - 10 * DAY, name="Quên điểm danh")
    make_sessions(late, 2)
    found = {(row.rule.value, row.label): row for row in looked(town)}
    assert set(found) == {("no_sessions", "Chỉ có danh sách"), ("unmarked", "Quên điểm danh")}
    assert found["no_sessions", "Chỉ có danh sách"].detail == "2 người, 0 buổi"
    ClassGroup.objects.filter(pk__in=[empty.pk, late.pk]).update(status="cancelled", cancel_reason="x")
    assert looked(town) == []


def test_attendance_before_its_day_and_a_class_never_closed(town):
    group = ClassGroup.objects.get()
    early = group.sessions.order_by("number")[0]
    Session.objects.filter(pk=early.pk).update(
        marked_at=timezone.make_aware(dt.datetime.combine(early.held_on - DAY, dt.time(22)))
    )
    assert told(town) == {("marked_before", group.name)}
    later = group.ends_on + 31 * DAY
    assert told(town, later) == {("marked_before", group.name), ("not_closed", group.name)}
    assert ("not_closed", group.name) not in told(town, later - DAY)


def test_nobody_ever_absent(town):
    group = ClassGroup.objects.get()
    people = [
        make_learner(town.centre_a, unit=town.commune_a, sex="male", birth=PartialDate(1950 + n)) for n in range(9)
    ]
    make_enrolled(group, people)
    ClassGroup.objects.filter(pk=group.pk).update(
        status="closed", closed_at=timezone.now(), closed_by=town.duc, closed_on=TODAY
    )
    rows = Enrolment.objects.filter(class_group=group)
    rows.update(sessions_held=8, sessions_attended=8)
    assert told(town) == {("all_present", group.name)}
    for change in ({"sessions_attended": 7}, {"sessions_held": 7, "sessions_attended": 7}):
        rows.filter(pk=rows.first().pk).update(**change)
        assert told(town) == set()


def test_a_week_with_too_many_sessions_and_a_month_that_jumps(town):
    group = ClassGroup.objects.get()
    monday = TODAY - TODAY.weekday() * DAY
    some = group.sessions.first()
    Session.objects.bulk_create(
        Session(class_group=group, number=100 + n, held_on=monday + n % 7 * DAY, unit=some.unit, status="held",
                marked_at=some.marked_at, marked_by=some.marked_by)
        for n in range(40)
    )  # fmt: skip
    crowded = {row.label for row in looked(town, TODAY + 7 * DAY) if row.rule == RuleCode.CROWDED_WEEK}
    held = 40 + group.sessions.filter(held_on__gte=monday, number__lt=100).count()
    assert crowded == {f"{held} buổi trong tuần từ {monday:%d/%m/%Y}"}
    Session.objects.filter(number__gte=100, number__lt=110).update(held_on=monday - 7 * DAY)
    assert not {row for row in looked(town, TODAY + 7 * DAY) if row.rule == RuleCode.CROWDED_WEEK}
    before = make_class(town.centre_a, starts_on=dt.date(2026, 7, 1))
    make_enrolled(before, 2, unit=town.commune_a)
    people = Learner.objects.bulk_create(
        Learner(code=f"HVX{n}", full_name=f"Người {n}", given_name="Người", search_key=f"nguoi {n}", sort_key=str(n),
                birth_year=1960, sex="male", unit=town.commune_a)
        for n in range(JUMP_LEAST + 5)
    )  # fmt: skip
    Enrolment.objects.bulk_create(
        Enrolment(class_group=before, learner=person, enrolled_on=dt.date(2026, 9, 1)) for person in people
    )
    (month,) = [row for row in looked(town) if row.rule == RuleCode.JUMP]
    assert month.key == "2026-09"
    Enrolment.objects.filter(learner=people[0]).delete()
    Enrolment.objects.filter(learner__in=people[1:10]).update(enrolled_on=dt.date(2026, 8, 1))
    assert not [row for row in looked(town) if row.rule == RuleCode.JUMP]


def test_people_without_commune_sex_birth_year_and_of_odd_age(town):
    rows = list(Enrolment.objects.order_by("pk"))
    names = [row.learner.full_name for row in rows]
    Learner.objects.filter(pk=rows[0].learner_id).update(unit=None)
    Learner.objects.filter(pk=rows[1].learner_id).update(
        sex="unknown", birth_year=None, birth_month=None, birth_day=None
    )
    Learner.objects.filter(pk=rows[2].learner_id).update(birth_year=2022)
    found = {(row.rule.value, row.label): row.detail for row in looked(town)}
    assert found == {
        ("no_unit", names[0]): "", ("unknown_facts", names[1]): "chưa rõ giới tính, chưa rõ năm sinh",
        ("odd_age", names[2]): "sinh năm 2022",
    }  # fmt: skip
    # Another centre's people are its own affair.
    assert find(Look(TODAY, frozenset({town.centre_b.pk}))) == [
        row for row in find(Look(TODAY, frozenset({town.centre_b.pk}))) if row.rule == RuleCode.SILENT
    ]


def test_records_that_are_alike_until_somebody_tells_them_apart(town):
    group = ClassGroup.objects.get()
    twins = [make_learner(town.centre_a, "Đỗ Thị Na", birth=PartialDate(1961), unit=town.commune_a, sex="female")
             for _ in range(2)]  # fmt: skip
    make_learner(town.centre_b, "Đỗ Thị Na", birth=PartialDate(1961), unit=town.commune_b, sex="female")
    make_enrolled(group, twins)
    (row,) = looked(town)
    assert (row.rule, row.subject) == (RuleCode.DUPLICATES, ("pair", (twins[0].pk, twins[1].pk)))
    DifferentPeople.objects.create(one=twins[0], other=twins[1], said_by=town.lan)
    assert looked(town) == []


def test_a_centre_that_is_silent_for_a_quarter(town):
    (row,) = find(Look(TODAY, frozenset({town.centre_b.pk})))
    assert (row.rule, row.detail) == (RuleCode.SILENT, "chưa có buổi nào")
    last = Session.objects.order_by("-held_on")[0].held_on
    quiet = last + dt.timedelta(days=93)
    assert RuleCode.SILENT in {row.rule for row in looked(town, quiet)}
    assert RuleCode.SILENT not in {row.rule for row in looked(town, quiet - DAY)}
    town.centre_b.closed_on = TODAY - DAY
    town.centre_b.save()
    assert find(Look(TODAY, frozenset({town.centre_b.pk}))) == []


SHARES = st.dictionaries(
    st.sampled_from([rule.code.value for rule in RULES]),
    st.integers(0, 50).flatmap(lambda base: st.builds(Share, st.integers(0, base), st.just(base))),
)


@given(SHARES)
def test_the_score_is_bounded_and_never_perfect_with_something_wrong(known):
    score = score_of(known)
    if score is None:
        assert not any(share.base for share in known.values())
    else:
        assert 0 <= score <= 100
        assert (score == 100) == (not any(share.bad for share in known.values()))


@given(SHARES, st.sampled_from([rule.code.value for rule in RULES]))
def test_putting_one_thing_right_never_lowers_the_score(known, code):
    share = known.get(code, Share(0, 0))
    if share.bad:
        assert score_of(known | {code: Share(share.bad - 1, share.base)}) >= score_of(known)


def test_an_answer_holds_until_the_facts_change():
    row = Finding(RuleCode.UNMARKED, 1, "L1", "Lớp", "2 buổi", "2", ("class", 1))
    assert unanswered([row], {("unmarked", 1, "L1"): "2"}) == []
    for other in ({("unmarked", 1, "L1"): "1"}, {("unmarked", 2, "L1"): "2"}, {("no_unit", 1, "L1"): "2"}, {}):
        assert unanswered([row], other) == [row]


@pytest.fixture
def wrong(cast, reference):
    """Centre A today: a class with people that never met; one person without a commune."""
    today = timezone.localdate()
    group = make_class(cast.centre_a, starts_on=today - 30 * DAY, name="Lớp treo")
    make_enrolled(group, 2, unit=cast.commune_a, sex="female")
    return group


def test_answering_taking_back_and_who_may(wrong, cast):
    given = {"centre": cast.centre_a, "rule": "no_sessions", "key": wrong.code}
    for user, refusal in ((cast.hoa, Forbidden), (cast.minh, OutOfScope), (cast.oanh, Forbidden)):
        with pytest.raises(refusal):
            answer(**given, reason="đúng", by=user)
    with pytest.raises(InvalidInput):
        answer(**given, reason="  ", by=cast.lan)
    with pytest.raises(OutOfScope):
        answer(**given | {"key": "khác"}, reason="đúng", by=cast.lan)
    before = centre_quality(cast.centre_a).score
    row = answer(**given, reason="Lớp học ở nhà văn hóa, chưa có mạng", by=cast.lan)
    assert not [item for item in find(Look(timezone.localdate())) if item.rule == RuleCode.NO_SESSIONS]
    assert centre_quality(cast.centre_a).score > before
    assert AuditEvent.objects.filter(verb="indicators.answer_quality", centre_id=cast.centre_a.pk).exists()
    with pytest.raises(OutOfScope):
        take_back(given=row, by=cast.minh)
    take_back(given=row, by=cast.duc)
    assert centre_quality(cast.centre_a).score == before
    assert not QualityAnswer.objects.exists()


def test_what_is_kept_is_what_was_measured(wrong, cast):
    assert overview(cast.tuan).unmeasured == 2
    for _again in range(2):
        said = keep_quality()
        assert said["centres"] == 2
    kept = {(row.centre_id, row.rule): (row.bad, row.base) for row in QualityResult.objects.all()}
    measured = measure(Look(timezone.localdate()))[1]
    assert kept == {
        (centre, code): (share.bad, share.base) for centre, known in measured.items() for code, share in known.items()
    }  # fmt: skip
    found = overview(cast.tuan)
    assert [row.centre for row in found.rows] == [cast.centre_b, cast.centre_a]
    assert found.rows[1].score == centre_quality(cast.centre_a).score
    assert [row.centre for row in overview(cast.nam).rows] == [cast.centre_b]
    assert overview(cast.hoa).rows[0].centre == cast.centre_a
    assert found.mean == ((found.rows[0].score + found.rows[1].score) / 2).quantize(Decimal(1))


def test_the_pages(wrong, cast, as_user):
    keep_quality()
    page = as_user(cast.lan).get(reverse("indicators:quality"))
    assert "Lớp treo" in page.content.decode()
    send = reverse("indicators:quality-answer", args=[cast.centre_a.pk])
    given = {"rule": "no_sessions", "key": wrong.code, "reason": ""}
    assert as_user(cast.lan).post(send, given).status_code == 422
    done = as_user(cast.lan).post(send, given | {"reason": "Đúng vậy"}, follow=True).content.decode()
    assert "Lớp treo là đúng" in done
    officer = as_user(cast.tuan).get(reverse("indicators:quality")).content.decode()
    assert officer.index(cast.centre_b.name) < officer.index(cast.centre_a.name)
    assert as_user(cast.minh).get(reverse("indicators:quality-centre", args=[cast.centre_a.pk])).status_code == 404
    back = reverse("indicators:quality-take-back", args=[QualityAnswer.objects.get().pk])
    assert as_user(cast.minh).post(back).status_code == 404
    assert "lại có trong danh sách" in as_user(cast.lan).post(back, follow=True).content.decode()
    again = as_user(cast.lan).post(reverse("indicators:quality-again", args=[cast.centre_a.pk]), follow=True)
    assert "Đã kiểm tra lại" in again.content.decode()
    file = as_user(cast.lan).get(reverse("indicators:quality-export", args=[cast.centre_a.pk]))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_index(0).to_python()
    assert any("Lớp treo" in row for row in rows)


@pytest.mark.parametrize("many", [False, True])
def test_looking_costs_the_same_whatever_the_rows(wrong, cast, django_assert_max_num_queries, many):
    if many:
        for _ in range(5):
            group = make_class(cast.centre_a, starts_on=timezone.localdate() - 30 * DAY)
            make_enrolled(group, 4)
    with django_assert_max_num_queries(len(FINDERS) + 12):
        centre_quality(cast.centre_a)
    keep_quality()
    with django_assert_max_num_queries(8):
        overview(cast.tuan)
