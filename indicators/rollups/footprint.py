"""What marks touch: read after the marks themselves, so that a change nobody has seen yet keeps its own mark.

A mark is resolved late, through the rows that stand there now. Whatever link has gone since (a session moved, an
enrolment left, a class changed its centre) left a mark of its own, so nothing that ever counted is missed.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from certificates.models import Certificate
from core.bulk import OneOf
from courses.choices import SessionStatus
from courses.models import ClassGroup, Enrolment, Session
from indicators.choices import RollupArea
from indicators.models import RollupMark
from indicators.rollups.areas import Area
from indicators.rollups.periods import Span

# More marks than this are not looked through while somebody waits: everything is taken for stale.
LOOKED_THROUGH = 2000
COLUMNS = ("class_group_id", "centre_id", "unit_id", "course_id", "learner_id", "user_id", "happened_on")

Mark = tuple[int | None, int | None, int | None, int | None, int | None, int | None, dt.date | None]


@dataclass
class Footprint:
    """Cells (centre, unit, day) that changed, centres of which everything may have, or everything."""

    everything: bool = False
    cells: set[tuple[int | None, int | None, dt.date]] = field(default_factory=set)
    centres: set[int] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Whether nothing that counts has changed."""
        return not (self.everything or self.cells or self.centres)

    def touches(self, area: Area, span: Span) -> bool:
        """Whether a sheet of that area and period may be another one now."""
        if self.everything:
            return True
        if self.centres and area.units is None and (area.centres is None or self.centres & area.centres):
            return True
        # A former district and the city have sheets of units and centres below them.
        return any(
            span[0] <= day <= span[1] and (area.key[0] == RollupArea.CITY or area.holds(centre, unit))
            for centre, unit, day in self.cells
        )


def recent() -> Footprint:
    """Return what has changed since the last rebuild; one query when nothing has."""
    marks = list(RollupMark.objects.filter(user_id=None).values_list(*COLUMNS)[: LOOKED_THROUGH + 1])
    if len(marks) > LOOKED_THROUGH:
        return Footprint(everything=True)
    return footprint(set(marks))


def footprint(marks: Iterable[Mark]) -> Footprint:
    """Resolve marks: four queries at most, however many."""
    found = Footprint()
    classes: set[int] = set()
    courses: set[int] = set()
    learners: set[int] = set()
    sessions: set[tuple[int, int | None, dt.date]] = set()
    for class_id, centre_id, unit_id, course_id, learner_id, user_id, day in marks:
        if user_id is not None:
            continue  # what only C3 asks
        if class_id is not None and day is not None:
            sessions.add((class_id, unit_id, day))
        elif day is not None:
            found.cells.add((centre_id, unit_id, day))
        elif class_id is not None:
            classes.add(class_id)
            if centre_id is not None:
                found.centres.add(centre_id)
        elif course_id is not None:
            courses.add(course_id)
        elif learner_id is not None:
            learners.add(learner_id)
        else:
            return Footprint(everything=True)
    if courses:
        classes |= set(ClassGroup.objects.filter(OneOf("course_id", courses)).values_list("pk", flat=True))
    if learners:
        rows = Enrolment.objects.order_by().filter(OneOf("learner_id", learners))
        classes |= set(rows.values_list("class_group_id", flat=True))
    if classes:
        found.cells |= _cells_of(classes)
    if sessions:
        ids = {class_id for class_id, _unit, _day in sessions}
        centres = dict(ClassGroup.objects.order_by().filter(OneOf("pk", ids)).values_list("pk", "centre_id"))
        # A class that is gone said itself which centre it was of.
        found.cells |= {(centres.get(class_id), unit_id, day) for class_id, unit_id, day in sessions}
    return found


def _cells_of(classes: set[int]) -> set[tuple[int | None, int | None, dt.date]]:
    """Where classes count: their held sessions, and the papers of their people."""
    held = Session.objects.order_by().filter(OneOf("class_group_id", classes), status=SessionStatus.HELD)
    papers = Certificate.objects.order_by().filter(OneOf("enrolment__class_group_id", classes))
    return {
        *held.values_list("class_group__centre_id", "unit_id", "held_on").distinct(),
        *papers.values_list("centre_id", "unit_id", "issued_on").distinct(),
    }
