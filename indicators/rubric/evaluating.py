"""A centre judges its year, its commune or district looks at it: draft → submitted → locked, or returned.

Refused reviews leave an audit row (docs/adr/0049). Who saves on an older reading is told so and loses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import Centre
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.text import clean
from indicators.choices import EvaluationState, Scoring
from indicators.models import Criterion, Evaluation, EvaluationEvent, EvaluationScore
from indicators.rubric.marks import add_up, rank_of
from indicators.rubric.selectors import Line, Sheet, bands_of, sheet
from indicators.services.refusals import refusals_recorded

FIRST_YEAR = 2010


@dataclass(frozen=True, slots=True)
class Mark:
    """What a centre writes for a criterion; ``points`` None is not judged yet."""

    points: Decimal | None
    words: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a reviewer gives for a criterion; a reason where it is not the centre's own points."""

    points: Decimal | None
    reason: str = ""


def _sees(by: User, centre: Centre, verb: Verb, words: str) -> None:
    scope = scope_of(by)
    if not scope.may(Verb.VIEW_FIGURES, centre.pk):
        raise OutOfScope("not_found", _("Không tìm thấy."))
    if not scope.may(verb, centre.pk):
        raise Forbidden("role_may_not", words)


def _log(row: Evaluation, state: str, by: User, reason: str = "") -> None:
    scores = row.scores.select_related("criterion")
    marks = {
        score.criterion.code: {
            "points": str(score.points), "proposed": str(score.proposed), "agreed": str(score.agreed),
            "words": score.words, "paper": score.paper, "reason": score.reason,
        }
        for score in scores
    }  # fmt: skip
    EvaluationEvent.objects.create(
        evaluation=row, state=state, reason=reason[:500], marks=marks, total=row.total, acted_by=by
    )
    data = {"year": row.year, "total": str(row.total), "rank": row.rank, "reason": reason}
    audit.record(f"indicators.evaluation_{state}", row, by=by, centre_id=row.centre_id, data=data)


def _points_allowed(criterion: Criterion, points: Decimal) -> str:
    """Return why points cannot be given for a criterion; "" when they can."""
    if not 0 <= points <= criterion.points:
        return _("Điểm từ 0 đến %(n)s.") % {"n": f"{criterion.points.normalize():f}".replace(".", ",")}
    if points != points.quantize(Decimal("0.01")):
        return _("Tối đa hai chữ số sau dấu phẩy.")
    if criterion.scoring == Scoring.YES_NO and points not in (0, criterion.points):
        return _("Tiêu chí này chỉ có hai mức: có hoặc không.")
    if criterion.scoring == Scoring.LEVELS and points not in {0, *(row.points for row in criterion.levels.all())}:
        return _("Hãy chọn một trong các mức của tiêu chí.")
    return ""


def _wants(line: Line, mark: Mark) -> str:
    """Return what is lacking before a mark can be submitted; "" when it is whole."""
    if mark.points is None:
        return _("Chưa chấm điểm.")
    if line.criterion.scoring == Scoring.YES_NO and mark.points and not clean(mark.paper):
        return _("Ghi số và ngày của giấy tờ chứng minh.")
    if line.proposed is not None and mark.points != line.proposed and not clean(mark.words):
        return _("Điểm khác điểm hệ thống đề xuất. Hãy giải trình.")
    return ""


@transaction.atomic
def save_evaluation(
    *, centre: Centre, year: int, marks: Mapping[int, Mark], version: int, by: User, submit: bool = False
) -> Evaluation:
    """Keep what the centre writes, and submit it when asked. ``marks`` by criterion; ``version`` 0: none yet.

    Raises InvalidInput naming the criteria (``p_<pk>``); Conflict ``evaluation_sent`` when it is with the reviewer,
    ``changed_meanwhile`` when a colleague saved since, ``no_rubric``; Forbidden; OutOfScope.
    """
    _sees(by, centre, Verb.DECLARE, _("Chỉ trung tâm tự đánh giá được năm của mình."))
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        raise InvalidInput("wrong_year", _("Năm phải từ %(from)s đến năm nay.") % {"from": FIRST_YEAR})
    # Held through the centre: two first drafts would otherwise both be new.
    Centre.objects.select_for_update().get(pk=centre.pk)
    seen = sheet(centre=centre, year=year, viewer=by)
    if seen is None:
        raise Conflict("no_rubric", _("Chưa có bộ tiêu chí nào áp dụng cho năm này."))
    row = seen.evaluation
    if row and not row.is_open:
        raise Conflict("evaluation_sent", _("Bản tự đánh giá đã gửi. Hãy rút lại trước khi sửa."))
    if (row.version if row else 0) != version:
        raise Conflict("changed_meanwhile", _("Đồng nghiệp vừa lưu bản này. Điểm và lời bạn nhập còn nguyên ở dưới; "
                                              "hãy mở trang ở thẻ khác để so rồi lưu lại."))  # fmt: skip
    _refuse_wrong(seen, marks, whole=submit)
    row = row or Evaluation(centre=centre, year=year, rubric=seen.rubric, version=0)
    row.version += 1
    if submit:
        row.state, row.submitted_at, row.submitted_by = EvaluationState.SUBMITTED, timezone.now(), by
    row.save()
    _write(row, seen, marks, freeze=submit)
    whole = add_up((marks.get(line.criterion.pk, Mark(None)).points, line.criterion.points) for line in seen.lines)
    row.total, row.rank = whole.points, rank_of(seen.bands, whole.points) if whole.is_whole else ""
    row.save(update_fields=["total", "rank"])
    if submit:
        _log(row, EvaluationState.SUBMITTED, by)
    else:
        audit.record("indicators.evaluation_saved", row, by=by, centre_id=centre.pk,
                     data={"year": year, "total": str(row.total)})  # fmt: skip
    return row


def _refuse_wrong(seen: Sheet, marks: Mapping[int, Mark], *, whole: bool) -> None:
    found: dict[str, list[str]] = {}
    for line in seen.lines:
        mark = marks.get(line.criterion.pk, Mark(None))
        why = "" if mark.points is None else _points_allowed(line.criterion, mark.points)
        why = why or (_wants(line, mark) if whole else "")
        if why:
            found[f"p_{line.criterion.pk}"] = [why]
    if found:
        raise InvalidInput("marks_wrong", _("Có tiêu chí cần xem lại."), fields=found)


def _write(row: Evaluation, seen: Sheet, marks: Mapping[int, Mark], *, freeze: bool) -> None:
    known = {score.criterion_id: score for score in row.scores.all()}
    for line in seen.lines:
        mark = marks.get(line.criterion.pk, Mark(None))
        score = known.get(line.criterion.pk) or EvaluationScore(evaluation=row, criterion=line.criterion)
        score.maximum = line.criterion.points
        score.points, score.words, score.paper = mark.points, clean(mark.words)[:500], clean(mark.paper)[:200]
        score.agreed, score.reason = None, ""
        score.value = line.evidence.value if freeze and line.evidence else None
        score.proposed = line.proposed if freeze else None
        score.save()


def _hold(evaluation: Evaluation) -> Evaluation:
    rows = Evaluation.objects.select_for_update(of=("self",)).select_related("centre", "rubric")
    return rows.get(pk=evaluation.pk)


def _evaluation(given: dict[str, Any]) -> Evaluation:
    row: Evaluation = given["evaluation"]
    return row


@transaction.atomic
def take_back_evaluation(*, evaluation: Evaluation, by: User) -> Evaluation:
    """Undo submitting, as long as nobody has answered. Raises Conflict ``not_submitted``, Forbidden, OutOfScope."""
    row = _hold(evaluation)
    _sees(by, row.centre, Verb.DECLARE, _("Chỉ trung tâm rút lại được bản tự đánh giá của mình."))
    if row.state != EvaluationState.SUBMITTED:
        raise Conflict("not_submitted", _("Bản này không còn chờ xem xét, không rút lại được."))
    row.state = EvaluationState.DRAFT
    row.version += 1
    row.save()
    _log(row, EvaluationState.DRAFT, by)
    return row


@refusals_recorded("review_evaluation", _evaluation)
def review_evaluation(
    *, evaluation: Evaluation, agreed: Mapping[int, Agreed], version: int, by: User, accept: bool, reason: str = ""
) -> Evaluation:
    """Agree to the points (or others, with a reason each) and lock the year; or return it with a reason.

    A criterion that ``agreed`` leaves out keeps the centre's own points. Raises InvalidInput naming the criteria
    (``a_<pk>``) or ``reason``; Conflict ``not_submitted``, ``changed_meanwhile``; Forbidden; OutOfScope.
    """
    row = _hold(evaluation)
    _sees(by, row.centre, Verb.APPROVE_FIGURE, _("Chỉ cán bộ quản lý địa bàn xem xét được bản tự đánh giá."))
    if row.state != EvaluationState.SUBMITTED:
        raise Conflict("not_submitted", _("Bản này không chờ xem xét: có người vừa xử lý, hoặc trung tâm đã rút lại."))
    if row.version != version:
        raise Conflict("changed_meanwhile", _("Trung tâm vừa gửi lại bản khác. Hãy mở lại trang để xem bản mới."))
    if not accept and not clean(reason):
        words = _("Hãy ghi cần bổ sung gì.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    if accept:
        row.total = _agree(row, agreed)
        row.rank = rank_of(bands_of(row.rubric), row.total)
        row.locked_at, row.locked_by = timezone.now(), by
    row.state = EvaluationState.LOCKED if accept else EvaluationState.RETURNED
    row.version += 1
    row.save()
    _log(row, row.state, by, clean(reason))
    return row


def _agree(row: Evaluation, agreed: Mapping[int, Agreed]) -> Decimal:
    """Write what was agreed and return the total."""
    found: dict[str, list[str]] = {}
    scores = list(row.scores.select_related("criterion").prefetch_related("criterion__levels"))
    for score in scores:
        given = agreed.get(score.criterion_id) or Agreed(score.points)
        points = score.points if given.points is None else given.points
        assert points is not None
        why = _points_allowed(score.criterion, points)
        if not why and points != score.points and not clean(given.reason):
            why = _("Điểm khác điểm tự chấm. Hãy ghi lý do.")
        if why:
            found[f"a_{score.criterion_id}"] = [why]
        score.agreed = points
        score.reason = clean(given.reason)[:500] if points != score.points else ""
    if found:
        raise InvalidInput("marks_wrong", _("Có tiêu chí cần xem lại."), fields=found)
    EvaluationScore.objects.bulk_update(scores, ["agreed", "reason"])
    return add_up((score.agreed, score.maximum) for score in scores).points


@refusals_recorded("reopen_evaluation", _evaluation)
def reopen_evaluation(*, evaluation: Evaluation, by: User, reason: str) -> Evaluation:
    """Give a locked year back to the centre, with a reason. Raises Conflict ``not_locked``, InvalidInput, Forbidden."""
    row = _hold(evaluation)
    if Verb.SET_RULES not in scope_of(by).city_verbs:
        raise Forbidden("role_may_not", _("Chỉ cán bộ thành phố mở lại được bản đã khóa."))
    if row.state != EvaluationState.LOCKED:
        raise Conflict("not_locked", _("Bản này không khóa."))
    if not clean(reason):
        words = _("Hãy ghi vì sao mở lại.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    row.state = EvaluationState.RETURNED
    row.version += 1
    row.save()
    _log(row, EvaluationState.RETURNED, by, clean(reason))
    return row
