"""The lines of the register as the law names them (Circular 21/2019: the issuer keeps sổ gốc and a book of copies).

One generator feeds the printed pages and the exported tables, so that both say the same.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.choices import LITERACY_KINDS, CertificateState
from certificates.models import Blank, Certificate, RegisterEvent, RegisterEventKind
from certificates.querysets import CertificateQuerySet
from core.tabular.writing import Cell, Column, Table

ROWS_A_READ = 1000
# Steps that belong into the column of remarks; taking a number and issuing are the line itself.
REMARKED = (
    RegisterEventKind.CORRECTED, RegisterEventKind.REPLACED, RegisterEventKind.REVOKED, RegisterEventKind.VOIDED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BookLine:
    """One line of the book. ``remark`` tells what happened to it, with the decision."""

    number: int
    register_number: str
    name: str
    birth: str
    sex: str
    ethnicity: str
    kind: str
    course: str
    result: str
    serial: str
    recognition: str
    issued_on: dt.date
    signer: str
    state: str
    copies: int
    remark: str
    void: bool = False
    literacy: bool = False

    @property
    def what(self) -> str:
        """What the paper says was completed; of a literacy phase its achievement says it all."""
        return self.kind if self.literacy else f"{self.kind}: {self.course}"


def _remark(row: Certificate, events: Iterable[RegisterEvent]) -> str:
    parts = []
    for event in events:
        if event.kind == RegisterEventKind.RESERVED and event.related_id and event.related:
            parts.append(_("Thay cho số %(n)s.") % {"n": event.related.register_number})
        if event.kind not in REMARKED:
            continue
        words = f"{event.get_kind_display().capitalize()} {timezone.localdate(event.at):%d/%m/%Y}"
        if event.decision_number:
            words += ", " + _("QĐ %(n)s") % {"n": event.decision_number}
        parts.append(f"{words}: {event.reason}.")
    if row.state == CertificateState.RESERVED:
        parts.append(_("Đã giữ số, chưa in."))
    return " ".join(parts)


def line_of(row: Certificate) -> BookLine:
    """Return the line of an entry fetched by ``book_lines``."""
    content = row.content
    events = list(row.events.all())
    blank = next(iter(row.blanks.all()), None)
    return BookLine(
        number=row.number,
        register_number=row.register_number,
        name=content["learner"],
        birth=content.get("birth", "").removeprefix("Sinh ngày ").removeprefix("Sinh năm ").removeprefix("Sinh tháng "),
        sex=content.get("sex", ""),
        ethnicity=content.get("ethnicity", ""),
        kind=content["achievement"],
        course=content["course"],
        result=content.get("result", ""),
        serial=blank.serial if blank else "",
        recognition=content.get("recognition", ""),
        issued_on=row.issued_on,
        signer=row.signer_name,
        state=row.get_state_display(),
        copies=sum(event.copies for event in events),
        remark=_remark(row, events),
        void=row.state == CertificateState.VOIDED,
        literacy=row.kind in LITERACY_KINDS,
    )


def book_lines(rows: CertificateQuerySet) -> Iterator[BookLine]:
    """Yield the lines of the entries in the order of ``rows``; a fixed number of queries for every thousand lines."""
    fetched = rows.select_related("register").prefetch_related(
        Prefetch("events", RegisterEvent.objects.select_related("related").order_by("at", "pk")),
        Prefetch("blanks", Blank.objects.filter(state="used")),
    )
    for row in fetched.iterator(chunk_size=ROWS_A_READ):
        yield line_of(row)


def register_table(rows: CertificateQuerySet, titles: list[str]) -> Table:
    """The register for a spreadsheet, with the book of copies on a second sheet."""
    columns = (
        Column(_("Số vào sổ gốc"), "text", 14), Column(_("Họ và tên"), "text", 28), Column(_("Ngày sinh"), "text", 12),
        Column(_("Giới tính"), "text", 9), Column(_("Dân tộc"), "text", 10), Column(_("Nội dung"), "text", 40),
        Column(_("Khóa học"), "text", 32), Column(_("Xếp loại"), "text", 16), Column(_("Số hiệu phôi"), "text", 14),
        Column(_("Quyết định công nhận"), "text", 24), Column(_("Ngày cấp"), "date", 12),
        Column(_("Người ký"), "text", 22), Column(_("Trạng thái"), "text", 14), Column(_("Số bản sao"), "number", 8),
        Column(_("Ghi chú"), "text", 50),
    )  # fmt: skip

    def cells() -> Iterator[tuple[Cell, ...]]:
        for line in book_lines(rows):
            yield (
                line.register_number, line.name, line.birth, line.sex, line.ethnicity, line.kind, line.course,
                line.result, line.serial, line.recognition, line.issued_on, line.signer, line.state, line.copies,
                line.remark,
            )  # fmt: skip

    return Table(titles, columns, cells(), sheet=_("Sổ gốc"), more=(copies_table(rows),))


def copies_table(rows: CertificateQuerySet) -> Table:
    """The book of copies of the same entries."""
    columns = (
        Column(_("Số vào sổ cấp bản sao"), "text", 14), Column(_("Ngày cấp bản sao"), "date", 12),
        Column(_("Số vào sổ gốc"), "text", 14), Column(_("Họ và tên"), "text", 28), Column(_("Số bản"), "number", 8),
        Column(_("Người nhận"), "text", 28), Column(_("Người cấp"), "text", 24), Column(_("Ghi chú"), "text", 40),
    )  # fmt: skip
    events = (
        RegisterEvent.objects.filter(kind=RegisterEventKind.COPIED, certificate__in=rows.order_by().values("pk"))
        .select_related("certificate", "by")
        .order_by("at", "pk")
    )

    def cells() -> Iterator[tuple[Cell, ...]]:
        for event in events.iterator(chunk_size=ROWS_A_READ):
            paper = event.certificate
            yield (
                event.copy_number, timezone.localdate(event.at), paper.register_number, paper.content["learner"],
                event.copies, event.recipient, event.by.full_name, event.reason,
            )  # fmt: skip

    return Table((), columns, cells(), sheet=_("Sổ cấp bản sao"))
