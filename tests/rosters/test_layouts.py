"""Sheets as offices keep them: headers of one row and of two, names and dates in parts, crosses for women."""

import datetime as dt
import io
import unicodedata
from pathlib import Path

import openpyxl
import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dates import PartialDate
from core.errors import InvalidInput
from core.tabular.reading import Sheet, SheetRow, Spool, read_sheet
from courses.roster.header import SYNONYMS, find_header
from courses.services.roster_undo import undo_roster
from courses.services.rosters import commit_roster, preview_roster
from learners.choices import Sex
from learners.models import Learner, StatedSchooling
from learners.schooling import Schooling
from tests.factories import make_class
from tests.rosters.sheets import read_all

SURVEY = Path(__file__).parent.parent / "data" / "roster_survey_sheet.xlsx"


def sheet_of(*rows, first=1):
    return Sheet("Danh sách", Spool(SheetRow(first + at, list(row)) for at, row in enumerate(rows)))


def people_of(*rows, first=1):
    sheet = sheet_of(*rows, first=first)
    return read_all(sheet, find_header(sheet))


def test_the_survey_sheet_is_read_whole():
    sheet = read_sheet(SURVEY.read_bytes(), SURVEY.name)
    header = find_header(sheet)
    found = read_all(sheet, header)
    assert (header.row_number, len(found.people), found.errors, found.unread) == (4, 60, [], [])
    first = found.people[0]
    assert (first.row, first.full_name, str(first.birth)) == (5, "Quách Kim Đào", "12/01/1986")
    assert (first.sex, first.ethnicity, first.neighbourhood) == (Sex.FEMALE, "01", "Thôn 8")
    assert first.schooling == Schooling(class_now=3, class_done=0)
    by_row = {person.row: person for person in found.people}
    assert by_row[9].sex == Sex.MALE  # no cross where others have one
    assert str(by_row[11].birth) == "1985"  # no day, no month
    assert by_row[15].schooling.relapsed
    assert not any("Chủ hộ" in person.note for person in found.people)


@pytest.mark.django_db
def test_the_survey_sheet_goes_into_a_class_and_what_it_says_of_schooling_is_kept(client, cast, reference):
    group = make_class(cast.centre_a, capacity=None)
    row, found = preview_roster(class_group=group, content=SURVEY.read_bytes(), file_name="phieu.xlsx", by=cast.lan)
    assert (found.new, found.errors) == (60, [])
    assert commit_roster(roster_import=row, by=cast.lan).committed == 60
    person = Learner.objects.get(full_name="Ngô Hồng Dung")
    said = person.stated_schooling.get()
    assert (said.level, said.class_now, said.class_done, said.source) == ("primary", 3, 5, "phieu.xlsx")
    client.force_login(cast.lan)
    page = client.get(reverse("learners:learner-detail", args=[person.pk]))
    assert "tốt nghiệp bậc: tiểu học; đang học lớp xóa mù chữ 3; đã hoàn thành lớp xóa mù chữ 5" in page.text

    kept = StatedSchooling.objects.count()
    again, _found = preview_roster(class_group=group, content=SURVEY.read_bytes(), file_name="2.xlsx", by=cast.lan)
    commit_roster(roster_import=again, by=cast.lan)
    assert (group.enrolments.count(), StatedSchooling.objects.count()) == (60, kept)
    # The second one wrote nothing: undoing it takes nothing, and the first can be undone as before.
    undo_roster(roster_import=again, by=cast.lan)
    assert StatedSchooling.objects.count() == kept
    undo_roster(roster_import=row, by=cast.lan)
    assert not StatedSchooling.objects.exists()
    assert not Learner.objects.exists()


@pytest.mark.parametrize(
    ("header", "cells", "birth"),
    [
        (("Họ đệm", "Tên", "Ngày", "Tháng", "Năm"), ("Bùi Thị", "Nga", 2, 3, 1984), "02/03/1984"),
        (("Họ và tên đệm", "Tên", "Ngày", "Tháng", "Năm sinh"), ("Bùi Thị", "Nga", "", "", "1984"), "1984"),
        (("Họ đệm", "Tên", "Ngày sinh"), ("BÙI THỊ", "NGA", dt.date(1984, 3, 2)), "02/03/1984"),
        (("Họ đệm", "Tên", "Năm sinh"), ("BÙI THỊ", "Nga", 1984.0), "1984"),
        (("HO DEM", "TEN", "NGAY", "THANG", "NAM"), ("Bùi Thị", "Nga", "", 3.0, 1984.0), "03/1984"),
        (("Họ và\ntên", "Ngày, tháng, năm sinh"), ("Bùi  Thị Nga", "2-3-1984"), "02/03/1984"),
        (("HỌ VÀ TÊN (chữ in hoa)", "Năm sinh (dương lịch)"), ("BÙI THỊ NGA", "30743"), "02/03/1984"),
    ],
)  # fmt: skip
def test_names_and_dates_whole_or_in_parts(header, cells, birth):
    (person,) = people_of(header, cells).people
    assert (person.full_name, str(person.birth)) == ("Bùi Thị Nga", birth)


@pytest.mark.parametrize(
    ("header", "marks", "sexes"),
    [
        (("Họ và tên", "Nữ"), ("x", "", 1), (Sex.FEMALE, Sex.MALE, Sex.FEMALE)),
        (("Họ và tên", "Nữ"), ("", "", ""), (Sex.UNKNOWN, Sex.UNKNOWN, Sex.UNKNOWN)),
        (("Họ và tên", "Nam"), ("x", "", "x"), (Sex.MALE, Sex.FEMALE, Sex.MALE)),
        (("Họ và tên", "Giới tính"), ("Nữ", "", "nam"), (Sex.FEMALE, Sex.UNKNOWN, Sex.MALE)),
    ],
)
def test_crosses_and_words_for_women_and_men(header, marks, sexes):
    rows = [(f"Bùi Thị {letter}", mark) for letter, mark in zip("ABC", marks, strict=True)]
    assert tuple(person.sex for person in people_of(header, *rows).people) == sexes


def test_men_and_women_in_columns_of_their_own():
    rows = [("STT", "Họ và tên", "Năm sinh", "Nam", "Nữ"), (1, "Bùi Văn A", 1980, "x", ""),
            (2, "Bùi Thị B", 1981, "", "x"), (3, "Bùi C", 1982, "", ""), (4, "Bùi D", 1983, "x", "x")]  # fmt: skip
    found = people_of(*rows)
    assert [person.sex for person in found.people] == [Sex.MALE, Sex.FEMALE, Sex.UNKNOWN]
    assert [(error.row, error.reason) for error in found.errors] == [(5, "đánh dấu cả Nam và Nữ")]


def test_what_is_wrong_in_a_part_is_said_of_the_parts():
    rows = [
        ("TT", "Họ đệm", "Tên", "Ngày", "Tháng", "Năm sinh", "Tái mù chữ"),
        (1, "Bùi Thị", "", 2, 3, 1984, ""),
        (2, "Bùi Thị", "Nga", 31, 2, 1984, ""),
        (3, "Bùi Thị", "Nga", 2, "", 1984, ""),
        (4, "Bùi Thị", "Nga", 2, 3, "", ""),
    ]
    found = people_of(*rows)
    assert found.people == []
    assert [(error.row, error.column, error.value, error.reason) for error in found.errors] == [
        (2, "Họ đệm + Tên", "Bùi Thị", "thiếu tên (chỉ có họ đệm)"),
        (3, "Ngày / Tháng / Năm sinh", "31 2 1984", "không có ngày này trong lịch"),
        (4, "Ngày / Tháng / Năm sinh", "2 1984", "có ngày sinh nhưng thiếu tháng"),
        (5, "Ngày / Tháng / Năm sinh", "2 3", "thiếu năm sinh"),
    ]


def test_a_row_of_column_numbers_under_the_header_is_nobody():
    rows = [("STT", "Họ và tên", "Năm sinh"), ("(1)", "(2)", "(3)"), (1, "Bùi Thị Nga", 1984)]
    assert [person.row for person in people_of(*rows).people] == [3]
    rows[1] = (1.0, 2.0, 3.0)
    assert [person.row for person in people_of(*rows).people] == [3]


def test_columns_of_general_education_are_not_taken_for_literacy():
    rows = [
        ("TT", "Đối tượng", "", "Phổ cập", "", "XMC", ""),
        ("", "Họ và tên", "Năm sinh", "Đang học lớp", "Hoàn thành lớp", "Đang học lớp", "Hoàn thành lớp"),
        (1, "Bùi Thị Nga", 1984, 9, 8, 2, 1),
    ]
    (person,) = people_of(*rows).people
    assert person.schooling == Schooling(class_now=2, class_done=1)


def test_what_cannot_be_said_of_schooling_is_named():
    rows = [
        ("Họ và tên", "Bậc tốt nghiệp", "Đang học lớp"), ("Bùi A", "TH", 6), ("Bùi B", "giỏi", ""), ("Bùi C", "ĐH", ""),
    ]  # fmt: skip
    found = people_of(*rows)
    assert [error.reason for error in found.errors] == [
        "lớp xóa mù chữ ghi từ 0 đến 5", "bậc tốt nghiệp ghi TH, THCS, THPT hoặc cao hơn",
    ]  # fmt: skip
    assert found.people[0].schooling == Schooling(level="above")


def test_a_sheet_without_anybody_says_what_is_missing():
    with pytest.raises(InvalidInput) as refused:
        find_header(sheet_of(("STT", "Họ đệm", "Ghi chú"), (1, "Bùi", "")))
    assert refused.value.code == "header_missing"


HEADINGS = {
    "full_name": st.sampled_from(["Họ và tên", "HỌ TÊN", "Ho va ten", "Họ và tên học viên (in hoa)"]),
    "birth": st.sampled_from(["Ngày sinh", "Năm sinh", "NGÀY THÁNG NĂM SINH", "ngay sinh"]),
    "personal_id": st.sampled_from(["Số CCCD", "CMND/CCCD", "Số định danh cá nhân"]),
    "phone": st.sampled_from(["Điện thoại", "SĐT", "Số ĐT"]),
    "ethnicity": st.sampled_from(["Dân tộc", "DÂN TỘC"]),
    "sex": st.sampled_from(["Giới tính", "Nam/Nữ", "Phái"]),
}
VALUES = {
    "full_name": "Bùi Thị Nga", "birth": "02/03/1984", "personal_id": "001184000001", "phone": "0912345678",
    "ethnicity": "Mường", "sex": "Nữ",
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_columns_are_found_in_any_order_among_strange_ones_and_at_any_height(data):
    others = data.draw(st.lists(st.sampled_from(["other", "blank"]), max_size=4))
    order = data.draw(st.permutations([*HEADINGS, *others]))
    titles = [
        data.draw(HEADINGS[name]) if name in HEADINGS else "Xếp loại" if name == "other" else "" for name in order
    ]
    if data.draw(st.booleans()):
        titles = [unicodedata.normalize("NFD", title) for title in titles]
    cells = [VALUES.get(name, "x" if name == "other" else "") for name in order]
    above = data.draw(
        st.lists(st.sampled_from([("UBND XÃ",), ("", "Danh sách lớp"), ("Năm học 2026-2027",)]), max_size=8)
    )
    first = data.draw(st.integers(1, 20))
    found = people_of(*above, titles, cells, first=first)
    assert found.errors == []
    (person,) = found.people
    assert (person.row, person.full_name, person.birth) == (
        first + len(above) + 1, "Bùi Thị Nga", PartialDate(1984, 3, 2),
    )  # fmt: skip
    assert (person.personal_id, person.phone, person.ethnicity, person.sex) == (
        "001184000001", "0912345678", "06", Sex.FEMALE,
    )  # fmt: skip


CELL = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 10**12), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12), st.dates(), st.datetimes(), st.sampled_from(["x", "Nữ", "1984", "Bùi", "Tổng cộng", "(1)"]),
)  # fmt: skip
TITLE = st.sampled_from([word for words in SYNONYMS.values() for word in words] + ["", "Họ và tên", "Năm", "Nam"])


@settings(max_examples=300, deadline=None)
@given(header=st.lists(TITLE, max_size=8), rows=st.lists(st.lists(CELL, max_size=8), max_size=6))
def test_whatever_stands_in_the_cells_every_row_is_taken_or_named(header, rows):
    sheet = sheet_of([*header, "Họ và tên", "Dân tộc"], *rows)
    found = read_all(sheet, find_header(sheet))
    taken = [person.row for person in found.people]
    assert len(set(taken)) == len(taken)
    assert not {error.row for error in found.errors} & set(taken)
    assert all(person.full_name for person in found.people)


def test_wrong_rows_of_the_survey_sheet_keep_its_two_rows_of_header(cast, reference, db):
    book = openpyxl.load_workbook(SURVEY)
    book.active["D5"] = 32
    out = io.BytesIO()
    book.save(out)
    group = make_class(cast.centre_a, capacity=None)
    row, found = preview_roster(class_group=group, content=out.getvalue(), file_name="p.xlsx", by=cast.lan)
    assert (found.new, found.wrong_rows) == (59, 1)
    commit_roster(roster_import=row, by=cast.lan)
    with row.wrong_file.open("rb") as stream:
        again = read_sheet(stream.read(), "sai.xlsx")
    assert find_header(again).row_number == 4
    assert [error.value for error in read_all(again, find_header(again)).errors] == ["32 1 1986"]
