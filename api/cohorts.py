"""Cohorts of the newly literate for programs: the numbers of the page, hidden and rounded as there."""

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
from centres.choices import Verb
from centres.models import Centre
from centres.selectors import find_unit
from core.dates import read_day
from core.errors import InvalidInput, OutOfScope
from literacy.cohorts.access import Place, of_centre, of_unit, place_named
from literacy.cohorts.periods import BY
from literacy.cohorts.selectors import SPLITS, cohort_report
from literacy.cohorts.shown import COUNTS, show


class CohortSerializer(serializers.Serializer):
    """A cohort, or a group of a split. A count is null when it is hidden; a share also when there is none."""

    key = serializers.CharField(help_text="Period such as 2026-Q1, or the key of a group.")
    label = serializers.CharField()  # type: ignore[assignment]
    counts: Any = serializers.DictField(
        child=serializers.IntegerField(allow_null=True), help_text=", ".join(key for key, _heading in COUNTS)
    )
    shares: Any = serializers.DictField(
        child=serializers.FloatField(allow_null=True),
        help_text="value (the lower bound), upper, coverage; percent",
    )


class CurveStepSerializer(serializers.Serializer):
    """A point of the Kaplan–Meier curve, ``months`` after certification; shares in percent."""

    months = serializers.IntegerField()
    at_risk = serializers.IntegerField(allow_null=True)
    relapsed = serializers.IntegerField(allow_null=True)
    survival = serializers.FloatField()
    lower = serializers.FloatField()
    upper = serializers.FloatField()


class CohortsSerializer(serializers.Serializer):
    """Cohorts of a unit or centre on a day. ``exact`` false: rounded to ten, under five hidden."""

    place = serializers.CharField()
    name = serializers.CharField()
    as_of = serializers.DateField()
    by = serializers.ChoiceField(choices=list(BY))
    split = serializers.CharField(allow_blank=True)
    exact = serializers.BooleanField()
    total = CohortSerializer()
    cohorts = CohortSerializer(many=True)
    curve = CurveStepSerializer(many=True)


def _parameter(name: str, description: str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=description, **more)


class CohortsView(APIView):
    """The cohorts of a unit or centre: of the caller's own place when none is named."""

    scope_marker: ClassVar[Marker] = Marker("scoped", (Verb.VIEW_FIGURES,))
    permission_classes = (HasVerb,)

    @extend_schema(
        summary="Cohorts of the newly literate",
        description="Counted as on the page; to callers who may not see the persons, rounded and hidden as there.",
        parameters=[
            _parameter("unit", "Code of a unit, such as 01 or commune:00004."),
            _parameter("centre", "Code of a centre."),
            _parameter("as_of", "Day, YYYY-MM-DD; today when left out."),
            _parameter("by", "How cohorts are cut.", enum=list(BY)),
            _parameter("split", "Groups instead of periods.", enum=list(SPLITS)),
        ],
        responses={200: CohortsSerializer},
    )
    def get(self, request: Request) -> Response:
        """Return what the caller may see."""
        asked = request.query_params
        today, text = timezone.localdate(), asked.get("as_of", "")
        day = read_day(text) if text else today
        by, split = asked.get("by") or "quarter", asked.get("split", "")
        fields = {
            **({} if day else {"as_of": ["YYYY-MM-DD"]}),
            **({} if by in BY else {"by": list(BY)}),
            **({} if not split or split in SPLITS else {"split": list(SPLITS)}),
        }
        if day is None or fields:
            raise InvalidInput("wrong_question", _("Không hiểu câu hỏi. Hãy xem lại các tham số."), fields=fields)
        as_of = min(day, today)
        place = _place(cast(User, request.user), asked.get("unit", ""), asked.get("centre", ""))
        report = cohort_report(as_of=as_of, by=by, split=split, unit=place.unit, centre=place.centre)
        shown = show(report, exact=place.exact)
        body = {
            "place": place.code, "name": place.name, "as_of": as_of, "by": by, "split": split, "exact": shown.exact,
            "total": shown.total, "cohorts": shown.rows, "curve": shown.curve,
        }  # fmt: skip
        return Response(CohortsSerializer(body).data, headers={"Cache-Control": "private, no-store"})


def _place(user: User, unit: str, centre: str) -> Place:
    if centre:
        return of_centre(user, get_object_or_404(Centre, code=centre))
    if not unit:
        return place_named(user, "")
    try:
        found = find_unit(unit, timezone.localdate())
    except InvalidInput as error:
        raise OutOfScope("not_found", error.message) from error
    return of_unit(user, found)
