"""Tasks of a plan: writing them down, saying what became of them. What was said is never changed."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.models import Body
from core import audit
from core.errors import Conflict
from core.text import clean
from indicators.choices import TaskState
from indicators.models import Plan, PlanTask, TaskUpdate
from indicators.services.plans import require_planner, take, wrong


@transaction.atomic
def save_task(
    *, plan: Plan, part: str, number: str, words: str, body: Body | None, co_operating: Sequence[Body], cadence: str,
    due_on: dt.date | None, by: User, task: PlanTask | None = None, reason: str = "",
) -> PlanTask:  # fmt: skip
    """Add a task to a plan in its own words, or change one."""
    row = take(plan, by, reason)
    if not clean(number):
        raise wrong("number", "number_missing", _("Hãy ghi số của nhiệm vụ, ví dụ V.1.1."))
    if row.tasks.filter(number=clean(number)).exclude(pk=task.pk if task else 0).exists():
        raise wrong("number", "number_taken", _("Kế hoạch đã có nhiệm vụ mang số này."))
    if not clean(words):
        raise wrong("words", "words_missing", _("Hãy chép lời của kế hoạch."))
    before = f"{task.number} {task.words}" if task else ""
    if task is None:
        last = row.tasks.aggregate(last=Max("order"))["last"] or 0
        task = PlanTask(plan=row, order=last + 1)
    task.part, task.number, task.words = clean(part)[:5], clean(number)[:12], clean(words)
    task.body, task.cadence, task.due_on = body, clean(cadence)[:60], due_on
    task.save()
    task.co_operating.set(co_operating)
    data = {"plan": row.code, "number": task.number, "reason": clean(reason), "before": before[:500]}
    audit.record("indicators.save_task", task, by=by, data=data)
    return task


@transaction.atomic
def drop_task(*, task: PlanTask, by: User, reason: str = "") -> None:
    """Delete a task of which nothing was said yet. Raises Conflict ``task_in_use``."""
    row = take(task.plan, by, reason)
    if task.updates.exists():
        raise Conflict("task_in_use", _("Nhiệm vụ đã có tiến độ, không xóa được."))
    data = {"plan": row.code, "number": task.number, "words": task.words[:500], "reason": clean(reason)}
    audit.record("indicators.drop_task", task, by=by, data=data)
    task.delete()


@transaction.atomic
def record_task(
    *, task: PlanTask, state: str, words: str, by: User, document: str = "", document_on: dt.date | None = None,
    link: str = "",
) -> TaskUpdate:  # fmt: skip
    """Say how far a task is, with the evidence. Done needs a paper or a link; given up needs a reason.

    Raises InvalidInput with the field, Forbidden, Conflict for a draft.
    """
    require_planner(by)
    row = PlanTask.objects.select_for_update(of=("self",)).select_related("plan").get(pk=task.pk)
    if row.plan.state == "draft":
        raise Conflict("plan_draft", _("Kế hoạch còn đang soạn, chưa ghi tiến độ được."))
    if state not in TaskState.values:
        raise wrong("state", "state_wrong", _("Hãy chọn trạng thái."))
    if not clean(words):
        asked = _("Hãy ghi lý do không làm nữa.") if state == TaskState.GIVEN_UP else _("Hãy ghi đã làm gì.")
        raise wrong("words", "words_missing", asked)
    if state == TaskState.DONE and not (clean(document) or clean(link)):
        raise wrong("document", "evidence_missing", _("Đã xong thì cần văn bản hoặc đường dẫn làm bằng chứng."))
    if document_on and document_on > timezone.localdate():
        raise wrong("document_on", "day_in_future", _("Ngày văn bản không được ở tương lai."))
    update = TaskUpdate.objects.create(
        task=row, state=state, words=clean(words)[:1000], document=clean(document)[:150], document_on=document_on,
        link=link.strip()[:300], recorded_by=by,
    )  # fmt: skip
    row.state = state
    row.save(update_fields=["state"])
    data = {"plan": row.plan.code, "number": row.number, "state": str(state), "document": update.document}
    audit.record("indicators.record_task", row, by=by, data=data)
    return update
