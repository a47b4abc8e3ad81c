"""Checks that telephones send: each once, wrong ones said row by row, two people on one person, none lost."""

import json
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.dates import add_months
from core.errors import Conflict, Forbidden, InvalidInput
from core.models import AuditEvent
from literacy.models import CheckSending, CheckSheet, FollowUp, LiteracyCheck, Relapse
from literacy.phone import people_to_take
from literacy.services import receive_checks, record_award, record_check, settle_sending, undo_check
from tests.factories import make_learner
from tests.race import race

SEND = reverse("literacy:phone-send")


@pytest.fixture
def today():
    return timezone.localdate()


def due_check(centre, by, name="", months=4):
    """The first check of somebody who became literate some months ago."""
    person = make_learner(centre, name, phone="0912345678")
    day = add_months(timezone.localdate(), -months)
    record_award(learner=person, level=1, proof="test", certified_on=day, centre=centre, by=by)
    return FollowUp.objects.get(learner=person, months=3)


@pytest.fixture
def follow_up(cast, reference):
    return due_check(cast.centre_a, cast.lan, "Lò Thị Mai")


def row_of(follow_up, outcome="holds_1", **more):
    given = {
        "key": str(uuid.uuid4()), "follow_up": follow_up.pk, "outcome": outcome,
        "checked_on": timezone.localdate().isoformat(),
    }  # fmt: skip
    return given | more


def post(client, by, rows, **body):
    client.force_login(by)
    sent = {"user": by.pk, "checks": rows} | body
    return client.post(SEND, json.dumps(sent), content_type="application/json")


# --- once -------------------------------------------------------------------------------------------------------------


def test_the_same_sending_twice_is_one_and_is_answered_the_same(cast, follow_up):
    row = row_of(follow_up, instrument=1, answers={"D1": 2, "D2": 2, "V1": 2, "V2": 2, "T1": 2, "T2": 2})
    first, second = (receive_checks(rows=[row], by=cast.lan)[0] for _ in range(2))

    assert (first.state, first.repeated, second.repeated) == ("recorded", False, True)
    assert (first.words, first.state) == (second.words, second.state)
    following = FollowUp.objects.get(learner=follow_up.learner, months=6)
    assert f"Lần kiểm tra sau: {following.due_on:%d/%m/%Y}" in first.words
    assert LiteracyCheck.objects.count() == CheckSheet.objects.count() == 1
    assert CheckSending.objects.get().content == {}
    assert AuditEvent.objects.filter(verb="literacy.record_check").count() == 1


def test_a_check_taken_back_is_not_recorded_anew_by_a_telephone_that_got_no_answer(cast, follow_up):
    row = row_of(follow_up, "relapsed")
    receive_checks(rows=[row], by=cast.lan)
    undo_check(check=LiteracyCheck.objects.get(), by=cast.lan)

    assert receive_checks(rows=[row], by=cast.lan)[0].repeated
    assert not LiteracyCheck.objects.exists()
    assert not Relapse.objects.exists()


def test_one_name_for_two_things_is_refused(cast, follow_up):
    row = row_of(follow_up)
    receive_checks(rows=[row], by=cast.lan)
    for other, by in ((row | {"outcome": "relapsed"}, cast.lan), (row, cast.duc)):
        answer = receive_checks(rows=[other], by=by)[0]
        assert (answer.state, "trùng tên" in answer.words) == ("refused", True)
    assert LiteracyCheck.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_sending_at_the_same_moment_is_one(cast, follow_up):
    row = row_of(follow_up)
    results = race(*[lambda: receive_checks(rows=[row], by=cast.lan)[0]] * 2)
    assert sorted(answer.repeated for answer in results) == [False, True]
    assert LiteracyCheck.objects.count() == CheckSending.objects.count() == 1


# --- two people -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_people_at_the_same_moment_one_is_recorded_and_the_other_waits(cast, follow_up):
    results = race(
        lambda: receive_checks(rows=[row_of(follow_up, "holds_1")], by=cast.lan)[0],
        lambda: receive_checks(rows=[row_of(follow_up, "relapsed")], by=cast.duc)[0],
    )
    # A relapse that came first can be looked at again: the later holding is recorded and ends it.
    states = sorted(answer.state for answer in results)
    assert states in (["held", "recorded"], ["recorded", "recorded"])
    assert LiteracyCheck.objects.count() == states.count("recorded")
    assert CheckSending.objects.count() == 2


def test_what_both_found_alike_is_not_written_twice(cast, follow_up):
    record_check(follow_up=follow_up, outcome="holds_1", checked_on=timezone.localdate(), by=cast.duc)
    for outcome in ("holds_1", "not_reached"):
        answer = receive_checks(rows=[row_of(follow_up, outcome)], by=cast.lan)[0]
        assert answer.state == "known"
        assert "Phùng Văn Đức đã ghi rồi: Giữ mức độ 1" in answer.words
    assert LiteracyCheck.objects.count() == 1
    assert not CheckSending.objects.held().exists()


def test_another_result_than_the_first_waits_and_somebody_decides(cast, follow_up, as_user, today):
    record_check(follow_up=follow_up, outcome="holds_2", checked_on=today, by=cast.duc)
    rows = [row_of(follow_up, "relapsed", note="Không đọc được tên", instrument=1, answers={"D1": 0, "D2": 0})]
    answer = receive_checks(rows=rows, by=cast.lan)[0]
    assert (answer.state, "Phùng Văn Đức đã ghi trước: Đạt mức độ 2" in answer.words) == ("held", True)
    assert not Relapse.objects.exists()

    body = as_user(cast.lan).get(reverse("literacy:held")).content.decode()
    assert "Không đọc được tên" in body
    assert "Lò Thị Mai" in body
    assert "chờ xem lại" in as_user(cast.lan).get(reverse("literacy:phone-pick")).content.decode()
    for user, told in ((cast.duc, True), (cast.minh, False), (cast.van, False)):
        assert ("chờ xem lại" in as_user(user).get("/").content.decode()) == told, user
    url = reverse("literacy:held-settle", args=[CheckSending.objects.get().pk])
    assert as_user(cast.lan).post(url, {"do": "record"}).status_code == 302

    sending = CheckSending.objects.get()
    assert (sending.state, sending.content, sending.settled_by) == ("recorded", {}, cast.lan)
    assert (sending.check_made.outcome, sending.check_made.note) == ("relapsed", "Không đọc được tên")
    assert sending.check_made.sheet.answers == {"D1": 0, "D2": 0}
    assert Relapse.objects.get().found_by_check == sending.check_made
    assert "đã có người xem lại" in as_user(cast.duc).post(url, {"do": "drop"}, follow=True).content.decode()
    assert receive_checks(rows=rows, by=cast.lan)[0].state == "recorded"  # the telephone asks again


def test_a_dropped_one_is_gone_and_said_to_be(cast, follow_up, today):
    record_check(follow_up=follow_up, outcome="holds_2", checked_on=today, by=cast.duc)
    row = row_of(follow_up, "relapsed", note="Nhầm người")
    receive_checks(rows=[row], by=cast.lan)
    settle_sending(sending=CheckSending.objects.get(), record=False, by=cast.duc)

    assert CheckSending.objects.get().content == {}
    assert "bỏ kết quả này" in receive_checks(rows=[row], by=cast.lan)[0].words
    assert LiteracyCheck.objects.count() == 1


def test_who_has_died_by_the_first_word_is_not_recorded_over(cast, follow_up, today):
    record_check(follow_up=follow_up, outcome="died", checked_on=today, by=cast.duc)
    receive_checks(rows=[row_of(follow_up, "holds_1")], by=cast.lan)
    with pytest.raises(Conflict):
        settle_sending(sending=CheckSending.objects.get(), record=True, by=cast.lan)
    assert CheckSending.objects.held().count() == 1


def test_who_may_decide(cast, follow_up, client, today):
    record_check(follow_up=follow_up, outcome="holds_2", checked_on=today, by=cast.duc)
    receive_checks(rows=[row_of(follow_up, "relapsed")], by=cast.lan)
    sending = CheckSending.objects.get()
    url = reverse("literacy:held-settle", args=[sending.pk])
    for user, status in ((cast.minh, 404), (cast.hoa, 403), (cast.tuan, 403), (cast.thu, 403), (cast.van, 403)):
        client.force_login(user)
        assert client.post(url, {"do": "record"}).status_code == status, user
        assert client.get(url).status_code in (403, 405)
    with pytest.raises(Forbidden):
        settle_sending(sending=sending, record=True, by=cast.hoa)
    client.force_login(cast.minh)
    assert "Lò Thị Mai" not in client.get(reverse("literacy:held")).content.decode()
    client.force_login(cast.hoa)
    page = client.get(reverse("literacy:held")).content.decode()
    assert ("Lò Thị Mai" in page, "Ghi thêm</button>" in page) == (True, False)


# --- bad input --------------------------------------------------------------------------------------------------------


WRONG = (
    ({"key": "khong-phai"}, "key"),
    ({"key": None}, "key"),
    ({"key": 7}, "key"),
    ({"follow_up": "12"}, "follow_up"),
    ({"follow_up": True}, "follow_up"),
    ({"follow_up": 2**70}, "follow_up"),
    ({"outcome": "fine"}, "outcome"),
    ({"outcome": ["holds_1"]}, "outcome"),
    ({"outcome": None}, "outcome"),
    ({"checked_on": "31/12/2026"}, "checked_on"),
    ({"checked_on": "2026-02-30"}, "checked_on"),
    ({"checked_on": None}, "checked_on"),
    ({"checked_on": "2999-01-01"}, "checked_on"),
    ({"checked_on": "1999-01-01"}, "checked_on"),
    ({"note": "x" * 301}, "note"),
    ({"note": {"a": 1}}, "note"),
    ({"note": "a\x00b"}, "note"),
    ({"instrument": 99, "answers": {"D1": 1}}, "instrument"),
    ({"instrument": "1", "answers": {"D1": 1}}, "instrument"),
    ({"instrument": 1, "answers": {"Z1": 1}}, "answers"),
    ({"instrument": 1, "answers": {"D1": 5}}, "answers"),
    ({"instrument": 1, "answers": [1]}, "answers"),
    ({"instrument": 1, "answers": {"D1": 0, "D2": 0}}, "reason"),  # the points say relapsed, the outcome does not
)


def test_each_wrong_row_is_refused_with_its_field_and_the_others_are_taken(cast, follow_up, client):
    other = due_check(cast.centre_a, cast.lan, "Vàng A Páo")
    rows = [row_of(follow_up) | change for change, _field in WRONG]
    rows.insert(7, row_of(other))
    response = post(client, cast.lan, rows)

    answers = response.json()["checks"]
    assert (response.status_code, answers.pop(7)["state"]) == (200, "recorded")
    found = [(row["state"], set(row["fields"])) for row in answers]
    assert found == [("refused", {field}) for _change, field in WRONG]
    assert all(row["detail"] for row in answers)
    assert LiteracyCheck.objects.get().follow_up == other


def test_everything_wrong_with_a_row_is_said_at_once(cast, follow_up):
    answer = receive_checks(rows=[row_of(follow_up, "fine", checked_on="x", note="y" * 999)], by=cast.lan)[0]
    assert set(answer.fields) == {"outcome", "checked_on", "note"}


def test_what_is_no_row_and_no_body_is_refused(cast, client):
    answers = receive_checks(rows=[None, 7, "x", [], {}], by=cast.lan)
    assert {answer.state for answer in answers} == {"refused"}
    client.force_login(cast.lan)
    for body in ("", "{", "[]", "7", '{"checks": []}', '{"user": 1}', "[" * 5000):
        response = client.post(SEND, body, content_type="application/json")
        assert (response.status_code, response.json()["code"]) == (422, "body_wrong"), body


def test_rows_that_are_no_list_too_many_or_somebody_elses(cast, follow_up, client):
    assert post(client, cast.lan, {"a": 1}).status_code == 422
    assert post(client, cast.lan, [None] * 201).json()["code"] == "too_many_rows"
    assert post(client, cast.lan, [row_of(follow_up)], user=cast.duc.pk).json()["code"] == "another_person"
    with pytest.raises(InvalidInput):
        receive_checks(rows=[None] * 201, by=cast.lan)
    assert not LiteracyCheck.objects.exists()


# --- who --------------------------------------------------------------------------------------------------------------


def test_foreign_people_are_not_found_row_by_row(cast, follow_up, client):
    own = due_check(cast.centre_b, cast.minh)
    wrong, right = post(client, cast.minh, [row_of(follow_up), row_of(own)]).json()["checks"]
    assert (wrong["state"], "Không tìm thấy" in wrong["detail"], right["state"]) == ("refused", True, "recorded")


def test_who_may_send_and_ask(cast, follow_up, client):
    for user in (cast.hoa, cast.tuan, cast.van, cast.thu, cast.oanh):
        assert post(client, user, [row_of(follow_up)]).status_code == 403, user
        assert client.get(reverse("literacy:phone-list")).status_code == 403, user
    client.logout()
    assert client.post(SEND, "{}", content_type="application/json").status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.lan)
    body = json.dumps({"user": cast.lan.pk, "checks": [row_of(follow_up)]})
    assert strict.post(SEND, body, content_type="application/json").status_code == 403
    token = strict.get(reverse("literacy:phone-list")).json()["csrf"]
    sent = strict.post(SEND, body, content_type="application/json", headers={"X-CSRFToken": token})
    assert sent.json()["checks"][0]["state"] == "recorded"


def test_what_is_taken_along_is_little_and_of_ones_own(cast, follow_up, client, today):
    foreign = due_check(cast.centre_b, cast.minh)
    later = FollowUp.objects.get(learner=follow_up.learner, months=24)
    client.force_login(cast.lan)
    ids = f"{follow_up.pk},{foreign.pk},{later.pk},x,,{'9' * 40}"
    told = client.get(reverse("literacy:phone-list"), {"ids": ids})

    assert "no-store" in told["Cache-Control"]
    (person,) = told.json()["people"]
    assert set(person) == {
        "follow_up", "name", "born", "place", "phone", "months", "due_on", "since", "next_on", "attempts",
    }  # fmt: skip
    following = FollowUp.objects.get(learner=follow_up.learner, months=6)
    assert (person["name"], person["next_on"]) == ("Lò Thị Mai", following.due_on.isoformat())
    assert told.json()["instrument"]["version"] == 1
    receive_checks(rows=[row_of(follow_up)], by=cast.lan)
    assert people_to_take(cast.lan, [follow_up.pk], today) == []


def test_sending_costs_the_same_for_each_and_picking_does_not_grow(cast, reference, as_user):
    rows = [due_check(cast.centre_a, cast.lan, months=months) for months in (4, 4, 4, 4, 4, 4)]
    client = as_user(cast.lan)
    counts = []
    for number in (2, 6):
        ids = ",".join(str(row.pk) for row in rows[:number])
        with CaptureQueriesContext(connection) as log:
            assert len(client.get(reverse("literacy:phone-list"), {"ids": ids}).json()["people"]) == number
        counts.append(len(log))
    assert counts[0] == counts[1]
    client.get(reverse("literacy:phone-pick"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("literacy:phone-pick"))
    for _ in range(4):
        due_check(cast.centre_a, cast.lan)
    with CaptureQueriesContext(connection) as many:
        body = client.get(reverse("literacy:phone-pick")).content.decode()
    assert len(few) == len(many)
    assert body.count('name="ids"') == 10


def test_what_waits_costs_the_same_for_one_and_for_four(cast, reference, as_user, today):
    client, counts = as_user(cast.lan), []
    for number in (1, 3):
        for _ in range(number):
            row = due_check(cast.centre_a, cast.lan)
            record_check(follow_up=row, outcome="holds_1", checked_on=today, by=cast.duc)
            receive_checks(rows=[row_of(row, "relapsed")], by=cast.lan)
        client.get(reverse("literacy:held"))
        with CaptureQueriesContext(connection) as log:
            body = client.get(reverse("literacy:held")).content.decode()
        counts.append(len(log))
    assert (counts[0], body.count("Ghi thêm</button>")) == (counts[1], 4)


def test_the_page_that_is_kept_is_the_same_for_everybody(client, cast, reference):
    page = reverse("literacy:phone")
    stranger = client.get(page)
    client.force_login(cast.lan)
    assert client.get(page).content == stranger.content
    assert "csrfmiddlewaretoken" not in stranger.content.decode()
    assert "At-home check" in client.get(page, {"lang": "en"}).content.decode()
    worker = client.get(reverse("literacy:phone-worker"))
    assert worker["Content-Type"].startswith("text/javascript")
    assert f'["{page}", "{page}?lang=en"]' in worker.content.decode()
    app = client.get(reverse("literacy:phone-manifest")).json()
    assert (app["start_url"], app["scope"], len(app["icons"])) == (page, page, 2)
