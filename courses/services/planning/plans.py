"""Verbs on plans of the year: start, make from a survey, change, approve, revise."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from courses.models import NeedsSurvey, PlanLine, PlanRevision, SurveyIdea, YearPlan
from courses.planning.choices import FIRST_YEAR, LAST_YEAR, Funding, PlanStatus, Quarter, RevisionAction
from courses.planning.rules import MOST_LINES, Wish, propose
from courses.selectors.planning import survey_totals

LINE_FIELDS = frozenset(
    {"topic", "course", "name", "quarter", "class_count", "expected_participants", "funding", "partner"}
)
MAX_CLASSES = 500
MAX_PARTICIPANTS = 1_000_000


@transaction.atomic
def start_plan(*, centre: Centre, year: int, by: Any, survey: NeedsSurvey | None = None) -> YearPlan:
    """Start an empty plan. Raises Conflict ``plan_exists``, InvalidInput ``bad_year``."""
    require(by, Verb.MANAGE_CLASSES, centre.pk)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput("bad_year", _("Năm chưa đúng."), fields={"year": [_("Năm chưa đúng.")]})
    Centre.objects.select_for_update().get(pk=centre.pk)
    if YearPlan.objects.filter(centre=centre, year=year).exists():
        raise Conflict("plan_exists", _("Năm %(year)s đã có kế hoạch.") % {"year": year})
    plan = YearPlan.objects.create(centre=centre, year=year, survey=survey)
    audit.record("courses.start_plan", plan, by=by, data={"year": year})
    return plan


@transaction.atomic
def plan_from_survey(*, survey: NeedsSurvey, by: Any, most: int = MOST_LINES) -> YearPlan:
    """Turn the most wanted things of a survey into lines of the year's plan, one step.

    A draft that exists gets what is missing; what stands in it stays. Raises Conflict ``plan_approved`` for an approved
    plan, InvalidInput ``nothing_wanted`` when the survey holds no number yet.
    """
    require(by, Verb.MANAGE_CLASSES, survey.centre_id)
    totals = survey_totals(survey)
    ideas = {row.idea.pk: row.idea for row in totals.ideas}
    proposals = propose([Wish(row.idea.pk, row.people) for row in totals.ideas], most=most)
    if not proposals:
        raise InvalidInput("nothing_wanted", _("Khảo sát chưa có số nào để lập kế hoạch."))
    plan = YearPlan.objects.filter(centre_id=survey.centre_id, year=survey.year).first()
    if plan is None:
        plan = start_plan(centre=survey.centre, year=survey.year, by=by, survey=survey)
    plan = _locked(by, plan)
    if plan.is_approved:
        raise Conflict("plan_approved", _("Kế hoạch năm đã duyệt: hãy điều chỉnh từng dòng, có lý do."))
    if plan.survey_id is None:
        plan.survey = survey
        plan.save(update_fields=["survey", "updated_at"])
    there = set(plan.lines.values_list("idea_id", flat=True))
    added = [
        _line_of(plan, ideas[row.key], row.quarter, row.class_count, row.expected_participants)
        for row in proposals
        if row.key not in there
    ]
    PlanLine.objects.bulk_create(added)
    audit.record("courses.plan_from_survey", plan, by=by, data={"lines": [line.name for line in added]})
    return plan


def _line_of(plan: YearPlan, idea: SurveyIdea, quarter: int, classes: int, people: int) -> PlanLine:
    return PlanLine(
        plan=plan, idea=idea, topic=idea.topic, course=idea.course, name=idea.name, quarter=quarter,
        class_count=classes, expected_participants=people,
    )  # fmt: skip


@transaction.atomic
def add_line(*, plan: YearPlan, by: Any, reason: str = "", **values: Any) -> PlanLine:
    """Add a line; ``values`` are LINE_FIELDS. An approved plan asks for a reason and keeps a revision.

    Raises InvalidInput with the fields at fault, Forbidden when an approved plan is changed by somebody who may not
    approve it.
    """
    if unknown := set(values) - LINE_FIELDS:
        raise TypeError(f"cannot set {sorted(unknown)}")
    plan = _take(by, plan, reason)
    line = PlanLine(plan=plan, **values)
    _check(line)
    line.save()
    if plan.is_approved:
        new = {name: [None, _plain(line, name)] for name in values}
        _revise(line, RevisionAction.ADDED, by=by, reason=reason, changes=new)
    audit.record("courses.add_plan_line", plan, by=by, data={"line": line.name, "reason": clean(reason)})
    return line


@transaction.atomic
def change_line(*, line: PlanLine, by: Any, reason: str = "", **changes: Any) -> PlanLine:
    """Change a line; an approved plan asks for a reason and keeps a revision that shows before and after.

    Raises what ``add_line`` raises, Conflict ``line_dropped`` for a line that was taken out.
    """
    if unknown := set(changes) - LINE_FIELDS:
        raise TypeError(f"cannot change {sorted(unknown)}")
    plan = _take(by, line.plan, reason)
    fresh = PlanLine.objects.select_related("topic", "course").get(pk=line.pk)
    if fresh.is_dropped:
        raise Conflict("line_dropped", _("Dòng này đã bỏ khỏi kế hoạch."))
    fresh.plan = plan
    before = {name: _plain(fresh, name) for name in changes}
    for name, value in changes.items():
        setattr(fresh, name, clean(value) if isinstance(value, str) else value)
    _check(fresh)
    fresh.save()
    after = {name: _plain(fresh, name) for name in changes}
    changed = {name: [before[name], after[name]] for name in changes if before[name] != after[name]}
    if not changed:
        return fresh
    if plan.is_approved:
        _revise(fresh, RevisionAction.CHANGED, by=by, reason=reason, changes=changed)
    data = {"line": fresh.name, "changes": changed, "reason": clean(reason)}
    audit.record("courses.change_plan_line", plan, by=by, data=data)
    return fresh


@transaction.atomic
def drop_line(*, line: PlanLine, by: Any, reason: str = "") -> None:
    """Take a line out: a draft forgets it, an approved plan shows it struck out with the reason.

    Raises Conflict ``line_in_use`` when a draft's line has classes, ``line_dropped`` when it was taken out already.
    """
    plan = _take(by, line.plan, reason)
    fresh = PlanLine.objects.get(pk=line.pk)
    if fresh.is_dropped:
        raise Conflict("line_dropped", _("Dòng này đã bỏ khỏi kế hoạch."))
    audit.record("courses.drop_plan_line", plan, by=by, data={"line": fresh.name, "reason": clean(reason)})
    if plan.is_approved:
        fresh.is_dropped = True
        fresh.save(update_fields=["is_dropped", "updated_at"])
        _revise(fresh, RevisionAction.DROPPED, by=by, reason=reason)
    elif fresh.class_groups.exists():
        raise Conflict("line_in_use", _("Đã có lớp mở theo dòng này, không bỏ được."))
    else:
        fresh.delete()


@transaction.atomic
def approve_plan(*, plan: YearPlan, by: Any, approved_on: dt.date | None = None) -> YearPlan:
    """Approve a plan: the director's word. Raises Conflict ``plan_approved``, InvalidInput for an empty plan or a day
    in the future.
    """
    require(by, Verb.APPROVE_PLAN, plan.centre_id)
    plan = YearPlan.objects.select_for_update(of=("self",)).select_related("centre").get(pk=plan.pk)
    if plan.is_approved:
        raise Conflict("plan_approved", _("Kế hoạch đã được duyệt."))
    if not plan.lines.exists():
        raise InvalidInput("plan_empty", _("Kế hoạch chưa có dòng nào để duyệt."))
    day = approved_on or timezone.localdate()
    if day > timezone.localdate():
        words = _("Ngày duyệt không thể ở tương lai.")
        raise InvalidInput("approved_in_future", words, fields={"approved_on": [words]})
    plan.status, plan.approved_on, plan.approved_by = PlanStatus.APPROVED, day, by
    plan.save(update_fields=["status", "approved_on", "approved_by", "updated_at"])
    audit.record("courses.approve_plan", plan, by=by, data={"on": str(day), "lines": plan.lines.count()})
    return plan


def _locked(by: Any, plan: YearPlan) -> YearPlan:
    """Return the plan as it is now, locked until the transaction ends."""
    require(by, Verb.MANAGE_CLASSES, plan.centre_id)
    fresh: YearPlan = YearPlan.objects.select_for_update(of=("self",)).select_related("centre").get(pk=plan.pk)
    return fresh


def _take(by: Any, plan: YearPlan, reason: str) -> YearPlan:
    """Return the plan, locked; refuse whoever may not change it as it stands, or gives no reason where one is due."""
    fresh = _locked(by, plan)
    if fresh.is_approved:
        require(by, Verb.APPROVE_PLAN, fresh.centre_id)
        if not clean(reason):
            words = _("Kế hoạch đã duyệt: hãy ghi lý do điều chỉnh.")
            raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    return fresh


def _revise(
    line: PlanLine, action: RevisionAction, *, by: Any, reason: str, changes: dict[str, list[Any]] | None = None
) -> None:
    last = PlanRevision.objects.filter(plan_id=line.plan_id).order_by("-number").first()
    PlanRevision.objects.create(
        plan_id=line.plan_id, number=last.number + 1 if last else 1, line=line, action=action, made_by=by,
        reason=clean(reason)[:300], changes=changes or {},
    )  # fmt: skip


def _plain(line: PlanLine, name: str) -> Any:
    """A field's value, JSON-ready."""
    value = getattr(line, name)
    return value if value is None or isinstance(value, (str, int)) else str(value)


def _check(line: PlanLine) -> None:
    fields: dict[str, list[str]] = {}
    if not clean(line.name):
        fields["name"] = [_("Hãy ghi nội dung.")]
    if line.quarter not in Quarter.values:
        fields["quarter"] = [_("Hãy chọn quý.")]
    if not 1 <= line.class_count <= MAX_CLASSES:
        fields["class_count"] = [_("Từ 1 đến %(most)s lớp.") % {"most": MAX_CLASSES}]
    if not 0 <= line.expected_participants <= MAX_PARTICIPANTS:
        fields["expected_participants"] = [_("Số lượt chưa đúng.")]
    if line.funding not in Funding.values:
        fields["funding"] = [_("Hãy chọn nguồn kinh phí.")]
    if line.course and line.course.centre_id not in (None, line.plan.centre_id):
        fields["course"] = [_("Khóa học này của trung tâm khác.")]
    if fields:
        raise InvalidInput("bad_line", _("Dòng kế hoạch chưa ghi đúng. Hãy xem các ô báo đỏ."), fields=fields)
