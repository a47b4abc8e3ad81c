"""Approving reported figures, or returning them with a reason. Decisions are append-only (docs/adr/0010, 0049)."""

from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.text import clean
from indicators.choices import FigureState, ReviewStage, Verdict
from indicators.inbox import computed_beside, differs, token_of
from indicators.models import Figure, FigureDecision
from indicators.services.beside import keep_beside
from indicators.services.locks import hold_entries, is_closed
from indicators.services.refusals import refusals_recorded
from indicators.stages import stage_of


def _take(figure: Figure, by: User) -> Figure:
    """The figure, held, when this person may decide on it now."""
    if not Figure.objects.visible_to(by).filter(pk=figure.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    row = Figure.objects.select_for_update(of=("self",)).select_related("indicator", "unit__parent").get(pk=figure.pk)
    if not Figure.objects.to_decide_by(by, any_state=True).filter(pk=row.pk).exists():
        raise Forbidden("role_may_not", _("Bạn không duyệt được số liệu của đơn vị này."))
    if row.entered_by_id == by.pk:
        raise Forbidden("own_figure", _("Số liệu do chính bạn nhập thì người khác phải duyệt."))
    last = row.decisions.select_related("decided_by").order_by("-pk").first()
    past = last is not None and last.verdict == Verdict.PASSED and not _for_city(by)
    if row.state != FigureState.SUBMITTED or past:
        words = _("Số liệu này đã có người xử lý rồi.")
        if last is not None:
            names = {"who": last.decided_by.full_name, "what": last.get_verdict_display()}
            words = _("%(who)s vừa xử lý số liệu này: %(what)s.") % names
        raise Conflict("figure_decided", words)
    if Figure.objects.filter(replaces=row).exists():
        raise Conflict("figure_replaced", _("Đã có số liệu mới hơn cho kỳ này. Hãy xem lại danh sách chờ duyệt."))
    if not _for_city(by) and _stage(row) == ReviewStage.CITY:
        raise Forbidden("not_here", _("Số liệu này đang chờ thành phố duyệt."))
    return row


def _for_city(by: User) -> bool:
    return Verb.APPROVE_FIGURE in scope_of(by).city_verbs


def _stage(row: Figure) -> str:
    """Where the figure is; what was submitted before there were stages is asked anew."""
    return row.stage or stage_of(row.unit, timezone.localdate())


def _decide(row: Figure, verdict: Verdict, reason: str, by: User, computed: Figure | None) -> FigureDecision:
    decision = FigureDecision.objects.create(
        figure=row, verdict=verdict, reason=reason[:300], decided_by=by, stage=_stage(row),
        computed_value=computed.value if computed else None, computed_hash=computed.evidence_hash if computed else "",
    )  # fmt: skip
    if verdict == Verdict.PASSED:
        row.stage = ReviewStage.CITY
    elif verdict == Verdict.RETURNED:
        row.state = FigureState.RETURNED
    else:
        closed = is_closed(unit=row.unit, kind=row.period_kind, ends_on=row.ends_on)
        row.state = FigureState.LOCKED if closed else FigureState.APPROVED
    row.save(update_fields=["state", "stage", "updated_at"])
    data = {"code": row.indicator.code, "unit": row.unit.code, "version": row.version, "reason": decision.reason}
    audit.record(f"indicators.figure_{verdict}", row, by=by, data=data)
    return decision


def _shown(figure: Figure | None) -> str:
    if figure is None:
        return _("chưa có")
    share = f"{number_format(figure.value, 1)}%" if figure.value is not None else figure.status_words
    return f"{share} ({figure.numerator}/{figure.denominator})"


def _changed(before: Figure | None, after: Figure | None, since: str) -> Conflict:
    words = _(
        "Dữ liệu phía sau số này đã đổi %(since)s: hệ thống tính %(before)s, nay là %(after)s. "
        "Hãy xem lại rồi quyết định; chưa có gì được duyệt."
    )
    facts = {
        "before": before.evidence_hash if before else "",
        "after": after.evidence_hash if after else "",
    }
    said = {"since": since, "before": _shown(before), "after": _shown(after)}
    return Conflict("data_changed", words % said, audit=facts)


def approve_figure(*, figure: Figure, by: User, reason: str = "", token: str = "") -> FigureDecision:
    """Approve a reported figure at one's level: the district or group passes it on, the city's word is the last.

    ``token`` is what the page was showing (``inbox.token_of``). Where the data behind the system's own number
    changed since the page was opened, or without a token since the figure was submitted, nothing is approved; the new
    number is kept, so that the page shows it next. Where the two numbers differ, the reporter's explanation or a
    reason is needed, and a reason when the difference is another than the reporter explained.

    Raises InvalidInput ``reason_missing``; Conflict ``figure_decided``, ``figure_replaced`` or ``data_changed``;
    Forbidden for one's own figure or another area; OutOfScope. Refusals leave an audit row.
    """
    try:
        return _approve(figure=figure, by=by, reason=reason, token=token)
    except Conflict as error:
        if error.code == "data_changed":
            with transaction.atomic():
                keep_beside(Figure.objects.select_related("indicator", "unit").get(pk=figure.pk), by=by)
        raise


@refusals_recorded("approve_figure", lambda given: given["figure"])
def _approve(*, figure: Figure, by: User, reason: str, token: str) -> FigureDecision:
    hold_entries()
    row = _take(figure, by)
    kept = computed_beside([row]).get(row.pk)
    computed = keep_beside(row, by=by)
    kept_id, new_id = (known.pk if known else None for known in (kept, computed))
    if new_id != kept_id:
        raise _changed(kept, computed, _("từ khi trang được mở") if token else _("từ khi nộp"))
    if token and token != token_of(row, computed):
        raise _changed(row.seen, computed, _("từ khi trang được mở"))
    moved = row.seen_id != new_id and row.seen_id is not None
    if not token and moved:
        raise _changed(row.seen, computed, _("từ khi nộp"))
    if differs(row, computed) and not clean(reason) and (moved or not row.explanation):
        words = _("Số báo cáo khác số hệ thống tính. Hãy ghi lý do chấp nhận.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    return _decide(row, Verdict.APPROVED if _for_city(by) else Verdict.PASSED, clean(reason), by, computed)


@refusals_recorded("return_figure", lambda given: given["figure"])
def return_figure(*, figure: Figure, by: User, reason: str) -> FigureDecision:
    """Send a reported figure back to who entered it, with a reason. It does not count until it is reported anew.

    Raises InvalidInput ``reason_missing``; else as ``approve_figure``.
    """
    hold_entries()
    row = _take(figure, by)
    if not clean(reason):
        words = _("Hãy ghi lý do trả lại.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    return _decide(row, Verdict.RETURNED, clean(reason), by, computed_beside([row]).get(row.pk))
