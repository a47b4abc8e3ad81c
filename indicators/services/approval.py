"""Approving reported figures, or returning them with a reason. Decisions are append-only."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.text import clean
from indicators.choices import FigureState, Verdict
from indicators.models import Figure, FigureDecision
from indicators.selectors import computed_beside, difference_of


def _take(figure: Figure, by: User) -> Figure:
    """The figure, held, when this person may decide on it now."""
    if not Figure.objects.visible_to(by).filter(pk=figure.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    row = Figure.objects.select_for_update(of=("self",)).select_related("indicator", "unit").get(pk=figure.pk)
    if not Figure.objects.to_decide_by(by, any_state=True).filter(pk=row.pk).exists():
        raise Forbidden("role_may_not", _("Bạn không duyệt được số liệu của đơn vị này."))
    if row.entered_by_id == by.pk:
        raise Forbidden("own_figure", _("Số liệu do chính bạn nhập thì người khác phải duyệt."))
    if row.state != FigureState.SUBMITTED:
        last = row.decisions.select_related("decided_by").order_by("-pk").first()
        words = _("Số liệu này đã có người xử lý rồi.")
        if last is not None:
            names = {"who": last.decided_by.full_name, "what": last.get_verdict_display()}
            words = _("%(who)s vừa xử lý số liệu này: %(what)s.") % names
        raise Conflict("figure_decided", words)
    if Figure.objects.filter(replaces=row).exists():
        raise Conflict("figure_replaced", _("Đã có số liệu mới hơn cho kỳ này. Hãy xem lại danh sách chờ duyệt."))
    return row


def _decide(row: Figure, verdict: Verdict, reason: str, by: User, computed: Figure | None) -> FigureDecision:
    decision = FigureDecision.objects.create(
        figure=row, verdict=verdict, reason=reason[:300], decided_by=by,
        computed_value=computed.value if computed else None, computed_hash=computed.evidence_hash if computed else "",
    )  # fmt: skip
    row.state = FigureState.APPROVED if verdict == Verdict.APPROVED else FigureState.RETURNED
    row.save(update_fields=["state", "updated_at"])
    data = {"code": row.indicator.code, "unit": row.unit.code, "version": row.version, "reason": decision.reason}
    audit.record(f"indicators.figure_{verdict}", row, by=by, data=data)
    return decision


@transaction.atomic
def approve_figure(*, figure: Figure, by: User, reason: str = "") -> FigureDecision:
    """Approve a reported figure; where it differs from what was computed beside it, a reason is needed.

    Raises InvalidInput ``reason_missing``, Conflict ``figure_decided`` or ``figure_replaced``, Forbidden for one's own
    figure or another area, OutOfScope.
    """
    row = _take(figure, by)
    computed = computed_beside([row]).get(row.pk)
    if difference_of(row, computed) not in (None, Decimal(0)) and not clean(reason):
        words = _("Số báo cáo khác số hệ thống tính. Hãy ghi lý do chấp nhận.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    return _decide(row, Verdict.APPROVED, clean(reason), by, computed)


@transaction.atomic
def return_figure(*, figure: Figure, by: User, reason: str) -> FigureDecision:
    """Send a reported figure back to who entered it, with a reason. It does not count until it is reported anew.

    Raises InvalidInput ``reason_missing``; else as ``approve_figure``.
    """
    row = _take(figure, by)
    if not clean(reason):
        words = _("Hãy ghi lý do trả lại.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    return _decide(row, Verdict.RETURNED, clean(reason), by, computed_beside([row]).get(row.pk))
