"""Literacy of one person."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from learners.models import Learner
from literacy.models import FollowUp, LevelStanding, LiteracyAward, LiteracyCheck, Relapse
from literacy.person import continuing_of


@scoped(Verb.VIEW)
def panel_learner(request: HttpRequest, pk: int) -> HttpResponse:
    """Literacy of one person: a fragment for their page, a page of its own otherwise."""
    user = cast(User, request.user)
    learner = get_object_or_404(Learner.objects.visible_to(user), pk=pk)
    today = timezone.localdate()
    context = {
        "learner": learner,
        "awards": LiteracyAward.objects.visible_to(user)
        .filter(learner=learner)
        .select_related("centre")
        .order_by("level"),
        "follow_ups": FollowUp.objects.visible_to(user).filter(learner=learner).order_by("due_on"),
        "due": set(FollowUp.objects.visible_to(user).filter(learner=learner).due(today).values_list("pk", flat=True)),
        "checks": LiteracyCheck.objects.visible_to(user)
        .filter(learner=learner)
        .select_related("sheet__instrument")
        .order_by("-checked_on", "-pk"),
        "relapses": Relapse.objects.visible_to(user).filter(learner=learner).order_by("-opened_on"),
        "again": FollowUp.objects.visible_to(user).filter(learner=learner).relapsed().first(),
        "standing": LevelStanding.objects.filter(learner=learner).first(),
        "statements": learner.level_statements.select_related("recorded_by"),
        "may_survey": scope_of(user).may(Verb.SURVEY),
        "continuing": continuing_of(learner, user, today),
        "today": today,
        "may_record": scope_of(user).may(Verb.FOLLOW_UP),
    }
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "literacy/_panel_learner.html" if fragment else "literacy/learner_literacy.html", context)
