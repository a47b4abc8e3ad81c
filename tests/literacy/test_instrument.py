"""The checking instrument: what scores suggest, what is unknown, versions that stay with their checks."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.dates import add_months
from core.errors import Conflict, Forbidden, InvalidInput
from literacy.instrument import Item, Sheet, faults_of, read_answers, suggest, tally
from literacy.models import CheckSheet, FollowUp, Instrument, LiteracyCheck, Relapse
from literacy.services import record_award, record_check, save_instrument, undo_check
from literacy.services.reference import load_reference
from tests.factories import make_learner

SKILLS = ("reads", "writes", "counts")
SHEET = Sheet(
    tuple(Item(f"{skill}{place}", skill, "Hỏi", "", ("0", "1", "2")) for skill in SKILLS for place in (1, 2, 3)),
    {1: dict.fromkeys(SKILLS, 3), 2: dict.fromkeys(SKILLS, 5)},
)
CODES = [item.code for item in SHEET.items]


def all_items(points, **other):
    return dict.fromkeys(CODES, points) | other


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({}, ""),
        (all_items(2), "holds_2"),
        (all_items(2, reads3=1), "holds_2"),
        (all_items(2, reads3=0), "holds_1"),
        (all_items(1), "holds_1"),
        (all_items(1, counts2=0), "relapsed"),
        (all_items(0), "relapsed"),
        ({"reads1": 0, "reads2": 0}, "relapsed"),  # two points at most are left of three
        ({"reads1": 0}, ""),  # four may still come
        ({f"{skill}{place}": 2 for skill in SKILLS for place in (1, 2)}, "holds_1"),  # level 2 was not tried
        ({f"reads{place}": 2 for place in (1, 2, 3)}, ""),  # nobody asked about writing
    ],
)
def test_what_is_suggested(answers, outcome):
    assert suggest(SHEET, answers).outcome == outcome


def test_not_tried_is_not_zero():
    found = suggest(SHEET, {"reads1": 2, "reads2": 2, "writes1": 0, "writes2": 0})
    assert found.skills == {"reads": True, "writes": False, "counts": None}
    assert (tally(SHEET, {"reads1": 1})["reads"].low, tally(SHEET, {"reads1": 1})["reads"].high) == (1, 5)


points = st.dictionaries(st.sampled_from(CODES), st.integers(0, 2))


@given(points, points)
def test_asking_on_never_turns_what_was_suggested(before, more):
    """What was suggested holds for every answer that may still come; level 1 may become level 2."""
    first, later = suggest(SHEET, before).outcome, suggest(SHEET, more | before).outcome
    if first == "holds_1":
        assert later in ("holds_1", "holds_2")
    elif first:
        assert later == first
    everything = suggest(SHEET, dict.fromkeys(CODES, 0) | before).outcome
    assert everything in ("holds_1", "holds_2", "relapsed")


@pytest.mark.parametrize(
    ("given_answers", "words"),
    [
        ({"X9": 1}, "không có mục “X9”"),
        ({"reads1": 3}, "từ 0 đến 2"),
        ({"reads1": -1}, "từ 0 đến 2"),
        ({"reads1": "2"}, "từ 0 đến 2"),
        ({"reads1": True}, "từ 0 đến 2"),
        ({"reads1": 1.0}, "từ 0 đến 2"),
        ([1, 2], "không đọc được"),
        ("reads1", "không đọc được"),
    ],
)
def test_answers_that_cannot_be(given_answers, words):
    with pytest.raises(InvalidInput, match=words):
        read_answers(SHEET, given_answers)


def test_every_wrong_item_is_named_and_what_was_not_tried_is_left_out():
    with pytest.raises(InvalidInput) as refused:
        read_answers(SHEET, {"X9": 1, "reads1": 9, "reads2": 2})
    assert len(refused.value.fields["answers"]) == 2
    assert read_answers(SHEET, {"reads1": None, "reads2": 0}) == {"reads2": 0}
    assert read_answers(SHEET, None) == {}


# --- with a check -----------------------------------------------------------------------------------------------------


@pytest.fixture
def instrument(reference):
    return Instrument.objects.on(timezone.localdate())


@pytest.fixture
def follow_up(cast, reference):
    person = make_learner(cast.centre_a)
    day = add_months(timezone.localdate(), -4)
    record_award(learner=person, level=1, proof="test", certified_on=day, centre=cast.centre_a, by=cast.lan)
    return FollowUp.objects.get(learner=person, months=3)


def checked(follow_up, by, answers, instrument, outcome="", **more):
    return record_check(
        follow_up=follow_up, outcome=outcome, checked_on=timezone.localdate(), by=by, instrument=instrument,
        answers=answers, **more,
    )  # fmt: skip


def test_loading_twice_makes_one_version_without_fault(reference, instrument):
    load_reference()
    assert Instrument.objects.count() == 1
    assert faults_of(instrument.content) == []
    assert suggest(instrument.sheet, {item.code: item.most for item in instrument.sheet.items}).outcome == "holds_2"


def test_the_suggestion_is_taken_and_the_answers_are_kept(cast, follow_up, instrument):
    given_answers = {"D1": 2, "D2": 2, "V1": 2, "V2": 1, "T1": 1, "T2": 2, "T3": None}
    check = checked(follow_up, cast.lan, given_answers, instrument)

    sheet = CheckSheet.objects.get()
    assert (check.outcome, check.reads, check.writes, check.counts) == ("holds_1", True, True, True)
    assert (sheet.check_made, sheet.instrument, sheet.suggested, sheet.reason) == (check, instrument, "holds_1", "")
    assert sheet.answers == {"D1": 2, "D2": 2, "V1": 2, "V2": 1, "T1": 1, "T2": 2}


def test_another_outcome_than_suggested_needs_a_reason(cast, follow_up, instrument):
    full = {item.code: item.most for item in instrument.sheet.items}
    for outcome, given_answers in (("relapsed", full), ("holds_1", {"D1": 2})):  # against it; before it was decided
        with pytest.raises(InvalidInput, match="ghi vì sao"):
            checked(follow_up, cast.lan, given_answers, instrument, outcome)
    with pytest.raises(InvalidInput, match="chọn kết quả"):
        checked(follow_up, cast.lan, {"D1": 2}, instrument)
    assert not LiteracyCheck.objects.exists()
    assert not CheckSheet.objects.exists()

    checked(follow_up, cast.lan, full, instrument, "holds_1", reason="Người nhà nhắc bài")
    sheet = CheckSheet.objects.get()
    assert (sheet.check_made.outcome, sheet.suggested, sheet.reason) == ("holds_1", "holds_2", "Người nhà nhắc bài")


def test_a_person_who_breaks_off_needs_no_reason(cast, follow_up, instrument):
    check = checked(follow_up, cast.lan, {"D1": 2}, instrument, "refused")
    assert (check.outcome, check.reads, check.sheet.suggested, check.sheet.reason) == ("refused", None, "", "")


def test_nothing_tried_is_no_sheet_and_one_tap_needs_none(cast, follow_up, instrument):
    assert checked(follow_up, cast.lan, {"D1": None}, instrument, "relapsed").outcome == "relapsed"
    assert not CheckSheet.objects.exists()
    assert Relapse.objects.exists()


def test_taking_back_takes_the_answers_along(cast, follow_up, instrument):
    undo_check(check=checked(follow_up, cast.lan, {"D1": 0, "D2": 0}, instrument), by=cast.lan)
    assert not CheckSheet.objects.exists()
    assert not Relapse.objects.exists()


# --- versions ---------------------------------------------------------------------------------------------------------


def new_version(by, **more):
    content = Instrument.objects.get(version=1).content
    given_values = {
        "title": "Phiếu 2027", "valid_from": timezone.localdate(), "content": content, "reason": "QĐ 12/QĐ-SGDĐT",
        "seen": 1, "by": by,
    }  # fmt: skip
    return save_instrument(**given_values | more)


def test_a_new_version_holds_from_its_day_and_old_checks_keep_theirs(cast, follow_up, instrument):
    check = checked(follow_up, cast.lan, {"D1": 0, "D2": 0}, instrument)
    today = timezone.localdate()
    later = new_version(cast.tuan, valid_from=today + dt.timedelta(days=40))

    assert Instrument.objects.on(today) == instrument
    assert Instrument.objects.on(later.valid_from) == later
    assert Instrument.objects.on(dt.date(2019, 1, 1)) is None
    now = new_version(cast.tuan, seen=2)
    assert Instrument.objects.on(today) == now
    check.refresh_from_db()
    assert check.sheet.instrument.version == 1


def test_only_the_city_sets_it_and_nobody_over_another(cast, reference):
    for user in (cast.lan, cast.duc, cast.hoa, cast.nam, cast.oanh):
        with pytest.raises(Forbidden):
            new_version(user)
    with pytest.raises(Conflict, match="bản 1"):
        new_version(cast.tuan, seen=0)
    assert Instrument.objects.count() == 1


def test_everything_wrong_with_a_version_is_said(cast, reference):
    content = {
        "items": [
            {"code": "D1", "skill": "reads", "ask": "Đọc", "show": "", "scores": ["Không", "Được"]},
            {"code": "V1", "skill": "writes", "ask": "Viết", "show": "", "scores": ["Không", "Được"]},
        ],
        "thresholds": {"1": {"reads": 1, "writes": 2, "counts": 1}, "2": {"reads": 1, "writes": 1, "counts": 1}},
    }
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    with pytest.raises(InvalidInput) as refused:
        new_version(cast.tuan, title=" ", reason="", content=content, valid_from=yesterday)
    assert set(refused.value.fields) == {"title", "reason", "valid_from", "content"}
    assert len(refused.value.fields["content"]) == 2  # writing out of its order, nothing about counting


@pytest.mark.parametrize("change", ["update", "delete"])
def test_a_version_never_changes(reference, change):
    rows = Instrument.objects.filter(version=1)
    with pytest.raises((DatabaseError, IntegrityError), match="append-only"), transaction.atomic():
        rows.update(title="Khác") if change == "update" else rows._raw_delete(connection.alias)


# --- the city's page --------------------------------------------------------------------------------------------------


def form_of(**changes):
    """What the page of a new version sends when nothing is changed but a few fields."""
    content = Instrument.objects.get(version=1).content
    data = {
        "title": "Phiếu 2027", "valid_from": f"{timezone.localdate():%d/%m/%Y}", "reason": "QĐ 12/QĐ", "seen": "1",
    }  # fmt: skip
    for place, item in enumerate(content["items"]):
        data |= {
            f"skill_{place}": item["skill"], f"ask_{place}": item["ask"], f"show_{place}": item["show"],
            f"scores_{place}": "\r\n".join(item["scores"]),
        }  # fmt: skip
    for level, least in content["thresholds"].items():
        data |= {f"least_{level}_{skill}": str(points) for skill, points in least.items()}
    return data | changes


def test_the_city_makes_a_new_version_and_everybody_reads_it(cast, as_user, reference):
    url = reverse("literacy:instrument-edit")
    client = as_user(cast.tuan)
    assert client.get(url).status_code == 200
    dropped = {"ask_8": "", "skill_8": "", "scores_8": "", "show_8": ""}
    added = {"ask_9": "Mời đọc biển số nhà.", "skill_9": "reads", "scores_9": "Không\nĐược", "show_9": "Số 12\nNgõ 3"}
    changed = {"least_2_counts": "4", "least_2_reads": "6"}
    assert client.post(url, form_of(**dropped, **added, **changed)).status_code == 302

    made = Instrument.objects.get(version=2)
    assert made.by == cast.tuan
    assert [item.code for item in made.sheet.items] == ["D1", "D2", "D3", "V1", "V2", "V3", "T1", "T2", "D4"]
    assert made.sheet.items[-1].scores == ("Không", "Được")
    assert made.content["thresholds"]["2"] == {"reads": 6, "writes": 5, "counts": 4}
    page = as_user(cast.lan).get(reverse("literacy:instrument")).content.decode()
    assert ("Mời đọc biển số nhà." in page, "Soạn bản mới" in page) == (True, False)
    before = client.get(reverse("literacy:instrument"), {"version": "1"}).content.decode()
    assert ("Mảnh vườn hình chữ nhật" in before, "bản cũ" in before) == (True, True)
    for odd in ("9", "x", "9" * 30):
        assert client.get(reverse("literacy:instrument"), {"version": odd}).status_code == 404


WRONG = (
    ({"title": "", "reason": ""}, "bắt buộc"),
    ({"skill_0": ""}, "Mục này còn thiếu"),
    ({"scores_0": ""}, "Mục này còn thiếu"),
    ({"ask_0": ""}, "Hãy ghi câu hỏi"),
    ({"scores_0": "Chỉ một dòng"}, "ít nhất hai dòng"),
    ({"least_1_reads": "99"}, "không quá 6 điểm"),
    ({"least_1_writes": "0"}, "mức 1 ít nhất là 1"),
    ({"valid_from": "01/01/2020"}, "từ hôm nay"),
    ({"seen": "0"}, "người khác đã lưu bản 1"),
)


def test_what_is_wrong_is_said_and_what_was_typed_stays(cast, as_user, reference):
    client = as_user(cast.tuan)
    for changes, words in WRONG:
        response = client.post(reverse("literacy:instrument-edit"), form_of(ask_1="Câu hỏi mới") | changes)
        body = response.content.decode()
        assert (response.status_code, words in body, "Câu hỏi mới" in body) == (422, True, True), changes
    assert Instrument.objects.count() == 1


def test_the_form_of_a_check_uses_the_version_that_was_shown(cast, as_user, follow_up, instrument):
    client = as_user(cast.lan)
    url = reverse("literacy:check-add", args=[follow_up.pk])
    assert 'name="item_D1"' in client.get(url).content.decode()
    new_version(cast.tuan)
    data = {"checked_on": f"{timezone.localdate():%d/%m/%Y}", "instrument": "1", "item_D1": "0", "item_D2": "0"}
    wrong = client.post(url, data | {"outcome": "holds_1", "item_D1": "2"})
    assert (wrong.status_code, "ghi vì sao" in wrong.content.decode()) == (422, True)
    assert client.post(url, data | {"item_T1": "7"}).status_code == 422
    assert client.post(url, data).status_code == 302
    sheet = CheckSheet.objects.get()
    assert (sheet.instrument, sheet.check_made.outcome, sheet.answers) == (instrument, "relapsed", {"D1": 0, "D2": 0})
    panel = client.get(reverse("literacy:panel-learner", args=[follow_up.learner_id])).content.decode()
    assert "Đọc 0/6" in panel
