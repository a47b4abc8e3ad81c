"""Calling on people who cannot read: the list, who calls, what came of it, the list on paper."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from core.errors import Conflict, DomainError
from core.forms import add_domain_error
from learners.models import Learner
from learners.services import centre_where
from learners.target_groups import TargetGroup
from literacy.choices import CallOutcome
from literacy.models import MobilisationCall, Volunteer
from literacy.register.asking import Asked, communes_of, read_asked
from literacy.register.calling import (
    NOT_YET,
    STATES,
    learning_now,
    ordered,
    page_to_call,
    state_counts,
    state_q,
    to_call_on,
)
from literacy.register.forms import CallForm
from literacy.register.people import line_of
from literacy.services.mobilising import assign_people, record_call, undo_call
from literacy.views.register import chosen_commune

MOST_PRINTED = 1000


def _volunteers(user: User, asked: Asked) -> list[Volunteer]:
    """Who calls on people in the commune, of the user's centres."""
    rows = Volunteer.objects.visible_to(user).active()
    return list(rows.filter(centre__locations__unit=asked.unit).distinct())


def _chosen(request: HttpRequest, volunteers: list[Volunteer]) -> tuple[str, str]:
    state, volunteer = request.GET.get("state", "open"), request.GET.get("volunteer", "")
    known = {NOT_YET, *(str(row.pk) for row in volunteers)}
    return state if state in STATES else "open", volunteer if volunteer in known else ""


def _labels() -> dict[str, str]:
    named = {value: str(label) for value, label in CallOutcome.choices}
    return {"open": _("Cần vận động"), NOT_YET: _("Chưa ai đến"), **named, "all": _("Tất cả")}


@scoped(Verb.VIEW)
def mobilisation(request: HttpRequest) -> HttpResponse:
    """Who cannot read, who calls on them, what came of it; POST gives those who are ticked to somebody."""
    user = cast(User, request.user)
    unit, communes = chosen_commune(request)
    if unit is None:
        return render(request, "literacy/mobilisation.html", {"unit": None})
    asked = read_asked(request.GET, unit)
    volunteers = _volunteers(user, asked)
    state, volunteer = _chosen(request, volunteers)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            number = _assign(request, volunteers)
        except DomainError as error:
            refusal, status = str(error.message), error.status
        else:
            words = ngettext("Đã giao %(n)s người.", "Đã giao %(n)s người.", number) % {"n": number}
            messages.success(request, words)
            return redirect(f"{reverse('literacy:mobilisation')}?{request.GET.urlencode() or f'unit={unit.pk}'}")
    people = to_call_on(asked, user, volunteer=volunteer)
    counts = state_counts(people)
    page = page_to_call(people.filter(state_q(state)), request.GET.get("page"), counts[state], asked.year)
    context = {
        "unit": unit,
        "communes": communes,
        "asked": asked,
        "tabs": [
            (name, label, counts[name], asked.query(state=name, volunteer=volunteer))
            for name, label in _labels().items()
        ],
        "state": state,
        "volunteer": volunteer,
        "volunteers": volunteers,
        "page_obj": page,
        "learning": learning_now(line.learner.pk for line in page.object_list),
        "groups": TargetGroup.objects.all(),
        "query": asked.query(state=state, volunteer=volunteer),
        "may_survey": scope_of(user).may(Verb.SURVEY),
        "may_add": scope_of(user).may(Verb.FOLLOW_UP),
        "refusal": refusal,
    }
    return render(request, "literacy/mobilisation.html", context, status=status)


def _assign(request: HttpRequest, volunteers: list[Volunteer]) -> int:
    chosen = request.POST.get("to", "")
    caller = next((row for row in volunteers if str(row.pk) == chosen), None)
    if caller is None:
        raise Conflict("nobody_calls", _("Hãy chọn người vận động."))
    people = {int(pk) for pk in request.POST.getlist("person") if pk.isdecimal() and len(pk) < 18}
    return assign_people(learner_ids=people, volunteer=caller, by=cast(User, request.user))


@scoped(Verb.VIEW)
def mobilisation_print(request: HttpRequest) -> HttpResponse:
    """The same list for paper, with room to write what came of each call."""
    user = cast(User, request.user)
    unit, _communes = chosen_commune(request)
    context: dict[str, Any] = {"unit": unit, "lines": []}
    if unit is not None:
        asked = read_asked(request.GET, unit)
        volunteers = _volunteers(user, asked)
        state, volunteer = _chosen(request, volunteers)
        people = ordered(to_call_on(asked, user, volunteer=volunteer).filter(state_q(state)))
        context |= {
            "asked": asked,
            "lines": [line_of(learner, asked.year) for learner in people[:MOST_PRINTED]],
            "caller": next((row for row in volunteers if str(row.pk) == volunteer), None),
            "state": _labels()[state],
            "query": asked.query(state=state, volunteer=volunteer),
            "most": MOST_PRINTED,
        }
    return render(request, "literacy/mobilisation_print.html", context)


@scoped(Verb.SURVEY, Verb.VIEW)
def call_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what came of calling on somebody; what came of it before stands beside."""
    user = cast(User, request.user)
    learner = get_object_or_404(
        Learner.objects.visible_to(user).select_related("neighbourhood", "mobilisation__volunteer"), pk=pk
    )
    centre_where(user, learner, Verb.SURVEY)
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            call = record_call(learner=learner, by=user, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            words = _("Đã ghi %(name)s: %(outcome)s.")
            said = {"name": learner.full_name, "outcome": call.get_outcome_display()}
            messages.success(request, words % said, reverse("literacy:call-undo", args=[call.pk]))
            return redirect(_list_of(user, learner))
    context = {
        "form": form,
        "learner": learner,
        "held": getattr(learner, "mobilisation", None),
        "calls": MobilisationCall.objects.filter(learner=learner).select_related("volunteer", "recorded_by"),
        "back": _list_of(user, learner),
    }
    return render(request, "literacy/call_form.html", context, status=422 if form.errors else 200)


def _list_of(user: User, learner: Learner) -> str:
    """The list of the person's commune; of the reader's own where the person lives in none of today's."""
    url = reverse("literacy:mobilisation")
    here = learner.unit_id and communes_of(user).filter(pk=learner.unit_id).exists()
    return f"{url}?unit={learner.unit_id}" if here else url


@scoped(Verb.SURVEY, Verb.VIEW)
@require_POST
def call_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was written down a moment ago."""
    user = cast(User, request.user)
    call = get_object_or_404(MobilisationCall.objects.visible_to(user).select_related("learner"), pk=pk)
    learner = call.learner
    try:
        undo_call(call=call, by=user)
    except Conflict as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Đã hoàn tác: kết quả của %(name)s chưa được ghi.") % {"name": learner.full_name})
    return redirect(_list_of(user, learner))
