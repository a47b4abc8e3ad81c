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
from literacy.models import Escalation, FollowUp, LevelStatement, LiteracyAward, LiteracyCheck
from literacy.services.awards import record_award
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
    newly: bool = False,
) -> LevelStatement:
    """Write down a level with the paper it is known from. It says how the person reads.

    ``newly``: the paper is the first to certify the level, since ``since_on``; the person is newly literate and is
    followed up like those of our classes (docs/adr/0009). Otherwise no follow-up opens.
    Raises InvalidInput for days in the future or out of order, an unknown level or proof, a missing paper, a survey
    said to certify; Conflict ``level_held`` for a level certified already; OutOfScope or Forbidden.
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
    if newly and proof == Proof.SURVEY:
        wrong["newly"] = [_("Phiếu điều tra chỉ ghi lại, không công nhận. Hãy chọn căn cứ khác hoặc bỏ đánh dấu.")]
    if newly and level == StatedLevel.BELOW:
        wrong["newly"] = [_("Chưa đạt mức độ 1 thì chưa phải là mới biết chữ.")]
    if newly and not since_on:
        wrong["since_on"] = [_("Hãy ghi ngày được công nhận: lịch theo dõi tính từ ngày này.")]
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
    award = _certify(row, by) if newly else None
    restate([learner.pk])
    data = {"level": int(level), "proof": proof, "on": str(stated_on), "award": award and award.pk}
    audit.record("literacy.record_statement", row, by=by, centre_id=centre_id, data=data)
    return row


def _certify(statement: LevelStatement, by: User) -> LiteracyAward:
    """Make the level of a paper a certified one, with its follow-ups."""
    assert statement.since_on is not None
    return record_award(
        learner=statement.learner, level=statement.level, proof=statement.proof, certified_on=statement.since_on,
        centre=statement.centre, by=by, note=statement.source,
    )  # fmt: skip


def _take_award_back(pk: int) -> None:
    """Forget an award that came with a statement, while nobody has looked after the person. Raises Conflict."""
    if LiteracyCheck.objects.filter(award=pk).exists() or Escalation.objects.filter(award=pk).exists():
        words = _("Người này đã được theo dõi theo lịch, nên không hoàn tác được.")
        raise Conflict("undo_built_on", words)
    FollowUp.objects.filter(award=pk).delete()
    LiteracyAward.objects.filter(pk=pk).delete()


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
    if award := deed.data.get("award"):
        _take_award_back(award)
    audit.record("literacy.undo_statement", row, by=by, centre_id=centre_id, data={"deed": deed.pk})
    row.delete()
    restate([learner.pk])
