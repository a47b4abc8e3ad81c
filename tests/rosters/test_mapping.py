"""Which column is what: shown, corrected, remembered for the centre's next lists of the same layout."""

import io
from pathlib import Path

import openpyxl
import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from core.models import AuditEvent
from core.tabular.reading import Sheet, SheetRow, Spool
from courses.models import Enrolment, RosterImport, RosterMapping
from courses.roster.header import FIELDS, fingerprint_of, header_of
from courses.services.rosters import preview_roster
from courses.views.roster_columns import letter_of
from learners.models import Learner
from tests.factories import make_class
from tests.rosters.sheets import HEADER, person, read_all, roster, saved

pytestmark = pytest.mark.django_db
SURVEY = Path(__file__).parent.parent / "data" / "roster_survey_sheet.xlsx"
ODD = ("Số", "Người học lớp mình", "Sinh", "Mã")
PEOPLE = [[1, "Bùi Thị Nga", "02/03/1984", "001184000001"], [2, "Đinh Văn Lực", "1980", ""]]


@pytest.fixture
def group(cast, reference):
    return make_class(cast.centre_a, capacity=None)


def odd_sheet(people=PEOPLE, header=ODD):
    return roster([list(row) for row in people], header=header, titles=3)


def upload(client, group, content, name="la.xlsx"):
    file = io.BytesIO(content)
    file.name = name
    return client.post(reverse("courses:roster-upload", args=[group.pk]), {"file": file}, follow=True)


SAID = {"column-0": "ordinal", "column-1": "full_name", "column-2": "birth", "column-3": "personal_id"}


def test_a_sheet_nobody_understands_leads_to_saying_which_column_is_what(client, cast, group):
    client.force_login(cast.lan)
    page = upload(client, group, odd_sheet())
    row = RosterImport.objects.get()
    columns = reverse("courses:roster-columns", args=[row.pk])
    assert page.redirect_chain[-1][0] == columns
    assert "dòng nào là tiêu đề" in page.text
    assert "Người học lớp mình" in page.text
    assert "001184000001" not in page.text  # masked, as everywhere
    # The preview leads back here until somebody has said it.
    assert client.get(reverse("courses:roster-preview", args=[row.pk])).headers["Location"] == columns

    page = client.get(columns, {"header": "4"})
    assert "Bùi Thị Nga" in page.text
    assert "Cột B được đọc là" in page.text
    page = client.post(columns, {"header": "4", **SAID}, follow=True)
    assert page.redirect_chain[-1][0] == reverse("courses:roster-preview", args=[row.pk])
    assert "Nhập 2 người vào lớp" in page.text
    client.post(reverse("courses:roster-preview", args=[row.pk]))
    assert Learner.objects.get(full_name="Bùi Thị Nga").open_personal_id() == "001184000001"
    assert AuditEvent.objects.filter(verb="courses.remember_mapping", actor=cast.lan).count() == 1

    # The next list with this header is read at once; the other centre's is not.
    page = upload(client, group, odd_sheet([[1, "Bùi Văn Ba", "1990", ""]]))
    assert "Nhập 1 người vào lớp" in page.text
    client.force_login(cast.minh)
    other = make_class(cast.centre_b)
    assert "dòng nào là tiêu đề" in upload(client, other, odd_sheet()).text


def test_what_was_understood_wrongly_is_corrected_and_can_be_forgotten(client, cast, group):
    client.force_login(cast.lan)
    rows = [person(1, **{"Ghi chú": "0912000001", "Điện thoại": "gọi buổi tối"})]
    row = RosterImport.objects.get(pk=_previewed(group, roster(rows), cast.lan).pk)
    preview = client.get(reverse("courses:roster-preview", args=[row.pk]))
    assert "số điện thoại chỉ gồm chữ số" in preview.text
    columns = reverse("courses:roster-columns", args=[row.pk])
    page = client.get(columns)
    assert '<option value="phone" selected>' in page.text
    said = dict(zip((f"column-{at}" for at in range(9)), (
        "ordinal", "full_name", "birth", "sex", "personal_id", "ethnicity", "note", "address", "phone",
    ), strict=True))  # fmt: skip
    done = client.post(columns, {"header": "7", **said}, follow=True)
    assert "Nhập 1 người vào lớp" in done.text
    assert "Đọc lại theo tên cột" in client.get(columns).text
    client.post(columns, {"header": "7", "forget": "1"})
    assert not RosterMapping.objects.exists()
    assert "số điện thoại chỉ gồm chữ số" in client.get(reverse("courses:roster-preview", args=[row.pk])).text


def _previewed(group, content, by):
    return preview_roster(class_group=group, content=content, file_name="ds.xlsx", by=by)[0]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"column-0": "ordinal", "column-2": "birth"}, "cột họ và tên"),
        ({"column-1": "full_name"}, "ít nhất một cột nữa"),
        ({**SAID, "column-0": "full_name"}, "Hai cột cùng là “Họ và tên”: A và B"),
        ({**SAID, "column-0": "birth_year"}, "Ngày sinh chỉ ghi một cách"),
        ({"column-1": "full_name", "column-2": "birth_day"}, "phải có cột năm sinh"),
        ({**SAID, "header": "9999"}, "Dòng 9999 không có gì"),
        ({**SAID, "header": ""}, "cột họ và tên"),
        ({"column-" + "1" * 40: "full_name", "column-2": "birth"}, "cột họ và tên"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_nothing_is_kept(client, cast, group, said, words):
    client.force_login(cast.lan)
    upload(client, group, odd_sheet())
    row = RosterImport.objects.get()
    answer = client.post(reverse("courses:roster-columns", args=[row.pk]), {"header": "4", **said})
    assert answer.status_code in (409, 422)
    assert words in answer.text
    assert not RosterMapping.objects.exists()
    assert not Enrolment.objects.exists()


def test_the_preview_shows_the_mapping_and_what_is_not_read(client, cast, group):
    client.force_login(cast.lan)
    row = _previewed(group, SURVEY.read_bytes(), cast.lan)
    page = client.get(reverse("courses:roster-preview", args=[row.pk])).text
    assert '<dt lang="vi">Họ đệm</dt><dd>Họ đệm</dd>' in page
    assert "Không đọc: Nơi ở – Chủ hộ." in page


def test_a_mapping_with_columns_far_outside_the_sheet_reads_nothing_there():
    rows = [SheetRow(1, ["A", "B"]), SheetRow(2, ["Bùi Thị Nga", 1984])]
    sheet = Sheet("x", Spool(rows))
    said = {fingerprint_of([("", "A"), ("", "B")]): {"full_name": 0, "birth": 1, "phone": 40}}
    (found,) = read_all(sheet, header_of(sheet, said)).people
    assert (found.full_name, str(found.birth), found.phone) == ("Bùi Thị Nga", "1984", "")


@settings(max_examples=100, deadline=None)
@given(columns=st.dictionaries(st.sampled_from(FIELDS), st.integers(0, 8), min_size=1))
def test_whatever_was_remembered_every_row_is_taken_or_named(columns):
    rows = [SheetRow(1, list(HEADER)), SheetRow(2, person(1)), SheetRow(3, person(2))]
    sheet = Sheet("x", Spool(rows))
    header = header_of(sheet, {fingerprint_of([("", title) for title in HEADER]): columns})
    assert header.remembered
    found = read_all(sheet, header)
    assert {entry.row for entry in [*found.people, *found.errors, *found.unread]} <= {2, 3}


def test_fingerprints_look_past_tones_case_and_empty_ends():
    assert fingerprint_of([("", "Họ và tên"), ("", "")]) == fingerprint_of([("", "HO VA TEN ")])
    assert fingerprint_of([("", "Họ và tên")]) != fingerprint_of([("", ""), ("", "Họ và tên")])


def test_letters_of_columns():
    assert [letter_of(at) for at in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_a_second_sheet_is_shown_when_it_is_the_one_with_the_header(client, cast, group):
    book = openpyxl.Workbook()
    book.active.append(["Hướng dẫn"])
    second = book.create_sheet("Lớp 1")
    second.append(HEADER)
    second.append(person(1))
    out = io.BytesIO()
    book.save(out)
    client.force_login(cast.lan)
    row = _previewed(group, out.getvalue(), cast.lan)
    assert "trang “Lớp 1”, tiêu đề ở dòng 1" in client.get(reverse("courses:roster-columns", args=[row.pk])).text


def book_of(**sheets):
    """An .xlsx with sheets of these rows, in this order."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    return saved(book)


def test_when_no_sheet_is_understood_the_user_says_which_one_it_is(client, cast, group):
    client.force_login(cast.lan)
    page = upload(client, group, book_of(Huong_dan=[["Cách ghi"], ["Ghi rõ ràng"]], Lop=[ODD, *PEOPLE]))
    row = RosterImport.objects.get()
    columns = reverse("courses:roster-columns", args=[row.pk])
    assert page.redirect_chain[-1][0] == columns
    assert "Ghi rõ ràng" in page.text
    assert '<option value="2">Lop</option>' in page.text
    page = client.get(columns, {"sheet": "2"})
    assert '<option value="2" selected>Lop</option>' in page.text
    assert "Người học lớp mình" in page.text
    page = client.get(columns, {"sheet": "2", "header": "1", "height": "1"})
    assert "trang “Lop”, tiêu đề ở dòng 1" in page.text
    done = client.post(columns, {"sheet": "2", "header": "1", "height": "1", **SAID}, follow=True)
    assert "Nhập 2 người vào lớp" in done.text
    client.post(reverse("courses:roster-preview", args=[row.pk]))
    assert Enrolment.objects.filter(class_group=group).count() == 2


def test_of_two_sheets_that_are_understood_the_chosen_one_is_imported(client, cast, group):
    client.force_login(cast.lan)
    upload(client, group, book_of(Lop_1=[HEADER, person(1)], Lop_2=[HEADER, person(2), person(3)]))
    row = RosterImport.objects.get()
    columns, preview = (reverse(f"courses:roster-{name}", args=[row.pk]) for name in ("columns", "preview"))
    assert "Nhập 1 người vào lớp" in client.get(preview).text
    page = client.get(columns, {"sheet": "2"})
    assert "trang “Lop_2”, tiêu đề ở dòng 1" in page.text
    said = dict(zip((f"column-{at}" for at in range(9)), (
        "ordinal", "full_name", "birth", "sex", "personal_id", "ethnicity", "phone", "address", "note",
    ), strict=True))  # fmt: skip
    done = client.post(columns, {"sheet": "2", "header": "1", "height": "1", **said}, follow=True)
    assert "Nhập 2 người vào lớp" in done.text
    assert "trang “Lop_2”" in done.text
    client.post(preview)
    assert Enrolment.objects.filter(class_group=group).count() == 2
    # The choice is of this file only.
    upload(client, group, book_of(A=[HEADER, person(4)], B=[HEADER, person(5), person(6)]))
    assert "Nhập 1 người" in client.get(reverse("courses:roster-preview", args=[RosterImport.objects.first().pk])).text


def test_a_header_of_two_rows_nobody_knows_is_pointed_at_and_remembered(client, cast, group):
    upper = ["Số", "Người học", "", "Sinh vào", "", ""]
    lower = ["", "Phần đầu", "Phần cuối", "d", "m", "y"]
    rows = [["DANH SÁCH"], upper, lower, [1, "Bùi Thị", "Nga", 2, 3, 1984], [2, "Đinh Văn", "Lực", "", "", 1980]]
    client.force_login(cast.lan)
    upload(client, group, book_of(Lop=rows))
    row = RosterImport.objects.get()
    columns = reverse("courses:roster-columns", args=[row.pk])
    page = client.get(columns, {"header": "2", "height": "2"})
    assert "Người học – Phần cuối" in page.text
    assert '<option value="2" selected>2 dòng</option>' in page.text
    said = {"column-1": "family_middle", "column-2": "given_name", "column-3": "birth_day", "column-4": "birth_month",
            "column-5": "birth_year"}  # fmt: skip
    done = client.post(columns, {"header": "2", "height": "2", **said}, follow=True)
    assert "Nhập 2 người vào lớp" in done.text
    assert "Bùi Thị Nga" in done.text
    # Shown as it is remembered, and the next list with it is read at once.
    page = client.get(columns)
    assert 'name="header" id="header" min="1" max="11000" value="2"' in page.text
    assert "Đọc lại theo tên cột" in page.text
    assert "Nhập 2 người" in upload(client, group, book_of(Khac=rows)).text


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"header": "5", "height": "2"}, "Dòng 6 không có gì"),
        ({"sheet": "99"}, "Người học lớp mình"),  # the first sheet then
        ({"sheet": "-1", "header": "x", "height": "9"}, "Người học lớp mình"),
        ({"sheet": "1", "header": "4", "height": "9"}, "tiêu đề ở dòng 4"),
    ],
)
def test_odd_addresses_are_answered_in_words(client, cast, group, asked, words):
    client.force_login(cast.lan)
    upload(client, group, odd_sheet(PEOPLE[:1]))
    page = client.get(reverse("courses:roster-columns", args=[RosterImport.objects.get().pk]), asked)
    assert page.status_code in (200, 422)
    assert words in page.text
