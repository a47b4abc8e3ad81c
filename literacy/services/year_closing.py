"""Closing a literacy year: its official tables are kept as they are, with a hash over the people behind them."""

import datetime as dt
import json
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit
from core import audit
from core.dates import Period
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.text import clean
from literacy.models import Difficulty, YearClosing
from literacy.standards.checking import require_agreement
from literacy.standards.roll_up import roll_up
from literacy.standards.tables import forms_of
from literacy.standards.tally import people_hash


def may_close(by: User, unit: AdminUnit) -> bool:
    """Whether somebody reports for a unit: the officers of the unit itself, and those of the city for every unit."""
    scope = scope_of(by)
    return scope.may(Verb.REPORT_FIGURE) and (unit.pk in scope.unit_ids or Verb.REPORT_FIGURE in scope.city_verbs)


def _require(by: User, unit: AdminUnit) -> None:
    if not AdminUnit.objects.visible_to(by).filter(pk=unit.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    if not may_close(by, unit):
        raise Forbidden("role_may_not", _("Vai trò của bạn không khóa được số liệu của đơn vị này."))


@transaction.atomic
def close_year(*, unit: AdminUnit, year: int, by: User, reason: str = "") -> YearClosing:
    """Keep the tables of a literacy year that has ended; closing again needs a reason and makes the next version.

    What was kept is never changed. Raises InvalidInput for a year that has not ended or a reason that is missing,
    Conflict when nothing differs from what was kept or somebody else closed it just now, FormsDisagree, Forbidden and
    OutOfScope.
    """
    _require(by, unit)
    ends_on = Period.literacy_year(year).ends_on
    if ends_on >= timezone.localdate():
        words = _("Năm xóa mù chữ này chưa hết. Khóa được từ ngày 01/10.")
        raise InvalidInput("year_not_over", words)
    # Two clicks at once: the second one waits here, and then finds what the first one kept.
    AdminUnit.objects.select_for_update().get(pk=unit.pk)
    last, reason = YearClosing.objects.latest(unit, year), clean(reason)
    if last and not reason:
        words = _("Năm này đã khóa. Hãy ghi lý do lập lại.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    forms = forms_of(roll_up(unit, ends_on))
    require_agreement(forms)
    tables = [form.as_json() for form in forms.values()]
    digest, count = people_hash(unit, ends_on)
    if last and last.tables == _as_kept(tables) and last.people_hash == digest:
        raise Conflict("nothing_changed", _("Số liệu không khác bản đã khóa; không cần lập lại."))
    try:
        closing = YearClosing.objects.create(
            unit=unit,
            year=year,
            version=last.version + 1 if last else 1,
            tables=tables,
            people_hash=digest,
            people_count=count,
            reason=reason if last else "",
            closed_by=by,
            closed_at=timezone.now(),
        )
    except IntegrityError as error:
        raise Conflict("closed_meanwhile", _("Có người vừa khóa năm này. Hãy tải lại trang.")) from error
    data = {"unit": unit.code, "year": year, "version": closing.version, "people_hash": digest}
    audit.record("literacy.close_year", closing, by=by, data=data)
    return closing


def _as_kept(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tables as a database gives them back: tuples are lists there."""
    kept: list[dict[str, Any]] = json.loads(json.dumps(tables))
    return kept


@transaction.atomic
def mark_difficult(*, unit: AdminUnit, difficult: bool, valid_from: dt.date, source: str, by: User) -> Difficulty:
    """Lay down that a commune is, or is no longer, especially difficult from a day on, with the decision that says so.

    Raises InvalidInput (field named), Forbidden without the verb, OutOfScope.
    """
    if not AdminUnit.objects.visible_to(by).filter(pk=unit.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    if not scope_of(by).may(Verb.SET_RULES):
        raise Forbidden("role_may_not", _("Vai trò của bạn không làm được việc này. Hãy hỏi thành phố."))
    if unit.level != "commune":
        raise InvalidInput("not_a_commune", _("Chỉ phường, xã mới có diện đặc biệt khó khăn."))
    if not clean(source):
        words = _("Hãy ghi số và ngày quyết định.")
        raise InvalidInput("source_missing", words, fields={"source": [words]})
    row = Difficulty.objects.create(
        unit=unit, difficult=difficult, valid_from=valid_from, source=clean(source), recorded_by=by
    )
    data = {"unit": unit.code, "difficult": difficult, "from": valid_from.isoformat(), "source": row.source}
    audit.record("literacy.mark_difficult", row, by=by, data=data)
    return row
