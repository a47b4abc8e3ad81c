"""Verbs on surveys: open, ask about something more, enter numbers, close."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.choices import Verb
from centres.models import Centre, Neighbourhood
from centres.permissions import require
from centres.selectors import unit_of_centre
from centres.services import neighbourhood_named
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean, search_key
from courses.models import Course, NeedsSurvey, SurveyIdea, SurveyNeed, SurveyVisit, Topic
from courses.planning.choices import FIRST_YEAR, LAST_YEAR

MAX_PEOPLE = 100_000
MAX_IDEAS = 30
MAX_PLACES = 200
VISIT_FIELDS = frozenset({"households_asked", "asked_by", "asked_on"})


@transaction.atomic
def open_survey(*, centre: Centre, year: int, by: Any, courses: Iterable[Course] = ()) -> NeedsSurvey:
    """Open the survey of a year for every neighbourhood of the commune, asking about the given courses.

    Without courses, what last year's survey asked is asked again. Raises Conflict ``survey_exists``, InvalidInput for
    a year out of reason or a course of another centre.
    """
    require(by, Verb.MANAGE_CLASSES, centre.pk)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput("bad_year", _("Năm chưa đúng."), fields={"year": [_("Năm chưa đúng.")]})
    Centre.objects.select_for_update().get(pk=centre.pk)
    if NeedsSurvey.objects.filter(centre=centre, year=year).exists():
        words = _("Năm %(year)s đã có khảo sát.") % {"year": year}
        raise Conflict("survey_exists", words, fields={"year": [words]})
    today = timezone.localdate()
    unit = unit_of_centre(centre.pk, today)
    survey = NeedsSurvey.objects.create(centre=centre, unit=unit, year=year, opened_on=today, opened_by=by)
    places = Neighbourhood.objects.filter(unit=unit).order_by("search_key")[:MAX_PLACES]
    SurveyVisit.objects.bulk_create(SurveyVisit(survey=survey, neighbourhood=place) for place in places)
    asked = list(courses)
    if asked:
        for course in asked:
            _add_idea(survey, name=course.name, course=course, topic=course.topic)
    else:
        last = NeedsSurvey.objects.filter(centre=centre, year__lt=year).order_by("-year").first()
        for idea in last.ideas.order_by("pk") if last else ():
            _add_idea(survey, name=idea.name, course=idea.course, topic=idea.topic)
    audit.record("courses.open_survey", survey, by=by, data={"year": year, "ideas": survey.ideas.count()})
    return survey


@transaction.atomic
def add_idea(
    *, survey: NeedsSurvey, by: Any, name: str = "", course: Course | None = None, topic: Topic | None = None
) -> SurveyIdea:
    """Ask about one thing more: a course, or something in free words with its topic.

    Raises InvalidInput when it is asked already or has neither course nor name and topic, Conflict ``survey_closed``.
    """
    survey = _take(by, survey)
    idea = _add_idea(survey, name=clean(name) or (course.name if course else ""), course=course, topic=topic)
    audit.record("courses.add_survey_idea", survey, by=by, data={"idea": idea.name})
    return idea


def _add_idea(survey: NeedsSurvey, *, name: str, course: Course | None, topic: Topic | None) -> SurveyIdea:
    if course and course.centre_id not in (None, survey.centre_id):
        words = _("Khóa học này của trung tâm khác.")
        raise InvalidInput("foreign_course", words, fields={"course": [words]})
    topic = course.topic if course else topic
    if not search_key(name):
        words = _("Hãy chọn một khóa học, hoặc ghi nội dung bằng chữ.")
        raise InvalidInput("idea_missing", words, fields={"name": [words]})
    if topic is None:
        words = _("Hãy chọn lĩnh vực.")
        raise InvalidInput("topic_missing", words, fields={"topic": [words]})
    if survey.ideas.filter(search_key=search_key(name)).exists():
        words = _("Khảo sát đã hỏi nội dung này.")
        raise InvalidInput("idea_known", words, fields={"name": [words]})
    if survey.ideas.count() >= MAX_IDEAS:
        words = _("Nhiều nhất %(count)s nội dung một khảo sát: hỏi nhiều hơn thì không ai trả lời hết.")
        raise InvalidInput("too_many_ideas", words % {"count": MAX_IDEAS})
    return SurveyIdea.objects.create(survey=survey, name=name[:150], course=course, topic=topic)


@transaction.atomic
def drop_idea(*, idea: SurveyIdea, by: Any) -> None:
    """Stop asking about something nobody has answered yet. Raises Conflict ``idea_answered`` when somebody has."""
    survey = _take(by, idea.survey)
    if SurveyNeed.objects.filter(idea=idea).exists():
        raise Conflict("idea_answered", _("Đã có thôn trả lời nội dung này, không bỏ được nữa."))
    audit.record("courses.drop_survey_idea", survey, by=by, data={"idea": idea.name})
    SurveyIdea.objects.filter(pk=idea.pk).delete()


@transaction.atomic
def add_neighbourhood(*, survey: NeedsSurvey, name: str, by: Any) -> SurveyVisit:
    """Ask in a neighbourhood that was not listed. Raises InvalidInput for an empty name or too many."""
    survey = _take(by, survey)
    place = neighbourhood_named(unit=survey.unit, name=name[:100]) if search_key(name) else None
    if place is None:
        words = _("Hãy ghi tên thôn, tổ dân phố.")
        raise InvalidInput("place_missing", words, fields={"name": [words]})
    if survey.visits.count() >= MAX_PLACES:
        raise InvalidInput("too_many_places", _("Khảo sát đã có quá nhiều thôn, tổ dân phố."))
    visit, created = SurveyVisit.objects.get_or_create(survey=survey, neighbourhood=place)
    if created:
        audit.record("courses.add_survey_place", survey, by=by, data={"place": place.name})
    return visit


@transaction.atomic
def record_needs(
    *,
    survey: NeedsSurvey,
    by: Any,
    counts: Mapping[tuple[int, int], int | None],
    visits: Mapping[int, Mapping[str, Any]] | None = None,
) -> int:
    """Enter how many people want what, by (visit, idea); None takes a number back: not asked is not zero.

    ``visits`` sets ``households_asked``, ``asked_by`` and ``asked_on`` by visit. Only what is named is touched, so that
    two people can enter different neighbourhoods at the same time. Returns how many cells changed. Raises InvalidInput
    for a cell that is not of this survey or a number out of reason, Conflict ``survey_closed``.
    """
    survey = _take(by, survey)
    known_visits = {visit.pk: visit for visit in survey.visits.all()}
    known_ideas = set(survey.ideas.values_list("pk", flat=True))
    if any(visit not in known_visits or idea not in known_ideas for visit, idea in counts):
        raise InvalidInput("foreign_cell", _("Ô này không thuộc khảo sát."))
    if any(people is not None and not 0 <= people <= MAX_PEOPLE for people in counts.values()):
        raise InvalidInput("bad_count", _("Số người phải từ 0 đến %(most)s.") % {"most": MAX_PEOPLE})
    touched = SurveyNeed.objects.filter(visit__in={visit for visit, _idea in counts})
    before = {(row.visit_id, row.idea_id): row for row in touched}
    changed: dict[str, list[int | None]] = {}
    made, corrected, gone = [], [], []
    for cell, people in counts.items():
        row = before.get(cell)
        if people == (row.people if row else None):
            continue
        changed[f"{cell[0]}/{cell[1]}"] = [row.people if row else None, people]
        if people is None and row:
            gone.append(row.pk)
        elif row and people is not None:
            row.people = people
            corrected.append(row)
        elif people is not None:
            made.append(SurveyNeed(visit_id=cell[0], idea_id=cell[1], people=people))
    SurveyNeed.objects.filter(pk__in=gone).delete()
    SurveyNeed.objects.bulk_update(corrected, ["people"])
    SurveyNeed.objects.bulk_create(made)
    count = len(changed) + _set_visits(known_visits, visits or {})
    if count:
        audit.record("courses.record_needs", survey, by=by, data={"cells": changed, "changed": count})
    return count


def _set_visits(known: Mapping[int, SurveyVisit], given: Mapping[int, Mapping[str, Any]]) -> int:
    count = 0
    today = timezone.localdate()
    for pk, values in given.items():
        visit = known.get(pk)
        if visit is None:
            raise InvalidInput("foreign_cell", _("Ô này không thuộc khảo sát."))
        if unknown := set(values) - VISIT_FIELDS:
            raise TypeError(f"cannot set {sorted(unknown)}")
        households, day = values.get("households_asked"), values.get("asked_on")
        if households is not None and not 0 <= households <= MAX_PEOPLE:
            raise InvalidInput("bad_count", _("Số hộ phải từ 0 đến %(most)s.") % {"most": MAX_PEOPLE})
        if isinstance(day, dt.date) and day > today:
            raise InvalidInput("asked_in_future", _("Ngày hỏi không thể ở tương lai."))
        fresh = {name: clean(value)[:100] if name == "asked_by" else value for name, value in values.items()}
        changed = [name for name, value in fresh.items() if getattr(visit, name) != value]
        for name in changed:
            setattr(visit, name, fresh[name])
        if changed:
            visit.save(update_fields=changed)
        count += len(changed)
    return count


@transaction.atomic
def close_survey(*, survey: NeedsSurvey, by: Any) -> NeedsSurvey:
    """Settle the numbers. Raises Conflict ``survey_closed`` when it was done already."""
    survey = _take(by, survey)
    survey.closed_on = timezone.localdate()
    survey.save(update_fields=["closed_on", "updated_at"])
    audit.record("courses.close_survey", survey, by=by)
    return survey


@transaction.atomic
def reopen_survey(*, survey: NeedsSurvey, by: Any) -> NeedsSurvey:
    """Enter numbers again after closing; plans made meanwhile stay as they are."""
    survey = _take(by, survey, even_closed=True)
    if survey.closed_on is not None:
        survey.closed_on = None
        survey.save(update_fields=["closed_on", "updated_at"])
        audit.record("courses.reopen_survey", survey, by=by)
    return survey


def _take(by: Any, survey: NeedsSurvey, *, even_closed: bool = False) -> NeedsSurvey:
    """Return the survey as it is now, locked; refuse whoever may not change it."""
    require(by, Verb.MANAGE_CLASSES, survey.centre_id)
    fresh: NeedsSurvey = (
        NeedsSurvey.objects.select_for_update(of=("self",)).select_related("centre", "unit").get(pk=survey.pk)
    )
    if fresh.closed_on is not None and not even_closed:
        raise Conflict("survey_closed", _("Khảo sát đã chốt. Mở lại nếu cần sửa số."))
    return fresh
