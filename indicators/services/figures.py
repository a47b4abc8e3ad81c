"""Computing, reporting and declaring. A changed figure is a new version; the old one stays (docs/adr/0010)."""

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Centre
from centres.permissions import require
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.text import clean
from indicators.choices import FigureSource, FigureState, IndicatorSource, PeriodKind
from indicators.models import CentreDeclaration, Figure, Indicator
from indicators.proxies import DEFINITION, PROXIES, known_people
from indicators.rules import STATUS_WORDS
from indicators.selectors import computed_values
from literacy.rules import percent


@transaction.atomic
def compute_figure(*, code: str, unit: AdminUnit, as_of: dt.date, by: User | None = None) -> Figure:
    """Compute and keep a figure with its evidence hash. The same rows give the same version again.

    ``by=None`` is the system itself. Raises Forbidden or OutOfScope as reporting does, Conflict when the period is
    locked.
    """
    if by is not None:
        _may_report(by, unit)
    indicator = Indicator.objects.get(code=code, source=IndicatorSource.COMPUTED)
    values = computed_values(code=code, unit=unit, as_of=as_of)
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


def _may_report(by: User, unit: AdminUnit) -> None:
    scope = scope_of(by)
    if not AdminUnit.objects.visible_to(by).filter(pk=unit.pk).exists() and unit.level != UnitLevel.CITY:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    own = unit.pk in scope.unit_ids or Verb.REPORT_FIGURE in scope.city_verbs
    if not (own and scope.may(Verb.REPORT_FIGURE)):
        raise Forbidden("role_may_not", _("Vai trò của bạn không báo cáo được số liệu của đơn vị này."))


def _checked_value(indicator: Indicator, value: Decimal | None, status_value: str) -> None:
    measured = indicator.measure == "percent"
    words = ""
    if measured and value is None:
        words = _("Hãy ghi giá trị (%).")
    elif measured and value is not None and not 0 <= value <= 100:
        words = _("Giá trị phần trăm phải từ 0 đến 100.")
    elif not measured and status_value not in STATUS_WORDS:
        words = _("Hãy chọn trạng thái.")
    if words:
        raise InvalidInput("value_wrong", words, fields={"value" if measured else "status_value": [words]})


@transaction.atomic
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
    population: int | None = None,
) -> Figure:
    """Enter a figure that another body knows, with its source and document.

    A second entry for the same period is a correction: it needs a reason (``note``) and becomes a new version.
    ``population`` (people of the age the line speaks of) lets the system put its own share beside a proxy line.
    Raises InvalidInput (field named), Forbidden, Conflict when the period is locked.
    """
    _may_report(by, unit)
    if indicator.source == IndicatorSource.COMPUTED:
        raise InvalidInput("computed_here", _("Chỉ số này do hệ thống tính, không nhập tay."))
    if not clean(source_name):
        words = _("Hãy ghi cơ quan cung cấp số liệu.")
        raise InvalidInput("source_missing", words, fields={"source_name": [words]})
    if ends_on > timezone.localdate():
        words = _("Ngày của số liệu không được ở tương lai.")
        raise InvalidInput("period_in_future", words, fields={"ends_on": [words]})
    _checked_value(indicator, value, status_value)
    starts_on = dt.date(ends_on.year, 1, 1)
    latest = (
        Figure.objects.select_for_update()
        .filter(indicator=indicator, unit=unit, source=FigureSource.REPORTED, starts_on=starts_on, ends_on=ends_on)
        .order_by("-version")
        .first()
    )
    if latest and latest.state == FigureState.LOCKED:
        raise Conflict("period_locked", _("Kỳ này đã khóa; hãy xin mở khóa kèm lý do."))
    if latest and not clean(note):
        words = _("Kỳ này đã có số liệu. Hãy ghi lý do sửa; số cũ vẫn được giữ.")
        raise InvalidInput("reason_missing", words, fields={"note": [words]})
    figure = Figure.objects.create(
        indicator=indicator,
        unit=unit,
        period_kind=PeriodKind.CALENDAR_YEAR,
        starts_on=starts_on,
        ends_on=ends_on,
        source=FigureSource.REPORTED,
        state=FigureState.SUBMITTED,
        value=value,
        status_value=status_value,
        source_name=clean(source_name)[:150],
        document=clean(document)[:150],
        document_on=document_on,
        note=clean(note)[:300],
        entered_by=by,
        version=latest.version + 1 if latest else 1,
        replaces=latest,
    )
    if population and indicator.code in PROXIES:
        _keep_proxy(figure, population, by)
    data = {"code": indicator.code, "unit": unit.code, "value": str(value), "version": figure.version}
    audit.record("indicators.report_figure", figure, by=by, data=data)
    return figure


def _keep_proxy(figure: Figure, population: int, by: User) -> Figure:
    """Keep the system's own share of the population beside a reported figure, with its evidence."""
    known = known_people(code=figure.indicator.code, unit=figure.unit, as_of=figure.ends_on)
    same = Figure.objects.filter(
        indicator=figure.indicator, unit=figure.unit, source=FigureSource.COMPUTED, starts_on=figure.starts_on,
        ends_on=figure.ends_on,
    )  # fmt: skip
    latest = same.order_by("-version").first()
    if latest and (latest.evidence_hash, latest.denominator) == (known.hash, population):
        return latest
    value = min(Decimal(100), percent(known.people, population) or Decimal(0))
    return Figure.objects.create(
        indicator=figure.indicator, unit=figure.unit, period_kind=figure.period_kind, starts_on=figure.starts_on,
        ends_on=figure.ends_on, source=FigureSource.COMPUTED, value=value, numerator=known.people,
        denominator=population, definition_version=DEFINITION, evidence_hash=known.hash, computed_at=timezone.now(),
        entered_by=by, version=latest.version + 1 if latest else 1, replaces=latest,
        note=_("tính lại: dữ liệu đã đổi") if latest else "",
    )  # fmt: skip


@transaction.atomic
def declare(*, centre: Centre, year: int, applies_it: bool, note: str, by: User) -> CentreDeclaration:
    """Record the centre's own word on C3; it stands beside the measured figure, never in it."""
    require(by, Verb.DECLARE, centre.pk)
    row, _created = CentreDeclaration.objects.update_or_create(
        centre=centre, year=year, defaults={"applies_it": applies_it, "note": clean(note)[:300], "declared_by": by}
    )
    audit.record("indicators.declare", row, by=by, centre_id=centre.pk, data={"year": year, "applies_it": applies_it})
    return row
