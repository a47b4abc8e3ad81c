"""Forms drawn by staff: what is read, what is refused and where, what is filled; files made by themselves."""

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import Conflict, Forbidden, InvalidInput
from core.models import AuditEvent
from indicators.models import ReportForm, ReportRun, ScheduledExport, ScheduledFile
from indicators.report_forms.services import fill_form, latest_forms, read_form, upload_form, withdraw_form
from indicators.report_forms.words import known_words, values_of
from indicators.report_forms.workbook import Form
from indicators.statistics import schedules
from indicators.statistics.questions import Question
from indicators.statistics.selectors import statistics
from tests.factories import hold, make_class, make_enrolled, make_sessions

FROM, TO = dt.date(2026, 1, 1), dt.date(2026, 6, 30)


def workbook(cells, *, sheet="Biểu 1", rich=False):
    """A form with a coloured cell, a formula and a merged title, as somebody would draw it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        red = book.add_format({"bg_color": "#FF0000", "bold": True, "num_format": "#,##0"})
        page.merge_range("A1:D1", "BIỂU CỦA {{don_vi}} NĂM {{nam}}", red)
        for place, text in cells.items():
            page.write(place, text, red)
        page.write_formula("D9", "=C5+C6", red, 999)
        if rich:
            page.write_rich_string("B8", book.add_format({"bold": True}), "{{n", red, "u}}")
    return out.getvalue()


@pytest.fixture
def busy(cast, reference):
    group = make_class(cast.centre_a)
    make_enrolled(group, 3, sex="female")
    for session in make_sessions(group, 2):
        hold(session)
    return cast


def test_a_form_is_filled_and_everything_else_stays_as_it_was_drawn(busy):
    content = workbook(
        {"C5": "{{luot}}", "C6": "{{ nu }}", "B7": "Có {{nguoi}} người, {{may_tinh}} máy tính", "C7": "{{may_tinh}}"},
        rich=True,
    )
    form = upload_form(name="Biểu 01", source="CV 5", content=content, by=busy.tuan)
    assert form.markers["nu"] == ["Biểu 1!C6", "Biểu 1!B8"]
    question = Question(FROM, TO, busy.city)
    made = fill_form(form=form, question=question, by=busy.tuan)
    filled, drawn = (openpyxl.load_workbook(io.BytesIO(one))["Biểu 1"] for one in (made, content))
    stats = statistics(user=busy.tuan, unit=busy.city, starts_on=FROM, ends_on=TO).total
    assert (filled["C5"].value, filled["C6"].value, filled["B8"].value) == (stats.participations, 3, 3)
    assert filled["A1"].value == "BIỂU CỦA Thành phố Hà Nội NĂM 2026"
    assert filled["B7"].value == "Có 3 người, … máy tính"
    assert filled["C7"].value is None  # nobody wrote it down: unknown, not nothing
    assert filled["D9"].value == "=C5+C6"
    assert filled["C5"].fill.fgColor.rgb == drawn["C5"].fill.fgColor.rgb == "FFFF0000"
    assert filled.merged_cells.ranges == drawn.merged_cells.ranges
    values = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()
    assert values[4][2] == 3
    assert openpyxl.load_workbook(io.BytesIO(made), data_only=True)["Biểu 1"]["D9"].value is None  # 999 would be wrong
    assert b'fullCalcOnLoad="1"' in zipfile.ZipFile(io.BytesIO(made)).read("xl/workbook.xml")
    run = ReportRun.objects.get()
    assert (run.form, run.totals["learners"]) == (form, 3)
    assert set(values_of(question, by=busy.tuan)) == {word.name for word in known_words()}


def test_unknown_place_holders_are_named_with_their_cells(busy):
    with pytest.raises(InvalidInput) as refused:
        read_form(workbook({"C5": "{{nuu}}", "D6": "{{nu}} và {{luot:khong_co}}"}))
    assert refused.value.data["cells"] == ["Biểu 1!C5: {{nuu}}", "Biểu 1!D6: {{luot:khong_co}}"]
    assert "Biểu 1!C5: {{nuu}}" in str(refused.value.message)


def altered(content, part, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info.filename, change(data) if info.filename == part else data)
    return out.getvalue()


def test_hostile_and_broken_files_are_refused_in_words(busy):
    good = workbook({"C5": "{{nu}}"})
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'
    for content in (
        b"", b"not a zip", good[:200], b"PK\x03\x04" + b"x" * 100, b"x" * (2 * 1024 * 1024 + 1),
        altered(good, "xl/worksheets/sheet1.xml", lambda _data: bomb),
        altered(good, "xl/worksheets/sheet1.xml", lambda _data: bomb.decode().encode("utf-16")),
        altered(good, "xl/sharedStrings.xml", lambda data: data[: len(data) // 2]),
        altered(good, "xl/workbook.xml", lambda data: data.replace(b"<sheet ", b"<shoot ")),
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            read_form(content)
    with pytest.raises(InvalidInput) as refused:
        read_form(altered(good, "xl/sharedStrings.xml", lambda data: data.replace(b"{{", b"((")))
    assert refused.value.code == "no_markers"
    assert not ReportForm.objects.exists()


def test_versions_are_kept_and_only_the_city_uploads(busy, as_user):
    first, second = workbook({"C5": "{{nu}}"}), workbook({"C5": "{{luot}}"})
    upload_form(name="Biểu 01", source="", content=first, by=busy.tuan)
    with pytest.raises(Conflict):
        upload_form(name="Biểu 01", source="", content=first, by=busy.tuan)
    with pytest.raises(Forbidden):
        upload_form(name="Biểu 01", source="", content=second, by=busy.hoa)
    client = as_user(busy.tuan)
    wrong = client.post(
        "/plan/forms/", {"name": "Biểu 01", "file": SimpleUploadedFile("a.xlsx", workbook({"C5": "{{x}}"}))}
    )
    assert wrong.status_code == 422
    assert "Biểu 1!C5" in wrong.content.decode()
    answer = client.post("/plan/forms/", {"name": "Biểu 01", "file": SimpleUploadedFile("a.xlsx", second)})
    latest = ReportForm.objects.get(version=2)
    assert answer["Location"] == f"/plan/forms/{latest.pk}/"
    assert latest_forms() == [latest]
    page = client.get(f"/plan/forms/{latest.pk}/?preset=custom&from=2026-01-01&to=2026-06-30").content.decode()
    assert "<td>3</td>" in page
    taken = as_user(busy.hoa).get(f"/plan/forms/{latest.pk}/fill/?preset=custom&from=2026-01-01&to=2026-06-30")
    assert openpyxl.load_workbook(io.BytesIO(taken.content))["Biểu 1"]["A1"].value == "BIỂU CỦA Huyện Ba Vì NĂM 2026"
    assert as_user(busy.hoa).post(f"/plan/forms/{latest.pk}/withdraw/").status_code == 403
    withdraw_form(form=latest, by=busy.tuan)
    assert [row.version for row in latest_forms()] == [1]
    with pytest.raises(Conflict):
        fill_form(form=ReportForm.objects.get(version=2), question=Question(FROM, TO, busy.city), by=busy.tuan)
    assert Form(first).markers()[-1].cell == "Biểu 1!C5"


def test_periods_fall_due_when_they_are_over_and_the_plan_year_before_december():
    day = dt.date(2026, 3, 1)
    month, quarter = schedules.due_period("month", day), schedules.due_period("quarter", day)
    assert (month.starts_on, month.ends_on) == (dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    assert (quarter.starts_on, quarter.ends_on) == (dt.date(2025, 10, 1), dt.date(2025, 12, 31))
    for today, year in ((dt.date(2026, 11, 24), 2025), (dt.date(2026, 11, 25), 2026), (dt.date(2026, 12, 1), 2026)):
        assert schedules.due_period("plan_year", today).ends_on == dt.date(year, 11, 30)


def test_a_file_is_made_once_for_each_period_in_the_owners_scope(busy, as_user):
    client = as_user(busy.hoa)
    client.post("/plan/schedules/", {"every": "month", "format": "xlsx"})
    row = ScheduledExport.objects.get()
    assert (row.owner, row.unit) == (busy.hoa, busy.district_a)
    ScheduledExport.objects.update(since=dt.date(2026, 3, 15))
    assert schedules.run_schedules(dt.date(2026, 3, 20)) == {"made": 0, "failed": 0}  # due before it was asked for
    assert schedules.run_schedules(dt.date(2026, 4, 2)) == {"made": 1, "failed": 0}
    assert schedules.run_schedules(dt.date(2026, 4, 20)) == {"made": 0, "failed": 0}
    kept = ScheduledFile.objects.get()
    assert (kept.starts_on, kept.ends_on, kept.run.made_by) == (dt.date(2026, 3, 1), dt.date(2026, 3, 31), busy.hoa)
    assert schedules.new_files(busy.hoa) == 1
    assert "1 tệp thống kê định kỳ mới" in client.get("/").content.decode()
    answer = client.get(f"/plan/schedules/files/{kept.pk}/")
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    for close in answer._resource_closers:  # the test client's own closing would end the transaction
        close()
    assert schedules.new_files(busy.hoa) == 0
    stranger = as_user(busy.nam)
    assert stranger.get(f"/plan/schedules/files/{kept.pk}/").status_code == 404
    assert stranger.post(f"/plan/schedules/{row.pk}/", {"what": "delete"}).status_code == 404
    client = as_user(busy.hoa)
    client.post(f"/plan/schedules/{row.pk}/", {"what": "pause"})
    assert schedules.run_schedules(dt.date(2026, 5, 2)) == {"made": 0, "failed": 0}
    client.post(f"/plan/schedules/{row.pk}/", {"what": "go-on"})
    # Whoever left the office makes no more files and takes none.
    busy.hoa.memberships.update(valid_to=dt.date(2026, 1, 1))
    assert schedules.run_schedules(dt.date(2026, 5, 2)) == {"made": 0, "failed": 1}
    row.refresh_from_db()
    assert (row.errors, row.is_paused) == (1, False)
    assert row.last_error
    for _ in range(4):
        schedules.run_schedules(dt.date(2026, 5, 2))
    row.refresh_from_db()
    assert (row.errors, row.is_paused) == (5, True)
    assert as_user(busy.hoa).get(f"/plan/schedules/files/{kept.pk}/").status_code == 404
    schedules.remove_schedule(schedule=row, by=busy.hoa)
    assert not ScheduledFile.objects.exists()
    assert AuditEvent.objects.filter(verb="indicators.schedule_failed").count() == 5
