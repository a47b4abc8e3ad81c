"""Target groups of the city's plan: reference rows, who belongs by what is known, who may see them."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.dates import PartialDate
from core.errors import InvalidInput
from core.models import AuditEvent
from courses import services as courses
from learners.models import Learner
from learners.services import load_reference, register_learner, update_learner
from learners.target_groups import GROUPS, TargetGroup, members_q
from tests.factories import make_class, make_enrolled, make_learner

TODAY = dt.date(2026, 11, 23)


def group(code):
    return TargetGroup.objects.get(code=code)


def test_loading_again_adds_nothing_and_keeps_a_renamed_group(reference):
    assert TargetGroup.objects.count() == len(GROUPS)
    TargetGroup.objects.filter(code="nong_dan").update(name="Nông dân và hội viên")
    assert load_reference() == {"target_groups": 0}
    assert group("nong_dan").name == "Nông dân và hội viên"


def test_every_group_says_where_the_plan_names_it(reference):
    assert all(row.source.startswith(("III.", "V.")) for row in TargetGroup.objects.all())


@pytest.mark.parametrize(
    ("code", "birth", "belongs"),
    [
        ("cao_tuoi", PartialDate(1966, 11, 23), True),
        ("cao_tuoi", PartialDate(1966, 11, 24), False),
        ("cao_tuoi", PartialDate(1966), False),  # may still be 59
        ("cao_tuoi", PartialDate(1965), True),
        ("cao_tuoi", None, False),
        ("thanh_nien", PartialDate(2010, 11, 23), True),
        ("thanh_nien", PartialDate(2010, 11, 24), False),
        ("thanh_nien", PartialDate(1995, 11, 24), True),
        ("thanh_nien", PartialDate(1995, 11, 23), False),
        ("thanh_nien", PartialDate(1995), False),  # may be 31
        ("thanh_nien", None, False),
    ],
)
def test_age_groups_follow_from_the_birth_date(cast, reference, code, birth, belongs):
    person = make_learner(cast.centre_a, birth=birth)
    assert Learner.objects.filter(members_q(group(code), TODAY), pk=person.pk).exists() is belongs


def test_women_and_minorities_follow_from_what_is_known_and_unknown_is_nobody(cast, reference):
    woman = make_learner(cast.centre_a, sex="female", ethnicity="06")
    make_learner(cast.centre_a, sex="unknown", ethnicity="")
    make_learner(cast.centre_a, sex="male", ethnicity="55")
    for code in ("phu_nu", "dan_toc"):
        assert list(Learner.objects.filter(members_q(group(code), TODAY))) == [woman]


def test_a_group_that_follows_from_other_data_is_not_kept_per_person(cast, reference):
    with pytest.raises(InvalidInput):
        register_learner(centre=cast.centre_a, full_name="Bùi Thị Nga", by=cast.lan, target_groups=[group("phu_nu")])
    assert not Learner.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        TargetGroup.objects.filter(code="phu_nu").update(asked_of_people=True)


def test_the_trail_says_that_groups_changed_and_not_which(cast, reference):
    person = register_learner(centre=cast.centre_a, full_name="Bùi Thị Nga", by=cast.lan)
    given = {"full_name": "Bùi Thị Nga", "birth": None, "sex": "female", "ethnicity": ""}
    update_learner(learner=person, by=cast.lan, target_groups=[group("khuyet_tat")], **given)
    assert [row.code for row in person.target_groups.all()] == ["khuyet_tat"]
    event = AuditEvent.objects.filter(verb="learners.update_learner").latest("id")
    assert "target_groups" in event.data["changed"]
    assert "khuyet_tat" not in str(event.data)
    update_learner(learner=person, by=cast.lan, **given)  # not asked: what is there stays
    assert person.target_groups.count() == 1
    assert {"target_groups"} <= Learner.SENSITIVE_FIELDS


def test_a_teacher_sees_the_person_but_not_the_groups(client, cast, reference):
    person = make_learner(cast.centre_a)
    person.target_groups.add(group("khuyet_tat"))
    make_enrolled(make_class(cast.centre_a, teacher=cast.thu), [person])
    address = reverse("learners:learner-detail", args=[person.pk])
    for name, sees in (("lan", True), ("van", True), ("duc", True), ("hoa", True), ("thu", False)):
        client.force_login(cast.users[name])
        assert ("Người khuyết tật" in client.get(address).content.decode()) is sees, name
    client.force_login(cast.thu)
    listed = client.get(reverse("learners:learner-list"), {"group": "khuyet_tat"}).content.decode()
    assert "Người khuyết tật" not in listed  # the filter is not offered
    other = make_learner(cast.centre_a, "Quách Văn Ễnh")
    make_enrolled(make_class(cast.centre_a, teacher=cast.thu), [other])
    listed = client.get(reverse("learners:learner-list"), {"group": "khuyet_tat"}).content.decode()
    assert other.full_name in listed  # and does nothing when asked for all the same


def test_the_form_keeps_groups_and_the_list_is_narrowed_by_them(as_user, cast, reference):
    client = as_user(cast.lan)
    data = {
        "full_name": "Bùi Thị Nga", "sex": "female", "ethnicity": "01",
        "target_groups": [group("noi_tro").pk, group("khuyet_tat").pk],
    }  # fmt: skip
    assert client.post(reverse("learners:learner-add"), data).status_code == 302
    make_learner(cast.centre_a, "Đinh Văn Lực")
    person = Learner.objects.get(full_name="Bùi Thị Nga")
    assert {row.code for row in person.target_groups.all()} == {"noi_tro", "khuyet_tat"}
    page = client.get(reverse("learners:learner-list"), {"group": "noi_tro"}).content.decode()
    assert "Bùi Thị Nga" in page
    assert "Đinh Văn Lực" not in page
    body = client.get(reverse("learners:learner-edit", args=[person.pk])).content.decode()
    assert body.count('name="target_groups"') == TargetGroup.objects.filter(asked_of_people=True).count()
    assert body.count("checked") == 2
    refused = client.post(
        reverse("learners:learner-edit", args=[person.pk]), data | {"target_groups": [group("trai_vien").pk]}
    )
    assert refused.status_code == 422


def test_a_class_says_whom_it_is_for(as_user, cast, reference):
    client = as_user(cast.lan)
    mine = make_class(cast.centre_a, name="Lớp của phụ nữ")
    make_class(cast.centre_a, name="Lớp của ai cũng được")
    given = {
        "course": mine.course_id, "name": mine.name, "starts_on": "02/03/2026", "ends_on": "30/06/2026",
        "organiser_role": "led", "target_groups": [group("phu_nu").pk, group("trai_vien").pk],
    }  # fmt: skip
    edit = reverse("courses:class-edit", args=[mine.pk])
    assert client.post(edit, given).status_code == 302
    assert [row.code for row in mine.target_groups.all()] == ["phu_nu", "trai_vien"]
    assert "Phụ nữ; Trại viên" in client.get(reverse("courses:class-detail", args=[mine.pk])).content.decode()
    page = client.get(reverse("courses:class-list"), {"group": "phu_nu"}).content.decode()
    assert "Lớp của phụ nữ" in page
    assert "Lớp của ai cũng được" not in page
    event = AuditEvent.objects.filter(verb="courses.update_class").latest("id")
    assert event.data["changes"]["target_groups"] == [[], ["phu_nu", "trai_vien"]]


def test_a_new_class_takes_its_groups_along(cast, reference):
    made = courses.create_class(
        centre=cast.centre_a, course=make_class(cast.centre_a).course, name="Lớp", starts_on=timezone.localdate(),
        ends_on=timezone.localdate(), by=cast.lan, target_groups=[group("noi_tro")],
    )  # fmt: skip
    assert list(made.target_groups.all()) == [group("noi_tro")]
