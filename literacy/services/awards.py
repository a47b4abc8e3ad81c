"""Becoming literate: by completing a phase, or by another proof."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from centres.selectors import unit_of_centre
from core import audit
from core.errors import Conflict, InvalidInput, OutOfScope
from core.models import setting_known
from core.text import clean
from courses.choices import ClassStatus, EnrolmentStatus
from courses.hooks import after_closing, phase_proof
from courses.models import ClassGroup, Enrolment
from learners.models import Learner
from literacy.choices import LiteracyLevel, Proof
from literacy.models import FollowUp, LiteracyAward
from literacy.rules import follow_up_dates
from literacy.services.relapse import recover
from literacy.services.restating import restate
from literacy.services.worklist import refresh_people, refresh_risk


@after_closing
def award_after_closing(*, class_group: ClassGroup, passed: list[Enrolment], by: User) -> None:
    """Give the level of the phase a class completes to everybody who passed; runs inside the closing.

    A first level 1 makes a person newly literate and opens the follow-ups; passing again ends an open relapse
    and takes up the follow-ups that are still to come.
    """
    phase = class_group.course.completes_phase
    if not phase:
        return
    _award_all(class_group, passed, phase, by)


@phase_proof
def holders_of_level(learner_ids: Collection[int], phase: int) -> set[int]:
    """Return who holds the level of a phase or a higher one, by whatever proof: the prerequisite of terms 4 and 5."""
    held = LiteracyAward.objects.filter(learner_id__in=learner_ids, level__gte=phase)
    return set(held.values_list("learner_id", flat=True))


def _award_all(class_group: ClassGroup, passed: list[Enrolment], phase: int, by: Any) -> list[LiteracyAward]:
    day = class_group.closed_on or timezone.localdate()
    unit = unit_of_centre(class_group.centre_id, day)
    ids = [row.learner_id for row in passed]
    holders = set(LiteracyAward.objects.filter(learner_id__in=ids, level=phase).values_list("learner_id", flat=True))
    # Strictly before: a relapse found after the class on its closing day is not undone by deriving again.
    recover(ids, day=day, opened_until=day - dt.timedelta(days=1))
    made = LiteracyAward.objects.bulk_create(
        [
            LiteracyAward(
                learner_id=row.learner_id,
                level=phase,
                proof=Proof.PROGRAMME,
                certified_on=day,
                centre_id=class_group.centre_id,
                unit=unit,
                enrolment=row,
                recorded_by=by,
            )
            for row in passed
            if row.learner_id not in holders
        ],
        batch_size=500,
    )
    if phase == LiteracyLevel.LEVEL_1:
        plan_follow_ups(made)
    restate(ids)
    if made:
        data = {"class": class_group.code, "level": phase, "people": len(made)}
        audit.record("literacy.award", class_group, by=by, centre_id=class_group.centre_id, data=data)
    return made


def plan_follow_ups(awards: list[LiteracyAward]) -> int:
    """Open the checks that fall due after each level 1 award (dated setting ``literacy.follow_up_months``)."""
    rows = [
        FollowUp(award=award, learner_id=award.learner_id, centre_id=award.centre_id, months=months, due_on=due_on)
        for award in awards
        for months, due_on in follow_up_dates(
            award.certified_on, setting_known("literacy.follow_up_months", award.certified_on)
        )
    ]
    FollowUp.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    refresh_risk([award.pk for award in awards])
    return len(rows)


@transaction.atomic
def derive_awards() -> int:
    """Give every award that closed classes imply and that is missing; running it again changes nothing."""
    groups = (
        ClassGroup.objects.filter(status=ClassStatus.CLOSED, course__completes_phase__isnull=False)
        .select_related("course", "closed_by")
        .order_by("closed_on", "pk")
    )
    made = 0
    for group in groups.iterator(chunk_size=500):
        passed = list(group.enrolments.filter(status=EnrolmentStatus.PASSED).order_by("pk"))
        made += len(_award_all(group, passed, group.course.completes_phase or 0, group.closed_by))
    return made


@transaction.atomic
def record_award(
    *, learner: Learner, level: int, proof: str, certified_on: dt.date, centre: Centre, by: User, note: str = ""
) -> LiteracyAward:
    """Record a level known by another proof than our own class.

    Raises OutOfScope for people of other centres, InvalidInput for a day in the future, Conflict when the person holds
    the level already.
    """
    require(by, Verb.FOLLOW_UP, centre.pk)
    if not Learner.objects.visible_to(by).filter(pk=learner.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    if certified_on > timezone.localdate():
        words = _("Ngày công nhận không được ở tương lai.")
        raise InvalidInput("certified_in_future", words, fields={"certified_on": [words]})
    if LiteracyAward.objects.filter(learner=learner, level=level).exists():
        raise Conflict("level_held", _("Người này đã được công nhận mức độ này."))
    award = LiteracyAward.objects.create(
        learner=learner,
        level=level,
        proof=proof,
        certified_on=certified_on,
        centre=centre,
        unit=unit_of_centre(centre.pk, certified_on),
        note=clean(note)[:300],
        recorded_by=by,
    )
    if level == LiteracyLevel.LEVEL_1 and proof != Proof.SURVEY:
        plan_follow_ups([award])
    elif level == LiteracyLevel.LEVEL_2:  # learning went on
        refresh_people([learner.pk])
    restate([learner.pk])
    audit.record("literacy.record_award", award, by=by, centre_id=centre.pk, data={"level": level, "proof": proof})
    return award
