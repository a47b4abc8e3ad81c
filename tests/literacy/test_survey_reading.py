"""What a survey sheet says: levels, contradictions, the official layout, and that nothing crashes or gets lost."""

import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from literacy.survey.reading import read_survey
from literacy.survey.told import NOT_KNOWN, Said, Told, weigh
from tests.literacy.surveys import book, person


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (Told(), None),
        (Told(class_now=3), None),
        (Told(school="none"), None),
        (Told(stated=NOT_KNOWN), None),
        (Told(class_done=0), Said(0)),
        (Told(class_done=2), Said(0)),
        (Told(class_done=3), Said(1)),
        (Told(class_done=5), Said(2)),
        (Told(class_finished=4), Said(1)),
        (Told(class_finished=9), Said(2)),
        (Told(school="primary"), Said(2)),
        (Told(school="above", class_done=1), Said(2)),
        (Told(stated=1), Said(1)),
        (Told(class_done=4, relapsed=1), Said(0, 1)),
        (Told(school="primary", relapsed=2), Said(1, 2)),
    ],
)
def test_what_a_row_says(told, said):
    verdict = weigh(told)

    assert (verdict.said, verdict.wrong, verdict.needs_history) == (said, [], 0)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (Told(class_done=5, stated=NOT_KNOWN), "stated"),
        (Told(class_done=5, stated=0), "stated"),
        (Told(school="primary", stated=1), "stated"),
        (Told(class_done=3, relapsed=1, stated=1), "stated"),
        (Told(school="none", class_finished=5), "level"),
    ],
)
def test_contradictions_are_not_taken(told, field):
    verdict = weigh(told)

    assert [name for name, _reason in verdict.wrong] == [field]
    assert verdict.said is None


def test_a_relapse_needs_a_level_that_was_held():
    assert weigh(Told(relapsed=1)).needs_history == 1
    assert weigh(Told(class_done=2, relapsed=1)).needs_history == 1
    assert weigh(Told(class_done=3, relapsed=2)).needs_history == 2


def read(content):
    pages = list(read_survey(content, "phieu.xlsx").pages())
    return [row for page in pages for row in page.people], [error for page in pages for error in page.errors]


@pytest.mark.django_db
def test_contradictory_rows_are_reported_with_column_value_and_reason():
    rows = [
        person("Đào", done=3),
        person("Bích", year=2031),
        person("Dung", done=5, **{"Mức độ biết chữ": "không rõ"}),
        person("Nga", done=7),
        person("Hiếu", relapsed="có lẽ"),
        person("Mai"),
    ]
    people, errors = read(book(rows, extra=["Mức độ biết chữ"]))

    assert [(row.person.full_name, row.said) for row in people] == [
        ("Bùi Thị Đào", Said(1)),
        ("Bùi Thị Mai", None),
    ]
    assert [(error.row, error.column, error.value) for error in errors] == [
        (4, "Ngày / Tháng / Năm sinh", "2031"),
        (5, "Mức độ biết chữ", "không rõ"),
        (6, "Hoàn thành lớp", "7"),
        (7, "Tái mù chữ", "có lẽ"),
    ]
    assert all(error.reason for error in errors)


def official():
    """The official sheet: three rows of headings beginning in column B, and a row that numbers the columns."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    groups = {"B": "Thông tin đối tượng", "L": "Thông tin nơi đang ở", "R": "Thông tin học tập", "AG": "Xóa mù chữ",
              "AJ": "Khuyết tật", "AT": "Hoàn cảnh", "AV": "Thông tin liên lạc"}  # fmt: skip
    titles = {
        "B": "TT", "C": "Họ đệm", "D": "Tên", "E": "Ngày", "F": "Tháng", "G": "Năm sinh", "H": "Nữ", "I": "Dân tộc",
        "L": "Chủ hộ", "N": "Địa chỉ: số nhà, tên đường, tổ (nếu có)", "S": "Lớp học", "W": "Bậc tốt nghiệp",
        "Y": "Năm tốt nghiệp", "AC": "Học xong", "AE": "Bỏ học", "AG": "Đang học lớp", "AH": "Hoàn thành lớp",
        "AI": "Tái mù chữ mức", "AJ": "Khuyết tật vận động", "AR": "Có chứng nhận khuyết tật", "AX": "Điện thoại",
        "AY": "Ghi chú",
    }  # fmt: skip
    parts = {"L": "Họ đệm", "M": "Tên", "AC": "Lớp", "AD": "Năm", "AE": "Lớp", "AF": "Năm"}
    for number, cells in enumerate((groups, titles, parts), start=1):
        for letter, text in cells.items():
            sheet[f"{letter}{number}"] = text
    for place in range(2, 52):
        sheet.cell(4, place, place - 1)
    rows = [
        {"B": 1, "C": "Bùi Thu", "D": "Bích", "E": 3, "F": 4, "G": 1998, "H": "x", "I": "Mường", "L": "Bùi Văn",
         "M": "Bình", "N": "Thôn 7", "AC": 3, "AD": 2008, "AE": 4, "AF": 2009, "AJ": "x", "AR": "x"},
        {"B": 2, "C": "Trần", "D": "Đức", "G": 1970, "W": "TH", "Y": 1982, "AI": 2, "AX": "0912345678"},
    ]  # fmt: skip
    for number, cells in enumerate(rows, start=5):
        for letter, value in cells.items():
            sheet[f"{letter}{number}"] = value
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_official_sheet_is_read_with_its_three_rows_of_headings():
    people, errors = read(official())

    assert errors == []
    one, two = people
    assert (one.person.full_name, str(one.person.birth), one.person.sex) == ("Bùi Thu Bích", "03/04/1998", "female")
    assert one.person.neighbourhood == "Thôn 7"
    assert (one.said, one.person.schooling.disabled) == (Said(1), True)
    assert (two.person.full_name, str(two.person.birth), two.person.phone) == ("Trần Đức", "1970", "0912345678")
    assert two.said == Said(1, 2)


_cells = st.one_of(
    st.none(), st.integers(-3, 3000), st.floats(allow_nan=False), st.booleans(), st.dates(),
    st.sampled_from(["x", "TH", "THCS", "0", "1", "2", "5", "không rõ", "Kinh", "Tổng cộng", "=1+1", "3/2004", "Đào"]),
    st.text(max_size=12),
)  # fmt: skip
_rows = st.lists(
    st.dictionaries(
        st.sampled_from(["tt", "middle", "given", "day", "month", "year", "female", "ethnicity", "school", "now",
                         "done", "relapsed", "disabled", "Mức độ biết chữ", "Học xong lớp"]),
        _cells,
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


@pytest.mark.django_db
@given(_rows)
def test_no_row_crashes_gets_lost_or_turns_unknown_into_no(rows):
    try:
        content = book(rows, extra=["Mức độ biết chữ", "Học xong lớp"])
    except openpyxl.utils.exceptions.IllegalCharacterError:
        return
    pages = list(read_survey(content, "phieu.xlsx").pages())
    people = {row.person.row: row for page in pages for row in page.people}
    wrong = {error.row for page in pages for error in page.errors}
    unread = {error.row for page in pages for error in page.unread}

    assert not people.keys() & wrong
    assert not (people.keys() | wrong) & unread
    for number, row in people.items():
        cells = rows[number - 3]
        told = ("school", "done", "relapsed", "Mức độ biết chữ", "Học xong lớp")
        if all(cells.get(name) in (None, "") for name in told):
            assert row.said is None
        if row.said and row.said.relapsed_from:
            assert row.said.level == row.said.relapsed_from - 1
        if row.said is None:
            assert row.needs_history == 0
