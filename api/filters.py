"""Filters of the API. They narrow the caller's rows and can never widen them."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from centres.models import AdminUnit, Centre
from certificates.models import Certificate
from core.text import search_key
from courses.models import ClassGroup, Course, Enrolment
from indicators.models import Figure, Indicator


class Since(filters.IsoDateTimeFilter):
    """Rows changed since a moment; a moment before the calendar begins (year 1 with a zone) means all rows."""

    def filter(self, qs: Any, value: Any) -> Any:
        """Keep rows changed since then."""
        return qs if value and value.year < 1900 else super().filter(qs, value)


class Searching(filters.FilterSet):
    """``search``: every word must occur, with or without tones."""

    search = filters.CharFilter(method="find", help_text="Words, with or without tones, in any order.")

    def find(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow by each word."""
        for word in search_key(value).split():
            rows = rows.filter(search_key__contains=word)
        return rows


class UnitFilter(Searching):
    """Units by code, level and day."""

    on = filters.DateFilter(method="on_day", help_text="Units in force on this day.")
    parent = filters.CharFilter(field_name="parent__code")

    class Meta:
        model = AdminUnit
        fields: ClassVar = ["code", "level", "kind"]

    @extend_schema_field(OpenApiTypes.DATE)
    def on_day(self, rows: Any, name: str, value: Any) -> Any:
        """Keep units in force on a day."""
        return rows.on(value)


class CentreFilter(Searching):
    """Centres by code, commune and whether they are open."""

    unit = filters.CharFilter(field_name="locations__unit__code", distinct=True)
    is_open = filters.BooleanFilter(field_name="closed_on", lookup_expr="isnull")

    class Meta:
        model = Centre
        fields: ClassVar = ["code"]


class CourseFilter(Searching):
    """Courses by centre and topic."""

    centre = filters.CharFilter(field_name="centre__code")
    topic = filters.CharFilter(field_name="topic__code")

    class Meta:
        model = Course
        fields: ClassVar = ["code", "completes_phase", "is_active"]


class ClassFilter(Searching):
    """Classes by centre, unit, course, status, days and last change."""

    centre = filters.CharFilter(field_name="centre__code")
    unit = filters.CharFilter(field_name="unit__code")
    course = filters.CharFilter(field_name="course__code")
    topic = filters.CharFilter(field_name="course__topic__code")
    starts_after = filters.DateFilter(field_name="starts_on", lookup_expr="gte")
    starts_before = filters.DateFilter(field_name="starts_on", lookup_expr="lte")
    updated_since = Since(field_name="updated_at", lookup_expr="gte")
    ordering = filters.OrderingFilter(
        fields=[("starts_on", "starts_on"), ("code", "code"), ("updated_at", "updated_at")]
    )

    class Meta:
        model = ClassGroup
        fields: ClassVar = ["code", "status", "organiser_role"]


class EnrolmentFilter(filters.FilterSet):
    """Enrolments by class, centre, learner, status, result and last change."""

    class_code = filters.CharFilter(field_name="class_group__code")
    centre = filters.CharFilter(field_name="class_group__centre__code")
    learner = filters.CharFilter(field_name="learner__code")
    updated_since = Since(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Enrolment
        fields: ClassVar = ["status", "result"]


class CertificateFilter(filters.FilterSet):
    """Certificates by centre, number, kind, state, days and last change."""

    centre = filters.CharFilter(field_name="centre__code")
    class_code = filters.CharFilter(field_name="enrolment__class_group__code")
    issued_after = filters.DateFilter(field_name="issued_on", lookup_expr="gte")
    issued_before = filters.DateFilter(field_name="issued_on", lookup_expr="lte")
    updated_since = Since(field_name="updated_at", lookup_expr="gte")
    ordering = filters.OrderingFilter(fields=[("issued_on", "issued_on"), ("number", "register_number")])

    class Meta:
        model = Certificate
        fields: ClassVar = ["register_number", "kind", "state"]


class IndicatorFilter(filters.FilterSet):
    """Lines of a plan by block and source."""

    plan = filters.CharFilter(method="whole", help_text="Code of a plan; without it, the plan in force today.")
    block = filters.CharFilter(field_name="block__code")

    def whole(self, rows: Any, name: str, value: str) -> Any:
        """The rows are those of one plan already: the view chose it by this parameter."""
        return rows

    class Meta:
        model = Indicator
        fields: ClassVar = ["source"]


class FigureFilter(filters.FilterSet):
    """Figures by indicator, unit, source and period."""

    indicator = filters.CharFilter(field_name="indicator__code")
    plan = filters.CharFilter(field_name="indicator__plan__code", help_text="Code of a plan; without it, every plan.")
    unit = filters.CharFilter(field_name="unit__code")
    ends_after = filters.DateFilter(field_name="ends_on", lookup_expr="gte")
    ends_before = filters.DateFilter(field_name="ends_on", lookup_expr="lte")
    latest = filters.BooleanFilter(
        field_name="superseded_by", lookup_expr="isnull", help_text="Only the latest versions."
    )

    class Meta:
        model = Figure
        fields: ClassVar = ["source", "state"]
