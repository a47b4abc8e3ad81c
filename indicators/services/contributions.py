"""A body's yearly contribution to the report on a plan: draft → sent → accepted, or returned with a reason."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Body
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput
from core.text import clean
from indicators.choices import ContributionState, PlanState
from indicators.models import Contribution, ContributionEvent, Plan
from indicators.services.plans import require_planner, wrong

WORDS = ("done", "figures", "difficulties", "proposals")
MAX_WORDS = 10_000


def _may_write(by: User, body: Body, unit: AdminUnit | None) -> None:
    scope = scope_of(by)
    own = unit.pk in scope.unit_ids if unit is not None else body.pk in scope.body_ids
    if not (own and scope.may(Verb.CONTRIBUTE)):
        raise Forbidden("role_may_not", _("Bạn chỉ viết phần của cơ quan mình."))
    if body.is_units != (unit is not None):
        raise InvalidInput("unit_missing", _("Phần của quận, huyện, phường, xã do từng đơn vị viết."))


def _log(row: Contribution, state: str, by: User, reason: str = "") -> None:
    ContributionEvent.objects.create(contribution=row, state=state, reason=reason[:300], words=row.words(), acted_by=by)
    data = {"plan": row.plan.code, "body": row.body.code, "unit": row.unit.code if row.unit else "", "year": row.year}
    audit.record(f"indicators.contribution_{state}", row, by=by, data={**data, "reason": reason})


@transaction.atomic
def save_contribution(
    *, plan: Plan, body: Body, unit: AdminUnit | None, year: int, words: dict[str, str], version: int, by: User,
    send: bool = False,
) -> Contribution:  # fmt: skip
    """Keep what a body writes for a year, and send it when asked. ``version`` is the one that was read (0: none yet).

    Raises InvalidInput with the field; Conflict ``contribution_sent`` when it is with the city, ``changed_meanwhile``
    when a colleague saved since; Forbidden.
    """
    _may_write(by, body, unit)
    if plan.state == PlanState.DRAFT:
        raise Conflict("plan_draft", _("Kế hoạch còn đang soạn."))
    if not plan.starts_on.year <= year <= min(plan.ends_on.year, timezone.localdate().year):
        raise wrong("year", "year_wrong", _("Năm không thuộc kế hoạch, hoặc chưa tới."))
    # Held through the plan: two first drafts of one body would otherwise both be new.
    Plan.objects.select_for_update().get(pk=plan.pk)
    row = Contribution.objects.filter(plan=plan, body=body, unit=unit, year=year).first()
    if row and row.state in (ContributionState.SENT, ContributionState.ACCEPTED):
        raise Conflict("contribution_sent", _("Phần này đã gửi. Hãy rút lại trước khi sửa."))
    if (row.version if row else 0) != version:
        raise Conflict("changed_meanwhile", _("Đồng nghiệp vừa lưu phần này. Nội dung bạn viết còn nguyên ở dưới; "
                                              "hãy mở trang ở thẻ khác để so rồi lưu lại."))  # fmt: skip
    texts = {name: words.get(name, "").replace("\r\n", "\n").strip() for name in WORDS}
    for name, text in texts.items():
        if len(text) > MAX_WORDS:
            raise wrong(name, "too_long", _("Viết gọn lại: tối đa %(n)s ký tự.") % {"n": MAX_WORDS})
    if send and not texts["done"]:
        raise wrong("done", "done_missing", _("Hãy ghi việc đã làm rồi mới gửi."))
    row = row or Contribution(plan=plan, body=body, unit=unit, year=year, version=0)
    for name, text in texts.items():
        setattr(row, name, text)
    row.version += 1
    if send:
        row.state, row.sent_at, row.sent_by = ContributionState.SENT, timezone.now(), by
    row.save()
    if send:
        _log(row, ContributionState.SENT, by)
    return row


def _hold(contribution: Contribution) -> Contribution:
    rows = Contribution.objects.select_for_update(of=("self",)).select_related("plan", "body", "unit")
    return rows.get(pk=contribution.pk)


@transaction.atomic
def take_back_contribution(*, contribution: Contribution, by: User) -> Contribution:
    """Undo sending, as long as the city has not answered. Raises Conflict ``not_sent``, Forbidden."""
    row = _hold(contribution)
    _may_write(by, row.body, row.unit)
    if row.state != ContributionState.SENT:
        raise Conflict("not_sent", _("Phần này không còn chờ nhận, không rút lại được."))
    row.state = ContributionState.DRAFT
    row.version += 1
    row.save()
    _log(row, ContributionState.DRAFT, by)
    return row


@transaction.atomic
def decide_contribution(*, contribution: Contribution, accept: bool, by: User, reason: str = "") -> Contribution:
    """Accept what was sent into the annual report, or return it with a reason. What was accepted can be returned too.

    Raises InvalidInput ``reason_missing``, Conflict ``not_sent``, Forbidden.
    """
    require_planner(by)
    row = _hold(contribution)
    open_states = (ContributionState.SENT,) if accept else (ContributionState.SENT, ContributionState.ACCEPTED)
    if row.state not in open_states:
        raise Conflict("not_sent", _("Phần này không chờ nhận: có người vừa xử lý, hoặc cơ quan đã rút lại."))
    if not accept and not clean(reason):
        raise wrong("reason", "reason_missing", _("Hãy ghi cần bổ sung gì."))
    row.state = ContributionState.ACCEPTED if accept else ContributionState.RETURNED
    row.version += 1
    row.save()
    _log(row, row.state, by, clean(reason))
    return row
