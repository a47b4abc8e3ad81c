"""People who call on others: written down, corrected, retired, invited again."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, InvalidInput
from core.models import AuditEvent
from literacy import services
from literacy.models import FollowUp, Volunteer
from tests.factories import make_learner

pytestmark = pytest.mark.django_db


def add(cast, **fields):
    given = {"full_name": "Bàn Thị Sao", "phone": "0912 333 444", "organisation": "Chi hội Phụ nữ thôn 5"} | fields
    return services.add_volunteer(centre=cast.centre_a, by=cast.lan, **given)


def test_the_list_is_sorted_by_given_name_and_keeps_who_retired_apart(cast, as_user):
    url = reverse("literacy:volunteer-list")
    client = as_user(cast.lan)
    assert "Chưa ghi ai" in client.get(url).content.decode()
    for name, phone in (("Triệu Văn Sơn", "0912333445"), ("đặng thị ân", "+84 912 333 446")):
        assert client.post(url, {"full_name": name, "phone": phone}).status_code == 302
    gone = add(cast, full_name="Lý Thị Én")
    page = client.post(reverse("literacy:volunteer-retire", args=[gone.pk]), follow=True).content.decode()
    assert page.index("<b>Đặng Thị Ân") < page.index("<b>Triệu Văn Sơn") < page.index("thôi từ")
    assert Volunteer.objects.get(full_name="Đặng Thị Ân").phone == "0912333446"
    # The message offers the way back, and the way back works.
    restore = reverse("literacy:volunteer-restore", args=[gone.pk])
    assert page.count(f'action="{restore}"') == 2
    assert client.get(restore).status_code == 405
    client.post(restore)
    gone.refresh_from_db()
    assert gone.is_active
    verbs = AuditEvent.objects.filter(object_type="literacy.volunteer", object_id=str(gone.pk)).order_by("pk")
    assert [row.verb.removeprefix("literacy.") for row in verbs] == [
        "add_volunteer", "retire_volunteer", "restore_volunteer",
    ]  # fmt: skip


def test_a_refused_line_says_why_and_keeps_what_was_typed(cast, as_user):
    add(cast)
    url = reverse("literacy:volunteer-list")
    for typed, words in (
        ({"full_name": "12", "phone": ""}, "Hãy ghi họ và tên"),
        ({"full_name": "Bàn Thị Mới", "phone": "09123"}, "Xem lại: số điện thoại phải có 10 chữ số"),
        ({"full_name": "bàn thị sao", "phone": "0912333444"}, "Trung tâm đã ghi người này"),
        ({"full_name": "Bàn Thị Mới", "phone": "0912333449", "user": str(cast.minh.pk)}, ""),
    ):
        response = as_user(cast.lan).post(url, typed)
        page = response.content.decode()
        assert response.status_code == 422
        assert typed["full_name"] in page
        assert words in page, words
    assert Volunteer.objects.count() == 1
    with pytest.raises(InvalidInput) as refused:
        add(cast, full_name="Bàn Thị Mới", user=cast.minh)
    assert "user" in refused.value.fields
    services.retire_volunteer(volunteer=Volunteer.objects.get(), by=cast.lan)
    with pytest.raises(InvalidInput, match="Mời lại"):
        add(cast)


def test_one_account_is_one_volunteer_of_a_centre(cast):
    mine = add(cast, user=cast.lan)
    assert mine.user == cast.lan
    with pytest.raises(InvalidInput, match="gắn với một người khác"):
        add(cast, full_name="Lan Hai", user=cast.lan)
    with pytest.raises(IntegrityError), transaction.atomic():
        Volunteer.objects.create(centre=cast.centre_a, full_name="Lan Ba", user=cast.lan)
    again = services.change_volunteer(volunteer=mine, by=cast.duc, full_name="Bàn Thị Sao Mai", user=cast.lan)
    assert (again.full_name, again.phone, again.user) == ("Bàn Thị Sao Mai", "", cast.lan)


def test_who_may_not_follow_people_up_changes_no_line(cast, as_user):
    row = add(cast)
    for user, status in ((cast.minh, 404), (cast.hoa, 403), (cast.van, 403), (cast.thu, 403), (cast.oanh, 403)):
        for verb in ("retire", "restore"):
            assert as_user(user).post(reverse(f"literacy:volunteer-{verb}", args=[row.pk])).status_code == status, user
    row.refresh_from_db()
    assert row.is_active


def test_queries_do_not_grow_with_volunteers(cast, as_user):
    client, spent = as_user(cast.lan), []
    for numbers in (range(2), range(2, 9)):
        for number in numbers:
            add(cast, phone=f"091233300{number}", user=cast.lan if number == 1 else cast.duc if number == 5 else None)
        client.get(reverse("literacy:volunteer-list"))
        with CaptureQueriesContext(connection) as log:
            client.get(reverse("literacy:volunteer-list"))
        spent.append(len(log))
    assert spent[0] == spent[1]


def test_giving_people_to_somebody_is_taken_back_with_one_tap(cast, reference, as_user):
    for name in ("Bùi Thị Nga", "Bùi Thị Mai"):
        services.record_award(
            learner=make_learner(cast.centre_a, name), level=1, proof="test", certified_on=dt.date(2026, 3, 2),
            centre=cast.centre_a, by=cast.lan,
        )  # fmt: skip
    sao, an = add(cast), add(cast, full_name="Đặng Thị Ân", phone="0912333446")
    nga, mai = FollowUp.objects.filter(months=3).order_by("pk")
    services.assign(follow_ups=[nga.pk], volunteer=sao, by=cast.duc)

    def who_has():
        return [set(row.award.follow_ups.values_list("volunteer", flat=True)) for row in (nga, mai)]

    url = reverse("literacy:people-assign")
    page = as_user(cast.lan).post(url, {"pick": [nga.pk, mai.pk], "to": an.pk}, follow=True).content.decode()
    undo = reverse("literacy:assign-undo", args=["to", an.pk])
    assert f'action="{undo}"' in page
    assert who_has() == [{an.pk}, {an.pk}]
    assert as_user(cast.duc).post(undo, follow=True).content.decode().count("Không hoàn tác được nữa") == 1
    client = as_user(cast.lan)
    assert "2 người trở về" in client.post(undo, follow=True).content.decode()
    assert who_has() == [{sao.pk}, {None}]
    assert "đã được hoàn tác" in client.post(undo, follow=True).content.decode()
    # Whoever was given to somebody else since stays there.
    client.post(url, {"pick": [nga.pk, mai.pk], "to": "none"})
    services.assign(follow_ups=[mai.pk], volunteer=an, by=cast.duc)
    client.post(reverse("literacy:assign-undo", args=["of", cast.centre_a.pk]))
    assert who_has() == [{sao.pk}, {an.pk}]
    for user, status in ((cast.minh, 404), (cast.hoa, 403), (cast.thu, 403)):
        assert as_user(user).post(undo).status_code == status, user
    with pytest.raises(Conflict):
        services.undo_assign(given_to=sao, by=cast.lan)
