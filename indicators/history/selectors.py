"""One person's learning: classes with hours attended, topics, certificates, learning elsewhere, literacy, titles.

Only what the reader sees: rows of their centres. A class counts when the person was present at least once. Hours are
those of the timetable in sessions attended; sessions without times are counted as such, never guessed.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from certificates.choices import CertificateState
from certificates.models import Certificate
from certificates.selectors import STATUS
from courses.choices import AttendanceStatus, EnrolmentStatus, SessionStatus
from courses.models import Attendance, ClassGroup, Enrolment
from indicators.models import CitizenTitle
from learners.models import Learner
from learners.querysets import of_person
from literacy.models import LevelStanding, OutsideLearning


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class somebody attended."""

    group: ClassGroup
    sessions: int
    minutes: int
    untimed: int
    status: EnrolmentStatus

    @property
    def hours(self) -> float:
        """Hours attended by the timetable."""
        return self.minutes / 60


@dataclass(frozen=True)
class History:
    """Everything of one person on a day."""

    learner: Learner
    as_of: dt.date
    classes: list[ClassLine] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    outside: list[OutsideLearning] = field(default_factory=list)
    titles: list[CitizenTitle] = field(default_factory=list)
    standing: LevelStanding | None = None

    @property
    def topics(self) -> list[tuple[str, int, float]]:
        """Each topic with its classes and hours, in the order of topics."""
        found: dict[Any, list[ClassLine]] = defaultdict(list)
        for line in self.classes:
            found[line.group.course.topic].append(line)
        ordered = sorted(found.items(), key=lambda pair: (pair[0].order, pair[0].pk))
        return [(str(topic), len(lines), sum(line.hours for line in lines)) for topic, lines in ordered]

    @property
    def centres(self) -> list[str]:
        """Names of the centres whose rows are in it."""
        rows = {line.group.centre.sort_key: line.group.centre.name for line in self.classes}
        rows |= {paper.centre.sort_key: paper.centre.name for paper in self.certificates}
        return [name for _key, name in sorted(rows.items())]

    @property
    def in_force(self) -> int:
        """Certificates that stand."""
        return sum(row.state == CertificateState.ISSUED for row in self.certificates)

    @property
    def totals(self) -> dict[str, int]:
        """What a paper keeps and its check compares. No literacy: the check is public."""
        return {
            "classes": len(self.classes),
            "sessions": sum(line.sessions for line in self.classes),
            "minutes": sum(line.minutes for line in self.classes),
            "outside": len(self.outside),
            "certificates": len(self.certificates),
            "in_force": self.in_force,
        }

    @property
    def hours(self) -> float:
        """All hours attended by the timetable."""
        return self.totals["minutes"] / 60

    @property
    def untimed(self) -> int:
        """Sessions attended of which the timetable says no time."""
        return sum(line.untimed for line in self.classes)


def papers_of(learner: Learner) -> Any:
    """Return what was handed out to a person, whatever became of it, the latest first."""
    rows = Certificate.objects.filter(of_person(learner), state__in=STATUS).exclude(pdf="")
    return rows.select_related("centre").order_by("-issued_on", "-pk")


def history_of(learner: Learner, viewer: Any, as_of: dt.date) -> History:
    """Return what a reader sees of a person's learning up to a day: eight queries. The caller checked the person."""
    standing = LevelStanding.objects.filter(learner=learner).first()
    return History(
        learner, as_of,
        classes=_classes(learner, viewer, as_of),
        certificates=list(papers_of(learner).visible_to(viewer).filter(issued_on__lte=as_of)),
        outside=list(
            OutsideLearning.objects.visible_to(viewer)
            .filter(learner=learner, taken_back_at__isnull=True, ends_on__lte=as_of)
            .order_by("starts_on", "pk")
        ),
        titles=list(CitizenTitle.objects.visible_to(viewer).standing().filter(learner=learner)),
        standing=standing if standing and standing.level is not None else None,
    )  # fmt: skip


def holder_history(learner: Learner, as_of: dt.date) -> History:
    """Return what the link on a holder's slip shows anyway: the certificates of every centre, and nothing else."""
    return History(learner, as_of, certificates=list(papers_of(learner).filter(issued_on__lte=as_of)))


def _classes(learner: Learner, viewer: Any, as_of: dt.date) -> list[ClassLine]:
    enrolments = {
        row.class_group_id: row
        for row in Enrolment.objects.filter(learner=learner, class_group__in=ClassGroup.objects.visible_to(viewer))
        .select_related("class_group__course__topic", "class_group__centre")
        .order_by("class_group__starts_on", "pk")
    }
    marks = Attendance.objects.filter(
        enrolment__in=[row.pk for row in enrolments.values()], status=AttendanceStatus.PRESENT,
        session__status=SessionStatus.HELD, session__held_on__lte=as_of,
    )  # fmt: skip
    times: dict[int, list[int | None]] = defaultdict(list)
    rows = marks.values_list("session__class_group_id", "session__starts_at", "session__ends_at")
    for group_id, starts_at, ends_at in rows:
        times[group_id].append(_minutes(starts_at, ends_at))
    return [
        ClassLine(
            row.class_group, len(times[pk]), sum(one or 0 for one in times[pk]), times[pk].count(None),
            EnrolmentStatus(row.status),
        )
        for pk, row in enrolments.items() if times[pk]
    ]  # fmt: skip


def _minutes(starts_at: dt.time | None, ends_at: dt.time | None) -> int | None:
    if starts_at is None or ends_at is None:
        return None
    return (ends_at.hour - starts_at.hour) * 60 + ends_at.minute - starts_at.minute
