"""Statistics for programs: the numbers of the page and of the files."""

from typing import Any, ClassVar, cast

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.markers import Marker
from accounts.models import User
from api.permissions import HasVerb
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from centres.selectors import find_unit
from core.dates import read_day
from core.errors import InvalidInput, OutOfScope
from indicators.choices import Boundaries
from indicators.statistics.documents import document
from indicators.statistics.questions import Question


class StatisticsSerializer(serializers.Serializer):
    """Statistics of a unit or centre. Hours are minutes; lines are units, or centres and topics."""

    unit = serializers.CharField(allow_null=True)
    centre = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    boundaries = serializers.ChoiceField(choices=Boundaries.values)
    totals: Any = serializers.DictField(child=serializers.IntegerField())
    minutes = serializers.IntegerField()
    untimed = serializers.IntegerField()
    lines: Any = serializers.ListField(child=serializers.DictField())
    breakdowns: Any = serializers.ListField(child=serializers.DictField())
    target_groups: Any = serializers.ListField(child=serializers.DictField(), required=False)
    notes: Any = serializers.ListField(child=serializers.CharField())


def _parameter(name: str, description: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=description, **more)


class StatisticsView(APIView):
    """Statistics of a unit or centre for a period, on either map."""

    scope_marker: ClassVar[Marker] = Marker("scoped", (Verb.VIEW_FIGURES,))
    permission_classes = (HasVerb,)

    @extend_schema(
        summary="Statistics of a period",
        description="Counted as on the page. The caller's own place when neither unit nor centre is named.",
        parameters=[
            _parameter("unit", "Code of a unit, such as 01 or commune:00004."),
            _parameter("centre", "Code of a centre."),
            _parameter("from", "First day, YYYY-MM-DD; 1 January of this year when left out."),
            _parameter("to", "Last day, YYYY-MM-DD; today when left out."),
            _parameter("boundaries", "Units of each event's own day, or of one side of 1 July 2025.",
                       enum=list(Boundaries.values)),
            _parameter("by", "Lines of centres and topics, or of units.", enum=["centre", "unit"]),
        ],
        responses={200: StatisticsSerializer},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return what the caller may see."""
        asked, today = request.query_params, timezone.localdate()
        starts_on = read_day(asked["from"]) if asked.get("from") else today.replace(month=1, day=1)
        ends_on = read_day(asked["to"]) if asked.get("to") else today
        boundaries, by = asked.get("boundaries") or Boundaries.THEN, asked.get("by") or "centre"
        fields = {
            **({} if starts_on else {"from": ["YYYY-MM-DD"]}),
            **({} if ends_on else {"to": ["YYYY-MM-DD"]}),
            **({} if boundaries in Boundaries.values else {"boundaries": list(Boundaries.values)}),
            **({} if by in ("centre", "unit") else {"by": ["centre", "unit"]}),
        }
        if starts_on is None or ends_on is None or fields:
            raise InvalidInput("wrong_question", _("Không hiểu câu hỏi. Hãy xem lại các tham số."), fields=fields)
        user = cast(User, request.user)
        unit, centre = _place(user, asked.get("unit", ""), asked.get("centre", ""), ends_on)
        question = Question(starts_on, ends_on, unit, centre, boundaries, by == "unit")
        found = document(question, by=user, kind="json")
        return Response(found.data, headers={"Cache-Control": "private, no-store"})


def _place(user: User, unit: str, centre: str, day: Any) -> tuple[AdminUnit | None, Centre | None]:
    scope = scope_of(user)
    if centre:
        return None, get_object_or_404(Centre.objects.visible_to(user), code=centre)
    if unit:
        try:
            return find_unit(unit, day), None
        except InvalidInput as error:
            raise OutOfScope("not_found", error.message) from error
    if scope.main_unit_id:
        return AdminUnit.objects.get(pk=scope.main_unit_id), None
    return None, get_object_or_404(Centre, pk=scope.main_centre_id)
