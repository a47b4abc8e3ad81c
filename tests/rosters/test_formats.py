"""The same people from every kind of file; hostile files are refused in words, within memory."""

import contextlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import olefile
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.tabular.reading import read_sheets
from courses.roster.preview import read_roster
from tests.rosters.sheets import HEADER, person, roster, with_part

DATA = Path(__file__).parent.parent / "data"
NAMES = {
    prefix: f"urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0" for prefix in ("office", "table", "text")
}  # fmt: skip


def cell(text, times=1):
    repeated = f' table:number-columns-repeated="{times}"' if times > 1 else ""
    return f'<table:table-cell office:value-type="string"{repeated}><text:p>{text}</text:p></table:table-cell>'


def line(*cells, times=1):
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{repeated}>{''.join(cells)}</table:table-row>"


PEOPLE = line(cell("Họ và tên"), cell("Năm sinh")) + line(cell("Bùi Thị Nga"), cell("1984"))


def ods(body=PEOPLE, *, prolog="", more=()):
    """An OpenDocument spreadsheet with the given rows."""
    spaces = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in NAMES.items())
    content = (
        f'<?xml version="1.0"?>{prolog}<office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="Danh sách">{body}</table:table>'
        f"</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{manifest}"/>')
        archive.writestr("content.xml", content)
        for name, data in more:
            archive.writestr(name, data)
    return out.getvalue()


def people_in(content, name):
    return [person for page in read_roster(content, name).pages() for person in page.people]


def told(content, name):
    return [
        (row.row, row.full_name, str(row.birth), row.sex, row.personal_id, row.phone, row.schooling)
        for row in people_in(content, name)
    ]


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("roster_literacy_class.xlsx", "roster_literacy_class.xls", 32),
        ("roster_survey_sheet.xlsx", "roster_survey_sheet.ods", 60),
    ],
)
def test_the_same_people_from_each_kind_of_file(one, other, count):
    people = told((DATA / one).read_bytes(), one)
    assert len(people) == count
    assert told((DATA / other).read_bytes(), other) == people
    # The contents decide, whatever the file is called.
    assert told((DATA / other).read_bytes(), "danh-sach.xlsx") == people


TEXT = "UBND XÃ BA VÌ;;\n;;\nHọ và tên;Ngày sinh;Điện thoại\nBùi Thị Nga;02/03/1984;0912345678\n"


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["ds.csv", "ds.txt"])
def test_text_with_each_delimiter_and_encoding(delimiter, encoding, name):
    content = TEXT.replace(";", delimiter).encode(encoding)
    ((row, full_name, birth, *_rest),) = told(content, name)
    assert (row, full_name, birth) == (4, "Bùi Thị Nga", "02/03/1984")


def test_a_title_with_commas_does_not_decide_the_delimiter():
    content = "Xã Ba Vì, Hà Nội, năm 2026, lớp 1, kỳ 1\n" + TEXT
    assert [row[1] for row in told(content.encode(), "ds.csv")] == ["Bùi Thị Nga"]


def test_the_list_may_be_on_the_second_sheet():
    book = openpyxl.Workbook()
    book.active.append(["Hướng dẫn", "điền danh sách"])
    second = book.create_sheet("Danh sách")
    second.append(HEADER)
    second.append(person(1))
    out = io.BytesIO()
    book.save(out)
    assert read_roster(out.getvalue(), "ds.xlsx").sheet.name == "Danh sách"
    # Where no sheet has a header, the first one's lack is told.
    book.remove(second)
    book.create_sheet("Trống")
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(InvalidInput) as refused:
        read_roster(out.getvalue(), "ds.xlsx")
    assert refused.value.code == "header_missing"


def test_formulas_without_a_value_are_said_and_with_one_are_taken():
    content = roster([person(1, **{"Ghi chú": "=1+1"})])
    (sheet,) = read_sheets(content, "ds.xlsx")
    assert "công thức chưa được tính" in sheet.notes[0]
    computed = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    computed = computed.replace(b"<v></v>", b"").replace(b"<v />", b"").replace(b"</f></c>", b"</f><v>2</v></c>")
    assert b"<v>2</v>" in computed
    (sheet,) = read_sheets(with_part(content, "xl/worksheets/sheet1.xml", computed), "ds.xlsx")
    assert sheet.notes == []
    assert sheet.rows[2].cells[8] == 2


def test_ten_thousand_people_with_titles_and_signatures_fit():
    lines = ["UBND XÃ", "", "Họ và tên,Năm sinh", *(f"Bùi Thị A,{1950 + n % 50}" for n in range(10_000)), "Tổng cộng"]
    assert len(people_in("\n".join(lines).encode(), "ds.csv")) == 10_000
    with pytest.raises(InvalidInput) as refused:
        read_roster("\n".join([*lines[:3], *["Bùi Thị A,1950"] * 10_200]).encode(), "ds.csv")
    assert refused.value.code == "too_many_rows"


EMPTY_TAIL = line('<table:table-cell table:number-columns-repeated="16384"/>', times=1_048_000)
LAUGHS = "<!DOCTYPE x [" + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10)
) + "]>"  # fmt: skip
HOSTILE = {
    "ods rows": (ods(PEOPLE + line(cell("x", 100), times=200_000)), "file_far_cell"),
    "ods columns": (ods(PEOPLE + line(cell("x", 2_000_000))), "file_far_cell"),
    "ods gap": (ods(PEOPLE + EMPTY_TAIL + line(cell("x"))), "file_far_cell"),
    "ods laughs": (ods(PEOPLE, prolog=LAUGHS), "file_bomb"),
    "ods macros": (ods(more=[("Basic/Standard/Module1.xml", b"<x/>")]), "file_has_macros"),
    "ods bomb": (ods(more=[("Pictures/a.png", b"\0" * 51 * 1024 * 1024)]), "file_bomb"),
    "ods locked": (with_part(ods(), "content.xml", b"\x01\x02 not xml"), "file_locked"),
    "xls far": ((DATA / "far_cell.xls").read_bytes(), "file_far_cell"),
    "xls broken": ((DATA / "roster_literacy_class.xls").read_bytes()[:3000], "file_broken"),
    "xlsx laughs": (
        with_part(roster([person(1)]), "xl/sharedStrings.xml", f"{LAUGHS}<sst><si><t>&l9;</t></si></sst>".encode()),
        None,
    ),
    "xlsx dimension": (
        with_part(
            roster([person(1)]), "xl/worksheets/sheet1.xml",
            zipfile.ZipFile(io.BytesIO(roster([person(1)]))).read("xl/worksheets/sheet1.xml")
            .replace(b'<dimension ref="A1:I10"', b'<dimension ref="A1:XFD1048576"'),
        ),
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_refused_in_words_and_within_memory(kind, tmp_path):
    content, code = HOSTILE[kind]
    file = tmp_path / "ds"
    file.write_bytes(content)
    script = (
        "import json, re, sys, django; django.setup()\n"
        "from core.errors import InvalidInput\n"
        "from courses.roster.preview import read_roster\n"
        # Not ru_maxrss: a child begins with what its parent, this whole run, once needed.
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])\n"
        "before = peak()\n"
        "try:\n    list(read_roster(open(sys.argv[1], 'rb').read(), 'ds.xlsx').pages()); code = message = ''\n"
        "except InvalidInput as error:\n    code, message = error.code, str(error.message)\n"
        "print(json.dumps([code, message, (peak() - before) // 1024]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    got, message, megabytes = json.loads(done.stdout)
    if code:
        assert (got, len(message) > 20) == (code, True)
    assert megabytes < 150


def test_an_ordinary_ods_with_its_million_empty_rows_is_read():
    assert [row[1] for row in told(ods(PEOPLE + EMPTY_TAIL), "ds.ods")] == ["Bùi Thị Nga"]


class _Container:
    """An OLE container that lists what we say: none can be written here."""

    def __init__(self, *paths, size=0):
        self.paths, self.size = paths, size

    def __call__(self, _file):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def listdir(self, **_):
        return [path.split("/") for path in self.paths]

    def exists(self, name):
        return name in self.paths

    def get_size(self, _name):
        return self.size


@pytest.mark.parametrize(
    ("paths", "code"),
    [
        (["EncryptionInfo", "EncryptedPackage"], "file_locked"),
        (["Workbook", "_VBA_PROJECT_CUR/VBA/dir"], "file_has_macros"),
        (["WordDocument"], "file_not_excel"),
    ],
)
def test_old_containers_with_passwords_macros_or_no_workbook(monkeypatch, paths, code):
    monkeypatch.setattr(olefile, "OleFileIO", _Container(*paths))
    with pytest.raises(InvalidInput) as refused:
        next(read_sheets(b"\xd0\xcf\x11\xe0 stands for a container", "ds.xls"))
    assert refused.value.code == code


def test_an_old_file_with_a_password_of_its_own():
    content = bytearray((DATA / "roster_literacy_class.xls").read_bytes())
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        stream = ole.openstream("Workbook").read()
    start = content.index(stream[:64])
    length = int.from_bytes(stream[2:4], "little")
    # The record after the first becomes FILEPASS.
    content[start + 4 + length : start + 6 + length] = b"\x2f\x00"
    with pytest.raises(InvalidInput) as refused:
        next(read_sheets(bytes(content), "ds.xls"))
    assert refused.value.code == "file_locked"


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_files_are_read_or_refused_never_worse(data):
    name = data.draw(
        st.sampled_from(["roster_literacy_class.xls", "roster_survey_sheet.ods", "roster_survey_sheet.xlsx"])
    )
    content = bytearray((DATA / name).read_bytes())
    for _time in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, 400))
    with contextlib.suppress(InvalidInput):
        list(read_sheets(bytes(content[: len(content) - cut]), name))
