"""Pages about people."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from core.errors import DomainError
from core.text import clean
from learners import services
from learners.forms import LearnerForm
from learners.models import Learner, personal_id_index
from learners.querysets import LearnerQuerySet
from learners.target_groups import TargetGroup, members_q

PER_PAGE = 50


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def search_people(people: LearnerQuerySet, text: str) -> LearnerQuerySet:
    """Filter by part of a name in any word order, by code, by phone, or by a whole identity number."""
    text = clean(text)[:100]
    digits = text.replace(" ", "").replace(".", "")
    if digits.isdecimal():
        return people.filter(phone__startswith=digits) | people.filter(personal_id_index=personal_id_index(digits))
    if text.upper().startswith("HV") and digits[2:].isdecimal():
        return people.filter(code__istartswith=digits)
    return people.named_like(text) if text else people


@scoped(Verb.VIEW, Verb.VIEW_OWN_CLASSES)
def learner_list(request: HttpRequest) -> HttpResponse:
    """People of the user's scope."""
    user = _user(request)
    text, centre_pk = request.GET.get("q", ""), request.GET.get("centre", "")
    people = search_people(Learner.objects.visible_to(user), text)
    centres = Centre.objects.visible_to(user) if scope_of(user).is_officer else Centre.objects.none()
    if centre_pk.isdecimal():
        # Only a centre of the user's own scope: who also goes to another one is not theirs to know.
        chosen = Centre.objects.visible_to(user).filter(pk=int(centre_pk))
        people = people.filter(centre_links__centre__in=chosen)
    groups = TargetGroup.objects.all() if scope_of(user).may(Verb.VIEW) else TargetGroup.objects.none()
    group_code = request.GET.get("group", "")
    group = groups.filter(code=group_code).first() if group_code else None
    if group:
        mine = Q(centre_links__centre__in=scope_of(user).centre_ids(Verb.VIEW))
        seen = people if scope_of(user).everything else people.filter(mine)
        people = people.filter(pk__in=seen.filter(members_q(group, timezone.localdate())).values("pk"))
    page = Paginator(people.select_related("neighbourhood", "unit").order_by("sort_key", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page_obj": page,
        "text": text,
        "centre_pk": centre_pk,
        "groups": groups,
        "group": group,
        "centres": centres,
        "can_add": scope_of(user).may(Verb.ENROL),
        "query": urlencode(
            {key: value for key, value in (("q", text), ("centre", centre_pk), ("group", group_code)) if value}
        ),
    }
    return render(request, "learners/learner_list.html", context)


@scoped(Verb.VIEW, Verb.VIEW_OWN_CLASSES)
def learner_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person; classes, certificates and literacy come as panels from the apps above."""
    user = _user(request)
    learner = get_object_or_404(Learner.objects.visible_to(user).select_related("unit", "neighbourhood"), pk=pk)
    return render(request, "learners/learner_detail.html", _detail(user, learner))


def _detail(user: User, learner: Learner) -> dict[str, object]:
    scope = scope_of(user)
    places = [link.centre for link in learner.centre_links.select_related("centre").order_by("pk")]
    return {
        "learner": learner,
        "centres": [centre for centre in places if scope.sees_centre(centre.pk)],
        "can_edit": any(scope.may(Verb.ENROL, centre.pk) for centre in places),
        "can_reveal": bool(learner.personal_id_tail)
        and any(scope.may(Verb.SEE_IDENTITY, centre.pk) for centre in places),
        "sees_more": scope.may(Verb.VIEW),
        # Disability and hardship are among them: for those who see people, not for a teacher of one class.
        "target_groups": list(learner.target_groups.all())
        if any(scope.may(Verb.VIEW, centre.pk) for centre in places)
        else [],
        "number": "",
    }


@scoped(Verb.SEE_IDENTITY)
@require_POST
@never_cache
def reveal_id(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the whole identity number once; the look is written in the audit trail."""
    user = _user(request)
    learner = get_object_or_404(Learner.objects.visible_to(user).select_related("unit", "neighbourhood"), pk=pk)
    number = services.reveal_personal_id(learner=learner, by=user)
    return render(request, "learners/learner_detail.html", {**_detail(user, learner), "number": number})


@scoped(Verb.ENROL)
def learner_add(request: HttpRequest) -> HttpResponse:
    """Register a person without enrolling them anywhere yet."""
    user = _user(request)
    scope = scope_of(user)
    centre = get_object_or_404(Centre.objects.visible_to(user), pk=scope.main_centre_id)
    form = LearnerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            learner = services.register_learner(centre=centre, by=user, **form.values())
        except DomainError as error:
            show_in_form(form, error)
        else:
            return _saved(request, form, learner)
    context = {"form": form, "learner": None}
    return render(request, "learners/learner_form.html", context, status=422 if form.errors else 200)


@scoped(Verb.ENROL)
def learner_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a person's data. What was issued keeps the name it was issued with."""
    user = _user(request)
    learner = get_object_or_404(Learner.objects.visible_to(user).select_related("unit", "neighbourhood"), pk=pk)
    form = LearnerForm(request.POST or None, initial=LearnerForm.initial_of(learner))
    if request.method == "POST" and form.is_valid():
        values = form.values()
        values["personal_id"] = values["personal_id"] or None  # an empty field keeps the number
        try:
            services.update_learner(learner=learner, by=user, **values)
        except DomainError as error:
            show_in_form(form, error)
        else:
            return _saved(request, form, learner)
    context = {"form": form, "learner": learner}
    return render(request, "learners/learner_form.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, form: LearnerForm, learner: Learner) -> HttpResponse:
    messages.success(request, _("Đã lưu %(name)s.") % {"name": learner.full_name})
    for warning in form.warnings():
        messages.warning(request, _("Đã lưu, nhưng hãy kiểm tra lại: %(warning)s") % {"warning": warning})
    return redirect("learners:learner-detail", pk=learner.pk)


def show_in_form(form: LearnerForm, error: DomainError) -> None:
    """Put a service's refusal beside the fields it speaks of, else above the form."""
    named = {field: lines for field, lines in error.fields.items() if field in form.fields}
    for field, lines in named.items():
        for line in lines:
            form.add_error(field, line)
    if not named:
        form.add_error(None, str(error.message))
