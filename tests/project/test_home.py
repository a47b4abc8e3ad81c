"""Home and search: what the person needs, and nothing of others."""

import datetime as dt

import pytest
from django.utils import timezone

from clc_manager.today import _days_to_report
from courses.models import ClassGroup, Course, Topic
from learners.models import Learner, LearnerCentre


def make_class(cast, centre, unit, name):
    course = Course.objects.create(centre=centre, code=name[:20], name=name, topic=Topic.objects.first())
    today = timezone.localdate()
    return ClassGroup.objects.create(
        centre=centre,
        unit=unit,
        course=course,
        code=f"{centre.code}-{name[:8]}",
        name=name,
        starts_on=today,
        ends_on=today,
    )


@pytest.fixture
def two_classes(cast, reference):
    return (
        make_class(cast, cast.centre_a, cast.commune_a, "Trồng chè an toàn"),
        make_class(cast, cast.centre_b, cast.commune_b, "Trồng chè nơi khác"),
    )


def test_every_role_has_a_home(as_user, cast, reference):
    for user in cast.users.values():
        assert as_user(user).get("/").status_code == 200, user.username


def test_search_finds_without_tones_in_any_order_and_only_in_scope(as_user, cast, two_classes):
    learner = Learner(code="HV0000001", given_name="Nga", family_name="Bàn", family_middle="Bàn Thị")
    learner.save()
    LearnerCentre.objects.create(learner=learner, centre=cast.centre_a)

    lan = as_user(cast.lan).get("/search/", {"q": "nga ban"}).content.decode()
    assert "Bàn Thị Nga" in lan
    assert "Bàn Thị Nga" not in as_user(cast.minh).get("/search/", {"q": "nga ban"}).content.decode()

    classes = as_user(cast.lan).get("/search/", {"q": "trong che"}).content.decode()
    assert "Trồng chè an toàn" in classes
    assert "Trồng chè nơi khác" not in classes


@pytest.mark.parametrize("text", ["", " ", "a", "%", "'; DROP TABLE", "0" * 300, "\x00"])
def test_search_bears_any_text(as_user, cast, text):
    assert as_user(cast.lan).get("/search/", {"q": text}).status_code == 200


def test_report_is_due_before_the_first_of_december():
    assert _days_to_report(dt.date(2026, 11, 23)) == 8
    assert _days_to_report(dt.date(2026, 12, 1)) == 365


def test_health_needs_no_sign_in(client, db):
    assert client.get("/healthz").json() == {"ok": True}
