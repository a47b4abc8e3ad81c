"""Writing down a level that is known from a paper or a test."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from core.undo import own_deed
from learners.models import Learner
from learners.services import centre_where
from literacy.choices import Proof, StatedLevel
from literacy.models import LevelStatement
from literacy.services.restating import restate


@transaction.atomic
def record_statement(
    *,
    learner: Learner,
    level: int,
    proof: str,
    source: str,
    by: User,
    since_on: dt.date | None = None,
    stated_on: dt.date | None = None,
) -> LevelStatement:
    """Write down a level with the paper it is known from. It says how the person reads; it opens no follow-up.

    Raises InvalidInput for days in the future or out of order, an unknown level or proof, a missing paper; OutOfScope
    or Forbidden.
    """
    centre_id = centre_where(by, learner, Verb.SURVEY)
    today = timezone.localdate()
    stated_on, source = stated_on or today, clean(source)[:200]
    wrong: dict[str, list[str]] = {}
    if int(level) not in StatedLevel.values:
        wrong["level"] = [_("Hãy chọn mức độ.")]
    if proof not in Proof.values:
        wrong["proof"] = [_("Hãy chọn căn cứ.")]
    if not source:
        wrong["source"] = [_("Hãy ghi giấy tờ làm căn cứ: số, ngày, nơi cấp.")]
    if stated_on > today:
        wrong["stated_on"] = [_("Ngày ghi không được ở tương lai.")]
    if since_on and since_on > stated_on:
        wrong["since_on"] = [_("Ngày đạt mức độ phải trước ngày ghi.")]
    if wrong:
        raise InvalidInput("bad_statement", _("Có mục chưa đúng."), fields=wrong)
    row = LevelStatement.objects.create(
        learner=learner,
        level=level,
        proof=proof,
        source=source,
        since_on=since_on,
        stated_on=stated_on,
        centre_id=centre_id,
        recorded_by=by,
    )
    restate([learner.pk])
    data = {"level": int(level), "proof": proof, "on": str(stated_on)}
    audit.record("literacy.record_statement", row, by=by, centre_id=centre_id, data=data)
    return row


@transaction.atomic
def undo_statement(*, statement: LevelStatement, by: User) -> None:
    """Take back a level one wrote down oneself a moment ago; the audit trail keeps both.

    Raises Conflict ``undo_too_late``, or ``undo_built_on`` when another one was written since.
    """
    learner = Learner.objects.get(pk=statement.learner_id)
    centre_id = centre_where(by, learner, Verb.SURVEY)
    row = LevelStatement.objects.select_for_update().filter(pk=statement.pk).first()
    if row is None:
        raise Conflict("undo_done", _("Mức độ này đã được hoàn tác."))
    deed = own_deed("literacy.record_statement", row, by)
    if LevelStatement.objects.filter(learner=learner, pk__gt=row.pk).exists():
        words = _("Sau đó đã ghi thêm mức độ của người này, nên không hoàn tác được. Hãy ghi mức độ đúng.")
        raise Conflict("undo_built_on", words)
    audit.record("literacy.undo_statement", row, by=by, centre_id=centre_id, data={"deed": deed.pk})
    row.delete()
    restate([learner.pk])
