"""What the API shows, field by field. Identity numbers, phones and addresses of people are never shown."""

from typing import Any, ClassVar

from rest_framework import serializers

from centres.models import AdminUnit, Centre, CentreLocation
from certificates.models import Certificate
from courses.models import ClassGroup, Course, Enrolment
from indicators.choices import Formula
from indicators.models import Figure, Indicator, Target, TrajectoryStep
from literacy.cohorts.access import sees_people


class UnitSerializer(serializers.ModelSerializer):
    """A unit during the days it existed; ``valid_from`` 1900-01-01 means since before records begin."""

    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent.code", allow_null=True, default=None, help_text="Code of the parent unit."
    )

    class Meta:
        model = AdminUnit
        fields: ClassVar = ["id", "code", "level", "kind", "name", "parent", "valid_from", "valid_to"]


class LocationSerializer(serializers.ModelSerializer):
    """Where a centre was, from a day to a day."""

    unit = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")

    class Meta:
        model = CentreLocation
        fields: ClassVar = ["unit", "unit_name", "address", "valid_from", "valid_to"]


class CentreSerializer(serializers.ModelSerializer):
    """A centre with its dated locations."""

    locations = LocationSerializer(many=True, read_only=True)
    successor = serializers.CharField(source="successor.code", allow_null=True, default=None)

    class Meta:
        model = Centre
        fields: ClassVar = ["id", "code", "name", "established_on", "closed_on", "successor", "locations"]


class CourseSerializer(serializers.ModelSerializer):
    """A course and its completion rule."""

    centre = serializers.CharField(
        source="centre.code", allow_null=True, default=None, help_text="Null: shared by all centres."
    )
    topic = serializers.CharField(source="topic.code")
    programme = serializers.CharField(source="programme.code", allow_null=True, default=None)

    class Meta:
        model = Course
        fields: ClassVar = [
            "id",
            "code",
            "name",
            "centre",
            "topic",
            "programme",
            "term",
            "completes_phase",
            "planned_sessions",
            "min_attendance_percent",
            "needs_result",
            "certifies",
            "is_active",
        ]


class ClassSerializer(serializers.ModelSerializer):
    """A class with counts."""

    centre = serializers.CharField(source="centre.code")
    unit = serializers.CharField(source="unit.code", help_text="Commune of the centre on the first day of the class.")
    course = serializers.CharField(source="course.code")
    topic = serializers.CharField(source="course.topic.code")
    learners = serializers.IntegerField(source="learner_count")
    sessions_held = serializers.IntegerField(source="held_count")

    class Meta:
        model = ClassGroup
        fields: ClassVar = [
            "id",
            "code",
            "name",
            "centre",
            "unit",
            "course",
            "topic",
            "starts_on",
            "ends_on",
            "status",
            "organiser_role",
            "partner",
            "capacity",
            "closed_on",
            "learners",
            "sessions_held",
            "updated_at",
        ]


class EnrolmentSerializer(serializers.ModelSerializer):
    """One person in one class."""

    class_code = serializers.CharField(source="class_group.code")
    centre = serializers.CharField(source="class_group.centre.code")
    learner = serializers.CharField(source="learner.code")
    learner_name = serializers.CharField(source="learner.full_name")

    class Meta:
        model = Enrolment
        fields: ClassVar = [
            "id",
            "class_code",
            "centre",
            "learner",
            "learner_name",
            "enrolled_on",
            "status",
            "result",
            "sessions_held",
            "sessions_attended",
            "updated_at",
        ]


class CertificateSerializer(serializers.ModelSerializer):
    """A register entry as issued."""

    centre = serializers.CharField(source="centre.code")
    unit = serializers.CharField(source="unit.code")
    learner = serializers.CharField(source="learner.code")
    learner_name = serializers.CharField(source="content.learner", help_text="The name on the paper.")
    class_code = serializers.CharField(source="enrolment.class_group.code")
    verify_url = serializers.CharField()

    class Meta:
        model = Certificate
        fields: ClassVar = [
            "id",
            "register_number",
            "centre",
            "unit",
            "kind",
            "state",
            "learner",
            "learner_name",
            "class_code",
            "issued_on",
            "pdf_sha256",
            "verify_url",
            "updated_at",
        ]


class TargetSerializer(serializers.ModelSerializer):
    """A target with the plan's own words."""

    class Meta:
        model = Target
        fields: ClassVar = ["year", "comparator", "low", "high", "status", "quote"]


class StepSerializer(serializers.ModelSerializer):
    """A yearly step that was set between two targets, with the reason; without any, the way is straight."""

    class Meta:
        model = TrajectoryStep
        fields: ClassVar = ["year", "value", "reason"]


class IndicatorSerializer(serializers.ModelSerializer):
    """A line of a plan."""

    plan = serializers.CharField(source="plan.code")
    block = serializers.CharField(source="block.code")
    block_name = serializers.CharField(source="block.name")
    responsible = serializers.CharField(source="responsible.code", allow_null=True, default=None)
    co_operating: Any = serializers.SlugRelatedField("code", many=True, read_only=True)
    steps = StepSerializer(many=True, read_only=True)
    targets = TargetSerializer(many=True, read_only=True)

    class Meta:
        model = Indicator
        fields: ClassVar = [
            "code",
            "plan",
            "block",
            "block_name",
            "name",
            "measure",
            "measured_per",
            "source",
            "formula",
            "note",
            "responsible",
            "co_operating",
            "targets",
            "steps",
        ]


class FigureSerializer(serializers.ModelSerializer):
    """A kept figure."""

    indicator = serializers.CharField(source="indicator.code")
    plan = serializers.CharField(source="indicator.plan.code")
    unit = serializers.CharField(source="unit.code")

    class Meta:
        model = Figure
        fields: ClassVar = [
            "id",
            "indicator",
            "plan",
            "unit",
            "period_kind",
            "starts_on",
            "ends_on",
            "source",
            "state",
            "value",
            "status_value",
            "numerator",
            "denominator",
            "coverage",
            "lower",
            "upper",
            "definition_version",
            "evidence_hash",
            "computed_at",
            "source_name",
            "document",
            "document_on",
            "version",
            "note",
        ]

    def to_representation(self, instance: Figure) -> dict[str, Any]:
        """Leave out the counts of A3 for those who may not see the people counted (docs/adr/0042)."""
        shown: dict[str, Any] = super().to_representation(instance)
        if instance.indicator.formula == Formula.A3 and not sees_people(self.context["request"].user, instance.unit):
            shown["numerator"] = shown["denominator"] = None
        return shown


class VerdictSerializer(serializers.Serializer):
    """What anyone may know of a certificate."""

    status = serializers.ChoiceField(choices=["valid", "corrected", "replaced", "revoked"])
    register_number = serializers.CharField()
    kind = serializers.CharField()
    course = serializers.CharField()
    centre = serializers.CharField()
    issued_on = serializers.DateField()
    masked_name = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """Every error."""

    code = serializers.CharField()
    detail = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]
