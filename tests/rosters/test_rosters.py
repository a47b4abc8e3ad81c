"""From the office's sheet to a class: nobody lost, nobody twice, every wrong cell named."""

import csv
import io
import json
import unicodedata
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses.models import Enrolment, RosterImport
from courses.services.rosters import commit_roster, preview_roster
from learners.models import Learner
from tests.factories import make_class
from tests.rosters.sheets import HEADER, person, roster, with_part

SAMPLE = Path(__file__).parent.parent / "data" / "roster_literacy_class.xlsx"


@pytest.fixture
def group(cast, reference):
    return make_class(cast.centre_a)


def preview(group, content, by, name="danh-sach.xlsx"):
    return preview_roster(class_group=group, content=content, file_name=name, by=by)


def test_the_offices_sheet_is_read_whole(cast, group):
    row, found = preview(group, SAMPLE.read_bytes(), cast.lan)

    assert (found.new, found.known, found.lookalike, found.errors) == (32, 0, 0, [])
    assert found.header.row_number == 7
    assert not Learner.objects.exists()

    done = commit_roster(roster_import=row, by=cast.lan)

    assert done.committed == 32
    assert Enrolment.objects.filter(class_group=group, roster_import=row).count() == 32
    first = Learner.objects.get(full_name="Đinh Hồng Nga")
    assert (str(first.birth), first.sex, first.ethnicity, first.phone) == ("07/10/1994", "female", "06", "0963855860")
    assert first.open_personal_id() == "001194193630"
    assert (first.neighbourhood.name, first.unit) == ("Thôn 11", cast.commune_a)


def test_the_same_file_twice_changes_nothing(cast, group):
    row, _found = preview(group, SAMPLE.read_bytes(), cast.lan)
    commit_roster(roster_import=row, by=cast.lan)

    again, found = preview(group, SAMPLE.read_bytes(), cast.lan)
    done = commit_roster(roster_import=again, by=cast.lan)

    assert (found.new, found.known, done.committed) == (0, 32, 0)
    assert (Learner.objects.count(), Enrolment.objects.count()) == (32, 32)


def test_three_wrong_rows_among_thirty_are_named_and_the_rest_goes_in(cast, group):
    rows = [person(number) for number in range(1, 31)]
    rows[4] = person(5, **{"Ngày sinh": "31/02/1984"})
    rows[11] = person(12, **{"Số CCCD": "12345"})
    rows[20] = person(21, **{"Họ và tên": None})
    row, found = preview(group, roster(rows), cast.lan)

    assert [(error.row, error.column, error.value) for error in found.errors] == [
        (12, "Ngày sinh", "31/02/1984"),
        (19, "Số CCCD", "…345"),
        (28, "Họ và tên", ""),
    ]
    assert all(error.reason and error.sheet == "Danh sách" for error in found.errors)
    assert commit_roster(roster_import=row, by=cast.lan).committed == 27
    assert Enrolment.objects.count() == 27


def test_one_row_with_two_wrong_cells_is_reported_twice(cast, group):
    _row, found = preview(group, roster([person(1, **{"Giới tính": "khác", "Điện thoại": "chưa"})]), cast.lan)

    assert [error.column for error in found.errors] == ["Giới tính", "Điện thoại"]


def test_same_person_twice_in_one_file(cast, group):
    _row, found = preview(group, roster([person(1), person(2), person(1)]), cast.lan)

    assert found.new == 2
    assert [(error.row, error.reason) for error in found.errors] == [(10, "trùng với dòng 8 trong tệp")]


def test_known_in_another_centre_by_number_is_one_person(cast, reference):
    first = make_class(cast.centre_b)
    row, _found = preview(first, roster([person(1)]), cast.minh)
    commit_roster(roster_import=row, by=cast.minh)
    second = make_class(cast.centre_a)

    row, found = preview(second, roster([person(1)]), cast.lan)
    commit_roster(roster_import=row, by=cast.lan)

    assert found.known == 1
    learner = Learner.objects.get()
    assert set(learner.centres.all()) == {cast.centre_a, cast.centre_b}


def test_lookalikes_wait_for_a_decision(cast, group):
    row, _found = preview(group, roster([person(1, **{"Số CCCD": None, "Ngày sinh": "1984"})]), cast.lan)
    commit_roster(roster_import=row, by=cast.lan)
    other = make_class(cast.centre_a)
    again = roster([person(1, **{"Số CCCD": None, "Điện thoại": None})])

    row, found = preview(other, again, cast.lan)
    left = commit_roster(roster_import=row, by=cast.lan)
    assert (found.lookalike, left.committed, len(left.left_out)) == (1, 0, 1)

    row, _found = preview(other, again, cast.lan)
    assert commit_roster(roster_import=row, by=cast.lan, decisions={8: "same"}).committed == 1
    assert Learner.objects.count() == 1


def test_numbers_that_excel_spoiled_are_mended(cast, group):
    rows = [person(1, **{"Số CCCD": 1184000001, "Điện thoại": 963855860, "Ngày sinh": 30744})]
    rows[0][4] = 10184000001.0
    _row, found = preview(group, roster(rows), cast.lan)

    read = found.rows[0].person
    assert (read.personal_id, read.phone, str(read.birth)) == ("010184000001", "0963855860", "03/03/1984")


def test_decomposed_and_capital_names(cast, group):
    name = unicodedata.normalize("NFD", "ĐẶNG THỊ ỢT")
    _row, found = preview(group, roster([person(1, **{"Họ và tên": name})]), cast.lan)

    assert found.rows[0].person.full_name == "Đặng Thị Ợt"


def test_a_person_whose_address_starts_like_a_footer_is_not_lost(cast, group):
    _row, found = preview(group, roster([person(1, **{"Địa chỉ": "Công ty Chè Ba Vì"}), person(2)]), cast.lan)

    assert found.new == 2


NARROW = ("Họ và tên", "Năm sinh", "Địa chỉ")


def test_a_family_name_is_not_a_total(cast, group):
    """Công is a family name of Hanoi; without an ordinal column its rows looked like the line of the total."""
    rows = [["Công Thị Lan", 1960, "Thôn 1"], ["Tống Thị Số", 1961, "Thôn 2"], ["Cộng Văn Tú", None, None]]
    rows += [["Xác Nhân", 1962, None], ["Bùi Thị Hoa", 1970, None], ["Giảm Văn Đốc", None, None]]
    _row, found = preview(group, roster(rows, header=NARROW, footer=False), cast.lan)

    names = [row.person.full_name for row in found.rows]
    assert names == [row[0] for row in rows]
    assert (found.errors, found.unread) == ([], [])


@pytest.mark.parametrize(
    "total", ["Cộng: 2 người", "Tổng cộng", "TỔNG SỐ: 2 học viên", "Tổng: 2", "Cộng", "Danh sách có 2 người"]
)
def test_who_stands_below_the_total_is_named_not_lost(cast, group, total):
    rows = [["Bùi Thị Hoa", 1970, None], ["Bùi Thị Mơ", 1971, None], [total, None, None]]
    rows += [["Đinh Văn Sau", 1958, None], [None, None, "NGƯỜI LẬP BIỂU"], ["Nguyễn Văn Khải", None, None]]
    rows += [[None, None, "Ba Vì, ngày 5 tháng 3 năm 2026"], [None, 1980, "Thôn 3"]]
    _row, found = preview(group, roster(rows, header=NARROW, footer=False), cast.lan)

    assert [row.person.full_name for row in found.rows] == ["Bùi Thị Hoa", "Bùi Thị Mơ", "Đinh Văn Sau"]
    assert [(row.row, row.value) for row in found.unread] == [(13, "Nguyễn Văn Khải")]
    assert [error.row for error in found.errors] == [15]  # somebody without a name: to be mended, not dropped


def test_the_preview_shows_who_was_not_read(cast, group, client):
    rows = [["Bùi Thị Hoa", 1970, None], ["Tổng cộng: 1", None, None], ["Nguyễn Văn Khải", None, None]]
    row, _found = preview(group, roster(rows, header=NARROW, footer=False), cast.lan)
    client.force_login(cast.lan)

    page = client.get(reverse("courses:roster-preview", args=[row.pk])).content.decode()

    assert "dòng 10: Nguyễn Văn Khải" in page


def test_csv_with_semicolons(cast, group):
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(HEADER)
    writer.writerow(person(3))
    _row, found = preview(group, buffer.getvalue().encode("utf-8-sig"), cast.lan, "danh-sach.csv")

    assert (found.new, found.header.row_number) == (1, 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"%PDF-1.7 ...", "file_is_pdf"),
        (b"\xd0\xcf\x11\xe0 old", "file_broken"),
        (b"PK\x03\x04 broken", "file_broken"),
        (b"just text", "file_unknown"),
        (b"x" * (5 * 1024 * 1024 + 1), "file_too_big"),
        (roster([], header=("A", "B"), footer=False), "header_missing"),
        (with_part(roster([person(1)]), "xl/vbaProject.bin", b"macro"), "file_has_macros"),
        (with_part(roster([person(1)]), "xl/media/big.bin", b"\0" * (51 * 1024 * 1024)), "file_bomb"),
    ],
)
def test_bad_files_are_refused_in_words_and_leave_nothing(cast, group, content, code):
    with pytest.raises(InvalidInput) as refused:
        preview(group, content, cast.lan)

    assert refused.value.code == code
    assert len(str(refused.value.message)) > 20
    assert not RosterImport.objects.exists()


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        '<row\tr = "1048576"><c\n r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c\ts="1"\tr="XFD1"><v>1</v></c></row>',
        '<row r="1"><c t=">" r="XFD1"><v>1</v></c></row>',
        '<row spans="1:2" r="9999999999"/>',
        '<x:row xmlns:x="a" r="1048576"><x:c r="A1048576"/></x:row>',
        '<row><c r="xfd1048576"><v>1</v></c></row>',
    ],
)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/elsewhere/sheet.data"])
def test_a_cell_at_the_end_of_the_world_is_refused(cast, group, row, part):
    """In whatever way XML lets it be written, under whatever name the sheet lies."""
    sheet = f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{row}</sheetData></worksheet>'.encode()
    with pytest.raises(InvalidInput) as refused:
        preview(group, with_part(roster([person(1)]), part, sheet), cast.lan)

    assert refused.value.code == "file_far_cell"


def test_binary_workbooks_are_refused_in_words(cast, group):
    with pytest.raises(InvalidInput) as refused:
        preview(group, with_part(roster([person(1)]), "xl/workbook.bin", b"\x83\x01\x00"), cast.lan)

    assert refused.value.code == "file_binary_excel"


def test_formulas_are_only_text(cast, group):
    _row, found = preview(group, roster([person(1, **{"Ghi chú": "=HYPERLINK(1)"})]), cast.lan)

    assert "=HYPERLINK" not in found.rows[0].person.note


def test_a_full_class_takes_nobody_rather_than_some(cast, reference):
    group = make_class(cast.centre_a, capacity=10)
    row, _found = preview(group, SAMPLE.read_bytes(), cast.lan)

    with pytest.raises(Conflict) as refused:
        commit_roster(roster_import=row, by=cast.lan)

    assert refused.value.code == "class_full"
    assert not Learner.objects.exists()
    row.refresh_from_db()
    assert row.status == "preview"


def test_second_commit_of_one_list_is_refused(cast, group):
    row, _found = preview(group, SAMPLE.read_bytes(), cast.lan)
    commit_roster(roster_import=row, by=cast.lan)

    with pytest.raises(Conflict):
        commit_roster(roster_import=row, by=cast.lan)
    assert not row.file  # the office's file is not kept


def test_only_those_who_may_enrol(cast, group):
    content = SAMPLE.read_bytes()
    with pytest.raises(OutOfScope):
        preview(group, content, cast.minh)
    with pytest.raises(Forbidden):
        preview(group, content, cast.tuan)


def test_queries_do_not_grow_with_rows(cast, reference):
    def queries(count):
        group = make_class(cast.centre_a)
        with CaptureQueriesContext(connection) as log:
            row, _found = preview(
                group, roster([person(n, **{"Địa chỉ": "Thôn 1"}) for n in range(1, count)]), cast.lan
            )
            commit_roster(roster_import=row, by=cast.lan)
        return len(log)

    queries(5)  # the neighbourhood and the counter exist now
    assert queries(10) == queries(200)


def test_identity_numbers_never_stand_in_clear(cast, group):
    row, _found = preview(group, SAMPLE.read_bytes(), cast.lan)
    commit_roster(roster_import=row, by=cast.lan)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM learners_learner")
        dump = repr(cursor.fetchall())
        cursor.execute("SELECT data FROM core_auditevent")
        dump += repr(cursor.fetchall())
    assert "001194193630" not in dump


def test_command_prints_one_object(cast, group, capsys):
    call_command("import_roster", str(SAMPLE), "--class", group.code, "--by", "lan", "--json")
    dry = json.loads(capsys.readouterr().out)
    call_command("import_roster", str(SAMPLE), "--class", group.code, "--by", "lan", "--commit", "--json")
    done = json.loads(capsys.readouterr().out)

    assert dry == {"new": 32, "known": 0, "lookalike": 0, "committed": 0, "errors": []}
    assert done["committed"] == 32
    assert AuditEvent.objects.filter(verb="courses.commit_roster", actor=cast.lan).count() == 1


def test_command_refuses_with_code_1(cast, group, tmp_path, capsys):
    fake = tmp_path / "danh-sach.xlsx"
    fake.write_bytes(b"%PDF-1.4")
    with pytest.raises(SystemExit) as left:
        call_command("import_roster", str(fake), "--class", group.code, "--by", "lan", "--json")

    assert left.value.code == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "file_is_pdf"
