"""How far people have come in the literacy programme, which term they need, and who left on the way."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from centres.access import scope_of
from centres.choices import Verb
from courses.choices import ClassStatus, EnrolmentStatus
from courses.hooks import lost_since, proven_elsewhere
from courses.models import ClassGroup, Enrolment, PlacementTest
from courses.programme.rules import Shape
from courses.selectors.programme import literacy_courses, programme_shape


@dataclass(frozen=True, slots=True)
class Progress:
    """The last term a person has completed (0: none known), the one they need (None: nothing left), and why."""

    done: int
    needed: int | None
    why: str

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        if self.needed is None:
            return _("Đã học xong chương trình xóa mù chữ (%(why)s).") % {"why": self.why}
        if not self.why:
            return _("Kỳ cần học: kỳ %(n)s.") % {"n": self.needed}
        return _("Kỳ cần học: kỳ %(n)s (%(why)s).") % {"n": self.needed, "why": self.why}


def progress_of(learner_ids: Collection[int], shape: Shape | None = None) -> dict[int, Progress]:
    """Return how far everybody has come: a class passed, a phase proven otherwise, a placement test. Seven queries.

    A later term completed stands for those before it. People of whom nothing is known need the first term; of those who
    fell back only what they completed since counts.
    """
    shape = shape or programme_shape()
    if not shape.phases:
        return {}
    best: dict[int, tuple[int, str]] = {}
    lost = lost_since(learner_ids)

    def take(learner_id: int, done: int, why: str) -> None:
        if done > best.get(learner_id, (0, ""))[0]:
            best[learner_id] = (done, why)

    passed = Enrolment.objects.filter(
        literacy_courses("class_group__course"), learner_id__in=learner_ids, status=EnrolmentStatus.PASSED
    )
    rows = passed.order_by("pk").values_list(
        "learner_id", "class_group__course__term", "class_group__course__completes_phase", "class_group__closed_on"
    )
    for learner_id, term, phase, day in rows:
        done = shape.ends_with(term=term, completes_phase=phase)
        if day is None or (learner_id in lost and day <= lost[learner_id]):
            continue
        take(learner_id, done, _("hoàn thành kỳ %(n)s ngày %(day)s") % {"n": done, "day": f"{day:%d/%m/%Y}"})
    for phase in shape.phases:
        for learner_id in proven_elsewhere(learner_ids, phase) - set(lost):
            take(learner_id, shape.last_term(phase), _("được công nhận mức độ %(n)s") % {"n": phase})
    tests = PlacementTest.objects.standing().filter(learner_id__in=learner_ids).order_by("pk")
    for learner_id, term, day in tests.values_list("learner_id", "term", "tested_on"):
        if learner_id in lost and day <= lost[learner_id]:
            continue
        take(learner_id, term - 1, _("kiểm tra xếp lớp ngày %(day)s") % {"day": f"{day:%d/%m/%Y}"})
    found = {}
    for learner_id in learner_ids:
        done, why = best.get(learner_id, (0, ""))
        found[learner_id] = Progress(done, shape.after(done), why)
    return found


@dataclass(frozen=True)
class Returner:
    """Somebody who stopped on the way: the last class, the term they need, classes they can come back to."""

    last: Enrolment
    progress: Progress
    classes: list[ClassGroup]

    @property
    def kind(self) -> str:
        """``left``, ``failed`` or ``between`` (a term completed, the next one not begun)."""
        kinds = {EnrolmentStatus.WITHDRAWN: "left", EnrolmentStatus.FAILED: "failed"}
        return kinds.get(EnrolmentStatus(self.last.status), "between")


def stopped_on_the_way(user: Any) -> QuerySet[Enrolment]:
    """Return the last literacy enrolment in scope of everybody who stopped inside a phase and is in no class now.

    Left, did not complete the term, or completed it and did not go on within the phase. Who completed a phase is
    followed up by the literacy app.
    """
    steps = literacy_courses("class_group__course")
    latest = (
        Enrolment.objects.filter(steps, learner_id=OuterRef("learner_id"))
        .exclude(class_group__status=ClassStatus.CANCELLED)
        .order_by("-class_group__starts_on", "-pk")
    )
    learning = Enrolment.objects.filter(
        steps,
        learner_id=OuterRef("learner_id"),
        status=EnrolmentStatus.ACTIVE,
        class_group__status__in=[ClassStatus.PLANNED, ClassStatus.OPEN],
    )
    return (
        Enrolment.objects.visible_to(user)
        .filter(steps, learner__merged_into__isnull=True)
        .filter(pk=Subquery(latest.values("pk")[:1]))
        .exclude(status=EnrolmentStatus.ACTIVE)
        .exclude(status=EnrolmentStatus.PASSED, class_group__course__completes_phase__isnull=False)
        .exclude(Exists(learning))
        .select_related("learner__neighbourhood", "class_group__course", "class_group__centre")
        .order_by("-class_group__starts_on", "learner__sort_key", "pk")
    )


def returners(rows: Iterable[Enrolment], user: Any) -> list[Returner]:
    """Add to each row the term the person needs and the running classes of it: a fixed number of queries."""
    rows, shape = list(rows), programme_shape()
    progress = progress_of([row.learner_id for row in rows], shape)
    classes = classes_by_term(user, shape)
    return [
        Returner(row, how_far, classes.get(how_far.needed or 0, []))
        for row in rows
        if (how_far := progress.get(row.learner_id))
    ]


def classes_by_term(user: Any, shape: Shape) -> dict[int, list[ClassGroup]]:
    """Return the running classes where the user enrols, by the term they begin with, the soonest first: one query."""
    centres = scope_of(user).centre_ids(Verb.ENROL)
    found: dict[int, list[ClassGroup]] = {}
    running = (
        ClassGroup.objects.filter(
            literacy_courses("course"),
            centre_id__in=centres,
            status__in=[ClassStatus.PLANNED, ClassStatus.OPEN],
        )
        .select_related("course", "centre")
        .with_counts()
        .order_by("-starts_on", "pk")
    )
    for group in running:
        if first := shape.begins_with(term=group.course.term, completes_phase=group.course.completes_phase):
            found.setdefault(first, []).append(group)
    return found
