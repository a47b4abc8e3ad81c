"""Entering a sheet of reported figures: tried first, then entered, all or nothing; the same sheet twice is nothing new.

Trying means entering inside a transaction that is taken back: a preview can therefore never promise what the commit
refuses (permission, lock, a reason that is missing).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import User
from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit
from core import audit
from core.errors import Conflict, DomainError, Forbidden, RowError
from core.text import clean
from courses.choices import ImportStatus
from indicators.choices import FigureSource
from indicators.exchange.reading import FigureRow, FigureSheet, read_figures
from indicators.models import Figure, FigureImport, Indicator, Plan
from indicators.services.figures import report_figure

# What is done with a row.
NEW, CORRECTED, SAME = "new", "corrected", "same"
OUTCOMES = {NEW: _lazy("mới"), CORRECTED: _lazy("sửa số cũ"), SAME: _lazy("không đổi")}
_CODE_LENGTHS = (2, 3, 5)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A row that can be entered: the line and unit it means, the figure it takes the place of, what becomes of it."""

    row: FigureRow
    indicator: Indicator
    unit: AdminUnit
    before: Figure | None
    outcome: str

    @property
    def outcome_words(self) -> str:
        """What becomes of it, in words."""
        return str(OUTCOMES[self.outcome])


@dataclass(slots=True)
class FigurePreview:
    """What a sheet would do."""

    sheet: FigureSheet
    taken: list[Weighed] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        """How many rows have an outcome."""
        return sum(row.outcome == outcome for row in self.taken)

    @property
    def to_enter(self) -> int:
        """Rows that would become figures."""
        return self.count(NEW) + self.count(CORRECTED)

    @property
    def wrong_rows(self) -> int:
        """Rows with anything wrong."""
        return len({error.row for error in self.errors})


def _may(by: User) -> None:
    if not scope_of(by).may(Verb.REPORT_FIGURE):
        raise Forbidden("role_may_not", _("Vai trò của bạn không báo cáo được số liệu."))


def _units(by: User, rows: Sequence[FigureRow]) -> dict[str, list[AdminUnit]]:
    """Units by code as written; a spreadsheet drops leading noughts, so the filled-up codes are looked for as well."""
    written = {row.unit.rpartition(":")[2] for row in rows}
    wanted = written | {code.zfill(length) for code in written if code.isdigit() for length in _CODE_LENGTHS}
    visible = AdminUnit.objects.visible_to(by).filter(code__in=wanted)
    city = AdminUnit.objects.filter(level=UnitLevel.CITY, code__in=wanted)
    found: dict[str, list[AdminUnit]] = {}
    for unit in {unit.pk: unit for unit in (*visible, *city)}.values():
        found.setdefault(unit.code, []).append(unit)
    return found


def _unit_of(row: FigureRow, known: dict[str, list[AdminUnit]]) -> AdminUnit:
    """The unit that bore the code on the day. Raises ValueError with the reason."""
    level, _colon, code = row.unit.rpartition(":")
    exact = known.get(code, [])
    filled = [unit for length in _CODE_LENGTHS if len(code) < length for unit in known.get(code.zfill(length), [])]
    rows = [
        unit
        for unit in exact or (filled if code.isdigit() else [])
        if (not level or unit.level == level)
        and unit.valid_from <= row.ends_on
        and (unit.valid_to is None or row.ends_on <= unit.valid_to)
    ]
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise ValueError(_("mã này có ở nhiều cấp; hãy định dạng cột là văn bản và ghi đủ số 0 ở đầu"))
    raise ValueError(_("không có đơn vị nào mang mã này vào ngày đó trong phạm vi của bạn"))


def _weigh(sheet: FigureSheet, plan: Plan, by: User) -> FigurePreview:
    """Find what each row means; rows that say the same of the same are wrong from the second on."""
    preview = FigurePreview(sheet, errors=list(sheet.errors))
    indicators = {row.code: row for row in Indicator.objects.filter(plan=plan)}
    known = _units(by, sheet.rows)
    means: list[tuple[FigureRow, Indicator, AdminUnit]] = []
    seen: dict[tuple[str, int, object], int] = {}
    for row in sheet.rows:
        indicator = indicators.get(row.code)
        if indicator is None:
            reason = _("kế hoạch không có chỉ tiêu mã này")
            preview.errors.append(sheet.error(row.number, "code", row.code, reason))
            continue
        try:
            unit = _unit_of(row, known)
        except ValueError as error:
            preview.errors.append(sheet.error(row.number, "unit", row.unit, str(error)))
            continue
        key = (row.code, unit.pk, row.ends_on)
        if key in seen:
            reason = _("đã có ở dòng %(row)s; một chỉ tiêu, đơn vị, ngày chỉ ghi một dòng") % {"row": seen[key]}
            preview.errors.append(sheet.error(row.number, "code", row.code, reason))
            continue
        seen[key] = row.number
        means.append((row, indicator, unit))
    latest = {
        (figure.indicator_id, figure.unit_id, figure.ends_on): figure
        for figure in Figure.objects.latest().filter(
            source=FigureSource.REPORTED,
            indicator__in={indicator.pk for _row, indicator, _unit in means},
            unit__in={unit.pk for _row, _indicator, unit in means},
        )
    }
    for row, indicator, unit in means:
        before = latest.get((indicator.pk, unit.pk, row.ends_on))
        outcome = NEW if before is None else SAME if _says_the_same(row, before) else CORRECTED
        preview.taken.append(Weighed(row, indicator, unit, before, outcome))
    return preview


def _says_the_same(row: FigureRow, before: Figure) -> bool:
    told = (row.value, row.status_value, clean(row.source_name)[:150], clean(row.document)[:150], row.document_on)
    return told == (before.value, before.status_value, before.source_name, before.document, before.document_on)


def _enter(preview: FigurePreview, by: User) -> None:
    """Enter each row; what is refused moves to the errors.

    The service enters a row whole or not at all, and writes a refusal down: no savepoint here may take that back.
    """
    kept = []
    for item in preview.taken:
        if item.outcome == SAME:
            kept.append(item)
            continue
        row = item.row
        try:
            figure = report_figure(
                indicator=item.indicator, unit=item.unit, value=row.value, status_value=row.status_value,
                source_name=row.source_name, document=row.document, document_on=row.document_on,
                ends_on=row.ends_on, note=row.note, by=by,
            )  # fmt: skip
        except DomainError as error:
            preview.errors += _refusals(preview.sheet, row, error)
        else:
            preview.figures.append(figure)
            kept.append(item)
    preview.taken = kept
    preview.errors.sort(key=lambda error: error.row)


def _refusals(sheet: FigureSheet, row: FigureRow, error: DomainError) -> list[RowError]:
    """The refusal beside the cell it speaks of."""
    named = {
        name: reasons for name, reasons in error.fields.items() if name in sheet.titles or name in ("note", "value")
    }
    if not named:
        return [sheet.error(row.number, "code", row.code, str(error.message))]
    return [
        sheet.error(row.number, name, getattr(row, name, None) or "", str(reason))
        for name, reasons in named.items()
        for reason in reasons
    ]


def _tried(sheet: FigureSheet, plan: Plan, by: User) -> FigurePreview:
    preview = _weigh(sheet, plan, by)
    with transaction.atomic():
        _enter(preview, by)
        transaction.set_rollback(True)
    preview.figures = []
    return preview


def preview_figures(*, plan: Plan, content: bytes, file_name: str, by: User) -> tuple[FigureImport, FigurePreview]:
    """Keep the file and say what it would do. No figure is entered.

    Raises InvalidInput for a file that cannot be read, Forbidden for who may not report. A sheet this person looked at
    before and never entered is thrown away.
    """
    _may(by)
    preview = _tried(read_figures(content, file_name), plan, by)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        for old in FigureImport.objects.filter(created_by=by, status=ImportStatus.PREVIEW):
            _settle(old, ImportStatus.DISCARDED)
        row = FigureImport(plan=plan, file_name=clean(file_name)[:200], sha256=digest, created_by=by)
        row.file.save(f"{digest[:16]}.bin", ContentFile(content), save=False)
        _count(row, preview)
        row.save()
        audit.record("indicators.preview_figures", row, by=by, data={"sha256": digest})
    return row, preview


def _count(row: FigureImport, preview: FigurePreview) -> None:
    row.new_count, row.corrected_count = preview.count(NEW), preview.count(CORRECTED)
    row.same_count, row.error_count = preview.count(SAME), preview.wrong_rows


def _settle(row: FigureImport, status: str) -> None:
    name, storage = row.file.name, row.file.storage
    row.status, row.file = status, ""
    row.save()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def _settled() -> Conflict:
    return Conflict("import_done", _("Tệp này đã được nhập hoặc đã bỏ. Hãy tải tệp lên lại nếu cần."))


def _read_again(row: FigureImport) -> FigureSheet:
    if row.status != ImportStatus.PREVIEW or not row.file:
        raise _settled()
    try:
        with row.file.open("rb") as stream:
            content: bytes = stream.read()
    except FileNotFoundError:
        raise _settled() from None
    return read_figures(content, row.file_name)


def load_preview(*, sheet: FigureImport, by: User) -> FigurePreview:
    """Try the kept file again, against the figures as they are now. Raises Conflict when it is settled."""
    row = FigureImport.objects.select_related("plan").get(pk=sheet.pk)
    return _tried(_read_again(row), row.plan, by)


@transaction.atomic
def commit_figures(*, sheet: FigureImport, by: User) -> FigurePreview:
    """Enter every row that can be entered; they wait for approval as if typed. Wrong rows stay out and are named.

    Raises Conflict when the sheet was entered or thrown away already, Forbidden for who may not report.
    """
    _may(by)
    row = FigureImport.objects.select_for_update().select_related("plan").get(pk=sheet.pk)
    preview = _weigh(_read_again(row), row.plan, by)
    _enter(preview, by)
    _count(row, preview)
    row.entered, row.committed_at = [figure.pk for figure in preview.figures], timezone.now()
    _settle(row, ImportStatus.COMMITTED)
    data = {"figures": len(preview.figures), "same": preview.count(SAME), "errors": preview.wrong_rows}
    audit.record("indicators.commit_figures", row, by=by, data=data)
    return preview


@transaction.atomic
def discard_figures(*, sheet: FigureImport, by: User) -> None:
    """Throw an uploaded sheet away. Raises Conflict when it was entered or thrown away already."""
    row = FigureImport.objects.select_for_update().get(pk=sheet.pk)
    if row.status != ImportStatus.PREVIEW:
        raise _settled()
    _settle(row, ImportStatus.DISCARDED)
    audit.record("indicators.discard_figures", row, by=by, data={})
