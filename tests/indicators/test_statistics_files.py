"""Files of statistics: formulas that come to the values written, paper that proves itself, one set of totals."""

import datetime as dt
import io
import json
import re

import openpyxl
import pypdfium2
import pytest
import python_calamine
import zxingcpp
from django.core.cache import cache
from django.core.management import call_command
from PIL import Image  # noqa: F401 - pdfium renders to it

from core.models import AuditEvent, Job
from courses.models import Enrolment, Session
from indicators.models import CentreYear, ReportRun
from indicators.services.boundaries import restate
from indicators.services.resources import record_year
from indicators.statistics import services
from indicators.statistics.profile import profile
from indicators.statistics.selectors import statistics
from tests.factories import hold, make_certificates, make_class, make_course, make_enrolled, make_sessions, make_topic

FROM, TO = dt.date(2026, 1, 1), dt.date(2026, 6, 30)
ASKED = {"starts_on": FROM, "ends_on": TO}
ADDRESS = "/plan/statistics/export/?preset=custom&from=2026-01-01&to=2026-06-30"


@pytest.fixture
def busy(cast, reference):
    """Two centres with several topics, times, papers and people."""
    for centre in (cast.centre_a, cast.centre_b):
        for code in ("ky_nang_so", "suc_khoe"):
            group = make_class(centre, course=make_course(centre, topic=make_topic(code)), funding="budget")
            make_enrolled(group, 3, sex="female")
            for session in make_sessions(group, 3):
                hold(session)
        Session.objects.filter(class_group=group).update(starts_at=dt.time(18), ends_at=dt.time(19, 40))
    make_certificates(cast.centre_a, passing=2)
    record_year(centre=cast.centre_a, year=2026, by=cast.lan, managers=3, computers=12, budget_state=40_000_000)
    return cast


def export(cast, kind, **more):
    out = io.BytesIO()
    run = services.export_statistics(by=cast.tuan, unit=cast.city, kind=kind, out=out, **ASKED, **more)
    return run, out.getvalue()


def recalculated(sheet):
    """Every formula of a sheet worked out from the values of others: (cell, value). Only SUM and SUMIF are known."""

    def number(cell):
        value = sheet[cell].value
        return work_out(value) if isinstance(value, str) and value.startswith("=") else value or 0

    def column(letters, first, last):
        return [f"{letters}{row}" for row in range(int(first), int(last) + 1)]

    def work_out(text):
        if found := re.fullmatch(r"=SUM\((\w+?)(\d+):\w+?(\d+)\)", text):
            return sum(number(cell) for cell in column(*found.groups()))
        found = re.fullmatch(r"=SUMIF\(\$C\$(\d+):\$C\$(\d+),\$C(\d+),(\w+?)\$\d+:\w+?\$\d+\)", text)
        first, last, at, letters = found.groups()
        wanted = sheet[f"C{at}"].value
        rows = zip(column("C", first, last), column(letters, first, last), strict=True)
        return sum(number(cell) for topic, cell in rows if sheet[topic].value == wanted)

    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                yield cell.coordinate, work_out(cell.value)


@pytest.mark.parametrize("more", [{}, {"by_unit": True}, {"boundaries": "old"}, {"boundaries": "new"}])
def test_formulas_come_to_the_values_written_and_a_second_reader_sees_them(busy, more):
    _run, content = export(busy, "xlsx", **more)
    formulas = openpyxl.load_workbook(io.BytesIO(content))
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    found = 0
    for sheet in formulas:
        for cell, value in recalculated(sheet):
            assert values[sheet.title][cell].value == pytest.approx(value, abs=1e-9), (sheet.title, cell)
            found += 1
    assert found > 10
    first = formulas.worksheets[0]
    assert first.freeze_panes is not None
    assert first.auto_filter.ref
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == formulas.sheetnames
    for name in book.sheet_names:
        flat = [value for row in book.get_sheet_by_name(name).to_python() for value in row if isinstance(value, float)]
        ours = [cell.value for row in values[name].iter_rows() for cell in row if isinstance(cell.value, int | float)]
        assert sorted(flat) == sorted(float(value) for value in ours)


def test_page_file_command_and_api_have_the_same_totals_on_every_map(busy, as_user, client, tmp_path, capsys):
    wanted = statistics(user=busy.tuan, unit=busy.city, **ASKED).totals
    client = as_user(busy.tuan)
    for boundaries in ("then", "old", "new"):
        for kind in ("json", "xlsx", "csv", "pdf"):
            target = tmp_path / f"{boundaries}.{kind}"
            call_command(
                "export_statistics", "--unit", "01", "--from", "2026-01-01", "--to", "2026-06-30", "--format", kind,
                "--boundaries", boundaries, "--out", str(target), "--by", "tuan", "--json",
            )  # fmt: skip
            assert json.loads(capsys.readouterr().out)["totals"] == wanted, (boundaries, kind)
        assert json.loads((tmp_path / f"{boundaries}.json").read_text())["totals"] == wanted
        answer = client.get(f"/api/v1/statistics/?unit=01&from=2026-01-01&to=2026-06-30&boundaries={boundaries}").json()
        assert answer["totals"] == wanted
        assert (answer["minutes"], answer["untimed"]) == (600, wanted["sessions"] - 6)
        page = client.get(
            f"/plan/statistics/units/?preset=custom&from=2026-01-01&to=2026-06-30&boundaries={boundaries}"
        )
        assert page.context["found"].totals == wanted


def test_a_paper_proves_itself_to_anybody_and_says_when_it_no_longer_stands(busy, client):
    run, content = export(busy, "pdf")
    page = pypdfium2.PdfDocument(content)
    texts = "".join(one.get_textpage().get_text_range() for one in page)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in texts
    codes = [code for one in page for code in zxingcpp.read_barcodes(one.render(scale=3).to_pil())]
    assert [code.text for code in codes] == [f"HTTP://LOCALHOST:8000/T/{run.token}"]
    address = f"/T/{run.token}"
    answer = client.get(address)
    assert answer.status_code == 200
    assert "số liệu vẫn đúng" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    Enrolment.objects.filter(class_group__centre=busy.centre_a).first().delete()
    assert (
        "số liệu vẫn đúng" in client.get(address).content.decode()
    )  # counted again after ten minutes, and it says when
    cache.clear()
    body = client.get(address.lower()).content.decode()
    assert "số liệu đã thay đổi" in body
    assert "đã đổi" in body
    assert client.get("/T/0000000000000000").status_code == 404
    assert client.get("/T/x").status_code == 404


def test_guessing_codes_is_slowed_down(db, client):
    cache.clear()
    answers = [client.get(f"/T/{number:016d}").status_code for number in range(62)]
    assert answers[0] == 404
    assert answers[-1] == 429
    cache.clear()


def test_a_paper_of_an_officer_is_asked_again_in_the_officers_scope(busy, client):
    out = io.BytesIO()
    run = services.export_statistics(by=busy.hoa, unit=busy.district_a, kind="pdf", out=out, **ASKED)
    assert run.centre_ids == [busy.centre_a.pk]
    assert "số liệu vẫn đúng" in client.get(f"/T/{run.token}").content.decode()
    run = services.export_statistics(by=busy.lan, centre=busy.centre_a, kind="csv", out=io.BytesIO(), **ASKED)
    assert "số liệu vẫn đúng" in client.get(f"/T/{run.token}").content.decode()


def test_long_files_are_made_in_the_background_for_who_asked(busy, as_user, monkeypatch):
    monkeypatch.setitem(services.LONG_EXPORT, "xlsx", 2)
    client = as_user(busy.tuan)
    answer = client.get(f"{ADDRESS}&unit={busy.city.pk}&format=xlsx")
    job = Job.objects.get(kind=services.EXPORT_JOB)
    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert job.status == "done"
    assert job.file_name == "thong-ke-01-20260101-20260630.xlsx"
    with job.file.open("rb") as kept:
        assert openpyxl.load_workbook(io.BytesIO(kept.read())).worksheets[0].title == "Thống kê"
    assert ReportRun.objects.get().job == job
    short = client.get(f"{ADDRESS}&unit={busy.commune_b.pk}&format=csv")
    assert short.status_code == 200
    short.close()


def test_breakdowns_add_up_to_the_totals(busy):
    asked = ASKED | {"ends_on": dt.date(2027, 12, 31)}  # papers are of today
    total = restate(by=busy.tuan, boundaries="then", unit=busy.city, **asked).total
    parts = profile(user=busy.tuan, boundaries="then", unit=busy.city, **asked)
    for dimension in ("topic", "role", "funding", "sex", "ethnicity", "age"):
        mine = [part for part in parts if part.dimension == dimension]
        assert sum(part.participations for part in mine) == total.participations
        assert sum(part.certificates for part in mine) == total.certificates == 2
        if dimension in ("topic", "role", "funding"):
            assert sum(part.sessions for part in mine) == total.sessions
            assert sum(part.minutes for part in mine) == total.minutes
            assert sum(part.classes for part in mine) == total.classes
        else:
            assert sum(part.learners for part in mine) == total.learners
    assert {part.code: part.sessions for part in parts if part.dimension == "funding"} == {"budget": 12, "": 5}
    assert {part.code: part.women for part in parts if part.dimension == "sex"}["female"] == total.women
    alone = profile(user=busy.tuan, boundaries="new", unit=busy.commune_b, **asked)
    assert sum(part.sessions for part in alone if part.dimension == "topic") == 6


def test_the_year_of_a_centre_is_its_own_and_reaches_the_file(busy, as_user):
    client = as_user(busy.lan)
    page = client.get("/plan/centre-year/?year=2026")
    assert 'value="12"' in page.content.decode()
    answer = client.post("/plan/centre-year/", {"year": 2025, "managers": "-1"})
    assert answer.status_code == 422
    assert client.post("/plan/centre-year/", {"year": 1999, "managers": "1"}).status_code == 422
    client.post("/plan/centre-year/", {"year": 2026, "managers": "4", "has_internet": "true", "premises": "own"})
    row = CentreYear.objects.get()
    assert (row.managers, row.computers, row.has_internet) == (4, None, True)
    assert AuditEvent.objects.filter(verb="indicators.record_year").first().data["changed"]["managers"] == [3, 4]
    _run, content = export(busy, "xlsx")
    lines = list(openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Nguồn lực"].values)
    assert ("HN-BAVI", busy.centre_a.name, "trụ sở riêng", "có", 4) in [line[:5] for line in lines]
    assert ("TỔNG CỘNG", 4) in [(line[1], line[4]) for line in lines]
