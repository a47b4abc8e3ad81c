"""Two records of one person become one: everything moves, nothing issued changes, and it can all be taken back."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import serializers
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from certificates.models import Certificate, RegisterEvent
from certificates.services import issue_class
from core.dates import PartialDate
from core.errors import Conflict, DomainError, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses.models import Attendance, Course, Enrolment
from courses.services import close_class, sign_up
from indicators.statistics.selectors import statistics
from learners import services
from learners.matching import CERTAIN
from learners.merging import look_ahead, merge_people, relations, undo_merge
from learners.models import Learner, LearnerCentre, PersonMerge
from learners.selectors import find_lookalikes, find_people, match_person
from literacy.models import FollowUp, LiteracyAward
from literacy.services import record_award
from tests.factories import closed_class, hold, make_class, make_course, make_enrolled, make_learner, make_sessions

NUMBER = "001180000417"


@pytest.fixture
def pair(cast):
    """The same woman, registered twice."""
    kept = make_learner(cast.centre_a, "Bùi Thị Nga", birth=PartialDate(1980))
    other = make_learner(cast.centre_a, "Bui Thi Nga", birth=PartialDate(1980, 5, 3), phone="0963855860", note="cũ")
    other.set_personal_id(NUMBER)
    other.save()
    return kept, other


def everything(*people):
    """All rows that hang on these people, as they are in the database."""
    rows = [*Learner.objects.filter(pk__in=[person.pk for person in people]).order_by("pk")]
    for model, column in relations():
        if model is not PersonMerge:
            rows += model._base_manager.filter(**{f"{column}__in": people}).order_by("pk")
    rows += Attendance.objects.order_by("pk")
    found = serializers.serialize("python", rows)
    for row in found:
        row["fields"].pop("updated_at", None)
    return found


def test_every_table_that_points_at_a_person_is_known():
    """A table that appears later is moved without a line of code; parents come before what hangs on them."""
    labels = [f"{model._meta.label_lower}.{column}" for model, column in relations()]
    for label in (
        "learners.learnercentre.learner", "learners.learner.merged_into", "courses.enrolment.learner",
        "literacy.literacyaward.learner", "literacy.followup.learner", "certificates.certificate.learner",
        "learners.learner_target_groups.learner",
    ):  # fmt: skip
        assert label in labels
    assert labels.index("literacy.literacyaward.learner") < labels.index("literacy.followup.learner")
    assert labels.index("literacy.followup.learner") < labels.index("literacy.literacycheck.learner")


def test_everything_moves_and_both_codes_lead_to_the_person(cast, reference, pair, as_user):
    kept, other = pair
    group = make_class(cast.centre_a)
    make_enrolled(group, [other])
    LearnerCentre.objects.create(learner=other, centre=cast.centre_b)
    record_award(
        learner=other, level=1, proof="test", certified_on=dt.date(2026, 1, 5), centre=cast.centre_a, by=cast.lan
    )

    merge = merge_people(kept=kept, other=other, by=cast.lan, take=["birth", "personal_id", "phone"])

    kept.refresh_from_db()
    other.refresh_from_db()
    assert (str(kept.birth), kept.phone, kept.open_personal_id()) == ("03/05/1980", "0963855860", NUMBER)
    assert kept.full_name == "Bùi Thị Nga", "what was not taken stays"
    assert other.merged_into == kept
    assert Enrolment.objects.get().learner == kept
    assert LiteracyAward.objects.get().learner == kept
    assert {row.learner_id for row in FollowUp.objects.all()} == {kept.pk}
    assert set(kept.centre_links.values_list("centre", flat=True)) == {cast.centre_a.pk, cast.centre_b.pk}
    for user in (cast.lan, cast.tuan, cast.minh):
        for text in ("nga bui", other.code, kept.code, NUMBER, "5860"):
            assert find_people(user=user, text=text) == [kept], (user, text)
    page = as_user(cast.lan).get(reverse("learners:learner-detail", args=[other.pk]))
    assert page["Location"] == reverse("learners:learner-detail", args=[kept.pk])
    assert as_user(cast.lan).get(page["Location"]).context["merges"] == [merge]
    assert list(Learner.objects.visible_to(cast.tuan)) == [kept]
    traces = AuditEvent.objects.filter(verb="learners.merge_people")
    assert {trace.centre_id for trace in traces} == {cast.centre_a.pk, cast.centre_b.pk}
    assert NUMBER not in repr([trace.data for trace in traces])


def test_who_was_merged_is_known_by_either_number_and_offered_once(cast, pair):
    kept, other = pair
    kept.set_personal_id("012345678")
    kept.save()
    merge_people(kept=kept, other=other, by=cast.lan)  # the old nine-digit number stays the main one

    for number in (NUMBER, "012345678"):
        match = match_person(name="Khác Hẳn", birth=None, personal_id=number, phone="", centre=cast.centre_a)
        assert (match.kind, match.learner) == ("known", kept)
        assert find_people(user=cast.lan, text=number) == [kept]
        assert services.find_by_personal_id(number) == kept
        found = find_lookalikes(user=cast.lan, centre=cast.centre_a, full_name="Ai Đó", personal_id=number)
        assert [(row.learner, row.score) for row in found] == [(kept, CERTAIN)]
    found = find_lookalikes(user=cast.lan, centre=cast.centre_a, full_name="Bùi Thị Nga", birth=PartialDate(1980))
    assert [row.learner for row in found] == [kept]


def test_undoing_leaves_nothing_different(cast, reference, pair):
    """With collisions of every kind: class, award, centre, number; then one row more, written after the merge."""
    kept, other = pair
    group = make_class(cast.centre_a)
    make_enrolled(group, [other, kept])
    first, second = make_sessions(group, 2)
    hold(first)
    hold(second, absent=[Enrolment.objects.get(learner=kept)])
    for person, day in ((kept, 5), (other, 6)):
        record_award(
            learner=person, level=1, proof="test", certified_on=dt.date(2026, 1, day), centre=cast.centre_a, by=cast.lan
        )
    before = everything(kept, other)

    merge = merge_people(kept=kept, other=other, by=cast.lan, take=["birth", "personal_id", "phone", "note"])
    assert everything(kept, other) != before
    later = make_enrolled(make_class(cast.centre_a), [Learner.objects.get(pk=kept.pk)])[0]
    undo_merge(merge=merge, by=cast.duc)

    later.refresh_from_db()
    assert later.learner_id == kept.pk, "what came after stays with the record that was kept"
    later.delete()
    assert everything(kept, other) == before
    assert find_people(user=cast.lan, text=NUMBER) == [other]
    assert AuditEvent.objects.filter(verb="learners.undo_merge").count() == 1
    with pytest.raises(Conflict):
        undo_merge(merge=merge, by=cast.duc)


def test_what_was_changed_since_is_not_thrown_away(cast, pair):
    kept, other = pair
    merge = merge_people(kept=kept, other=other, by=cast.lan, take=["phone", "birth"])
    kept.refresh_from_db()
    kept.phone = "0912000111"
    kept.save()
    undo_merge(merge=merge, by=cast.lan)
    kept.refresh_from_db()
    assert (kept.phone, str(kept.birth)) == ("0912000111", "1980")


def test_the_register_is_not_touched(cast, reference, pair, as_user):
    """Not a byte of an entry changes, and the paper is shown on the person's page all the same."""
    kept = pair[0]
    group, _report = closed_class(cast.centre_a, course=Course.objects.get(code="XMC-GD1"), passing=1, failing=0)
    holder = Enrolment.objects.get(class_group=group).learner
    issue_class(class_group=group, by=cast.lan)
    before = serializers.serialize("python", [*Certificate.objects.all(), *RegisterEvent.objects.all()])
    assert len(before) > 1

    merge_people(kept=kept, other=holder, by=cast.lan)

    assert serializers.serialize("python", [*Certificate.objects.all(), *RegisterEvent.objects.all()]) == before
    assert Enrolment.objects.get(class_group=group).learner == kept, "the completion is the person's"
    page = as_user(cast.lan).get(reverse("certificates:panel-learner", args=[kept.pk]))
    assert [row.learner for row in page.context["rows"]] == [holder]
    detail = reverse("certificates:certificate-detail", args=[Certificate.objects.get().pk])
    assert as_user(cast.lan).get(detail).status_code == 200


def test_two_places_in_one_class_become_one(cast, pair):
    """Present under either name is present; the second place is withdrawn, with its reason."""
    kept, other = pair
    group = make_class(cast.centre_a)
    mine, theirs = make_enrolled(group, [kept, other])
    first, second, third = make_sessions(group, 3)
    hold(first, absent=[mine])
    hold(second, absent=[theirs])
    hold(third, absent=[mine, theirs])

    merge_people(kept=kept, other=other, by=cast.lan)

    theirs.refresh_from_db()
    assert (theirs.status, theirs.withdrawn_on, theirs.learner) == ("withdrawn", timezone.localdate(), other)
    assert kept.code in theirs.withdraw_reason
    assert [mark.status for mark in mine.marks.order_by("session__number")] == ["present", "present", "absent"]


def test_nobody_waits_twice_or_for_a_class_they_are_in(cast, pair):
    kept, other = pair
    full = make_class(cast.centre_a, capacity=1)
    make_enrolled(full, 1)
    elsewhere = make_class(cast.centre_a, capacity=1)
    make_enrolled(elsewhere, [kept])
    early, late, third = (
        sign_up(class_group=group, learner=person, by=cast.lan)
        for group, person in ((full, other), (full, kept), (elsewhere, other))
    )
    before = everything(kept, other)

    merge = merge_people(kept=kept, other=other, by=cast.lan)

    for row in (early, late, third):
        row.refresh_from_db()
    assert [(row.status, row.learner) for row in (early, late, third)] == [
        ("waiting", kept), ("left", kept), ("left", kept),
    ]  # fmt: skip
    undo_merge(merge=merge, by=cast.lan)
    assert everything(kept, other) == before


def test_a_closed_class_is_left_alone_and_counted_once(cast, pair):
    kept, other = pair
    group = make_class(cast.centre_a, course=make_course(cast.centre_a, min_attendance_percent=50))
    mine, theirs = make_enrolled(group, [kept, other])
    session = make_sessions(group, 1)[0]
    hold(session, absent=[theirs])
    close_class(class_group=group, by=cast.lan, closed_on=session.held_on)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.status, theirs.status) == ("passed", "failed")

    with pytest.raises(Conflict) as refused:
        merge_people(kept=other, other=kept, by=cast.lan)
    assert (refused.value.code, kept.code in str(refused.value.message)) == ("keep_other", True)
    merge_people(kept=kept, other=other, by=cast.lan)

    theirs.refresh_from_db()
    assert (theirs.status, theirs.learner) == ("failed", other)
    counted = statistics(
        user=cast.tuan, unit=cast.city, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31)
    ).totals
    assert (counted["learners"], counted["participations"]) == (1, 1)


def test_the_first_award_counts(cast, reference, pair):
    kept, other = pair
    for person, day in ((kept, 9), (other, 2)):
        record_award(
            learner=person, level=1, proof="test", certified_on=dt.date(2026, 1, day), centre=cast.centre_a, by=cast.lan
        )
    with pytest.raises(Conflict) as refused:
        merge_people(kept=kept, other=other, by=cast.lan)
    assert refused.value.code == "keep_other"
    merge_people(kept=other, other=kept, by=cast.lan)
    assert LiteracyAward.objects.filter(learner=other).count() == 1
    assert not FollowUp.objects.open().filter(award__learner=kept).exists(), "nobody is to be checked twice"
    assert FollowUp.objects.open().filter(learner=other).exists()


def test_chains_are_resolved_and_undone_from_their_end(cast):
    one, two, three = (make_learner(cast.centre_a, "Bùi Thị Nga") for _n in range(3))
    first = merge_people(kept=two, other=one, by=cast.lan)
    second = merge_people(kept=three, other=two, by=cast.lan)
    for row in (one, two, three):
        assert find_people(user=cast.lan, text=row.code) == [three]
    with pytest.raises(Conflict):
        undo_merge(merge=first, by=cast.lan)
    undo_merge(merge=second, by=cast.lan)
    assert find_people(user=cast.lan, text=one.code) == [two]
    undo_merge(merge=first, by=cast.lan)
    assert find_people(user=cast.lan, text=one.code) == [one]


def test_what_must_not_be_merged(cast, pair):
    kept, other = pair
    foreign = make_learner(cast.centre_b, "Bùi Thị Nga")

    def refusal(**given):
        with pytest.raises(DomainError) as refused:
            merge_people(**{"kept": kept, "other": other, "by": cast.lan, **given})
        return type(refused.value), refused.value.code

    assert refusal(other=kept) == (InvalidInput, "same_row")
    assert refusal(take=["password"]) == (InvalidInput, "unknown_field")
    assert refusal(other=foreign)[0] is OutOfScope
    assert refusal(by=cast.minh)[0] is OutOfScope
    for reader in (cast.van, cast.hoa, cast.tuan):
        assert refusal(by=reader)[0] is Forbidden
    services.declare_different(one=kept, other=other, by=cast.lan)
    assert refusal() == (Conflict, "said_different")
    services.withdraw_different(one=kept, other=other, by=cast.lan)
    kept.set_personal_id("001180000999")
    kept.save()
    assert refusal() == (Conflict, "different_numbers")
    assert not PersonMerge.objects.exists()
    assert not Learner.objects.filter(merged_into__isnull=False).exists()


def test_looking_ahead_changes_nothing(cast, pair):
    kept, other = pair
    make_enrolled(make_class(cast.centre_a), [other])
    before = everything(kept, other)
    outlook = look_ahead(kept=kept, other=other, by=cast.lan)
    assert outlook.moves == {"ghi danh": 1}
    assert outlook.stays == {}
    assert everything(kept, other) == before


def test_the_pages_from_the_pair_to_the_merge_and_back(cast, pair, as_user):
    kept, other = pair
    client = as_user(cast.lan)
    page = client.get(reverse("learners:pair-list"))
    assert [(row["one"], row["other"]) for row in page.context["rows"]] == [(kept, other)]
    url = reverse("learners:merge", args=[kept.pk, other.pk])
    page = client.get(url)
    proposed = {line.name for line in page.context["lines"] if line.differs and line.other_is_better}
    assert proposed == {"birth", "personal_id", "phone", "note"}
    assert NUMBER not in page.content.decode()

    page = client.post(url, dict.fromkeys(proposed, "other") | {"full_name": "kept"}, follow=True)

    kept.refresh_from_db()
    assert (str(kept.birth), kept.personal_id_tail, kept.note) == ("03/05/1980", "417", "cũ")
    assert other.code in page.content.decode()
    assert client.get(url).status_code == 404
    assert client.get(reverse("learners:pair-list")).context["rows"] == []
    undo = reverse("learners:unmerge", args=[kept.pk, PersonMerge.objects.get().pk])
    assert as_user(cast.minh).post(undo).status_code == 404
    assert as_user(cast.hoa).post(undo).status_code == 403
    assert as_user(cast.lan).get(undo).status_code == 405
    page = client.post(undo, follow=True)
    assert page.context["learner"] == other


def test_a_refusal_is_shown_on_the_page(cast, pair, as_user):
    kept, other = pair
    kept.set_personal_id("001180000999")
    kept.save()
    client = as_user(cast.lan)
    url = reverse("learners:merge", args=[kept.pk, other.pk])
    assert "hai số định danh khác nhau" in client.get(url).content.decode()
    assert client.post(url, {}).status_code == 409
    foreign = make_learner(cast.centre_b, "Bùi Thị Nga")
    assert client.get(reverse("learners:merge", args=[kept.pk, foreign.pk])).status_code == 404
    assert as_user(cast.hoa).get(url).status_code == 403


def test_pairs_cost_the_same_for_few_and_many(cast, pair, as_user):
    client = as_user(cast.lan)

    def cost():
        with CaptureQueriesContext(connection) as log:
            rows = client.get(reverse("learners:pair-list")).context["rows"]
        return len(log), len(rows)

    cost()
    few = cost()
    for number in range(12):
        make_learner(cast.centre_a, f"Đinh Văn {chr(65 + number)}")
        make_learner(cast.centre_a, f"Đinh Văn {chr(65 + number)}")
    assert cost() == (few[0], few[1] + 12)
    services.declare_different(one=pair[0], other=pair[1], by=cast.lan)
    assert cost() == (few[0], 12)


@pytest.mark.django_db(transaction=True)
def test_two_merges_at_once(cast):
    """Each of two colleagues keeps the other record: one wins, the other is told."""
    one, two = make_learner(cast.centre_a, "Bùi Thị Nga"), make_learner(cast.centre_a, "Bùi Thị Nga")

    def work(pks):
        try:
            kept, other = (Learner.objects.get(pk=pk) for pk in pks)
            merge_people(kept=kept, other=other, by=User.objects.get(pk=cast.lan.pk))
        except Conflict as error:
            return error.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(work, [(one.pk, two.pk), (two.pk, one.pk)]))
    assert found == ["done", "merged_already"]
    assert Learner.objects.filter(merged_into__isnull=False).count() == 1
