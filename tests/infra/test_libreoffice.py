"""LibreOffice opens every kind of spreadsheet and Word file we hand out, and its own sums come to what we wrote."""

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from openpyxl.utils.escape import unescape

from core.tabular import writing
from core.tabular.writing import Table, write_xlsx
from indicators.report_forms.services import fill_form, upload_form
from indicators.services.resources import record_year
from indicators.statistics.questions import Question
from indicators.statistics.services import export_statistics
from tests.core.test_writing import COLUMNS, ROWS, SIGNS
from tests.factories import make_certificates
from tests.indicators import annual_world
from tests.indicators.test_report_forms import workbook
from tests.office import opened

world = annual_world.world
FROM, TO = dt.date(2026, 1, 1), dt.date(2026, 6, 30)
PAGES = {
    "so-goc": "/certificates/export/?format=xlsx",
    "chua-nop": "/plan/missing/?deadline=ke-hoach-phuong-xa&year=2026&format=xlsx",
    "bao-cao-nam": "/plan/statistics/year/file/?year=2026",
}


def _lists() -> dict[str, bytes]:
    """Both writers, with what is hard to write."""
    hostile = [[f"{sign}cmd|' /C calc'!A0", 1, None, None] for sign in SIGNS]
    made = {}
    for name, rows in (("bang", [*ROWS, *hostile]), ("danh-sach-dai", [*ROWS, *hostile] * 400)):
        out = io.BytesIO()
        write_xlsx(Table(["THỐNG KÊ", "Dòng hai"], COLUMNS, rows), out)
        made[name] = out.getvalue()
    assert len([*ROWS, *hostile]) * 400 > writing.LONG
    return made


def _statistics(world) -> dict[str, bytes]:
    made = {}
    for name, more in {"thong-ke": {}, "theo-don-vi": {"by_unit": True}, "dia-gioi-cu": {"boundaries": "old"}}.items():
        out = io.BytesIO()
        export_statistics(by=world.tuan, unit=world.city, kind="xlsx", out=out, starts_on=FROM, ends_on=TO, **more)
        made[name] = out.getvalue()
    drawn = workbook({"C5": "{{luot}}", "C6": "{{ nu }}", "B7": "Có {{nguoi}} người"}, rich=True)
    form = upload_form(name="Biểu 01", source="CV 5", content=drawn, by=world.tuan)
    made["bieu-tu-ve"] = fill_form(form=form, question=Question(FROM, TO, world.city), by=world.tuan)
    return made


def _values(path: Path) -> dict[str, dict[str, object]]:
    """Sheet → cell → value, as it was last worked out; empty cells left out."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        sheet.title: {
            cell.coordinate: unescape(cell.value) if isinstance(cell.value, str) else cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.value not in (None, "")
        }
        for sheet in book
    }


def _formulas(path: Path) -> int:
    book = openpyxl.load_workbook(path)
    return sum(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_spreadsheets_open_and_their_sums_come_to_what_is_written(world, as_user, tmp_path):
    make_certificates(world.centre_a, passing=2)
    record_year(centre=world.centre_a, year=2026, by=world.lan, managers=3, computers=12, budget_state=40_000_000)
    folder = tmp_path / "made"
    folder.mkdir()
    for name, content in (_lists() | _statistics(world)).items():
        (folder / f"{name}.xlsx").write_bytes(content)
    for name, address in PAGES.items():
        answer = as_user(world.tuan).get(address)
        assert answer.status_code == 200
        (folder / f"{name}.xlsx").write_bytes(b"".join(answer) if answer.streaming else answer.content)
    call_command("literacy_forms", as_json=True, unit=world.commune_a.code, year=2026, out=folder)
    files = sorted(folder.glob("*.xlsx"))
    assert len(files) == 13
    seen = 0
    for source, result in zip(files, opened(files, to="xlsx", folder=tmp_path), strict=True):
        ours, theirs = _values(source), _values(result)
        assert list(theirs) == list(ours), source.name
        for sheet, cells in ours.items():
            # A form drawn by staff comes with its own formulas, whose old values were taken out.
            assert theirs[sheet].keys() - cells.keys() == ({"D9"} if source.stem == "bieu-tu-ve" else set()), (
                source.name
            )
            assert cells.keys() <= theirs[sheet].keys(), source.name
            for at, value in cells.items():
                there = theirs[sheet][at]
                if isinstance(value, int | float) and not isinstance(value, bool):
                    assert there == pytest.approx(value, rel=1e-12, abs=1e-12), (source.name, sheet, at)
                else:
                    assert there == value, (source.name, sheet, at)
        seen += _formulas(source)
        if source.stem == "bieu-tu-ve":
            assert theirs["Biểu 1"]["D9"] == theirs["Biểu 1"]["C5"] + theirs["Biểu 1"]["C6"]
    assert seen > 100  # totals are formulas, and there were some to work out


def test_a_wrong_sum_would_be_seen(tmp_path):
    """What the test above relies on: a formula is worked out anew, and a file cut off is not opened."""
    import xlsxwriter

    wrong, cut = tmp_path / "wrong.xlsx", tmp_path / "cut.xlsx"
    with xlsxwriter.Workbook(wrong) as book:
        book.add_worksheet().write_formula("A1", "=1+1", None, 99)
    cut.write_bytes(wrong.read_bytes()[:2500])
    (result,) = opened([wrong], to="xlsx", folder=tmp_path / "one")
    assert _values(wrong) != _values(result) == {"Sheet1": {"A1": 2}}
    with pytest.raises(AssertionError, match=r"cut\.xlsx"):
        opened([cut], to="xlsx", folder=tmp_path / "two")


def test_the_annual_report_opens_as_it_was_written(world, tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    for name, who in {"thanh-pho": ["--unit", "01"], "phuong-xa": ["--unit", world.commune_a.code]}.items():
        target = str(folder / f"{name}.docx")
        call_command("annual_report", *who, "--year", "2026", "--format", "docx", "--out", target, "--json")
    files = sorted(folder.glob("*.docx"))
    for source, result in zip(files, opened(files, to="txt:Text (encoded):UTF8", folder=tmp_path), strict=True):
        text = annual_world.squeezed(result.read_text(encoding="utf-8-sig"))
        told = annual_world.words_of_docx(source.read_bytes())
        assert len(told) > 100
        for words in told:
            assert annual_world.squeezed(words) in text, (source.name, words)
