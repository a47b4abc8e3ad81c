"""Verbs on a case of relapse: what was done, and coming back to a class."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.permissions import require
from core import audit
from core.errors import Conflict, InvalidInput, OutOfScope
from core.text import clean
from courses.models import ClassGroup, Enrolment
from courses.services import enrol
from literacy.choices import StepKind
from literacy.models import Relapse, RelapseStep

BY_HAND = tuple(kind for kind in StepKind if kind != StepKind.ENTERED)


def _take(case: Relapse, by: User) -> Relapse:
    """Return the case as it is now, locked. Raises OutOfScope, Forbidden, Conflict ``case_closed``."""
    if not Relapse.objects.visible_to(by).filter(pk=case.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    require(by, Verb.FOLLOW_UP, case.centre_id)
    fresh: Relapse = Relapse.objects.select_for_update(of=("self",)).select_related("learner").get(pk=case.pk)
    if fresh.recovered_on is not None:
        raise Conflict("case_closed", _("Người này đã biết chữ lại, hồ sơ đã đóng."))
    return fresh


def _check_day(case: Relapse, done_on: dt.date) -> None:
    words = ""
    if done_on > timezone.localdate():
        words = _("Ngày không được ở tương lai.")
    elif done_on < case.opened_on:
        words = _("Ngày phải từ ngày phát hiện tái mù chữ trở đi.")
    if words:
        raise InvalidInput("done_on_wrong", words, fields={"done_on": [words]})


@transaction.atomic
def record_step(*, case: Relapse, kind: str, done_on: dt.date, by: User, note: str = "") -> RelapseStep:
    """Record what was done for the person. Entering a class is ``enter_class``.

    Raises OutOfScope, Forbidden, Conflict ``case_closed``; InvalidInput ``step_unknown``, ``done_on_wrong``.
    """
    fresh = _take(case, by)
    if kind not in BY_HAND:
        words = _("Hãy chọn việc đã làm.")
        raise InvalidInput("step_unknown", words, fields={"kind": [words]})
    _check_day(fresh, done_on)
    return _write(fresh, kind, done_on, by, note)


@transaction.atomic
def enter_class(*, case: Relapse, class_group: ClassGroup, by: User) -> Enrolment:
    """Enrol the person of a case in a class, and keep in the case that they came back.

    Raises what ``courses.services.enrol`` raises: ``class_full``, ``enrolled_already``, …
    """
    fresh = _take(case, by)
    enrolment = enrol(class_group=class_group, learner=fresh.learner, by=by)
    _write(fresh, StepKind.ENTERED, timezone.localdate(), by, "", enrolment)
    return enrolment


def _write(
    case: Relapse, kind: str, done_on: dt.date, by: User, note: str, enrolment: Enrolment | None = None
) -> RelapseStep:
    row = RelapseStep.objects.create(
        case=case, kind=kind, done_on=done_on, note=clean(note)[:300], enrolment=enrolment, recorded_by=by
    )
    data = {"kind": str(kind), "on": str(done_on)}
    audit.record("literacy.record_relapse_step", case, by=by, centre_id=case.centre_id, data=data)
    return row
