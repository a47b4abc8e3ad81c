"""Which class somebody who fell back can come back to: a plain rule with its reasons, over classes that there are.

The term: what the check that found the relapse saw the person do (docs/adr/0039; a rule of the house).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.access import scope_of
from centres.choices import Verb
from centres.models import UnitLineage
from courses.choices import ClassStatus, EnrolmentStatus
from courses.models import ClassGroup, Enrolment
from courses.programme.rules import Shape
from courses.selectors.programme import literacy_courses, programme_shape
from literacy.models import LiteracyCheck, Relapse

FIRST_PHASE = 1
MOST = 5
# A class of which more was taught than this share is past joining, unless there is no other.
LATE_PERCENT = 30


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A class with what speaks for it and against it, in words; ``open_to``: whether the reader enrols there."""

    class_group: ClassGroup
    reasons: tuple[str, ...]
    full: bool
    open_to: bool


def needed_term(check: LiteracyCheck | None) -> int | None:
    """Return the term of phase 1 that fits what the person could do; None when no check says it.

    Neither reading nor writing nor reckoning: the first term; one of them: the second; two or three: the third.
    """
    if check is None:
        return None
    seen = (check.reads, check.writes, check.counts)
    if any(value is None for value in seen):
        return None
    return max(1, min(3, 1 + sum(bool(value) for value in seen)))


def suggestions(cases: Sequence[Relapse], user: Any) -> dict[int, list[Suggestion]]:
    """Return for each case the classes in scope that suit best, the best first: four queries, however many cases.

    Classes of phase 1 that run or are planned; before others those in the commune where the person lives, then those of
    the centre that follows the person up, of the term they need, with a place left and not long begun.
    """
    shape = programme_shape()
    classes = _classes(user, shape)
    now_units = _units_today({case.learner.unit_id for case in cases if case.learner.unit_id})
    learning = set(
        Enrolment.objects.filter(
            learner_id__in=[case.learner_id for case in cases],
            class_group_id__in=[group.pk for group in classes],
        )
        .exclude(status=EnrolmentStatus.WITHDRAWN)
        .values_list("learner_id", "class_group_id")
    )
    found = {}
    for case in cases:
        units = now_units.get(case.learner.unit_id or 0, set())
        free = [group for group in classes if (case.learner_id, group.pk) not in learning]
        ranked = sorted(free, key=lambda group: _rank(case, group, units, shape))
        found[case.pk] = [_suggest(case, group, units, shape, user) for group in ranked[:MOST]]
    return found


def _classes(user: Any, shape: Shape) -> list[Any]:
    terms = shape.phases.get(FIRST_PHASE, ())
    running = ClassGroup.objects.visible_to(user).filter(
        literacy_courses("course"),
        Q(course__term__in=terms) | Q(course__term__isnull=True, course__completes_phase=FIRST_PHASE),
        status__in=[ClassStatus.PLANNED, ClassStatus.OPEN],
    )
    return list(running.select_related("course", "centre", "unit").with_counts().order_by("starts_on", "pk"))


def _units_today(unit_ids: Collection[int]) -> dict[int, set[int]]:
    """Return each unit with those that followed it, by key."""
    found = {pk: {pk} for pk in unit_ids}
    for old, new in UnitLineage.objects.filter(old_id__in=unit_ids).values_list("old_id", "new_id"):
        found[old].add(new)
    return found


def _fits(case: Relapse, group: Any, shape: Shape) -> bool:
    """Whether the class teaches the term needed: of the term, or of the whole phase from its beginning."""
    term = needed_term(case.found_by_check)
    first = shape.begins_with(term=group.course.term, completes_phase=group.course.completes_phase)
    return term is not None and first == term


def _is_full(group: Any) -> bool:
    return group.capacity is not None and group.learner_count >= group.capacity


def _is_late(group: Any) -> bool:
    planned = max(group.session_count, group.course.planned_sessions)
    return bool(group.held_count * 100 > planned * LATE_PERCENT)


def _rank(case: Relapse, group: Any, units: set[int], shape: Shape) -> tuple[Any, ...]:
    return (
        _is_full(group),
        group.unit_id not in units,
        group.centre_id != case.centre_id,
        not _fits(case, group, shape),
        _is_late(group),
        abs((group.starts_on - timezone.localdate()).days),
        group.pk,
    )


def _suggest(case: Relapse, group: Any, units: set[int], shape: Shape, user: Any) -> Suggestion:
    reasons = []
    if group.unit_id in units:
        reasons.append(_("cùng nơi ở: %(unit)s") % {"unit": group.unit})
    if group.centre_id == case.centre_id:
        reasons.append(_("của trung tâm đang theo dõi"))
    if _fits(case, group, shape):
        reasons.append(_("đúng kỳ %(n)s cần học") % {"n": needed_term(case.found_by_check)})
    if _is_full(group):
        reasons.append(_("đã đủ chỗ"))
    elif group.capacity is not None:
        reasons.append(_("còn %(n)s chỗ") % {"n": group.capacity - group.learner_count})
    if group.held_count:
        planned = max(group.session_count, group.course.planned_sessions)
        reasons.append(_("đã học %(held)s trên %(all)s buổi") % {"held": group.held_count, "all": planned})
    else:
        reasons.append(_("khai giảng %(day)s") % {"day": f"{group.starts_on:%d/%m/%Y}"})
    open_to = scope_of(user).may(Verb.ENROL, group.centre_id)
    return Suggestion(group, tuple(reasons), _is_full(group), open_to)


def how_recovered(case: Relapse) -> str:
    """Say what showed that the person can read again; "" while they cannot. At most two queries."""
    if case.recovered_on is None:
        return ""
    day = {"day": f"{case.recovered_on:%d/%m/%Y}"}
    check = LiteracyCheck.objects.filter(
        learner_id=case.learner_id, checked_on=case.recovered_on, outcome__startswith="holds"
    ).first()
    if check:
        return _("Biết chữ lại ngày %(day)s: kiểm tra thấy %(outcome)s.") % (
            day | {"outcome": str(check.get_outcome_display()).lower()}
        )
    row = (
        Enrolment.objects.filter(
            learner_id=case.learner_id, status=EnrolmentStatus.PASSED, class_group__closed_on=case.recovered_on
        )
        .filter(class_group__course__completes_phase__isnull=False)
        .select_related("class_group")
        .first()
    )
    if row:
        return _("Biết chữ lại ngày %(day)s: hoàn thành lớp %(name)s.") % (day | {"name": row.class_group.name})
    return _("Biết chữ lại ngày %(day)s.") % day


def episodes(cases: Any) -> dict[str, int]:
    """Count cases and people: a relapse counts once however often it was seen, and again only after a recovery."""
    counted = cases.aggregate(
        cases=Count("pk"), people=Count("learner", distinct=True), open=Count("pk", filter=Q(recovered_on__isnull=True))
    )
    return {key: int(value) for key, value in counted.items()}
