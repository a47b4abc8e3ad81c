"""Adjectives for courses, classes and what hangs on them."""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from centres.access import Scope, scope_of
from centres.choices import Verb
from core.text import search_key
from courses.choices import ClassStatus, EnrolmentStatus, SessionStatus, WaitStatus


class CourseQuerySet(models.QuerySet[Any]):
    """Courses; those without a centre are shared by all."""

    def visible_to(self, user: Any) -> Self:
        """Shared courses and those of the user's centres."""
        scope = scope_of(user)
        if scope.everything:  # an empty Q means all rows, but "shared or (all)" would become "shared"
            return self.all()
        mine = scope.centre_q() | scope.centre_q(verb=Verb.VIEW_OWN_CLASSES)
        return self.filter(Q(centre__isnull=True) | mine) if scope.roles else self.none()

    def for_centre(self, centre_id: int) -> Self:
        """Courses a class of the centre can be of: in use, its own or shared."""
        return self.filter(Q(centre__isnull=True) | Q(centre_id=centre_id), is_active=True)


class ClassGroupQuerySet(models.QuerySet[Any]):
    """Classes."""

    def visible_to(self, user: Any) -> Self:
        """Classes of the user's centres; a teacher's own."""
        return self.filter(scope_of(user).class_q())

    def running(self) -> Self:
        """Classes that are taught now."""
        return self.filter(status=ClassStatus.OPEN)

    def named_like(self, text: str) -> Self:
        """Classes whose name or code holds every word of the text, in any order, with or without tones."""
        found = self
        for word in search_key(text).split():
            found = found.filter(search_key__contains=word)
        return found

    def _counted(self, relation: str, condition: Q) -> Coalesce:
        rows = self.model._meta.get_field(relation).related_model._default_manager
        counted = rows.filter(condition, class_group=OuterRef("pk")).order_by().values("class_group")
        return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0)

    def with_counts(self) -> Self:
        """Annotate ``learner_count`` (not withdrawn), ``session_count`` (not cancelled) and ``held_count``.

        Counted by subqueries: joining people and sessions would multiply one by the other.
        """
        return self.annotate(
            learner_count=self._counted("enrolments", ~Q(status=EnrolmentStatus.WITHDRAWN)),
            session_count=self._counted("sessions", ~Q(status=SessionStatus.CANCELLED)),
            held_count=self._counted("sessions", Q(status=SessionStatus.HELD)),
        )

    def with_unmarked(self, day: dt.date) -> Self:
        """Annotate ``unmarked_count``: sessions up to the day whose attendance is missing."""
        unmarked = Q(status=SessionStatus.PLANNED, held_on__lte=day)
        return self.annotate(unmarked_count=self._counted("sessions", unmarked))


class HangsOnClassQuerySet(models.QuerySet[Any]):
    """Rows with a ``class_group``."""

    def visible_to(self, user: Any) -> Self:
        """Rows of classes the user sees."""
        return self.filter(scope_of(user).class_q("class_group"))


class WaitlistQuerySet(HangsOnClassQuerySet):
    """People on waitlists."""

    def waiting(self) -> Self:
        """Those who still wait, in order."""
        return self.filter(status=WaitStatus.WAITING).order_by("class_group_id", "position")


class CentreRowQuerySet(models.QuerySet[Any]):
    """Rows with a ``centre`` that those read who see everything of it: surveys, plans of the year."""

    def visible_to(self, user: Any) -> Self:
        """Rows of the user's centres."""
        return self.filter(scope_of(user).centre_q())


class PlacementTestQuerySet(CentreRowQuerySet):
    """Placement tests."""

    def standing(self) -> Self:
        """Those that were not taken back."""
        return self.filter(taken_back_at__isnull=True)


class HangsOnEnrolmentQuerySet(models.QuerySet[Any]):
    """Rows with an ``enrolment``."""

    def visible_to(self, user: Any) -> Self:
        """Rows of classes the user sees."""
        return self.filter(scope_of(user).class_q("enrolment__class_group"))


class MaterialQuerySet(models.QuerySet[Any]):
    """Learning materials."""

    def visible_to(self, user: Any) -> Self:
        """Those of the user's centres, teachers' too, and what any centre shares."""
        scope = scope_of(user)
        if scope.everything or not scope.roles:
            return self.all() if scope.everything else self.none()
        return self.filter(_of_centres(scope) | Q(is_shared=True))


class CourseMaterialQuerySet(models.QuerySet[Any]):
    """Uses of materials on courses."""

    def visible_to(self, user: Any) -> Self:
        """Uses by the user's centres, unless the material is no longer shared with them."""
        scope = scope_of(user)
        if scope.everything or not scope.roles:
            return self.all() if scope.everything else self.none()
        seen = _of_centres(scope, "material__centre_id") | Q(material__is_shared=True)
        return self.filter(_of_centres(scope)).filter(seen)


def _of_centres(scope: Scope, path: str = "centre_id") -> Q:
    """Rows of every centre the user reads or teaches in."""
    return Q(**{f"{path}__in": scope.centre_ids(Verb.VIEW) | scope.centre_ids(Verb.VIEW_OWN_CLASSES)})


class DayOffQuerySet(models.QuerySet[Any]):
    """Days without class."""

    def for_centre(self, centre_id: int) -> Self:
        """Public holidays and the centre's own days off."""
        return self.filter(Q(centre__isnull=True) | Q(centre_id=centre_id))

    def owned_by(self, user: Any) -> Self:
        """Own days off of the centres the user plans classes in; public holidays are nobody's."""
        return self.filter(centre_id__in=scope_of(user).centre_ids(Verb.MANAGE_CLASSES))


class SessionQuerySet(HangsOnClassQuerySet):
    """Sessions."""

    def to_mark(self, day: dt.date) -> Self:
        """Planned sessions up to a day: attendance is still missing."""
        return self.filter(status=SessionStatus.PLANNED, held_on__lte=day, class_group__status=ClassStatus.OPEN)


class GuestSpeakerQuerySet(models.QuerySet[Any]):
    """Guest speakers."""

    def visible_to(self, user: Any) -> Self:
        """Those of classes the user sees."""
        return self.filter(scope_of(user).class_q("session__class_group"))


class AttendanceQuerySet(models.QuerySet[Any]):
    """Marks."""

    def visible_to(self, user: Any) -> Self:
        """Marks of classes the user sees."""
        return self.filter(scope_of(user).class_q("session__class_group"))
