"""The list of communes as XLSX and CSV; a commune's file on official paper, with a code that proves it."""

import datetime as dt
import hashlib
import io
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.tabular.writing import CONTENT_TYPES, Cell, Column, Table, write_csv, write_xlsx
from core.tokens import group_token, new_token
from indicators.choices import EvaluationState, Wording
from indicators.community.selectors import Commune, Held, current, overview_of
from indicators.models import CommunityTitle, Evaluation, ReportRun
from indicators.printing import MOTTO, offices_of, pdf_of
from indicators.rubric.access import may_open
from indicators.rubric.marks import tally_of
from indicators.rubric.quantities import period_of
from indicators.rubric.selectors import Line, Sheet, sheet
from indicators.statistics.documents import proof_url
from indicators.statistics.paper import qr_svg

KINDS = {"xlsx": CONTENT_TYPES["xlsx"], "csv": CONTENT_TYPES["csv"]}
TITLE = "DANH SÁCH PHƯỜNG, XÃ THEO DANH HIỆU CỘNG ĐỒNG HỌC TẬP"


def list_table(rows: list[Commune], titles: list[str]) -> Table:
    """Return the list: one line a commune. Words of a paper stay Vietnamese."""
    columns = [
        Column("Mã đơn vị", "text", 12), Column("Phường, xã", "text", 30),
        Column("Quận, huyện trước 01/07/2025", "text", 34), Column("Hồ sơ của năm", "text", 24),
        Column("Mức độ của hồ sơ", "number"), Column("Danh hiệu", "text", 20), Column("Mức độ", "number"),
        Column("Số quyết định", "text", 20), Column("Ngày quyết định", "date", 14),
        Column("Cơ quan, chức danh người ký", "text", 40), Column("Có giá trị đến", "date", 14),
        Column("Số ngày còn lại", "number"),
    ]  # fmt: skip
    with override("vi"):
        body = [_cells(row) for row in rows]
    return Table(titles, columns, body, "Cộng đồng học tập")


def _cells(row: Commune) -> list[Cell]:
    file, title = row.evaluation, row.title
    head: list[Cell] = [
        row.unit.code, row.unit.name, ", ".join(row.districts),
        row.state_words, file.total if file else None,
        str(row.title_state.label),
    ]  # fmt: skip
    if title is None:
        return [*head, None, "", None, "", None, None]
    kept = title.title
    left = title.days if title.holds else None
    return [*head, kept.level, kept.number, kept.decided_on, kept.decided_by, kept.valid_to, left]


def make_list(*, by: User, year: int, kind: str, district: AdminUnit | None = None, only: str = "") -> bytes:
    """Return the list as a file. Raises InvalidInput for an unknown format, Forbidden without Verb.EXPORT."""
    if kind not in KINDS:
        raise InvalidInput("unknown_format", _("Chỉ xuất được XLSX hoặc CSV."))
    if not scope_of(by).may(Verb.EXPORT):
        raise Forbidden("role_may_not", _("Vai trò của bạn không xuất được thống kê."))
    found = overview_of(user=by, year=year, district=district)
    place = district.name if district else scope_of(by).label
    titles = [
        TITLE, f"{place}: hồ sơ năm {year}, danh hiệu ngày {found.today:%d/%m/%Y}",
        f"Xuất lúc {timezone.localtime():%H:%M %d/%m/%Y}, người xuất: {by.full_name}",
    ]  # fmt: skip
    out = io.BytesIO()
    rows = found.only(only)
    (write_xlsx if kind == "xlsx" else write_csv)(list_table(rows, titles), out)
    data = {"year": year, "format": kind, "rows": len(rows), "district": district.code if district else ""}
    audit.record("indicators.export_communities", by, by=by, data=data)
    return out.getvalue()


def sums_of(row: Evaluation, today: dt.date) -> dict[str, int | None]:
    """Return what a paper is checked by: targets by level, the level of the file, the level of the title (0: none)."""
    scores = row.scores.values_list("points", "agreed")
    tally = tally_of(points if agreed is None else agreed for points, agreed in scores)
    titles = CommunityTitle.objects.filter(unit=row.unit_id).select_related("ended")
    title = current(titles, today)
    return {
        "targets": tally.total, "first": tally.first, "second": tally.second, "unmet": tally.unmet,
        "level": None if row.total is None else int(row.total),
        "title": title.title.level if title and title.holds else 0,
    }  # fmt: skip


def make_paper(*, unit: AdminUnit, year: int, by: User) -> tuple[ReportRun, bytes]:
    """Return a commune's file as official PDF, kept with its hash and sums for its code.

    Raises Conflict ``no_file`` before anything was written, Forbidden without Verb.EXPORT, OutOfScope.
    """
    if not may_open(by, unit):
        raise OutOfScope("not_found", _("Không tìm thấy."))
    if not scope_of(by).may(Verb.EXPORT):
        raise Forbidden("role_may_not", _("Vai trò của bạn không xuất được thống kê."))
    with override("vi"):  # an official paper
        seen = sheet(unit=unit, year=year, viewer=by)
        row = seen.evaluation if seen else None
        if seen is None or row is None:
            raise Conflict("no_file", _("Năm này chưa có hồ sơ để in."))
        today, token = timezone.localdate(), new_token()
        title = current(CommunityTitle.objects.filter(unit=unit).select_related("ended"), today)
        data = pdf_of("indicators/print/community.html", "community.css", _context(seen, row, title, token, by))
    period = period_of(seen.rubric.period_kind, year)
    with transaction.atomic():
        run = ReportRun.objects.create(
            unit=unit, evaluation=row, starts_on=period.starts_on, ends_on=period.ends_on, format="pdf",
            rows=len(seen.lines), sha256=hashlib.sha256(data).hexdigest(), totals=sums_of(row, today), token=token,
            made_by=by,
        )  # fmt: skip
        audit.record(
            "indicators.print_community", run, by=by, data={"unit": unit.code, "year": year, "sha256": run.sha256}
        )
    return run, data


def _context(seen: Sheet, row: Evaluation, title: Held | None, token: str, by: User) -> dict[str, Any]:
    return {
        "offices": offices_of(row.unit), "motto": MOTTO, "unit": row.unit, "year": row.year, "row": row, "sheet": seen,
        "areas": [
            (area, [_printed(line) for line in lines], tally) for area, lines, tally in seen.tallies
        ],
        "sources": sorted({line.criterion.source for line in seen.lines if line.criterion.source}),
        "title": title, "is_draft": row.state in (EvaluationState.DRAFT, EvaluationState.RETURNED),
        "made": f"Lập từ hệ thống lúc {timezone.localtime():%H:%M %d/%m/%Y}, người lập: {by.full_name}",
        "qr": qr_svg(proof_url(token)), "token": group_token(token),
        "address": proof_url(token).rpartition("/")[0].partition("://")[2].lower(),
    }  # fmt: skip


@dataclass(frozen=True)
class Printed:
    """A target on paper: what is known beside it, what was said, which papers, what was agreed."""

    line: Line
    known: list[tuple[str, str]]
    own: str
    agreed: str
    papers: list[str]

    @property
    def is_unconfirmed(self) -> bool:
        """Whether its words are nobody's but ours."""
        return self.line.criterion.wording == Wording.UNCONFIRMED


def _printed(line: Line) -> Printed:
    known = [(line.quantity_label, line.evidence.words)] if line.evidence else []
    known += [(label, one.words) for label, one in line.beside]
    score = line.score
    papers = [score.paper] if score and score.paper else []
    papers += [f"{paper.title} (tệp {paper.kind}, SHA-256 {paper.sha256[:12]}…)" for paper in line.papers]
    return Printed(
        line, known, _said(line, score.points if score else None), _said(line, score.agreed) if score else "", papers
    )


def _said(line: Line, points: Any) -> str:
    if points is None:
        return ""
    return line.words_of(points) or "Chưa đạt"
