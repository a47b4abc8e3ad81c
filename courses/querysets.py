"""Adjectives for courses, classes and what hangs on them."""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Count, Q

from centres.access import scope_of
from centres.choices import Verb
from courses.choices import ClassStatus, EnrolmentStatus, SessionStatus


class CourseQuerySet(models.QuerySet[Any]):
    """Courses; those without a centre are shared by all."""

    def visible_to(self, user: Any) -> Self:
        """Shared courses and those of the user's centres."""
        scope = scope_of(user)
        mine = scope.centre_q() | scope.centre_q(verb=Verb.VIEW_OWN_CLASSES)
        return self.filter(Q(centre__isnull=True) | mine) if scope.roles else self.none()


class ClassGroupQuerySet(models.QuerySet[Any]):
    """Classes."""

    def visible_to(self, user: Any) -> Self:
        """Classes of the user's centres; a teacher's own."""
        return self.filter(scope_of(user).class_q())

    def running(self) -> Self:
        """Classes that are taught now."""
        return self.filter(status=ClassStatus.OPEN)

    def with_counts(self) -> Self:
        """Annotate ``learner_count`` (not withdrawn), ``session_count`` (not cancelled) and ``held_count``."""
        return self.annotate(
            learner_count=Count("enrolments", filter=~Q(enrolments__status=EnrolmentStatus.WITHDRAWN), distinct=True),
            session_count=Count("sessions", filter=~Q(sessions__status=SessionStatus.CANCELLED), distinct=True),
            held_count=Count("sessions", filter=Q(sessions__status=SessionStatus.HELD), distinct=True),
        )


class HangsOnClassQuerySet(models.QuerySet[Any]):
    """Rows with a ``class_group``."""

    def visible_to(self, user: Any) -> Self:
        """Rows of classes the user sees."""
        return self.filter(scope_of(user).class_q("class_group"))


class SessionQuerySet(HangsOnClassQuerySet):
    """Sessions."""

    def to_mark(self, day: dt.date) -> Self:
        """Planned sessions up to a day: attendance is still missing."""
        return self.filter(status=SessionStatus.PLANNED, held_on__lte=day, class_group__status=ClassStatus.OPEN)


class AttendanceQuerySet(models.QuerySet[Any]):
    """Marks."""

    def visible_to(self, user: Any) -> Self:
        """Marks of classes the user sees."""
        return self.filter(scope_of(user).class_q("session__class_group"))
