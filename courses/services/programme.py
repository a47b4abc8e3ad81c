"""Verbs on the literacy programme: spreading periods, results by subject."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from centres.access import scope_of
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput
from courses.choices import EnrolmentStatus, Result
from courses.models import (
    ClassGroup,
    Enrolment,
    PeriodSplit,
    Programme,
    ProgrammeSubject,
    ProgrammeTerm,
    SubjectResult,
)
from courses.permissions import take_class
from courses.programme.rules import Cell, Sum, overall
from courses.selectors.programme import own_split, programme_parts, programme_shape, sums_of
from courses.services.attendance import record_results

MOST_PERIODS = 999


def require_split(by: Any, centre: Centre | None) -> None:
    """Refuse unless ``by`` may spread the periods: a centre's who plans its classes, the city's who sets its rules."""
    if centre is not None:
        require(by, Verb.MANAGE_CLASSES, centre.pk)
    elif Verb.SET_RULES not in scope_of(by).city_verbs:
        raise Forbidden("role_may_not", _("Phân chia chung của thành phố do cán bộ thành phố sửa."))


@transaction.atomic
def save_split(
    *, programme: Programme, centre: Centre | None, periods: Mapping[Cell, int | None], by: Any
) -> dict[Cell, int]:
    """Keep how many periods each subject gets in each term; a centre's own goes before the city's.

    A phase is said whole, with the total the law gives, or left empty. Everything empty gives the split back: the
    city's is used again. Raises Forbidden, OutOfScope; InvalidInput ``split_wrong``, ``data["sums"]`` by phase;
    Conflict ``nothing_changed``.
    """
    require_split(by, centre)
    parts = programme_parts(programme)
    if centre is not None:
        Centre.objects.select_for_update().get(pk=centre.pk)  # two savings of one centre: one after the other
    else:
        list(Programme.objects.select_for_update().filter(pk=programme.pk))
    cells = {cell for part in parts for cell in part.cells}
    given = {cell: value for cell, value in periods.items() if value is not None}
    sums = sums_of(parts, given)
    wrong = [_sum_words(total) for total in sums.values() if not total.fits]
    if not set(given) <= cells or any(not 0 <= value <= MOST_PERIODS for value in given.values()):
        wrong.append(_("Số tiết là số nguyên từ 0 đến %(most)s.") % {"most": MOST_PERIODS})
    if wrong:
        raise InvalidInput("split_wrong", " ".join(wrong), sums=sums)
    before = own_split(programme, centre).periods
    if before == given:
        raise Conflict("nothing_changed", _("Không có gì thay đổi."))
    PeriodSplit.objects.filter(centre=centre, term__phase__programme=programme).delete()
    PeriodSplit.objects.bulk_create(
        [
            PeriodSplit(centre=centre, term_id=term, subject_id=subject, periods=value, saved_by=by)
            for (term, subject), value in given.items()
        ]
    )
    data = {
        "phases": {str(total.phase): total.total for total in sums.values()},
        "before": [[*cell, value] for cell, value in before.items()],
        "after": [[*cell, value] for cell, value in given.items()],
    }
    audit.record("courses.save_split", programme, by=by, centre_id=centre.pk if centre else None, data=data)
    return given


def _sum_words(total: Sum) -> str:
    words: dict[str, Any] = {"phase": total.phase, "wanted": total.wanted, "empty": total.empty, "total": total.total}
    if total.total is None:
        return _("Giai đoạn %(phase)s: còn %(empty)s ô trống. Hãy ghi đủ, hoặc để trống cả giai đoạn.") % words
    more = total.total - total.wanted
    if more > 0:
        return _("Giai đoạn %(phase)s: cộng được %(total)s tiết, thừa %(n)s so với %(wanted)s tiết.") % (
            words | {"n": more}
        )
    return _("Giai đoạn %(phase)s: cộng được %(total)s tiết, thiếu %(n)s so với %(wanted)s tiết.") % (
        words | {"n": -more}
    )


@transaction.atomic
def record_subject_results(
    *,
    class_group: ClassGroup,
    term: ProgrammeTerm,
    results: Mapping[tuple[int, int], str],
    by: Any,
    take_over: bool = False,
) -> int:
    """Record the assessment by subject: (enrolment key, subject key) → good, pass, fail or empty for unknown.

    ``take_over`` also makes what follows from the subjects the result of the class, for people of whom every subject of
    the term is known; the others keep what they have. Returns how many results changed.

    Raises InvalidInput ``result_unknown``, ``not_in_class``, ``subject_unknown``, ``not_the_last_term``; Conflict
    ``class_closed``, ``class_cancelled``.
    """
    fresh = take_class(by, Verb.TEACH, class_group)
    subjects = {
        row.pk for row in ProgrammeSubject.objects.filter(phase=term.phase_id) if row.only_term in (None, term.number)
    }
    people = Enrolment.objects.filter(class_group=fresh, status=EnrolmentStatus.ACTIVE).select_for_update(of=("self",))
    rows = {row.pk: row for row in people}
    if any(value not in Result.values for value in results.values()):
        raise InvalidInput("result_unknown", _("Kết quả chỉ có: hoàn thành tốt, hoàn thành, chưa hoàn thành."))
    if not {subject for _pk, subject in results} <= subjects:
        raise InvalidInput("subject_unknown", _("Có môn không thuộc kỳ này. Hãy tải lại trang."))
    if not {pk for pk, _subject in results} <= set(rows):
        raise InvalidInput("not_in_class", _("Có người không còn trong lớp. Hãy tải lại trang."))
    course = fresh.course
    if take_over and term.number != programme_shape().ends_with(
        term=course.term, completes_phase=course.completes_phase
    ):
        raise InvalidInput("not_the_last_term", _("Kết quả chung của lớp lấy theo kỳ cuối của lớp."))
    known = {
        (row.enrolment_id, row.subject_id): row for row in SubjectResult.objects.filter(enrolment__in=rows, term=term)
    }
    changes = []
    for key, value in results.items():
        row = known.get(key)
        if (row.result if row else "") == value:
            continue
        changes.append([*key, row.result if row else "", value])
        if not value:
            known.pop(key).delete()
            continue
        known[key], _created = SubjectResult.objects.update_or_create(
            enrolment_id=key[0], term=term, subject_id=key[1], defaults={"result": value, "recorded_by": by}
        )
    if changes:
        data = {"term": term.number, "changes": changes}
        audit.record("courses.record_subject_results", fresh, by=by, data=data)
    if take_over:
        suggested = {
            pk: overall([known[pk, subject].result if (pk, subject) in known else "" for subject in subjects])
            for pk in rows
        }
        given = {pk: (value, rows[pk].result_note) for pk, value in suggested.items() if value}
        record_results(class_group=fresh, results=given, by=by)
    return len(changes)
