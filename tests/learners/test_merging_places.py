"""Merging frees a place when one person held two: who waits moves up, and nobody is ever put in above the number."""

import pytest
from django.urls import reverse
from django.utils import timezone

from core.errors import Conflict
from core.models import AuditEvent
from courses import services
from courses.models import Enrolment, WaitlistEntry
from courses.selectors import taken_places
from learners.merging import look_ahead, merge_people, undo_merge
from learners.models import Learner
from tests.factories import hold, make_class, make_enrolled, make_learner, make_sessions
from tests.race import race


@pytest.fixture
def pair(cast):
    """The same woman, registered twice."""
    return make_learner(cast.centre_a, "Bùi Thị Nga"), make_learner(cast.centre_a, "Bui Thi Nga")


@pytest.fixture
def full(cast, pair):
    """A class of two places, both held by her; two people wait."""
    group = make_class(cast.centre_a, capacity=2, starts_on=timezone.localdate())
    make_enrolled(group, list(pair))
    for name in ("Đinh Văn Một", "Đinh Văn Hai"):
        services.sign_up(class_group=group, learner=make_learner(cast.centre_a, name), by=cast.lan)
    return group


def inside(group):
    rows = Enrolment.objects.filter(class_group=group, status="active").order_by("pk")
    return [row.learner.given_name for row in rows.select_related("learner")]


@pytest.mark.django_db
def test_the_place_that_comes_free_goes_to_the_first_who_waits(cast, pair, full, as_user):
    look_ahead(kept=pair[0], other=pair[1], by=cast.lan)
    assert WaitlistEntry.objects.waiting().count() == 2  # looking moves nobody
    address = reverse("learners:merge", args=[pair[0].pk, pair[1].pk])
    told = as_user(cast.lan).post(address, follow=True).content.decode()

    assert f"Đã xếp vào lớp {full.name} từ danh sách chờ: Đinh Văn Một." in told
    assert inside(full) == ["Nga", "Một"]
    assert taken_places(full) == 2
    entry = WaitlistEntry.objects.get(status="placed")
    assert (entry.position, entry.enrolment.learner.given_name) == (1, "Một")
    trace = AuditEvent.objects.get(verb="courses.enrol", object_id=str(entry.enrolment_id))
    assert (trace.actor, trace.data["from_waitlist"]) == (cast.lan, 1)


@pytest.mark.django_db
def test_after_the_first_session_nobody_moves_up_by_itself(cast, pair, full):
    hold(services.add_session(class_group=full, by=cast.lan, held_on=timezone.localdate()))
    merge_people(kept=pair[0], other=pair[1], by=cast.lan)
    assert inside(full) == ["Nga"]
    assert WaitlistEntry.objects.waiting().count() == 2


@pytest.mark.django_db
def test_an_undo_that_would_overfill_is_refused_in_words_and_changes_nothing(cast, pair, full):
    merge = merge_people(kept=pair[0], other=pair[1], by=cast.lan)
    with pytest.raises(Conflict, match=r"đã đủ 2 chỗ.*thêm chỗ") as refused:
        undo_merge(merge=merge, by=cast.lan)
    assert refused.value.code == "undo_overfills"
    merge.refresh_from_db()
    assert merge.undone_at is None
    assert Learner.objects.get(pk=pair[1].pk).merged_into == pair[0]
    assert inside(full) == ["Nga", "Một"]
    # One place more, as the words say: both are in, nobody else came in by it.
    type(full).objects.filter(pk=full.pk).update(capacity=3)
    undo_merge(merge=merge, by=cast.lan)
    assert sorted(inside(full)) == ["Một", "Nga", "Nga"]
    assert WaitlistEntry.objects.waiting().count() == 1


@pytest.mark.django_db
def test_an_undo_with_the_place_still_free_puts_both_back(cast, pair):
    group = make_class(cast.centre_a, capacity=2)
    make_enrolled(group, list(pair))
    make_sessions(group, 1)
    merge = merge_people(kept=pair[0], other=pair[1], by=cast.lan)
    assert taken_places(group) == 1
    undo_merge(merge=merge, by=cast.lan)
    assert taken_places(group) == 2


@pytest.mark.django_db
def test_turns_on_a_waitlist_come_back(cast, pair):
    group = make_class(cast.centre_a, capacity=1)
    make_enrolled(group, 1)
    for person in pair:
        services.sign_up(class_group=group, learner=person, by=cast.lan)
    before = list(WaitlistEntry.objects.order_by("pk").values_list("learner", "position", "status"))
    merge = merge_people(kept=pair[0], other=pair[1], by=cast.lan)
    assert WaitlistEntry.objects.waiting().get().position == 1
    undo_merge(merge=merge, by=cast.lan)
    assert list(WaitlistEntry.objects.order_by("pk").values_list("learner", "position", "status")) == before


@pytest.mark.django_db(transaction=True)
def test_merging_while_others_sign_up_never_overbooks(cast, pair, full):
    strangers = [make_learner(cast.centre_a, f"Lý Văn {name}") for name in ("Ba", "Bốn", "Năm")]
    results = race(
        lambda: merge_people(kept=pair[0], other=pair[1], by=cast.lan),
        *(
            lambda person=person: services.sign_up(class_group=full, learner=person, by=cast.lan)
            for person in strangers
        ),
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert taken_places(full) == 2
    assert inside(full) == ["Nga", "Một"]
    assert WaitlistEntry.objects.waiting().count() == 4
