"""Computing, reporting and declaring. A changed figure is a new version; the old one stays (docs/adr/0010)."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from centres.permissions import require
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from indicators.choices import FigureSource, FigureState, IndicatorSource, Measure, PeriodKind
from indicators.models import CentreDeclaration, Figure, FigureDraft, Indicator, PeriodLock, Plan
from indicators.populations import GROUP_OF
from indicators.rules import NOT_MET
from indicators.selectors import computed_values, current_plan
from indicators.services.beside import keep_beside
from indicators.services.locks import enter_or_refuse, hold_entries, period_of
from indicators.services.populations import record_population
from indicators.services.refusals import refusals_recorded
from indicators.services.reporting_rights import may_report
from indicators.stages import stage_of


@refusals_recorded("compute_figure", lambda given: given["unit"])
def compute_figure(
    *, code: str, unit: AdminUnit, as_of: dt.date, by: User | None = None, plan: Plan | None = None
) -> Figure:
    """Compute and keep a figure with its evidence hash. The same rows give the same version again.

    ``by=None`` is the system itself; ``plan`` the one in force today by default. Raises Forbidden or OutOfScope as
    reporting does, Conflict when the period is locked.
    """
    if by is not None:
        may_report(by, unit)
    hold_entries()
    indicator = Indicator.objects.get(plan=plan or current_plan(), code=code, source=IndicatorSource.COMPUTED)
    values = computed_values(code=indicator.formula, unit=unit, as_of=as_of)
    latest = (
        Figure.objects.select_for_update()
        .filter(
            indicator=indicator,
            unit=unit,
            source=FigureSource.COMPUTED,
            starts_on=values["starts_on"],
            ends_on=values["ends_on"],
        )
        .order_by("-version")
        .first()
    )
    if latest and latest.evidence_hash == values["evidence_hash"]:
        return latest
    if latest and latest.state == FigureState.LOCKED:
        raise Conflict("period_locked", _("Kỳ này đã khóa; số liệu không tính lại được."))
    enter_or_refuse(unit=unit, kind=values["period_kind"], ends_on=values["ends_on"], indicator=indicator)
    figure = Figure.objects.create(
        indicator=indicator,
        unit=unit,
        source=FigureSource.COMPUTED,
        state=FigureState.DRAFT,
        computed_at=timezone.now(),
        entered_by=by,
        version=latest.version + 1 if latest else 1,
        replaces=latest,
        note=_("tính lại: dữ liệu đã đổi") if latest else "",
        **values,
    )
    audit.record("indicators.compute_figure", figure, by=by, data={"code": code, "unit": unit.code, "on": str(as_of)})
    return figure


def statuses_of(indicator: Indicator) -> list[str]:
    """Return the statuses that can be reported for a line: those its targets ask for, and the honest "not met"."""
    codes = [target.status for target in indicator.targets.all() if target.status]
    return [*dict.fromkeys(codes), NOT_MET]


def _checked_value(indicator: Indicator, value: Decimal | None, status_value: str) -> None:
    measured = indicator.is_numeric
    words = ""
    if measured and value is None:
        words = _("Hãy ghi giá trị.")
    elif measured and value is not None and indicator.measure == Measure.PERCENT and not 0 <= value <= 100:
        words = _("Giá trị phần trăm phải từ 0 đến 100.")
    elif measured and value is not None and value < 0:
        words = _("Giá trị không được âm.")
    elif not measured and status_value not in statuses_of(indicator):
        words = _("Hãy chọn trạng thái.")
    if words:
        raise InvalidInput("value_wrong", words, fields={"value" if measured else "status_value": [words]})


@refusals_recorded("report_figure", lambda given: given["indicator"])
def report_figure(
    *,
    indicator: Indicator,
    unit: AdminUnit,
    value: Decimal | None,
    status_value: str,
    source_name: str,
    document: str,
    document_on: dt.date | None,
    ends_on: dt.date,
    by: User,
    note: str = "",
    explanation: str = "",
    population: int | None = None,
    period_kind: str = PeriodKind.CALENDAR_YEAR,
) -> Figure:
    """Submit a figure that another body knows, with its source and document. A draft of it is done with.

    A second entry for the same period is a correction: it needs a reason (``note``) and becomes a new version; so does
    one that enters into a locked period by an exception. ``population`` (people of the age the line speaks of) is kept
    for the unit as if recorded by itself. ``explanation``: why it is another number than the system's own.
    Raises InvalidInput (field named), Forbidden, Conflict ``period_locked`` (who, when, why, until when, how to ask).
    """
    may_report(by, unit)
    if indicator.source == IndicatorSource.COMPUTED:
        raise InvalidInput("computed_here", _("Chỉ số này do hệ thống tính, không nhập tay."))
    if not clean(source_name):
        words = _("Hãy ghi cơ quan cung cấp số liệu.")
        raise InvalidInput("source_missing", words, fields={"source_name": [words]})
    if ends_on > timezone.localdate():
        words = _("Ngày của số liệu không được ở tương lai.")
        raise InvalidInput("period_in_future", words, fields={"ends_on": [words]})
    _checked_value(indicator, value, status_value)
    hold_entries()
    exception = enter_or_refuse(unit=unit, kind=period_kind, ends_on=ends_on, indicator=indicator)
    starts_on = period_of(period_kind, ends_on)[0]
    latest = (
        Figure.objects.select_for_update()
        .filter(indicator=indicator, unit=unit, source=FigureSource.REPORTED, starts_on=starts_on, ends_on=ends_on)
        .order_by("-version")
        .first()
    )
    # A lock that has ended since lets figures go; one that nobody set is none we could open.
    held = latest is not None and latest.state == FigureState.LOCKED and exception is None
    if held and not PeriodLock.objects.over(unit=unit, kind=period_kind, ends_on=ends_on).exists():
        raise Conflict("period_locked", _("Kỳ này đã khóa; hãy xin mở khóa kèm lý do."))
    if latest and not clean(note):
        words = _("Kỳ này đã có số liệu. Hãy ghi lý do sửa; số cũ vẫn được giữ.")
        raise InvalidInput("reason_missing", words, fields={"note": [words]})
    if exception and not clean(note):
        words = _("Kỳ này đã khóa, bạn nhập theo ngoại lệ. Hãy ghi lý do.")
        raise InvalidInput("reason_missing", words, fields={"note": [words]})
    if population and indicator.formula in GROUP_OF:
        record_population(
            unit=unit, group=GROUP_OF[indicator.formula], people=population, counted_on=ends_on,
            source_name=source_name, document=document, note=note or _("theo số liệu báo cáo"), by=by,
        )  # fmt: skip
    figure = Figure.objects.create(
        indicator=indicator,
        unit=unit,
        period_kind=period_kind,
        starts_on=starts_on,
        ends_on=ends_on,
        source=FigureSource.REPORTED,
        state=FigureState.SUBMITTED,
        stage=stage_of(unit, timezone.localdate()),
        value=value,
        status_value=status_value,
        source_name=clean(source_name)[:150],
        document=clean(document)[:150],
        document_on=document_on,
        note=clean(note)[:300],
        explanation=clean(explanation)[:300],
        entered_by=by,
        version=latest.version + 1 if latest else 1,
        replaces=latest,
    )
    figure.seen = keep_beside(figure, by=by)
    if figure.seen is not None:
        figure.save(update_fields=["seen"])
    FigureDraft.objects.filter(indicator=indicator, unit=unit).delete()
    data = {"code": indicator.code, "unit": unit.code, "value": str(value), "version": figure.version}
    if exception:
        data["exception"] = exception.pk
    audit.record("indicators.report_figure", figure, by=by, data=data)
    return figure


@transaction.atomic
def declare(*, centre: Centre, year: int, applies_it: bool, note: str, by: User) -> CentreDeclaration:
    """Record the centre's own word on C3; it stands beside the measured figure, never in it."""
    require(by, Verb.DECLARE, centre.pk)
    row, _created = CentreDeclaration.objects.update_or_create(
        centre=centre, year=year, defaults={"applies_it": applies_it, "note": clean(note)[:300], "declared_by": by}
    )
    audit.record("indicators.declare", row, by=by, centre_id=centre.pk, data={"year": year, "applies_it": applies_it})
    return row
