"""Printed forms: every serial is free, on one certificate, or spoiled with a reason; the count always agrees."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from certificates.models import Blank, BlankBatch
from certificates.services import issue_class, receive_blanks, release_blank, spoil_blank, use_blanks
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from tests.factories import closed_class

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(cast, reference):
    group = closed_class(cast.centre_a, passing=3)[0]
    issue_class(class_group=group, by=cast.lan)
    return group


def receive(cast, first=1, last=5, **values):
    given = {"series": "hn", "received_on": timezone.localdate()} | values
    return receive_blanks(centre=cast.centre_a, by=cast.van, first=first, last=last, **given)


def serials(**where):
    return list(Blank.objects.filter(**where).order_by("serial").values_list("serial", flat=True))


def test_forms_are_put_on_certificates_in_their_order(cast, group):
    receive(cast)
    used = use_blanks(class_group=group, by=cast.van)
    assert [(form.serial, form.certificate.number) for form in used] == [
        ("HN000001", 1), ("HN000002", 2), ("HN000003", 3),
    ]  # fmt: skip
    with pytest.raises(Conflict, match="đều đã có"):
        use_blanks(class_group=group, by=cast.van)


def test_a_spoiled_form_is_counted_and_another_takes_its_place(cast, group):
    receive(cast)
    first = use_blanks(class_group=group, by=cast.van)[0]
    with pytest.raises(InvalidInput):
        spoil_blank(blank=first, by=cast.van, reason="  ")
    spoil_blank(blank=first, by=cast.van, reason="Lem mực")
    with pytest.raises(Conflict, match="hỏng"):
        spoil_blank(blank=first, by=cast.van, reason="Lần hai")
    (again,) = use_blanks(class_group=group, by=cast.van)
    assert (again.serial, again.certificate.number) == ("HN000004", 1)
    assert (serials(state="spoiled"), serials(state="free")) == (["HN000001"], ["HN000005"])
    assert Blank.objects.get(serial="HN000001").certificate_id == again.certificate_id  # which paper it spoiled


def test_a_wrong_form_is_taken_back(cast, group):
    receive(cast)
    used = use_blanks(class_group=group, by=cast.van, first_serial=" hn000003 ")
    assert used[0].serial == "HN000003"
    release_blank(blank=used[0], by=cast.van)
    assert serials(state="free") == ["HN000001", "HN000002", "HN000003"]
    with pytest.raises(Conflict):
        release_blank(blank=used[0], by=cast.van)


def test_too_few_or_unknown_forms_change_nothing(cast, group):
    receive(cast, last=2)
    with pytest.raises(Conflict, match="Chỉ còn 2 phôi, lớp cần 3"):
        use_blanks(class_group=group, by=cast.van)
    with pytest.raises(InvalidInput, match="HN000009"):
        use_blanks(class_group=group, by=cast.van, first_serial="HN000009")
    assert serials(state="used") == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"first": 5, "last": 4}, "lớn hơn"),
        ({"first": 1, "last": 6000}, "tối đa"),
        ({"received_on": timezone.localdate() + dt.timedelta(days=2)}, "tương lai"),
    ],
)
def test_a_wrong_range_is_refused_in_words(cast, reference, values, words):
    with pytest.raises(InvalidInput, match=words):
        receive(cast, **values)
    assert not BlankBatch.objects.exists()


def test_no_serial_twice(cast, reference):
    receive(cast)
    with pytest.raises(InvalidInput, match="HN000004"):
        receive(cast, first=4, last=9)
    assert len(serials()) == 5
    receive(cast, first=4, last=9, series="")  # another series is another serial
    assert len(serials()) == 11


@pytest.mark.parametrize(
    "values",
    [
        {"state": "used"}, {"state": "spoiled"}, {"reason": "x"}, {"serial": "HN000002"},
    ],
)  # fmt: skip
def test_the_database_refuses_forms_that_are_nothing_whole(cast, reference, values):
    receive(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Blank.objects.filter(serial="HN000001").update(**values)


def test_the_database_refuses_two_forms_on_one_paper(cast, group):
    receive(cast)
    paper = use_blanks(class_group=group, by=cast.van)[0].certificate
    with pytest.raises(IntegrityError), transaction.atomic():
        Blank.objects.filter(serial="HN000005").update(state="used", certificate=paper)


@pytest.mark.parametrize("who", ["thu", "hoa", "minh", "tuan"])
def test_who_does_not_keep_the_register_receives_nothing(cast, reference, who):
    with pytest.raises((Forbidden, OutOfScope)):
        receive_blanks(
            centre=cast.centre_a, by=getattr(cast, who), series="", first=1, last=2, received_on=timezone.localdate()
        )


def test_the_pages_of_the_stock(as_user, cast, group):
    client = as_user(cast.van)
    page, issue = "/certificates/blanks/", f"/certificates/classes/{group.pk}/"
    assert "phôi" not in client.get(issue).content.decode().split("<main")[1]  # a centre on plain paper sees nothing
    typed = {"series": "HN", "digits": 5, "first": 1, "last": 4, "received_on": "01/02/2026", "document": "BB 12"}
    assert client.post(page, typed | {"last": 0}).status_code == 422
    assert client.post(page, typed).status_code == 302
    kept = client.post(page, typed)
    assert kept.status_code == 422
    assert "HN00001 đã có trong kho" in kept.content.decode()
    assert "3 chứng nhận chưa có số hiệu phôi; trong kho còn 4 phôi" in client.get(issue).content.decode()
    done = client.post(f"/certificates/classes/{group.pk}/blanks/", {"first_serial": ""}, follow=True)
    assert "HN00001 đến HN00003" in done.content.decode()
    blank = Blank.objects.get(serial="HN00002")
    settle = f"/certificates/blanks/{blank.pk}/settle/"
    client.post(settle, {"reason": "Rách góc"})
    shown = client.get(page + "?state=spoiled").content.decode()
    assert "Rách góc" in shown
    assert "HN00001" not in shown.split("Từng phôi")[1]
    client.post(f"/certificates/blanks/{Blank.objects.get(serial='HN00001').pk}/settle/", {"do": "release"})
    assert serials(state="free") == ["HN00001", "HN00004"]
    third = Blank.objects.get(serial="HN00003").certificate
    assert "HN00003" in client.get(f"/certificates/{third.pk}/").content.decode()


def test_strangers_touch_no_form(as_user, cast, group):
    receive(cast)
    blank = Blank.objects.get(serial="HN000001")
    for who, status in (("minh", 404), ("hai", 404), ("thu", 403), ("hoa", 403), ("oanh", 403)):
        client = as_user(getattr(cast, who))
        assert client.post(f"/certificates/blanks/{blank.pk}/settle/", {"reason": "x"}).status_code == status, who
        assert client.post(f"/certificates/classes/{group.pk}/blanks/").status_code == status, who
    assert serials(state="free") == serials()
