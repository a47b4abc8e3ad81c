"""A sheet of reported figures: previewed, entered once, every wrong cell named."""

import contextlib
import datetime as dt
import io
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from core.errors import Conflict, Forbidden, InvalidInput
from core.models import AuditEvent
from indicators.exchange.importing import commit_figures, discard_figures, load_preview, preview_figures
from indicators.exchange.reading import HEADINGS, _number, read_figures
from indicators.models import Figure, FigureImport, Plan
from indicators.services import lock_period
from tests.race import race

TITLES = list(HEADINGS.values())


def sheet(*rows, titles=TITLES):
    """An .xlsx with the header and rows; dates stay dates."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"}) as book:
        page = book.add_worksheet("Số liệu")
        page.write_row(0, 0, ["BÁO CÁO SỐ LIỆU"])
        page.write_row(1, 0, titles)
        for number, row in enumerate(rows, start=2):
            for place, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    page.write_datetime(number, place, dt.datetime.combine(cell, dt.time()))
                elif cell is not None:
                    page.write(number, place, cell)
    return out.getvalue()


def row(cast, code="D1", value="71,2", **more):
    told = {
        "code": code, "unit": cast.commune_b.code, "value": value, "status_value": None,
        "ends_on": timezone.localdate(), "source_name": "Hội Khuyến học", "document": "BC 12", "document_on": None,
        "note": None,
    } | more  # fmt: skip
    return [told[name] for name in HEADINGS]


def send(cast, *rows, by=None):
    return preview_figures(plan=Plan.objects.get(), content=sheet(*rows), file_name="so-lieu.xlsx", by=by or cast.nam)


def test_nothing_is_entered_before_the_commit_and_the_same_sheet_twice_is_nothing_new(cast, reference):
    rows = [row(cast), row(cast, "A5", None, status_value="Duy trì"), row(cast, "D2", 55.5), row(cast, "D3", "60 %")]
    kept, preview = send(cast, *rows)
    assert (preview.count("new"), preview.wrong_rows, Figure.objects.count()) == (4, 0, 0)
    done = commit_figures(sheet=kept, by=cast.nam)
    values = {figure.indicator.code: figure.value or figure.status_value for figure in done.figures}
    assert values == {"D1": Decimal("71.2"), "A5": "maintain", "D2": Decimal("55.5"), "D3": Decimal(60)}
    assert all(figure.state == "submitted" and figure.entered_by == cast.nam for figure in done.figures)
    kept.refresh_from_db()
    assert (kept.status, kept.file.name, sorted(kept.entered)) == (
        "committed", "", sorted(figure.pk for figure in done.figures),
    )  # fmt: skip
    again, preview = send(cast, *rows)
    assert (preview.count("same"), preview.to_enter, preview.wrong_rows) == (4, 0, 0)
    assert commit_figures(sheet=again, by=cast.nam).figures == []
    assert Figure.objects.count() == 4


def test_a_correction_needs_its_reason_and_keeps_the_old_figure(cast, reference):
    commit_figures(sheet=send(cast, row(cast))[0], by=cast.nam)
    _kept, preview = send(cast, row(cast, value="72"))
    (error,) = preview.errors
    assert (error.row, error.column) == (3, "Lý do sửa")
    assert "lý do sửa" in error.reason
    kept, preview = send(cast, row(cast, value="72", note="Gõ nhầm"))
    assert (preview.count("corrected"), preview.taken[0].before.value) == (1, Decimal("71.2"))
    commit_figures(sheet=kept, by=cast.nam)
    assert list(Figure.objects.order_by("version").values_list("value", "version")) == [
        (Decimal("71.2"), 1), (Decimal(72), 2),
    ]  # fmt: skip


def test_every_wrong_cell_is_named_and_the_good_rows_are_taken(cast, reference):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    kept, preview = send(
        cast,
        row(cast),
        row(cast, "Z9"),
        row(cast, "D3", "nhiều"),
        row(cast, "D3", "101"),
        row(cast, "D3", ends_on="31/02/2026"),
        row(cast, "D3", ends_on=None, source_name=None),
        row(cast, "D3", unit="99999"),
        row(cast, "D3", unit=cast.commune_a.code),
        row(cast, "C3"),
        row(cast, "D4", ends_on=tomorrow),
        row(cast, "A5", None, status_value="hết ý"),
        row(cast, value="50"),
        row(cast, "D5", None),
        row(cast, "D3", unit=cast.old_commune_b.code + "x"),
    )
    told = [(error.row, error.column) for error in preview.errors]
    assert told == [
        (4, "Mã chỉ tiêu"), (5, "Giá trị (%)"), (6, "Giá trị (%)"), (7, "Tính đến ngày"), (8, "Tính đến ngày"),
        (8, "Cơ quan cung cấp"), (9, "Mã đơn vị"), (10, "Mã đơn vị"), (11, "Mã chỉ tiêu"), (12, "Tính đến ngày"),
        (13, "Trạng thái"), (14, "Mã chỉ tiêu"), (16, "Mã đơn vị"),
    ]  # fmt: skip
    assert [item.indicator.code for item in preview.taken] == ["D1"]
    done = commit_figures(sheet=kept, by=cast.nam)
    assert (len(done.figures), done.wrong_rows) == (1, 12)


def test_a_row_into_a_locked_period_is_named_and_its_refusal_is_written_down(cast, reference):
    today = timezone.localdate()
    kept, _preview = send(cast, row(cast), row(cast, "D2", 55, ends_on=today - dt.timedelta(days=30)))
    lock_period(kind="", starts_on=today, ends_on=today, reason="Đã chốt", by=cast.tuan)
    done = commit_figures(sheet=kept, by=cast.nam)
    assert [figure.indicator.code for figure in done.figures] == ["D2"]
    (error,) = done.errors
    assert "khóa" in error.reason
    refusal = AuditEvent.objects.get(verb="indicators.report_figure_refused")
    assert (refusal.actor, refusal.data["refused"]) == (cast.nam, "period_locked")


def test_a_code_without_its_noughts_is_understood(cast, reference):
    bare = int(cast.commune_b.code)
    _kept, preview = send(cast, row(cast, unit=bare))
    assert ([item.unit for item in preview.taken], preview.errors) == ([cast.commune_b], [])


def test_the_unit_is_the_one_of_the_day(cast, reference):
    _kept, preview = send(cast, row(cast, ends_on=dt.date(2025, 6, 30)), by=cast.tuan)
    assert [item.unit for item in preview.taken] == [cast.old_commune_b]


def test_a_sheet_can_be_entered_once_by_whom_it_belongs_to(cast, reference):
    kept, _preview = send(cast, row(cast))
    with pytest.raises(Forbidden):
        send(cast, row(cast), by=cast.lan)
    with pytest.raises(Forbidden):
        commit_figures(sheet=kept, by=cast.oanh)
    commit_figures(sheet=kept, by=cast.nam)
    for again in (commit_figures, discard_figures, load_preview):
        with pytest.raises(Conflict):
            again(sheet=kept, by=cast.nam)


def test_a_new_sheet_takes_the_place_of_one_that_was_only_looked_at(cast, reference):
    first, _preview = send(cast, row(cast))
    second, _preview = send(cast, row(cast, value="50"))
    first.refresh_from_db()
    assert (first.status, second.status) == ("discarded", "preview")


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_enter_once(cast, reference):
    kept, _preview = send(cast, row(cast))
    attempts = [lambda: commit_figures(sheet=FigureImport.objects.get(pk=kept.pk), by=cast.nam)] * 2
    results = race(*attempts)
    assert sum(isinstance(result, Conflict) for result in results) == 1
    assert Figure.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (sheet(titles=["Tên", "Tuổi"]), "a.xlsx", "header_unknown"),
        (b"", "a.xlsx", "file_empty"),
        (b"%PDF-1.7", "a.xlsx", "file_is_pdf"),
        (sheet(*[["D1", "01", "5", "", "01/01/2026", "Sở"]] * 501), "a.xlsx", "too_many_rows"),
    ],
)
def test_files_that_are_none(content, name, code):
    with pytest.raises(InvalidInput) as refused:
        read_figures(content, name)
    assert refused.value.code == code


@given(st.decimals(min_value=0, max_value=100, places=2), st.sampled_from([".", ","]), st.sampled_from(["", "%", " %"]))
def test_numbers_as_people_write_them(value, point, sign):
    assert _number(str(value).replace(".", point) + sign) == value


@given(st.text(max_size=12))
def test_any_other_text_is_a_number_or_refused_in_words(text):
    value = None
    with contextlib.suppress(ValueError):  # anything else would be a crash
        value = _number(text)
    assert value is None or value >= 0


def test_the_pages_from_template_to_figure(cast, reference, as_user):
    member = as_user(cast.nam)
    template = member.get(reverse("indicators:figures-template"))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(template.content)).get_sheet_by_index(0).to_python()
    header = next(line for line in rows if line[0] == "Mã chỉ tiêu")
    assert header[: len(TITLES)] == TITLES
    body = rows[rows.index(header) + 1 :]
    assert {line[1] for line in body} == {cast.commune_b.code}
    assert "A3" not in {line[0] for line in body}
    assert read_figures(template.content, "mau.xlsx").rows == []  # nothing filled in yet: nothing said
    upload = reverse("indicators:figures-import")
    assert member.post(upload, {}).status_code == 422
    wrong = SimpleUploadedFile("a.xlsx", sheet(titles=["Tên"]))
    assert "Không thấy dòng tiêu đề" in member.post(upload, {"file": wrong}).content.decode()
    file = SimpleUploadedFile("so-lieu.xlsx", sheet(row(cast), row(cast, "Z9")))
    page = member.post(upload, {"file": file}, follow=True)
    assert "Ghi 1 số liệu" in page.content.decode()
    assert "kế hoạch không có chỉ tiêu mã này" in page.content.decode()
    (kept,) = FigureImport.objects.all()
    address = reverse("indicators:figures-preview", args=[kept.pk])
    assert as_user(cast.tuan).get(address).status_code == 404
    assert as_user(cast.lan).get(address).status_code == 403
    member = as_user(cast.nam)
    done = member.post(address).content.decode()
    assert "Đã ghi 1 số liệu" in done
    assert "kế hoạch không có chỉ tiêu mã này" in done
    assert Figure.objects.get().value == Decimal("71.2")
    assert "so-lieu.xlsx" in member.get(reverse("indicators:exchange")).content.decode()


def test_throwing_a_sheet_away(cast, reference, as_user):
    kept, _preview = send(cast, row(cast))
    answer = as_user(cast.nam).post(reverse("indicators:figures-discard", args=[kept.pk]), follow=True)
    assert "Đã bỏ tệp" in answer.content.decode()
    assert not Figure.objects.exists()
    address = reverse("indicators:figures-preview", args=[kept.pk])
    assert "Tệp này đã bỏ" in as_user(cast.nam).get(address).content.decode()
