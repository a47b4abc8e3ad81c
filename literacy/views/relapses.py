"""Pages of people who fell back into illiteracy: the open cases, and one of them."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core.errors import DomainError
from courses.models import ClassGroup
from courses.views.shared import REFUSALS, attempt
from literacy.forms import RelapseStepForm
from literacy.models import FollowUp, Relapse
from literacy.reentry import episodes, how_recovered, needed_term, suggestions
from literacy.services import enter_class, may_check_again, record_step

PER_PAGE = 50


@scoped(Verb.VIEW)
def relapse_list(request: HttpRequest) -> HttpResponse:
    """Open cases with the class each person could come back to and the last thing done; and those that are over."""
    user = cast(User, request.user)
    scope = scope_of(user)
    over = request.GET.get("state") == "over"
    centre_pk = request.GET.get("centre", "")
    cases = Relapse.objects.visible_to(user)
    if centre_pk.isascii() and centre_pk.isdecimal():
        cases = cases.filter(centre_id=int(centre_pk))
    counted = episodes(cases)
    shown = cases.filter(recovered_on__isnull=not over).order_by("-recovered_on" if over else "opened_on", "pk")
    shown = shown.select_related("learner__neighbourhood", "learner__unit", "centre", "found_by_check")
    page = Paginator(shown.prefetch_related("steps__enrolment__class_group"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    found = {} if over else suggestions(list(page.object_list), user)
    context = {
        "page_obj": page,
        "rows": [
            (case, next(iter(case.steps.all()), None), next(iter(found.get(case.pk, [])), None))
            for case in page.object_list
        ],
        "over": over,
        "counted": counted,
        "closed": counted["cases"] - counted["open"],
        "centre_pk": centre_pk,
        "centres": Centre.objects.visible_to(user) if scope.is_officer else Centre.objects.none(),
        "query": urlencode({"state": "over"} if over else {}) + (f"&centre={centre_pk}" if centre_pk else ""),
    }
    return render(request, "literacy/relapse_list.html", context)


@scoped(Verb.VIEW)
def relapse_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: how it was found, what was done, where the person can learn again; a step can be added."""
    user = cast(User, request.user)
    cases = Relapse.objects.visible_to(user).select_related(
        "learner__neighbourhood", "learner__unit", "centre", "found_by_check__recorded_by",
        "found_by_statement__recorded_by",
    )  # fmt: skip
    case: Relapse = get_object_or_404(cases, pk=pk)
    may_record = scope_of(user).may(Verb.FOLLOW_UP, case.centre_id)
    if request.method == "POST":
        require(user, Verb.FOLLOW_UP, case.centre_id)
    form = RelapseStepForm(request.POST or None)
    row, status = attempt(form, record_step, case=case, by=user)
    if row:
        messages.success(request, _("Đã ghi việc đã làm."))
        return redirect("literacy:relapse-detail", case.pk)
    return _show(request, case, form, may_record, status)


def _show(
    request: HttpRequest, case: Relapse, form: RelapseStepForm, may_record: bool, status: int, refusal: str = ""
) -> HttpResponse:
    user = cast(User, request.user)
    is_open = case.recovered_on is None
    plan = FollowUp.objects.filter(learner=case.learner_id)
    if case.found_by_check_id:
        follow_up = plan.filter(checks=case.found_by_check_id).first()
    else:  # a survey said it: the next check of the plan says whether it is so
        follow_up = plan.open().order_by("due_on").first()
    context = {
        "case": case,
        "form": form if is_open and may_record else None,
        "may_record": may_record,
        "suggestions": suggestions([case], user).get(case.pk, []) if is_open else [],
        "term": needed_term(case.found_by_check),
        "steps": case.steps.select_related("enrolment__class_group", "recorded_by"),
        "recovered": how_recovered(case),
        "others": Relapse.objects.visible_to(user).filter(learner=case.learner_id).exclude(pk=case.pk),
        "again": follow_up if is_open and may_record and follow_up and may_check_again(follow_up) else None,
        "refusal": refusal,
    }
    return render(request, "literacy/relapse_detail.html", context, status=status)


@scoped(Verb.FOLLOW_UP, Verb.VIEW)
@require_POST
def relapse_enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Enrol the person in the class chosen among the suggestions."""
    user = cast(User, request.user)
    case: Relapse = get_object_or_404(Relapse.objects.visible_to(user).select_related("learner", "centre"), pk=pk)
    require(user, Verb.FOLLOW_UP, case.centre_id)
    chosen = request.POST.get("class", "")
    key = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < len(str(2**63)) else 0
    group: ClassGroup = get_object_or_404(ClassGroup.objects.visible_to(user), pk=key)
    try:
        enter_class(case=case, class_group=group, by=user)
    except DomainError as error:
        if error.status not in REFUSALS:
            raise
        return _show(request, case, RelapseStepForm(), True, error.status, str(error.message))
    words = {"name": case.learner.full_name, "class": group.name}
    messages.success(request, _("Đã ghi danh %(name)s vào lớp %(class)s.") % words)
    return redirect("literacy:relapse-detail", case.pk)
