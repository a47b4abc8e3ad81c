"""Laying down a plan without code: the plan, its blocks, lines, targets and the way between them (docs/adr/0048).

A draft is changed freely. A plan in force is changed with a reason, which the audit row keeps beside what was there
before. Nothing on which figures hang is ever deleted.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import Body
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput
from core.text import clean
from indicators.choices import COMPUTED_FORMULAS, Comparator, IndicatorSource, Measure, PlanState, TaskState
from indicators.models import Block, Figure, Indicator, Plan, Target, TrajectoryStep

FIRST_YEAR, LAST_YEAR = 2000, 2100


def wrong(field: str, code: str, words: str) -> InvalidInput:
    """A refusal that names its field."""
    return InvalidInput(code, words, fields={field: [words]})


def require_planner(by: User) -> None:
    """Refuse unless ``by`` lays plans down for the city."""
    if Verb.SET_RULES not in scope_of(by).city_verbs:
        raise Forbidden("role_may_not", _("Chỉ cán bộ thành phố soạn và sửa kế hoạch."))


def take(plan: Plan, by: User, reason: str) -> Plan:
    """Return the plan, held, when this person may change it now.

    Raises Forbidden; Conflict ``plan_ended``; InvalidInput ``reason_missing`` for a plan in force without a reason.
    """
    require_planner(by)
    row = Plan.objects.select_for_update().get(pk=plan.pk)
    if row.state == PlanState.ENDED:
        raise Conflict("plan_ended", _("Kế hoạch đã kết thúc, không sửa được nữa."))
    if row.state == PlanState.IN_FORCE and not clean(reason):
        raise wrong("reason", "reason_missing", _("Kế hoạch đang thực hiện. Hãy ghi lý do sửa, ví dụ số văn bản."))
    return row


def _keep(verb: str, obj: models.Model, by: User, plan: Plan, reason: str, **data: Any) -> None:
    shown = {name: str(value) for name, value in data.items() if value not in (None, "")}
    audit.record(f"indicators.{verb}", obj, by=by, data={"plan": plan.code, "reason": clean(reason), **shown})


def _plan_values(code: str, name: str, starts_on: dt.date, ends_on: dt.date, other: Plan | None) -> None:
    if not clean(code):
        raise wrong("code", "code_missing", _("Hãy đặt mã ngắn cho kế hoạch."))
    if Plan.objects.filter(code__iexact=clean(code)).exclude(pk=other.pk if other else 0).exists():
        raise wrong("code", "code_taken", _("Đã có kế hoạch mang mã này."))
    if not clean(name):
        raise wrong("name", "name_missing", _("Hãy ghi tên kế hoạch."))
    if ends_on < starts_on:
        raise wrong("ends_on", "dates_wrong", _("Ngày kết thúc phải sau ngày bắt đầu."))


@transaction.atomic
def create_plan(
    *, code: str, name: str, starts_on: dt.date, ends_on: dt.date, by: User, document: str = "", note: str = "",
    copy_of: Plan | None = None,
) -> Plan:  # fmt: skip
    """Begin a plan as a draft; with ``copy_of``, with the blocks, lines, targets, steps and tasks of another one.

    Figures, unit targets and what was said about tasks stay with the old plan. Raises InvalidInput, Forbidden.
    """
    require_planner(by)
    _plan_values(code, name, starts_on, ends_on, None)
    plan = Plan.objects.create(
        code=clean(code)[:30], name=clean(name)[:300], document=clean(document)[:150], note=clean(note)[:300],
        starts_on=starts_on, ends_on=ends_on, copied_from=copy_of,
    )  # fmt: skip
    if copy_of is not None:
        _copy(copy_of, plan)
    _keep("create_plan", plan, by, plan, "", copy_of=copy_of.code if copy_of else "")
    return plan


def _twin(row: models.Model, **changes: Any) -> Any:
    """Save a copy of a row with some columns changed, and return it."""
    columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    columns.pop("id")
    return type(row)._default_manager.create(**(columns | changes))


def _copy(old: Plan, new: Plan) -> None:
    blocks = {block.pk: _twin(block, plan_id=new.pk) for block in old.blocks.all()}
    for line in old.indicators.prefetch_related("targets", "steps", "co_operating"):
        twin = _twin(line, plan_id=new.pk, block_id=blocks[line.block_id].pk)
        twin.co_operating.set(line.co_operating.all())
        for row in (*line.targets.all(), *line.steps.all()):
            _twin(row, indicator_id=twin.pk)
    for task in old.tasks.prefetch_related("co_operating"):
        _twin(task, plan_id=new.pk, state=TaskState.NOT_BEGUN).co_operating.set(task.co_operating.all())


@transaction.atomic
def edit_plan(
    *, plan: Plan, code: str, name: str, starts_on: dt.date, ends_on: dt.date, by: User, document: str = "",
    note: str = "", reason: str = "",
) -> Plan:  # fmt: skip
    """Change what a plan is called and when it holds. Its code stays once it was in force: addresses name it."""
    row = take(plan, by, reason)
    _plan_values(code, name, starts_on, ends_on, row)
    if row.state != PlanState.DRAFT and clean(code) != row.code:
        raise wrong("code", "code_fixed", _("Mã của kế hoạch đang thực hiện không đổi được."))
    before = f"{row.code}; {row.name}; {row.starts_on}–{row.ends_on}"
    row.code, row.name, row.document = clean(code)[:30], clean(name)[:300], clean(document)[:150]
    row.starts_on, row.ends_on, row.note = starts_on, ends_on, clean(note)[:300]
    row.save()
    _keep("edit_plan", row, by, row, reason, before=before)
    return row


@transaction.atomic
def start_plan(*, plan: Plan, by: User) -> Plan:
    """Put a draft in force. Raises InvalidInput ``plan_incomplete`` with every line that has no target yet."""
    row = take(plan, by, "start")
    if row.state != PlanState.DRAFT:
        raise Conflict("plan_started", _("Kế hoạch đã được đưa vào thực hiện rồi."))
    lines = row.indicators.all()
    bare = list(lines.filter(targets__isnull=True).values_list("code", flat=True))
    if not lines or bare:
        words = _("Kế hoạch chưa có chỉ tiêu nào.") if not lines else _("Chưa có mức phải đạt: %(codes)s.")
        raise InvalidInput("plan_incomplete", words % {"codes": ", ".join(bare)} if lines else words)
    row.state = PlanState.IN_FORCE
    row.is_default = not Plan.objects.filter(is_default=True).exists()
    row.save(update_fields=["state", "is_default"])
    _keep("start_plan", row, by, row, "")
    return row


def _has_begun(plan: Plan) -> bool:
    """Whether something hangs on the plan that must not lose it."""
    updated = plan.tasks.filter(updates__isnull=False).exists()
    return updated or plan.contributions.exists() or Figure.objects.filter(indicator__plan=plan).exists()


@transaction.atomic
def undo_start(*, plan: Plan, by: User) -> Plan:
    """Take a plan back to a draft, as long as nobody reported anything on it. Raises Conflict ``plan_begun``."""
    row = take(plan, by, "undo")
    if row.state != PlanState.IN_FORCE or row.is_default or _has_begun(row):
        raise Conflict(
            "plan_begun", _("Đã có số liệu theo kế hoạch này, hoặc đây là kế hoạch chính: không rút lại được.")
        )
    row.state = PlanState.DRAFT
    row.save(update_fields=["state"])
    _keep("undo_start_plan", row, by, row, "")
    return row


@transaction.atomic
def make_default(*, plan: Plan, by: User, reason: str) -> Plan:
    """Make a plan in force the one that pages, API and commands take when none is named."""
    row = take(plan, by, reason)
    if row.state != PlanState.IN_FORCE:
        raise Conflict("plan_not_in_force", _("Chỉ kế hoạch đang thực hiện mới là kế hoạch chính được."))
    Plan.objects.filter(is_default=True).exclude(pk=row.pk).update(is_default=False)
    row.is_default = True
    row.save(update_fields=["is_default"])
    _keep("make_plan_default", row, by, row, reason)
    return row


@transaction.atomic
def end_plan(*, plan: Plan, by: User, reason: str) -> Plan:
    """Close a plan: everything of it stays to be read. Raises Conflict for the main one: name another first."""
    row = take(plan, by, reason)
    if row.state != PlanState.IN_FORCE or row.is_default:
        raise Conflict("plan_default", _("Hãy chọn kế hoạch khác làm kế hoạch chính trước khi kết thúc kế hoạch này."))
    row.state = PlanState.ENDED
    row.save(update_fields=["state"])
    _keep("end_plan", row, by, row, reason)
    return row


@transaction.atomic
def discard_plan(*, plan: Plan, by: User) -> None:
    """Throw a draft away on which nothing hangs. Raises Conflict ``plan_begun``."""
    row = take(plan, by, "discard")
    if row.state != PlanState.DRAFT or _has_begun(row) or row.copies.exists():
        raise Conflict("plan_begun", _("Kế hoạch đã được dùng, không xóa được."))
    _keep("discard_plan", row, by, row, "", name=row.name)
    row.tasks.all().delete()
    row.indicators.all().delete()
    row.blocks.all().delete()
    row.delete()


@transaction.atomic
def save_block(
    *, plan: Plan, code: str, name: str, order: int, by: User, block: Block | None = None, reason: str = ""
) -> Block:
    """Add a heading to a plan, or change one."""
    row = take(plan, by, reason)
    if not clean(code):
        raise wrong("code", "code_missing", _("Hãy ghi mã mục."))
    if not clean(name):
        raise wrong("name", "name_missing", _("Hãy ghi tên mục."))
    if row.blocks.filter(code=clean(code)).exclude(pk=block.pk if block else 0).exists():
        raise wrong("code", "code_taken", _("Kế hoạch đã có mục mang mã này."))
    before = f"{block.code} {block.name}" if block else ""
    block = block or Block(plan=row)
    block.code, block.name, block.order = clean(code)[:5], clean(name)[:200], order
    block.save()
    _keep("save_block", block, by, row, reason, before=before)
    return block


@transaction.atomic
def drop_block(*, block: Block, by: User, reason: str = "") -> None:
    """Delete a heading without lines. Raises Conflict ``block_in_use``."""
    row = take(block.plan, by, reason)
    if block.indicators.exists():
        raise Conflict("block_in_use", _("Mục còn chỉ tiêu, không xóa được."))
    _keep("drop_block", block, by, row, reason, code=block.code, name=block.name)
    block.delete()


@transaction.atomic
def save_line(
    *, plan: Plan, values: Mapping[str, Any], co_operating: Sequence[Body], by: User, line: Indicator | None = None,
    reason: str = "",
) -> Indicator:  # fmt: skip
    """Add a line to a plan, or change one.

    ``values``: block, code, order, name, measure, measured_per, formula, note, responsible, responsible_basis. What the
    system counts itself (``formula``) needs a share; the source follows from it.
    """
    row = take(plan, by, reason)
    code = clean(values["code"])
    if not code:
        raise wrong("code", "code_missing", _("Hãy ghi mã chỉ tiêu."))
    if row.indicators.filter(code=code).exclude(pk=line.pk if line else 0).exists():
        raise wrong("code", "code_taken", _("Kế hoạch đã có chỉ tiêu mang mã này."))
    if values["block"].plan_id != row.pk:
        raise wrong("block", "block_of_other_plan", _("Hãy chọn mục của kế hoạch này."))
    formula = values["formula"]
    if formula and values["measure"] not in (Measure.PERCENT, Measure.STATUS):
        raise wrong("formula", "formula_wrong", _("Cách hệ thống tính chỉ dùng cho chỉ tiêu phần trăm."))
    line = line or Indicator(plan=row)
    if line.pk and line.figures.exists() and (line.measure, line.formula) != (values["measure"], formula):
        raise Conflict("line_in_use", _("Chỉ tiêu đã có số liệu: không đổi được đơn vị tính và cách tính."))
    if line.pk and line.targets.exists() and line.is_numeric != (values["measure"] in ("percent", "number")):
        raise wrong("measure", "targets_exist", _("Hãy xóa các mức phải đạt trước khi đổi đơn vị tính."))
    before = f"{line.code} {line.name}" if line.pk else ""
    for name in ("block", "order", "measure", "measured_per", "formula", "responsible"):
        setattr(line, name, values[name])
    line.code, line.name = code[:10], clean(values["name"])[:200]
    line.note, line.responsible_basis = clean(values["note"])[:300], clean(values["responsible_basis"])[:100]
    line.source = _source_of(formula)
    line.save()
    line.co_operating.set(co_operating)
    _keep("save_line", line, by, row, reason, before=before)
    return line


def _source_of(formula: str) -> str:
    if formula in COMPUTED_FORMULAS:
        return IndicatorSource.COMPUTED
    return IndicatorSource.PROXY if formula else IndicatorSource.REPORTED


@transaction.atomic
def drop_line(*, line: Indicator, by: User, reason: str = "") -> None:
    """Delete a line without figures. Raises Conflict ``line_in_use``."""
    row = take(line.plan, by, reason)
    if line.figures.exists() or line.unit_targets.exists():
        raise Conflict("line_in_use", _("Chỉ tiêu đã có số liệu hoặc đã giao cho đơn vị, không xóa được."))
    try:
        with transaction.atomic():
            _keep("drop_line", line, by, row, reason, code=line.code, name=line.name)
            line.delete()
    except models.ProtectedError as error:
        raise Conflict("line_in_use", _("Chỉ tiêu đang được dùng, không xóa được.")) from error


@transaction.atomic
def set_target(
    *, line: Indicator, year: int, comparator: str, quote: str, by: User, low: Decimal | None = None,
    high: Decimal | None = None, status: str = "", reason: str = "",
) -> Target:  # fmt: skip
    """Say what is asked of a line by the end of a year, in the plan's own words; a year that has a target gets this."""
    row = take(line.plan, by, reason)
    _year_fits(row, year)
    numeric = comparator not in (Comparator.STATUS, Comparator.MILESTONE)
    if numeric != line.is_numeric:
        raise wrong("comparator", "comparator_wrong", _("Cách so sánh không hợp với đơn vị tính của chỉ tiêu."))
    if numeric and low is None:
        raise wrong("low", "value_missing", _("Hãy ghi mức phải đạt."))
    if comparator == Comparator.RANGE and (high is None or low is None or high < low):
        raise wrong("high", "range_wrong", _("Hãy ghi mức trên, không nhỏ hơn mức dưới."))
    for name, value in (("low", low), ("high", high)):
        check_value(line, name, value)
    if not numeric and not clean(status):
        raise wrong("status", "status_missing", _("Hãy ghi trạng thái phải đạt."))
    if not clean(quote):
        raise wrong("quote", "quote_missing", _("Hãy chép lời của kế hoạch."))
    before = line.targets.filter(year=year).first()
    values = {
        "comparator": comparator, "quote": clean(quote), "low": low if numeric else None,
        "high": high if comparator == Comparator.RANGE else None, "status": "" if numeric else clean(status)[:60],
    }  # fmt: skip
    target, _created = Target.objects.update_or_create(indicator=line, year=year, defaults=values)
    TrajectoryStep.objects.filter(indicator=line, year=year).delete()  # the goal of the year is the step of the year
    old = f"{before.comparator} {before.low} {before.high} {before.status}: {before.quote}" if before else ""
    _keep("set_target", target, by, row, reason, year=year, before=old)
    return target


def check_value(line: Indicator, field: str, value: Decimal | None) -> None:
    """Refuse a number that no figure of the line can be."""
    if value is None:
        return
    if value < 0 or (line.measure == Measure.PERCENT and value > 100):
        raise wrong(field, "value_wrong", _("Giá trị phần trăm phải từ 0 đến 100, số lượng không âm."))


def _year_fits(plan: Plan, year: int) -> None:
    if not plan.starts_on.year <= year <= plan.ends_on.year:
        years = {"a": plan.starts_on.year, "b": plan.ends_on.year}
        raise wrong("year", "year_wrong", _("Năm phải nằm trong kế hoạch: từ %(a)s đến %(b)s.") % years)


@transaction.atomic
def drop_target(*, target: Target, by: User, reason: str = "") -> None:
    """Take a target away. A plan in force keeps at least one for each line. Raises Conflict ``last_target``."""
    line = target.indicator
    row = take(line.plan, by, reason)
    if row.state == PlanState.IN_FORCE and line.targets.count() == 1:
        raise Conflict("last_target", _("Chỉ tiêu của kế hoạch đang thực hiện phải còn ít nhất một mức."))
    _keep("drop_target", target, by, row, reason, year=target.year, low=target.low, quote=target.quote)
    target.delete()


@transaction.atomic
def set_step(*, line: Indicator, year: int, value: Decimal, reason: str, by: User) -> TrajectoryStep:
    """Ask for another value than the straight way in a year between the first target and the last; with the reason."""
    if not clean(reason):
        raise wrong("reason", "reason_missing", _("Hãy ghi lý do đặt bước riêng."))
    row = take(line.plan, by, reason)
    years = sorted(line.targets.filter(low__isnull=False).values_list("year", flat=True))
    if len(years) < 2 or not years[0] < year < years[-1] or year in years:
        words = _("Bước riêng chỉ đặt cho năm nằm giữa hai mốc của chỉ tiêu, và chưa có mốc.")
        raise wrong("year", "year_wrong", words)
    check_value(line, "value", value)
    before = line.steps.filter(year=year).first()
    step, _created = TrajectoryStep.objects.update_or_create(
        indicator=line, year=year, defaults={"value": value, "reason": clean(reason)[:300], "entered_by": by}
    )
    _keep("set_step", step, by, row, reason, year=year, value=value, before=before.value if before else "")
    return step


@transaction.atomic
def drop_step(*, step: TrajectoryStep, by: User) -> None:
    """Go back to the straight way in that year; the audit row keeps what was asked."""
    row = take(step.indicator.plan, by, "drop")
    _keep("drop_step", step, by, row, "", year=step.year, value=step.value, was=step.reason)
    step.delete()


@transaction.atomic
def save_body(*, code: str, name: str, name_now: str, by: User, body: Body | None = None) -> Body:
    """Add an addressee of plans, or change what one is called."""
    require_planner(by)
    if Body.objects.filter(code__iexact=clean(code)).exclude(pk=body.pk if body else 0).exists():
        raise wrong("code", "code_taken", _("Đã có cơ quan mang mã này."))
    before = str(body) if body else ""
    body = body or Body()
    body.code, body.name, body.name_now = clean(code)[:20], clean(name)[:200], clean(name_now)[:200]
    body.save()
    audit.record("indicators.save_body", body, by=by, data={"code": body.code, "before": before})
    return body
