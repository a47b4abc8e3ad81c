"""Who cannot read, who calls on them, what came of it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.dates import PartialDate
from core.errors import InvalidInput, OutOfScope
from learners.merging import merge_people, undo_merge
from learners.target_groups import TargetGroup
from literacy.models import Mobilisation, MobilisationCall
from literacy.services import add_volunteer, record_award
from literacy.services.mobilising import assign_people, record_call
from literacy.services.statements import record_statement
from tests.factories import make_learner


@pytest.fixture
def people(cast, reference):
    """Somebody below level 1, somebody unknown, somebody who reads, somebody too old, somebody of commune B."""
    found = {}
    for given, year, level in (("Bích", 1990, 0), ("Cúc", 1985, None), ("Đào", 1980, 1), ("Hải", 1930, 0)):
        found[given] = make_learner(
            cast.centre_a, f"Bùi Thị {given}", birth=PartialDate(year), unit=cast.commune_a, sex="female"
        )
        if level is not None:
            record_statement(learner=found[given], level=level, proof="test", source="Biên bản", by=cast.lan)
    make_learner(cast.centre_b, "Bùi Thị Lạ", birth=PartialDate(1990), unit=cast.commune_b)
    return found


@pytest.fixture
def caller(cast):
    return add_volunteer(centre=cast.centre_a, by=cast.lan, full_name="Hoàng Thị Vận", phone="0912000111")


def ask(client, cast, **query):
    page = client.get(reverse("literacy:mobilisation"), {"unit": cast.commune_a.pk, **query})
    return [line.learner.given_name for line in page.context["page_obj"]], page


def test_the_list_holds_who_cannot_read_and_who_is_unknown(as_user, cast, people):
    client = as_user(cast.hoa)
    assert ask(client, cast)[0] == ["Bích", "Cúc"]
    assert ask(client, cast, level="0")[0] == ["Bích"]
    assert ask(client, cast, level="unknown")[0] == ["Cúc"]
    assert ask(client, cast, band="all")[0] == ["Bích", "Hải", "Cúc"]
    women = TargetGroup.objects.get(follows_from="sex")
    assert ask(client, cast, group=women.code)[0] == ["Bích", "Cúc"]
    # Whoever learns to read leaves the list by themselves.
    record_award(
        learner=people["Bích"],
        level=1,
        proof="test",
        certified_on=dt.date(2026, 1, 5),
        centre=cast.centre_a,
        by=cast.lan,
    )
    assert ask(client, cast)[0] == ["Cúc"]


def test_people_are_given_out_called_on_and_what_came_of_it_stays(as_user, cast, people, caller):
    client, url = as_user(cast.lan), reverse("literacy:mobilisation")
    empty = client.post(url, {"unit": cast.commune_a.pk, "to": caller.pk})
    assert empty.status_code == 422
    client.post(url, {"unit": cast.commune_a.pk, "to": caller.pk, "person": [people["Bích"].pk, people["Cúc"].pk]})
    assert set(Mobilisation.objects.values_list("learner__given_name", "volunteer")) == {
        ("Bích", caller.pk), ("Cúc", caller.pk),
    }  # fmt: skip
    assert ask(client, cast, volunteer="none")[0] == []
    assert ask(client, cast, volunteer=caller.pk)[0] == ["Bích", "Cúc"]

    add = reverse("literacy:call-add", args=[people["Bích"].pk])
    client.post(add, {"outcome": "refused", "called_on": "01/06/2026", "note": "bận việc"})
    client.post(add, {"outcome": "visited", "called_on": "01/05/2026"})
    held = Mobilisation.objects.get(learner=people["Bích"])
    assert (held.last_outcome, held.last_called_on) == ("refused", dt.date(2026, 6, 1))
    assert list(MobilisationCall.objects.values_list("volunteer", flat=True)) == [caller.pk, caller.pk]
    page = client.get(add)
    assert "bận việc" in page.text
    assert "Hoàng Thị Vận" in page.text
    shown, page = ask(client, cast)
    assert shown == ["Cúc"]
    assert {name: count for name, _label, count, _query in page.context["tabs"]} == {
        "open": 1, "none": 1, "visited": 0, "not_met": 0, "refused": 1, "moved": 0, "enrolled": 0, "all": 2,
    }  # fmt: skip
    assert ask(client, cast, state="refused")[0] == ["Bích"]

    client.post(reverse("literacy:call-undo", args=[MobilisationCall.objects.get(outcome="refused").pk]))
    held.refresh_from_db()
    assert (held.last_outcome, held.last_called_on) == ("visited", dt.date(2026, 5, 1))
    printed = client.get(reverse("literacy:mobilisation-print"), {"unit": cast.commune_a.pk, "volunteer": caller.pk})
    assert "DANH SÁCH VẬN ĐỘNG" in printed.text
    assert "Bùi Thị Cúc" in printed.text


def test_bad_deeds_are_refused(cast, people, caller, as_user):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    for bad in ({"outcome": "hop"}, {"outcome": "visited", "called_on": tomorrow}):
        with pytest.raises(InvalidInput):
            record_call(learner=people["Bích"], by=cast.lan, **bad)
    with pytest.raises(OutOfScope):
        record_call(learner=people["Bích"], outcome="visited", by=cast.minh)
    stranger = make_learner(cast.centre_b, "Bùi Thị Xa")
    with pytest.raises(OutOfScope):
        assign_people(learner_ids=[people["Bích"].pk, stranger.pk], volunteer=caller, by=cast.lan)
    assert not Mobilisation.objects.exists()
    call = record_call(learner=people["Bích"], outcome="visited", by=cast.hoa)
    for user, status in ((cast.minh, 404), (cast.thu, 403)):
        assert as_user(user).post(reverse("literacy:call-undo", args=[call.pk])).status_code == status
    assert MobilisationCall.objects.count() == 1


def test_two_records_of_one_person_become_one(cast, people, caller):
    kept, other = people["Bích"], people["Cúc"]
    assign_people(learner_ids=[kept.pk, other.pk], volunteer=caller, by=cast.lan)
    record_call(learner=other, outcome="refused", by=cast.lan)
    merge = merge_people(kept=kept, other=other, by=cast.lan)
    assert MobilisationCall.objects.get().learner_id == kept.pk
    undo_merge(merge=merge, by=cast.lan)
    assert MobilisationCall.objects.get().learner_id == other.pk


def test_the_list_costs_the_same_for_few_and_many(as_user, cast, people, caller):
    client = as_user(cast.lan)
    ask(client, cast)

    def cost():
        with CaptureQueriesContext(connection) as log:
            ask(client, cast)
        return len(log)

    few = cost()
    more = [
        make_learner(cast.centre_a, "Bùi Thị Nhiều", birth=PartialDate(1980), unit=cast.commune_a) for _ in range(40)
    ]
    assign_people(learner_ids=[row.pk for row in more], volunteer=caller, by=cast.lan)
    assert cost() == few <= 22
