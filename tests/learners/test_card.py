"""The card's QR, read purely: both layouts, tired scanners, wrong codes. Synthetic people only."""

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import PartialDate
from learners.card import LONGEST, CardReading, read_card

TODAY = dt.date(2026, 11, 23)
OLD = "001190000001|012345678|Nguyễn Thị Mẫu|05031990|Nữ|Tổ 1, Phường Ba Đình, Hà Nội|10052021"
NEW = "001087000002||Trần Văn Thử|01021987|Nam|Xã Ba Vì, Hà Nội|15082024||Trần Văn A|Lê Thị B|"
FIELDS = {
    OLD: {"full_name": "Nguyễn Thị Mẫu", "birth": "05/03/1990", "sex": "female", "personal_id": "001190000001",
          "address": "Tổ 1, Phường Ba Đình, Hà Nội"},
    NEW: {"full_name": "Trần Văn Thử", "birth": "01/02/1987", "sex": "male", "personal_id": "001087000002",
          "address": "Xã Ba Vì, Hà Nội"},
}  # fmt: skip


def read(text):
    return read_card(text, today=TODAY)


def changed(index, value, text=OLD):
    parts = text.split("|")
    parts[index] = value
    return "|".join(parts)


@pytest.mark.parametrize(("text", "layout"), [(OLD, "2021"), (NEW, "2024")])
def test_both_layouts_fill_five_fields_and_nothing_more(text, layout):
    found = read(text)

    assert found.fields() == FIELDS[text]
    assert (found.layout, found.problems, found.warnings) == (layout, [], [])
    for dropped in ("012345678", "10052021", "15082024", "Trần Văn A", "Lê Thị B"):
        assert dropped not in str([getattr(found, name) for name in CardReading.__slots__])


def test_a_reading_shows_nobody_in_a_log():
    assert not any(value in repr(read(OLD)) for value in FIELDS[OLD].values())


@pytest.mark.parametrize("text", [OLD, NEW])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text + "\r\n",
        lambda text: "\ufeff" + text,
        lambda text: "  " + text.replace("|", " | ") + "\t",
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text + text,
        lambda text: text + "\n" + text,
        lambda text: text + "\r\n" + text + "\r\n" + text[:60],
        lambda text: text[:-4] + text,
        lambda text: text.encode().decode("latin-1"),
        lambda text: text.replace("Hà Nội", "Hà\r\nNội"),
        lambda text: text.replace("Nguyễn Thị Mẫu", "NGUYỄN THỊ MẪU").replace("Trần Văn Thử", "trần văn thử"),
        lambda text: text.replace("Nguyễn Thị Mẫu", "nGUYỄN tHỊ mẪU").replace("Trần Văn Thử", "tRẦN vĂN tHỬ"),
        lambda text: text.replace("05031990", "5/3/1990").replace("01021987", "1/2/1987"),
        lambda text: text.replace("|Nữ|", "|NỮ|").replace("|Nam|", "|nam|"),
        lambda text: text + "|",
    ],
)  # fmt: skip
def test_what_tired_scanners_do_to_it_is_undone(text, spoil):
    found = read(spoil(text))

    assert found.fields() == FIELDS[text]
    assert found.problems == []


@pytest.mark.parametrize(
    ("written", "birth"),
    [
        ("1945", PartialDate(1945)), ("00001945", PartialDate(1945)), ("00051945", PartialDate(1945, 5)),
        ("051945", PartialDate(1945, 5)),
        ("3/5/1945", PartialDate(1945, 5, 3)), ("03.05.1945", PartialDate(1945, 5, 3)),
        ("", None), ("31021990", None), ("24112026", None), ("05001990", None), ("12345", None), ("٠٥٠٣١٩٩٠", None),
    ],
)  # fmt: skip
def test_birth_dates_are_as_exact_as_the_card(written, birth):
    found = read(changed(3, written))

    assert found.birth == birth
    assert bool(found.problems) == (birth is None)


def test_names_of_other_peoples_stay():
    assert read(changed(2, "H'Hen Niê K'Brôi")).full_name == "H'Hen Niê K'Brôi"


def test_a_number_that_contradicts_is_a_warning_never_a_wall():
    found = read(changed(4, "Nam", changed(3, "05031991")))

    assert found.fields() == {**FIELDS[OLD], "birth": "05/03/1991", "sex": "male"}
    assert found.problems == []
    assert len(found.warnings) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Chưa có nội dung"), (" \r\n", "Chưa có nội dung"), ("xin chào", "không phải mã QR của thẻ"),
        ("https://example.vn/C/ABCD", "địa chỉ một trang web"),
        ("IDVNM0901234567001190000001<<1", "dòng chữ dành cho máy"),
        ("a|b|c|d|e|f|g", "không phải mã QR của thẻ"), ("||||||", "không phải mã QR của thẻ"),
        (OLD[:40], "trong 7 phần"), (OLD.rsplit("|", 1)[0], "6 trong 7 phần"),
        (OLD + "\n" + NEW, "hai thẻ khác nhau"), (OLD + NEW, "hai thẻ khác nhau"), (NEW + OLD, "hai thẻ khác nhau"),
        ("x" * (LONGEST + 1), "dài hơn"), (OLD * 60, "dài hơn"),
    ],
)  # fmt: skip
def test_wrong_and_partial_codes_fill_nothing_and_say_what_to_do(text, words):
    found = read(text)

    assert found.fields() == {}
    assert words in " ".join(found.problems)


@pytest.mark.parametrize(
    ("index", "value", "field", "words"),
    [
        (0, "01190000001", "personal_id", "không đủ 12 chữ số"), (2, "Nguy?n Th? M?u", "full_name", "mất dấu"),
        (2, "12345", "full_name", "họ tên"), (2, "", "full_name", "họ tên"), (3, "99999999", "birth", "ngày sinh"),
        (4, "X", "sex", "giới tính"), (5, "T? 1, Hà N?i", "address", "địa chỉ"),
    ],
)  # fmt: skip
def test_one_bad_field_leaves_the_others(index, value, field, words):
    found = read(changed(index, value))

    assert set(found.fields()) == set(FIELDS[OLD]) - {field}
    assert words in " ".join(found.problems)


def test_a_bare_number_is_taken_and_the_rest_asked_for():
    found = read("001190000001")

    assert found.fields() == {"personal_id": "001190000001"}
    assert found.problems


def test_an_endless_address_is_cut_and_said():
    found = read(changed(5, "Thôn Yên Sơn, " * 20))

    assert 150 < len(found.address) <= 200
    assert found.warnings


SYLLABLE = st.sampled_from(
    ("Nguyễn", "Trần", "Hoàng", "Đỗ", "Bùi", "Thị", "Quỳnh", "Ợt", "Hòa", "Thủy", "Ý", "Đức", "Ánh")
)
NAMES = st.lists(SYLLABLE, min_size=1, max_size=6).map(" ".join)
PLACES = st.lists(st.sampled_from(("Tổ 1", "Thôn Yên Sơn", "Xã Ba Vì", "Hà Nội", "Số 5/12")), max_size=5).map(", ".join)


@st.composite
def cards(draw):
    day = draw(st.dates(dt.date(1900, 1, 1), TODAY))
    sex = draw(st.sampled_from(("Nam", "Nữ")))
    century = 2 * (day.year // 100 - 19) + (sex == "Nữ")
    number = f"{draw(st.integers(1, 96)):03}{century}{day.year % 100:02}{draw(st.integers(0, 999999)):06}"
    name, place = draw(NAMES), draw(PLACES)
    issued = f"{draw(st.dates(dt.date(2021, 1, 1), TODAY)):%d%m%Y}"
    parts = [number, draw(st.sampled_from(("", "012345678"))), name, f"{day:%d%m%Y}", sex, place, issued]
    if draw(st.booleans()):
        parts += [draw(st.sampled_from(("", "012345678", "001190000009"))), draw(NAMES), draw(NAMES), ""]
    return parts, {"full_name": name, "birth": f"{day:%d/%m/%Y}", "sex": "female" if sex == "Nữ" else "male",
                   "personal_id": number} | ({"address": place} if place else {})  # fmt: skip


@given(cards(), st.integers(1, 3), st.sampled_from(("", "\n", "\r\n", " ")))
def test_every_true_card_comes_through_whole_however_often_it_is_scanned(card, times, between):
    parts, expected = card
    found = read(between.join(["|".join(parts)] * times))

    assert found.fields() == expected
    assert (found.problems, found.warnings) == ([], [])
    assert found.layout == ("2024" if len(parts) > 7 else "2021")


PIECES = st.one_of(
    st.text(),
    st.sampled_from(("|", "||||||", OLD, NEW, "001190000001", "05031990", "Nữ", "\r\n", "\ufeff", "\ud800", "\0")),
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_nothing_makes_it_raise_and_silence_is_never_the_answer(text):
    found = read(text)

    assert found.problems or set(found.fields()) >= {"full_name", "birth", "sex", "personal_id"}
    assert set(found.fields()) <= set(FIELDS[OLD])
    assert all(line and line == line.strip() for line in (*found.problems, *found.warnings))


@given(cards(), st.data())
def test_a_card_cut_anywhere_gives_no_wrong_value(card, data):
    parts, expected = card
    text = "|".join(parts)
    found = read(text[: data.draw(st.integers(0, len(text) - 1))])

    assert all(expected[name] == value for name, value in found.fields().items())
