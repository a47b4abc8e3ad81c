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
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from core.camera import with_camera
from core.errors import DomainError
from core.text import clean
from learners import services
from learners.card_views import posted_card, with_card
from learners.forms import LearnerForm
from learners.matching import CERTAIN
from learners.models import Learner
from learners.selectors import Lookalike, find_lookalikes, find_people, likely_same, merges_of, said_different
from learners.target_groups import TargetGroup, members_q

PER_PAGE = 50
SHOWN_SURVEYS = 3
# Who finds more than this types another word.
MOST_FOUND = 200


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@scoped(Verb.VIEW, Verb.VIEW_OWN_CLASSES)
def learner_list(request: HttpRequest) -> HttpResponse:
    """People of the user's scope."""
    user = _user(request)
    text, centre_pk = clean(request.GET.get("q", ""))[:100], request.GET.get("centre", "")
    centres = Centre.objects.visible_to(user) if scope_of(user).is_officer else Centre.objects.none()
    chosen = None
    if centre_pk.isdecimal():
        # Only a centre of the user's own scope: who also goes to another one is not theirs to know.
        chosen = Centre.objects.visible_to(user).filter(pk=int(centre_pk[:18])).first()
    groups = TargetGroup.objects.all() if scope_of(user).may(Verb.VIEW) else TargetGroup.objects.none()
    group_code = request.GET.get("group", "")
    group = groups.filter(code=group_code).first() if group_code else None
    people = Learner.objects.visible_to(user)
    found: list[Learner] = []
    if centre_pk and chosen is None:
        people = people.none()
    elif text:
        # Who also filters by a group looks through more of those found.
        found = find_people(user=user, text=text, centre=chosen, limit=MOST_FOUND * (10 if group else 1))
        people = people.filter(pk__in=[person.pk for person in found])
    elif chosen:
        people = people.filter(centre_links__centre=chosen)
    if group:
        mine = Q(centre_links__centre__in=scope_of(user).centre_ids(Verb.VIEW))
        seen = people if scope_of(user).everything else people.filter(mine)
        people = people.filter(pk__in=seen.filter(members_q(group, timezone.localdate())).values("pk"))
    page = Paginator(people.select_related("neighbourhood", "unit").order_by("sort_key", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page_obj": page,
        "more": not group and len(found) == MOST_FOUND,
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
    people = Learner.objects.visible_to(user)
    learner = people.select_related("unit", "neighbourhood").filter(pk=pk).first()
    if learner is None:
        # The record was merged: its address leads to the person as they stand today.
        return redirect("learners:learner-detail", get_object_or_404(people, merged_from=pk).pk)
    return render(request, "learners/learner_detail.html", _detail(user, learner))


def _detail(user: User, learner: Learner) -> dict[str, object]:
    scope = scope_of(user)
    places = [link.centre for link in learner.centre_links.select_related("centre").order_by("pk")]
    desks = [centre for centre in places if scope.may(Verb.ENROL, centre.pk)]
    sees_all = any(scope.may(Verb.VIEW, centre.pk) for centre in places)
    return {
        "learner": learner,
        "lookalikes": likely_same(user=user, learner=learner, centre=desks[0]) if desks else [],
        "different": said_different(user=user, learner=learner) if desks else [],
        "merges": merges_of(learner),
        "centres": [centre for centre in places if scope.sees_centre(centre.pk)],
        "can_edit": bool(desks),
        "can_reveal": bool(learner.personal_id_tail)
        and any(scope.may(Verb.SEE_IDENTITY, centre.pk) for centre in places),
        "sees_more": scope.may(Verb.VIEW),
        # Disability and hardship are among them: for those who see people, not for a teacher of one class.
        "target_groups": list(learner.target_groups.all()) if sees_all else [],
        "schooling": list(learner.stated_schooling.all()[:SHOWN_SURVEYS]) if sees_all else [],
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


@with_camera
@sensitive_post_parameters("card_text")
@scoped(Verb.ENROL)
def learner_add(request: HttpRequest) -> HttpResponse:
    """Register a person without enrolling them anywhere yet."""
    user = _user(request)
    scope = scope_of(user)
    centre = get_object_or_404(Centre.objects.visible_to(user), pk=scope.main_centre_id)
    reading = posted_card(request.POST)
    form = LearnerForm(request.POST or None) if reading is None else with_card(LearnerForm, request.POST, reading)
    lookalikes: list[Lookalike] = []
    if form.is_bound and form.is_valid():
        lookalikes = _who_it_may_be(user, centre, form)
        if not lookalikes or (request.POST.get("decision") == "new" and lookalikes[0].score < CERTAIN):
            try:
                unlike = [row.learner for row in lookalikes]
                learner = services.register_learner(centre=centre, by=user, unlike=unlike, **form.values())
            except DomainError as error:
                show_in_form(form, error)
            else:
                return _saved(request, form, learner)
    seen = Learner.objects.visible_to(user).filter(pk__in=[row.learner.pk for row in lookalikes])
    context = {
        "form": form,
        "reading": reading,
        "learner": None,
        "lookalikes": lookalikes,
        "number_taken": bool(lookalikes) and lookalikes[0].score == CERTAIN,
        "seen": set(seen.values_list("pk", flat=True)) if lookalikes else set(),
    }
    return render(request, "learners/learner_form.html", context, status=422 if form.errors or lookalikes else 200)


def _who_it_may_be(user: User, centre: Centre, form: LearnerForm) -> list[Lookalike]:
    names = ("full_name", "birth", "personal_id", "phone", "neighbourhood")
    return find_lookalikes(user=user, centre=centre, **{name: form.cleaned_data[name] for name in names})


@with_camera
@sensitive_post_parameters("card_text")
@scoped(Verb.ENROL)
def learner_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a person's data. What was issued keeps the name it was issued with."""
    user = _user(request)
    learner = get_object_or_404(Learner.objects.visible_to(user).select_related("unit", "neighbourhood"), pk=pk)
    reading = posted_card(request.POST)
    if reading is None:
        form = LearnerForm(request.POST or None, initial=LearnerForm.initial_of(learner))
    else:
        form = with_card(LearnerForm, request.POST, reading)
    if form.is_bound and form.is_valid():
        values = form.values()
        values["personal_id"] = values["personal_id"] or None  # an empty field keeps the number
        try:
            services.update_learner(learner=learner, by=user, **values)
        except DomainError as error:
            show_in_form(form, error)
        else:
            return _saved(request, form, learner)
    context: dict[str, object] = {"form": form, "reading": reading, "learner": learner, "lookalikes": []}
    return render(request, "learners/learner_form.html", context, status=422 if form.errors else 200)


@scoped(Verb.ENROL)
@require_POST
def say_different(request: HttpRequest, pk: int) -> HttpResponse:
    """Say, or with ``undo`` take back, that this person and the ``other`` are not the same."""
    user = _user(request)
    people = Learner.objects.visible_to(user)
    one = get_object_or_404(people, pk=pk)
    key = request.POST.get("other", "")
    other = get_object_or_404(people, pk=int(key) if key.isascii() and key.isdecimal() and len(key) < 19 else 0)
    words = {"one": one.full_name, "other": other.full_name, "code": other.code}
    if "undo" in request.POST:
        services.withdraw_different(one=one, other=other, by=user)
        messages.success(request, _("Đã bỏ ghi nhận: %(one)s và %(other)s (%(code)s) lại được gợi ý.") % words)
    else:
        services.declare_different(one=one, other=other, by=user)
        messages.success(request, _("Đã ghi nhớ: %(one)s và %(other)s (%(code)s) là hai người khác nhau.") % words)
        if request.POST.get("back") == "pairs":
            return redirect("learners:pair-list")
    return redirect("learners:learner-detail", one.pk)


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
