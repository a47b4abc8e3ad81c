"""Moving people between classes: once counted, nobody overbooked, the path to be seen on both sides."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from centres.models import Membership
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses import services
from courses.models import Enrolment, WaitlistEntry
from tests.courses.test_closing import race
from tests.factories import hold, make_class, make_enrolled, make_learner, make_sessions


@pytest.mark.django_db
def test_attendance_stays_and_the_participation_counts_once(cast, as_user):
    old, new = make_class(cast.centre_a), make_class(cast.centre_a, name="Lớp mới")
    row = make_enrolled(old, 1)[0]
    hold(make_sessions(old, 2)[0])

    page = as_user(cast.lan).post(
        reverse("courses:transfer", args=[row.pk]),
        {"to": new.pk, "moved_on": "20/03/2026", "reason": "Gần nhà hơn"},
        follow=True,
    )

    row.refresh_from_db()
    arrived = Enrolment.objects.get(class_group=new)
    assert (row.status, row.withdrawn_on, row.marks.count()) == ("withdrawn", dt.date(2026, 3, 20), 1)
    assert (arrived.status, arrived.enrolled_on, arrived.transferred_from) == ("active", dt.date(2026, 3, 20), row)
    assert arrived.marks.count() == 0
    assert Enrolment.objects.filter(learner=row.learner).exclude(status="withdrawn").count() == 1
    assert f"chuyển từ {old.code}" in page.content.decode()
    assert (
        f"Chuyển sang lớp {new.code}: Gần nhà hơn"
        in as_user(cast.lan).get(reverse("courses:class-detail", args=[old.pk])).content.decode()
    )
    path = as_user(cast.lan).get(reverse("courses:panel-learner", args=[row.learner_id])).content.decode()
    assert f"chuyển từ {old.code} (20/03/2026)" in path
    assert AuditEvent.objects.get(verb="courses.transfer").data["reason"] == "Gần nhà hơn"
    with pytest.raises(Conflict) as refused:  # the other half of a transfer is not taken back alone
        services.undo_withdraw(enrolment=row, by=cast.lan)
    assert refused.value.code == "undo_built_on"
    back = services.transfer(enrolment=arrived, to=old, by=cast.lan, reason="Đổi ý")
    assert (back.pk, back.status, back.transferred_from, back.marks.count()) == (row.pk, "active", arrived, 1)


@pytest.mark.django_db
def test_a_full_class_takes_nobody_and_the_old_place_is_kept(cast):
    old, new = make_class(cast.centre_a, capacity=1), make_class(cast.centre_a, capacity=1)
    row = make_enrolled(old, 1)[0]
    make_enrolled(new, 1)
    waiting = services.sign_up(class_group=old, learner=make_learner(cast.centre_a), by=cast.lan)
    with pytest.raises(Conflict) as refused:
        services.transfer(enrolment=row, to=new, by=cast.lan, reason="Gần nhà")
    assert refused.value.code == "class_full"
    row.refresh_from_db()
    waiting.refresh_from_db()
    assert (row.status, waiting.status) == ("active", "waiting")
    for to, reason in ((old, "Gần nhà"), (new, " ")):
        with pytest.raises(InvalidInput):
            services.transfer(enrolment=row, to=to, by=cast.lan, reason=reason)


@pytest.mark.django_db
def test_another_centre_only_for_who_enrols_in_both(cast, as_user):
    old, there = make_class(cast.centre_a), make_class(cast.centre_b)
    row = make_enrolled(old, 1)[0]
    with pytest.raises((Forbidden, OutOfScope)):
        services.transfer(enrolment=row, to=there, by=cast.lan, reason="Chuyển nhà")
    url = reverse("courses:transfer", args=[row.pk])
    given = {"to": there.pk, "moved_on": timezone.localdate(), "reason": "Chuyển nhà"}
    assert as_user(cast.lan).post(url, given).status_code == 422
    Membership.objects.create(
        user=cast.lan, centre=cast.centre_b, role=Role.CENTRE_STAFF, valid_from=dt.date(2026, 1, 1)
    )
    assert as_user(cast.lan).post(url, given).status_code == 302
    assert there.enrolments.get().learner.centre_links.count() == 2  # both centres know the person


@pytest.mark.django_db(transaction=True)
def test_two_transfers_cross_and_nobody_overbooks(cast):
    """Opposite directions at once, with somebody waiting on each side: no deadlock, no class too full."""
    first, second = make_class(cast.centre_a, capacity=2), make_class(cast.centre_a, capacity=2)
    here, there = make_enrolled(first, 2)[0], make_enrolled(second, 1)[0]
    waiting = services.sign_up(class_group=first, learner=make_learner(cast.centre_a), by=cast.lan)

    results = race(
        lambda: services.transfer(enrolment=here, to=second, by=cast.lan, reason="Gần nhà"),
        lambda: services.transfer(enrolment=there, to=first, by=cast.duc, reason="Gần nhà"),
        lambda: services.sign_up(class_group=second, learner=make_learner(cast.centre_a), by=cast.duc),
    )

    assert all(isinstance(row, (Enrolment, WaitlistEntry)) or row.code == "class_full" for row in results), results
    for group in (first, second):
        assert group.enrolments.filter(status="active").count() <= 2
    for row in (here, there):
        assert Enrolment.objects.filter(learner=row.learner).exclude(status="withdrawn").count() == 1
    waiting.refresh_from_db()
    assert (waiting.status == "placed") == (Enrolment.objects.get(pk=here.pk).status == "withdrawn")


@pytest.mark.django_db
def test_nobody_comes_from_the_same_place(cast):
    row = make_enrolled(make_class(cast.centre_a), 1)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.filter(pk=row.pk).update(transferred_from=F("pk"))
