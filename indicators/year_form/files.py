"""The yearly form to take away: XLSX with sums as formulas, and the official PDF with a code that proves it."""

import hashlib
import io
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from core import audit
from core.errors import Forbidden, InvalidInput
from core.tabular.writing import CONTENT_TYPES, Cell, Column, Formula, Table, write_xlsx
from core.tokens import group_token, new_token
from indicators.choices import Premises
from indicators.models import ReportRun
from indicators.printing import MOTTO, offices_of, pdf_of
from indicators.statistics.documents import proof_url
from indicators.statistics.paper import printed, qr_svg
from indicators.statistics.questions import centres_in_scope
from indicators.year_form.selectors import FormLine, YearForm, year_form

TITLE = "BÁO CÁO NĂM CỦA TRUNG TÂM HỌC TẬP CỘNG ĐỒNG"
KINDS = {"xlsx": CONTENT_TYPES["xlsx"], "pdf": "application/pdf"}
YES_NO = {True: "có", False: "không", None: ""}
# Heading, where it comes from, field. Words of a form stay Vietnamese.
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("Cán bộ quản lý", "record", "managers"), ("Giáo viên biệt phái", "record", "seconded_teachers"),
    ("Báo cáo viên", "record", "rapporteurs"), ("Cộng tác viên", "record", "collaborators"),
    ("Phòng học", "record", "rooms"), ("Máy tính", "record", "computers"),
    ("Số lớp", "count", "classes"), ("Số buổi", "count", "sessions"), ("Lượt người học", "count", "participations"),
    ("Số người học", "person", "learners"), ("Nữ", "person", "women"), ("Dân tộc thiểu số", "person", "minorities"),
    ("Khuyết tật", "person", "disabled"), ("Trên 60 tuổi", "person", "over_60"),
    ("Ngân sách (đồng)", "record", "budget_state"), ("Huy động (đồng)", "record", "budget_raised"),
    ("Chứng nhận đã cấp", "count", "certificates"),
)  # fmt: skip


def _value(line: FormLine, source: str, name: str) -> int | None:
    return line.recorded(name) if source == "record" else line.counted(name)


def total_of(form: YearForm, source: str, name: str) -> int | None:
    """Return the total of a column: what adds up is added up, people are counted once each."""
    return form.recorded_total(name)[0] if source == "record" else form.total.counted(name)


def notes_of(form: YearForm) -> list[str]:
    """Return what a reader has to know: what is missing is said, not filled in."""
    found = ["Số người học đếm mỗi người một lần ở mỗi dòng, nên tổng không phải là cộng các dòng."]
    found.append("Người khuyết tật là người đã được ghi vào nhóm này; ai chưa ghi nhóm thì không rõ.")
    if form.unwritten:
        found.append(f"Chưa ghi hồ sơ năm: {len(form.unwritten)} trung tâm. Ô trống là chưa rõ, không phải bằng không.")
    if form.unrated:
        found.append(f"Chưa được công nhận xếp loại: {len(form.unrated)} trung tâm.")
    return [*found, *form.stats.notes]


def form_table(form: YearForm, titles: list[str]) -> Table:
    """Return both sheets: centres, and centres by topic."""
    last = len(form.lines)

    def total(source: str, name: str) -> Cell:
        value = total_of(form, source, name)
        if source == "person" or value is None or not form.lines:
            return value
        return Formula(lambda first, letters: f"=SUM({letters}{first + 1}:{letters}{first + last})", value)

    with override("vi"):
        body: list[list[Cell]] = [["", "TỔNG CỘNG", "", "", *(total(*column[1:]) for column in COLUMNS), ""]]
        body += [
            [line.centre.code, line.centre.name, *_house(line), *(_value(line, *column[1:]) for column in COLUMNS),
             line.rating]
            for line in form.lines if line.centre
        ]  # fmt: skip
    columns = [
        Column("Mã trung tâm", "text", 14), Column("Trung tâm", "text", 44), Column("Trụ sở", "text", 24),
        Column("Internet", "text", 10), *(Column(heading, width=14) for heading, _source, _name in COLUMNS),
        Column("Xếp loại", "text", 14),
    ]  # fmt: skip
    return Table([*titles, *notes_of(form)], columns, body, "Báo cáo năm", frozenset({0}), [_topics(form, titles)])


def _house(line: FormLine) -> list[Cell]:
    if line.record is None:
        return ["", ""]
    premises = str(Premises(line.record.premises).label) if line.record.premises else ""
    return [premises, YES_NO[line.record.has_internet]]


def _topics(form: YearForm, titles: list[str]) -> Table:
    rows: list[list[Cell]] = [
        ["", "TỔNG CỘNG", str(topic.name), classes, times] for topic, classes, times in form.topics
    ]  # fmt: skip
    bold = frozenset(range(len(rows)))
    for line in form.lines:
        for topic, _classes, _times in form.topics:
            counts = form.by_topic.get((line.centre.pk, topic.pk)) if line.centre else None
            if counts and line.centre:
                rows.append([line.centre.code, line.centre.name, topic.name, counts.classes, counts.participations])
    columns = [Column("Mã trung tâm", "text", 14), Column("Trung tâm", "text", 44), Column("Lĩnh vực", "text", 34),
               Column("Số lớp"), Column("Lượt người học")]  # fmt: skip
    return Table(titles, columns, rows, "Theo lĩnh vực", bold)


def make_form(
    *, by: User, year: int, kind: str, unit: AdminUnit | None = None, centre: Centre | None = None
) -> tuple[ReportRun, bytes]:
    """Return the file, kept as a report with its hash and totals: the code on it proves it as statistics' do.

    Raises InvalidInput for an unknown format, Forbidden without Verb.EXPORT, OutOfScope.
    """
    if kind not in KINDS:
        raise InvalidInput("unknown_format", _("Chỉ xuất được XLSX hoặc PDF."))
    if not scope_of(by).may(Verb.EXPORT, centre.pk if centre else None):
        raise Forbidden("role_may_not", _("Vai trò của bạn không xuất được thống kê."))
    form, token = year_form(user=by, year=year, unit=unit, centre=centre), new_token()
    out = io.BytesIO()
    titles = [
        TITLE, f"{form.label}: năm {year}",
        f"Xuất lúc {timezone.localtime():%H:%M %d/%m/%Y}, người xuất: {by.full_name}",
        f"Đối chiếu với hệ thống: {proof_url(token).replace(token, group_token(token))}",
    ]  # fmt: skip
    if kind == "xlsx":
        write_xlsx(form_table(form, titles), out)
    else:
        with override("vi"):
            context = _context(form, unit, centre, token, titles)
            out.write(pdf_of("indicators/print/year_form.html", "statistics.css", context))
    data = out.getvalue()
    with transaction.atomic():
        run = ReportRun.objects.create(
            unit=None if centre else unit, centre=centre, starts_on=form.period.starts_on, ends_on=form.period.ends_on,
            format=kind, rows=len(form.lines), sha256=hashlib.sha256(data).hexdigest(), totals=form.stats.totals,
            token=token, centre_ids=centres_in_scope(by), made_by=by,
        )  # fmt: skip
        audit.record(
            "indicators.export_year_form", run, by=by, centre_id=centre.pk if centre else None,
            data={"year": year, "format": kind, "sha256": run.sha256},
        )  # fmt: skip
    return run, data


def _context(
    form: YearForm, unit: AdminUnit | None, centre: Centre | None, token: str, titles: list[str]
) -> dict[str, Any]:
    number = Column("")

    def cell(value: int | Decimal | None) -> str:
        return printed(value, number)

    return {
        "offices": offices_of(None if centre else unit, centre), "motto": MOTTO, "title": TITLE, "line": titles[1],
        "made": titles[2], "notes": notes_of(form), "is_centre": centre is not None,
        "headings": [heading for heading, _source, _name in COLUMNS],
        "total": [cell(total_of(form, source, name)) for _heading, source, name in COLUMNS],
        "rows": [
            (line.centre.name, *_house(line), [cell(_value(line, *column[1:])) for column in COLUMNS], line.rating)
            for line in form.lines if line.centre
        ],
        "facts": [(heading, cell(_value(form.lines[0], source, name))) for heading, source, name in COLUMNS]
        if centre and form.lines else [],
        "topics": [(topic.name, cell(classes), cell(times)) for topic, classes, times in form.topics],
        "qr": qr_svg(proof_url(token)), "token": group_token(token),
        "address": proof_url(token).rpartition("/")[0].partition("://")[2].lower(),
    }  # fmt: skip
