"""Recording the decision that recognises a commune, and the end of one. Refused attempts leave an audit row."""

import datetime as dt
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.models import AdminUnit, UnitLineage
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from indicators.choices import EvaluationState
from indicators.models import CommunityTitle, CommunityTitleEnd, Evaluation, Rubric
from indicators.models.rubrics import HIGHEST_LEVEL
from indicators.rubric.access import require_deciding
from indicators.rubric.marks import months_later
from indicators.rubric.selectors import COMMUNE_SET, rubric_for
from indicators.services.refusals import refusals_recorded


def _unit(given: dict[str, Any]) -> models.Model:
    row: models.Model = given["unit"]
    return row


def _title(given: dict[str, Any]) -> models.Model:
    row: models.Model = given["title"]
    return row


@refusals_recorded("recognise_community", _unit)
def recognise_community(
    *, unit: AdminUnit, level: int, number: str, decided_on: dt.date, decided_by: str, by: User,
    evaluation: Evaluation | None = None, version: int | None = None, note: str = "",
) -> CommunityTitle:  # fmt: skip
    """Record a decision: by the file it was made on, or (with a note) one made before there was a file here.

    It holds for the months its set of criteria says, up to and with the same day. ``version``: of the file, as read.
    A decision on a commune that this one was made of may be recorded as going on; the note says by what.

    Raises InvalidInput by field; Conflict ``not_locked``, ``changed_meanwhile``, ``level_above_file``, ``too_early``,
    ``decision_known``, ``no_rubric``; Forbidden; OutOfScope.
    """
    require_deciding(by, unit)
    AdminUnit.objects.select_for_update().get(pk=unit.pk)
    _check(unit, level, number, decided_on, decided_by, note, has_file=evaluation is not None)
    file = _file(unit, evaluation, version, level) if evaluation else None
    rubric = file.rubric if file else rubric_for(decided_on.year, COMMUNE_SET)
    if rubric is None or not rubric.valid_months:
        raise Conflict("no_rubric", _("Chưa có bộ tiêu chí nào áp dụng cho năm này."))
    _refuse_known(unit, level, number, decided_on, rubric)
    row = CommunityTitle.objects.create(
        unit=unit, evaluation=file, level=level, number=clean(number)[:60], decided_on=decided_on,
        decided_by=clean(decided_by)[:200], valid_to=months_later(decided_on, rubric.valid_months),
        note=clean(note)[:300], recorded_by=by,
    )  # fmt: skip
    data = {
        "unit": unit.code, "level": level, "number": row.number, "decided_on": str(decided_on),
        "valid_to": str(row.valid_to), "year": file.year if file else None,
    }  # fmt: skip
    audit.record("indicators.recognise_community", row, by=by, data=data)
    return row


def _check(
    unit: AdminUnit, level: int, number: str, decided_on: dt.date, decided_by: str, note: str, *, has_file: bool
) -> None:
    fields: dict[str, list[str]] = {}
    if level not in range(1, HIGHEST_LEVEL + 1):
        fields["level"] = [_("Mức độ là 1 hoặc 2.")]
    if not clean(number):
        fields["number"] = [_("Hãy ghi số quyết định.")]
    if not clean(decided_by):
        fields["decided_by"] = [_("Hãy ghi cơ quan, chức danh người ký.")]
    if decided_on > timezone.localdate():
        fields["decided_on"] = [_("Ngày quyết định không được ở tương lai.")]
    elif unit.valid_to is not None and decided_on > unit.valid_to:
        fields["decided_on"] = [_("Ngày này đơn vị không còn nữa.")]
    elif decided_on < unit.valid_from and (has_file or not UnitLineage.objects.filter(new=unit).exists()):
        # Of a commune it was made of: whoever records that it goes on says by what (the note).
        fields["decided_on"] = [_("Ngày này đơn vị chưa có.")]
    if not has_file and not clean(note):
        fields["note"] = [_("Không có hồ sơ trên hệ thống: hãy ghi căn cứ.")]
    if fields:
        raise InvalidInput("decision_incomplete", _("Chưa ghi đủ. Hãy xem các ô báo đỏ."), fields=fields)


def _file(unit: AdminUnit, evaluation: Evaluation, version: int | None, level: int) -> Evaluation:
    row = Evaluation.objects.select_for_update(of=("self",)).select_related("rubric").get(pk=evaluation.pk)
    if row.unit_id != unit.pk or row.state != EvaluationState.LOCKED or row.total is None:
        raise Conflict("not_locked", _("Hồ sơ chưa được thẩm định xong, chưa ghi quyết định được."))
    if version is not None and version != row.version:
        raise Conflict("changed_meanwhile", _("Hồ sơ vừa thay đổi. Hãy mở lại trang để xem bản mới."))
    if level > row.total:
        words = _("Hồ sơ thẩm định chỉ đạt mức %(level)s.") % {"level": f"{row.total:.0f}"}
        raise Conflict("level_above_file", words)
    return row


def _refuse_known(unit: AdminUnit, level: int, number: str, decided_on: dt.date, rubric: Rubric) -> None:
    standing = list(CommunityTitle.objects.standing().filter(unit=unit))
    if any(row.decided_on == decided_on and row.number == clean(number) for row in standing):
        raise Conflict("decision_known", _("Quyết định này đã được ghi rồi."))
    first = [row for row in standing if row.level < level and row.decided_on <= decided_on <= row.valid_to]
    for row in first if rubric.raise_months else ():
        earliest = months_later(row.decided_on, rubric.raise_months or 0)
        if decided_on < earliest:
            words = _("Mức độ 1 công nhận ngày %(on)s: từ %(day)s mới được nâng mức độ 2.")
            raise Conflict("too_early", words % {"on": f"{row.decided_on:%d/%m/%Y}", "day": f"{earliest:%d/%m/%Y}"})


@refusals_recorded("end_community", _title)
def end_community(
    *, title: CommunityTitle, ended_on: dt.date, reason: str, by: User, document: str = ""
) -> CommunityTitleEnd:
    """Revoke a title, or say that its record was wrong; it stays in the book and holds no more.

    Raises InvalidInput by field, Conflict ``ended_already``, Forbidden, OutOfScope.
    """
    require_deciding(by, title.unit)
    AdminUnit.objects.select_for_update().get(pk=title.unit_id)
    fields: dict[str, list[str]] = {}
    if not clean(reason):
        fields["reason"] = [_("Hãy ghi lý do.")]
    if not title.decided_on <= ended_on <= timezone.localdate():
        fields["ended_on"] = [_("Ngày thu hồi từ ngày quyết định công nhận đến hôm nay.")]
    if fields:
        raise InvalidInput("end_incomplete", _("Chưa ghi đủ. Hãy xem các ô báo đỏ."), fields=fields)
    if CommunityTitleEnd.objects.filter(title=title).exists():
        raise Conflict("ended_already", _("Danh hiệu này đã được thu hồi rồi."))
    row = CommunityTitleEnd.objects.create(
        title=title, ended_on=ended_on, reason=clean(reason)[:300], document=clean(document)[:150], ended_by=by
    )
    data = {"unit": title.unit.code, "number": title.number, "reason": row.reason, "document": row.document}
    audit.record("indicators.end_community", title, by=by, data=data)
    return row
