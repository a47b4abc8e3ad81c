"""Read-only endpoints. Every queryset starts from ``visible_to``: out of scope is 404, like on the pages."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets

from accounts.markers import Marker
from accounts.models import User
from api import filters, serializers
from api.permissions import HasVerb
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from certificates.models import Certificate
from core.errors import OutOfScope
from courses.models import ClassGroup, Course, Enrolment
from indicators.models import Figure, Indicator, Plan
from indicators.selectors import find_plan

READERS = (Verb.VIEW, Verb.VIEW_OWN_CLASSES)


class ScopedViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """List, filter and retrieve rows in the caller's scope. Subclasses say where their rows come from."""

    scope_marker: ClassVar[Marker] = Marker("scoped", READERS)
    permission_classes = (HasVerb,)

    def rows(self, user: User) -> QuerySet[Any]:
        """Return the rows the user sees, with what the serializer needs."""
        raise LookupError(f"{type(self).__name__} names no rows")

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Scoped answers are nobody else's: no cache may keep them."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "private, no-store"
        return answer

    def get_queryset(self) -> QuerySet[Any]:
        """Scope first; the schema generator asks without a user."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset().none()
        user = self.request.user
        assert isinstance(user, User)
        return self.rows(user)


def documented(noun: str) -> Any:
    """Describe list and retrieve in the schema."""
    return extend_schema_view(
        list=extend_schema(summary=f"List {noun}", description=f"{noun.capitalize()} in the caller's scope."),
        retrieve=extend_schema(summary=f"One of {noun}", description="404 when it is outside the caller's scope."),
    )


@documented("administrative units")
class UnitViewSet(ScopedViewSet):
    """City, districts (historical) and communes, with the days they existed."""

    queryset = AdminUnit.objects.all()
    serializer_class = serializers.UnitSerializer
    filterset_class = filters.UnitFilter
    scope_marker = Marker("scoped", (Verb.VIEW,))

    def rows(self, user: User) -> QuerySet[Any]:
        """Own units, what is below and above them."""
        return AdminUnit.objects.visible_to(user).select_related("parent").order_by("level", "sort_key", "pk")


@documented("centres")
class CentreViewSet(ScopedViewSet):
    """Community learning centres."""

    queryset = Centre.objects.all()
    serializer_class = serializers.CentreSerializer
    filterset_class = filters.CentreFilter

    def rows(self, user: User) -> QuerySet[Any]:
        """Centres with their dated locations."""
        rows = Centre.objects.visible_to(user).select_related("successor").prefetch_related("locations__unit")
        return rows.order_by("sort_key", "pk")


@documented("courses")
class CourseViewSet(ScopedViewSet):
    """Courses of the centres and those shared by all."""

    queryset = Course.objects.all()
    serializer_class = serializers.CourseSerializer
    filterset_class = filters.CourseFilter

    def rows(self, user: User) -> QuerySet[Any]:
        """Courses with topic and programme."""
        return (
            Course.objects.visible_to(user).select_related("centre", "topic", "programme").order_by("search_key", "pk")
        )


@documented("classes")
class ClassViewSet(ScopedViewSet):
    """Class groups."""

    queryset = ClassGroup.objects.all()
    serializer_class = serializers.ClassSerializer
    filterset_class = filters.ClassFilter

    def rows(self, user: User) -> QuerySet[Any]:
        """Classes with counts of people and sessions held."""
        rows = ClassGroup.objects.visible_to(user).select_related("centre", "unit", "course__topic").with_counts()
        return rows.order_by("-starts_on", "-pk")


@documented("enrolments")
class EnrolmentViewSet(ScopedViewSet):
    """One person in one class (a participation). Names and codes only; identity numbers never."""

    queryset = Enrolment.objects.all()
    serializer_class = serializers.EnrolmentSerializer
    filterset_class = filters.EnrolmentFilter

    def rows(self, user: User) -> QuerySet[Any]:
        """Enrolments with learner and class."""
        return Enrolment.objects.visible_to(user).select_related("learner", "class_group__centre").order_by("pk")


@documented("certificates")
class CertificateViewSet(ScopedViewSet):
    """Register entries."""

    queryset = Certificate.objects.all()
    serializer_class = serializers.CertificateSerializer
    filterset_class = filters.CertificateFilter
    scope_marker = Marker("scoped", (Verb.VIEW,))

    def rows(self, user: User) -> QuerySet[Any]:
        """Entries with centre, unit, learner and class."""
        rows = Certificate.objects.visible_to(user)
        return rows.select_related("centre", "unit", "learner", "enrolment__class_group").order_by("pk")


@documented("indicators")
class IndicatorViewSet(ScopedViewSet):
    """The lines of the plans with their targets: of the plan in force today, or of the one named by ``plan``."""

    queryset = Indicator.objects.all()
    serializer_class = serializers.IndicatorSerializer
    filterset_class = filters.IndicatorFilter
    scope_marker = Marker("scoped", (Verb.VIEW_FIGURES,))
    lookup_field = "code"

    def rows(self, user: User) -> QuerySet[Any]:
        """The plan is everybody's who may see figures; a draft only theirs who write it. No such plan: no lines."""
        rows = Indicator.objects.select_related("plan", "block", "responsible").order_by("order")
        try:
            plan = find_plan(self.request.query_params.get("plan", ""), user=user)
        except OutOfScope:
            return rows.none()
        return rows.filter(plan=plan).prefetch_related("targets", "steps", "co_operating")


@documented("indicator figures")
class FigureViewSet(ScopedViewSet):
    """Figures that were kept: computed with evidence hash, or reported with source."""

    queryset = Figure.objects.all()
    serializer_class = serializers.FigureSerializer
    filterset_class = filters.FigureFilter
    scope_marker = Marker("scoped", (Verb.VIEW_FIGURES,))

    def rows(self, user: User) -> QuerySet[Any]:
        """Figures of the city and of the user's units."""
        rows = Figure.objects.visible_to(user).select_related("indicator__plan", "unit")
        rows = rows.filter(indicator__plan__in=Plan.objects.visible_to(user))
        return rows.order_by("indicator__plan", "indicator__order", "-ends_on", "-version", "-pk")
