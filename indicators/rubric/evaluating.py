"""A centre or commune judges its year, who is above looks at it: draft → submitted → locked, or returned.

Refused reviews leave an audit row (docs/adr/0049). Who saves on an older reading is told so and loses nothing.
"""

import datetime as dt
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
from centres.models import AdminUnit, Centre
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput
from core.text import clean
from indicators.choices import EvaluationState, Scoring
from indicators.models import CommunityTitle, Criterion, Evaluation, EvaluationEvent, EvaluationScore, Rubric
from indicators.rubric.access import require_review, require_writing
from indicators.rubric.marks import add_up, level_of, rank_of
from indicators.rubric.selectors import Line, Sheet, bands_of, sheet
from indicators.services.refusals import refusals_recorded

FIRST_YEAR = 2010


@dataclass(frozen=True, slots=True)
class Mark:
    """What is written for a criterion: points, or the level of a target; None is not judged yet."""

    points: Decimal | None
    words: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a reviewer gives for a criterion; a reason where it is not what was written."""

    points: Decimal | None
    reason: str = ""


def _log(row: Evaluation, state: str, by: User, reason: str = "") -> None:
    scores = row.scores.select_related("criterion")
    files: dict[int, list[str]] = {}
    for criterion_id, digest in row.papers.order_by("pk").values_list("criterion_id", "sha256"):
        files.setdefault(criterion_id, []).append(digest)
    marks = {
        score.criterion.code: {
            "points": str(score.points), "proposed": str(score.proposed), "agreed": str(score.agreed),
            "words": score.words, "paper": score.paper, "reason": score.reason,
            **({"files": files[score.criterion_id]} if score.criterion_id in files else {}),
        }
        for score in scores
    }  # fmt: skip
    EvaluationEvent.objects.create(
        evaluation=row, state=state, reason=reason[:500], marks=marks, total=row.total, acted_by=by
    )
    data = {"year": row.year, "total": str(row.total), "rank": row.rank, "reason": reason, **_unit_of(row)}
    audit.record(f"indicators.evaluation_{state}", row, by=by, centre_id=row.centre_id, data=data)


def _unit_of(row: Evaluation) -> dict[str, str]:
    return {"unit": row.unit.code} if row.unit else {}


def _points_allowed(criterion: Criterion, points: Decimal, *, of_levels: bool = False) -> str:
    """Return why points cannot be given for a criterion; "" when they can. ``of_levels``: its level, not points."""
    if not 0 <= points <= criterion.points:
        return _("Điểm từ 0 đến %(n)s.") % {"n": f"{criterion.points.normalize():f}".replace(".", ",")}
    if points != points.quantize(Decimal("0.01")):
        return _("Tối đa hai chữ số sau dấu phẩy.")
    if criterion.scoring == Scoring.YES_NO:
        if points not in (0, criterion.points):
            return _("Tiêu chí này chỉ có hai mức: có hoặc không.")
        return ""
    stepped = of_levels or criterion.scoring == Scoring.LEVELS
    if stepped and points not in {0, *(row.points for row in criterion.levels.all())}:
        return _("Hãy chọn một trong các mức của tiêu chí.")
    return ""


def _wants(line: Line, mark: Mark, *, of_levels: bool) -> str:
    """Return what is lacking before a mark can be submitted; "" when it is whole.

    Of a target that is said to be met, a paper is asked for wherever the system did not propose just that.
    """
    if mark.points is None:
        return _("Chưa nêu mức đạt.") if of_levels else _("Chưa chấm điểm.")
    differs = line.proposed is not None and mark.points != line.proposed
    outside = line.criterion.scoring == Scoring.YES_NO or (of_levels and (line.proposed is None or differs))
    if outside and mark.points and not clean(mark.paper) and not line.papers:
        return (
            _("Ghi số và ngày của giấy tờ chứng minh, hoặc kèm tệp.")
            if of_levels
            else _("Ghi số và ngày của giấy tờ chứng minh.")
        )
    if differs and not clean(mark.words):
        return (
            _("Mức khác mức hệ thống đề xuất. Hãy giải trình.")
            if of_levels
            else _("Điểm khác điểm hệ thống đề xuất. Hãy giải trình.")
        )
    return ""


@transaction.atomic
def save_evaluation(
    *, year: int, marks: Mapping[int, Mark], version: int, by: User, centre: Centre | None = None,
    unit: AdminUnit | None = None, submit: bool = False,
) -> Evaluation:  # fmt: skip
    """Keep what a centre or commune writes, and submit it when asked. ``marks`` by criterion; ``version`` 0: none yet.

    Raises InvalidInput naming the criteria (``p_<pk>``); Conflict ``evaluation_sent`` when it is with the reviewer,
    ``changed_meanwhile`` when a colleague saved since, ``no_rubric``; Forbidden; OutOfScope.
    """
    subject = centre or unit
    assert subject is not None
    require_writing(by, subject)
    hold_year(subject, year)
    seen = sheet(centre=centre, unit=unit, year=year, viewer=by)
    if seen is None:
        raise Conflict("no_rubric", _("Chưa có bộ tiêu chí nào áp dụng cho năm này."))
    row = seen.evaluation
    if row and not row.is_open:
        raise Conflict("evaluation_sent", _("Bản tự đánh giá đã gửi. Hãy rút lại trước khi sửa."))
    if (row.version if row else 0) != version:
        raise Conflict("changed_meanwhile", _("Đồng nghiệp vừa lưu bản này. Điểm và lời bạn nhập còn nguyên ở dưới; "
                                              "hãy mở trang ở thẻ khác để so rồi lưu lại."))  # fmt: skip
    _refuse_wrong(seen, marks, whole=submit)
    row = row or Evaluation(centre=centre, unit=unit, year=year, rubric=seen.rubric, version=0)
    row.version += 1
    if submit:
        row.state, row.submitted_at, row.submitted_by = EvaluationState.SUBMITTED, timezone.now(), by
    row.save()
    _write(row, seen, marks, freeze=submit)
    given = [(marks.get(line.criterion.pk, Mark(None)).points, line.criterion.points) for line in seen.lines]
    row.total, row.rank = _result(seen.rubric, given)
    row.save(update_fields=["total", "rank"])
    if submit:
        _log(row, EvaluationState.SUBMITTED, by)
    else:
        audit.record("indicators.evaluation_saved", row, by=by, centre_id=row.centre_id,
                     data={"year": year, "total": str(row.total), **_unit_of(row)})  # fmt: skip
    return row


def hold_year(subject: Centre | AdminUnit, year: int) -> None:
    """Hold a centre or commune, so that two first drafts are not both new. Raises InvalidInput for a year to come.

    A commune answers for years in which it was there: the unit of before 1 July 2025 for 2024, not for 2026.
    """
    today = timezone.localdate()
    if not FIRST_YEAR <= year <= today.year:
        raise InvalidInput("wrong_year", _("Năm phải từ %(from)s đến năm nay.") % {"from": FIRST_YEAR})
    type(subject)._default_manager.select_for_update().get(pk=subject.pk)
    if isinstance(subject, AdminUnit):
        day = min(dt.date(year, 12, 31), today)
        if subject.valid_from > day or (subject.valid_to is not None and subject.valid_to < day):
            raise InvalidInput("unit_not_there", _("Năm này đơn vị chưa có hoặc không còn nữa."))


def _result(rubric: Rubric, given: list[tuple[Decimal | None, Decimal]]) -> tuple[Decimal | None, str]:
    """Return total and rank: points added up, or the level that every target reaches (None: not known yet)."""
    if rubric.is_levels:
        level = level_of(points for points, _most in given)
        return level, "" if level is None else rank_of(bands_of(rubric), level)
    whole = add_up(given)
    return whole.points, rank_of(bands_of(rubric), whole.points) if whole.is_whole else ""


def _refuse_wrong(seen: Sheet, marks: Mapping[int, Mark], *, whole: bool) -> None:
    found: dict[str, list[str]] = {}
    of_levels = seen.rubric.is_levels
    for line in seen.lines:
        mark = marks.get(line.criterion.pk, Mark(None))
        why = "" if mark.points is None else _points_allowed(line.criterion, mark.points, of_levels=of_levels)
        why = why or (_wants(line, mark, of_levels=of_levels) if whole else "")
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
    rows = Evaluation.objects.select_for_update(of=("self",)).select_related("centre", "unit", "rubric")
    return rows.get(pk=evaluation.pk)


def _evaluation(given: dict[str, Any]) -> Evaluation:
    row: Evaluation = given["evaluation"]
    return row


@transaction.atomic
def take_back_evaluation(*, evaluation: Evaluation, by: User) -> Evaluation:
    """Undo submitting, as long as nobody has answered. Raises Conflict ``not_submitted``, Forbidden, OutOfScope."""
    row = _hold(evaluation)
    require_writing(by, row.subject)
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
    require_review(by, row)
    if row.state != EvaluationState.SUBMITTED:
        raise Conflict("not_submitted", _("Bản này không chờ xem xét: có người vừa xử lý, hoặc đơn vị đã rút lại."))
    if row.version != version:
        raise Conflict("changed_meanwhile", _("Đơn vị vừa gửi lại bản khác. Hãy mở lại trang để xem bản mới."))
    if not accept and not clean(reason):
        words = _("Hãy ghi cần bổ sung gì.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    if accept:
        row.total, row.rank = _result(row.rubric, _agree(row, agreed))
        row.locked_at, row.locked_by = timezone.now(), by
    row.state = EvaluationState.LOCKED if accept else EvaluationState.RETURNED
    row.version += 1
    row.save()
    _log(row, row.state, by, clean(reason))
    return row


def _agree(row: Evaluation, agreed: Mapping[int, Agreed]) -> list[tuple[Decimal | None, Decimal]]:
    """Write what was agreed and return it with each maximum."""
    found: dict[str, list[str]] = {}
    scores = list(row.scores.select_related("criterion").prefetch_related("criterion__levels"))
    for score in scores:
        given = agreed.get(score.criterion_id) or Agreed(score.points)
        points = score.points if given.points is None else given.points
        assert points is not None
        why = _points_allowed(score.criterion, points, of_levels=row.rubric.is_levels)
        if not why and points != score.points and not clean(given.reason):
            why = _("Khác điểm hoặc mức tự nêu. Hãy ghi lý do.")
        if why:
            found[f"a_{score.criterion_id}"] = [why]
        score.agreed = points
        score.reason = clean(given.reason)[:500] if points != score.points else ""
    if found:
        raise InvalidInput("marks_wrong", _("Có tiêu chí cần xem lại."), fields=found)
    EvaluationScore.objects.bulk_update(scores, ["agreed", "reason"])
    return [(score.agreed, score.maximum) for score in scores]


@refusals_recorded("reopen_evaluation", _evaluation)
def reopen_evaluation(*, evaluation: Evaluation, by: User, reason: str) -> Evaluation:
    """Give a locked year back, with a reason. Raises Conflict (not_locked, has_title), InvalidInput, Forbidden."""
    row = _hold(evaluation)
    if Verb.SET_RULES not in scope_of(by).city_verbs:
        raise Forbidden("role_may_not", _("Chỉ cán bộ thành phố mở lại được bản đã khóa."))
    if row.state != EvaluationState.LOCKED:
        raise Conflict("not_locked", _("Bản này không khóa."))
    if CommunityTitle.objects.standing().filter(evaluation=row).exists():
        raise Conflict("has_title", _("Đã có quyết định công nhận theo hồ sơ này. Hãy thu hồi danh hiệu trước."))
    if not clean(reason):
        words = _("Hãy ghi vì sao mở lại.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    row.state = EvaluationState.RETURNED
    row.version += 1
    row.save()
    _log(row, EvaluationState.RETURNED, by, clean(reason))
    return row
