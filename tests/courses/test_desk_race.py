"""The enrolment desk, worked at by two people at the same moment."""

import pytest
from django.test import Client
from django.urls import reverse

from core.dates import PartialDate
from core.errors import InvalidInput
from courses import services
from learners.models import Learner
from tests.factories import (
    make_class,
    make_learner,
)
from tests.race import race

HX = {"HX-Request": "true"}


@pytest.mark.django_db(transaction=True)
def test_two_desks_enrol_one_person_at_once(cast):
    group = make_class(cast.centre_a)
    nga = make_learner(cast.centre_a, "Bùi Thị Nga")
    url = reverse("courses:enrol", args=[group.pk])
    clients = [Client(), Client()]
    for client, user in zip(clients, (cast.lan, cast.duc), strict=True):
        client.force_login(user)
    answers = race(*(
        lambda client=client: client.post(url, {"do": "enrol", "learner": nga.pk}, headers=HX) for client in clients
    ))  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert "Bùi Thị Nga đã có trong lớp này" in refused.content.decode()
    assert group.enrolments.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_person_sent_twice_at_once_is_one_person(cast):
    group = make_class(cast.centre_a)
    person = {"full_name": "Hoàng Văn Tư", "birth": PartialDate(1961), "sex": "male", "ethnicity": "06"}
    answers = race(*(lambda: services.enrol_at_desk(class_group=group, by=cast.lan, **person) for _ in range(3)))
    assert sorted(answer.sent_twice for answer in answers) == [False, True, True]
    assert (Learner.objects.count(), group.enrolments.count()) == (1, 1)
    # Two colleagues at two desks: the second is shown the person of the first.
    person = person | {"full_name": "Bàn Thị Ợt"}
    answers = race(
        lambda: services.enrol_at_desk(class_group=group, by=cast.lan, **person),
        lambda: services.enrol_at_desk(class_group=group, by=cast.duc, **person),
    )
    refused = [answer for answer in answers if isinstance(answer, InvalidInput)]
    assert [answer.code for answer in refused] == ["looks_like_somebody"]
    assert Learner.objects.filter(full_name="Bàn Thị Ợt").count() == 1
