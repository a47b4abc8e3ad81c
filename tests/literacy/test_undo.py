"""A check recorded by a slip is taken back whole, by who recorded it, while nothing was built on it."""

import datetime as dt

import pytest
from django.utils import timezone

from core.dates import add_months
from core.errors import Conflict, Forbidden, OutOfScope
from core.models import AuditEvent
from literacy.choices import CheckOutcome
from literacy.models import FollowUp, LiteracyCheck, Relapse
from literacy.services import record_award, record_check, undo_check
from literacy.services.undo import standing
from tests.factories import make_learner


@pytest.fixture
def person(cast, reference):
    """Somebody certified seven months ago: two checks are due, two are to come."""
    learner = make_learner(cast.centre_a, "Lý Thị Hoa")
    certified = add_months(timezone.localdate(), -7)
    record_award(learner=learner, level=1, proof="test", certified_on=certified, centre=cast.centre_a, by=cast.lan)
    return learner


def found(person, outcome, by, *, months=6, days_ago=0):
    row = FollowUp.objects.get(learner=person, months=months)
    day = timezone.localdate() - dt.timedelta(days=days_ago)
    return record_check(follow_up=row, outcome=outcome, checked_on=day, by=by)


@pytest.mark.parametrize("outcome", CheckOutcome.values)
def test_whatever_was_found_is_taken_back_whole(cast, person, outcome):
    before = standing(person.pk)
    check = found(person, outcome, cast.lan)
    assert standing(person.pk) != before
    undo_check(check=check, by=cast.lan)

    assert standing(person.pk) == before
    assert not LiteracyCheck.objects.exists()
    assert not Relapse.objects.exists()
    trail = AuditEvent.objects.filter(verb__startswith="literacy.").exclude(verb="literacy.record_award")
    assert [event.verb for event in trail.order_by("pk")] == ["literacy.record_check", "literacy.undo_check"]
    assert trail.get(verb="literacy.undo_check").data["outcome"] == outcome


def test_a_recovery_is_taken_back_to_the_open_relapse(cast, person):
    found(person, "relapsed", cast.lan, months=3, days_ago=40)
    before = standing(person.pk)
    undo_check(check=found(person, "holds_2", cast.lan, months=3), by=cast.lan)
    assert standing(person.pk) == before
    assert Relapse.objects.get().recovered_on is None


def test_not_after_something_was_built_on_it(cast, person):
    first = found(person, "not_reached", cast.lan)
    second = found(person, "relapsed", cast.lan)
    with pytest.raises(Conflict, match="ghi thêm"):
        undo_check(check=first, by=cast.lan)
    record_award(
        learner=person, level=2, proof="test", certified_on=timezone.localdate(), centre=cast.centre_a, by=cast.lan
    )
    with pytest.raises(Conflict, match="ghi thêm"):
        undo_check(check=second, by=cast.lan)
    assert LiteracyCheck.objects.count() == 2


def test_only_by_who_recorded_it_only_for_a_while_and_only_once(cast, person, as_user):
    check = found(person, "moved", cast.lan)
    with pytest.raises(Conflict, match="người khác"):
        undo_check(check=check, by=cast.duc)
    for user, refusal in ((cast.hoa, Forbidden), (cast.oanh, Forbidden), (cast.minh, OutOfScope)):
        with pytest.raises(refusal):
            undo_check(check=check, by=user)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.undo.UNDO_WITHIN", dt.timedelta(0))
        with pytest.raises(Conflict, match="quá lâu"):
            undo_check(check=check, by=cast.lan)
    undo_check(check=check, by=cast.lan)
    with pytest.raises(Conflict):
        undo_check(check=LiteracyCheck(pk=check.pk, learner=person, centre=cast.centre_a), by=cast.lan)


def test_the_page_offers_it_right_after_saving(as_user, cast, person):
    client = as_user(cast.lan)
    row = FollowUp.objects.get(learner=person, months=6)
    address = f"/literacy/follow-ups/{row.pk}/?when=due&page=1&next=//evil.example"
    saved = client.post(address, {"outcome": "died", "checked_on": f"{timezone.localdate():%d/%m/%Y}"}, follow=True)
    assert saved.redirect_chain == [("/literacy/?when=due&page=1", 302)]
    check = LiteracyCheck.objects.get()
    undo = f"/literacy/checks/{check.pk}/undo/"
    assert f'action="{undo}?when=due&amp;page=1"' in saved.content.decode()
    # A stranger learns nothing, a reader may not, and looking changes nothing.
    for who, status in (("minh", 404), ("van", 403), ("thu", 403), ("nam", 404)):
        assert as_user(getattr(cast, who)).post(undo).status_code == status, who
    client = as_user(cast.lan)
    assert client.get(undo).status_code == 405
    done = client.post(undo, follow=True)
    assert "Đã hoàn tác: kết quả của Lý Thị Hoa chưa được ghi." in done.content.decode()
    assert client.post(undo).status_code == 404
    assert FollowUp.objects.open().filter(learner=person).count() == 4


def test_saying_when_the_person_is_due_again(as_user, cast, person):
    client = as_user(cast.lan)
    row = FollowUp.objects.get(learner=person, months=6)
    today = timezone.localdate()
    wrong = client.post(f"/literacy/follow-ups/{row.pk}/", {"outcome": "holds_1", "checked_on": "32/13/2026"})
    assert wrong.status_code == 422
    done = client.post(
        f"/literacy/follow-ups/{row.pk}/", {"outcome": "holds_1", "checked_on": f"{today:%d/%m/%Y}"}, follow=True
    )
    due_on = FollowUp.objects.get(learner=person, months=12).due_on
    assert f"Lần kiểm tra sau: {due_on:%d/%m/%Y}." in done.content.decode()
