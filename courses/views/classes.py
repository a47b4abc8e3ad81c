"""Classes: list, detail, add, edit, cancel."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from core.errors import DomainError
from core.forms import add_domain_error
from courses import services
from courses.choices import EnrolmentStatus, SessionStatus
from courses.forms import ClassFilterForm, ClassForm, ReasonForm
from courses.models import ClassGroup, Enrolment, PlanLine
from courses.selectors import allowed, class_clashes, class_people, class_sessions, class_waiting, next_step
from courses.selectors.programme import beginning_with, programme_shape
from courses.views.shared import READERS, centres_of, class_or_404, context_of, refusal_of, working_centre

PER_PAGE = 25


@scoped(*READERS)
def class_list(request: HttpRequest) -> HttpResponse:
    """Classes in scope, newest first, narrowed by text, state, topic and centre."""
    shape = programme_shape()
    form = ClassFilterForm(request.GET or None, user=request.user, shape=shape)
    classes = ClassGroup.objects.visible_to(request.user).select_related("course__topic", "centre", "teacher")
    if form.is_valid():
        chosen = form.cleaned_data
        classes = classes.named_like(chosen["q"])
        if chosen["status"]:
            classes = classes.filter(status=chosen["status"])
        if chosen["topic"]:
            classes = classes.filter(course__topic=chosen["topic"])
        if chosen["term"]:
            classes = classes.filter(beginning_with(chosen["term"], shape))
        if chosen["group"]:
            classes = classes.filter(target_groups=chosen["group"])
        if chosen.get("centre"):
            classes = classes.filter(centre=chosen["centre"])
    total = classes.count()
    page = Paginator(classes.with_counts().with_unmarked(timezone.localdate()), PER_PAGE).get_page(
        request.GET.get("page")
    )
    query = request.GET.copy()
    query.pop("page", None)
    scope = scope_of(request.user)
    context = {
        "form": form,
        "page_obj": page,
        "query": query.urlencode(),
        "total": total,
        "narrowed": any(query.values()),
        "several_centres": "centre" in form.fields,
        "may_manage": scope.may(Verb.MANAGE_CLASSES),
        "sees_plans": scope.may(Verb.VIEW),
    }
    return render(request, "courses/class_list.html", context)


@scoped(*READERS)
def class_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One class: what to do next, its facts, people and sessions."""
    group = class_or_404(request, pk)
    people, sessions = list(class_people(group)), list(class_sessions(group))
    may = allowed(request.user, group)
    held = [row for row in sessions if row.status == SessionStatus.HELD]
    session_count = sum(row.status != SessionStatus.CANCELLED for row in sessions)
    present = {EnrolmentStatus.ACTIVE, EnrolmentStatus.PASSED, EnrolmentStatus.FAILED}
    context = context_of(
        group,
        people=people,
        sessions=sessions,
        waiting=list(class_waiting(group)) if group.is_editable else [],
        moves_up=services.moves_up_by_itself(group),
        has_place=services.has_free_place(group),
        target_groups=list(group.target_groups.all()),
        sees_plan=scope_of(request.user).may(Verb.VIEW, group.centre_id),
        may=may,
        step=next_step(group, people, sessions, may),
        people_count=sum(row.status in present for row in people),
        capacity_note=_("trên %(all)s chỗ") % {"all": group.capacity} if group.capacity else "",
        held_count=len(held),
        missing_count=sum(row.status == EnrolmentStatus.ACTIVE and not row.result for row in people),
        session_count=session_count,
        session_note=_("trên %(all)s buổi") % {"all": session_count},
        today=timezone.localdate(),
        clashes=class_clashes(group),
        **_terms_around(request.user, group, people),
    )
    return render(request, "courses/class_detail.html", context)


def _terms_around(user: Any, group: ClassGroup, people: list[Enrolment]) -> dict[str, Any]:
    """Where the class stands in the literacy programme: where people came from and went to, and what can be done.

    Nothing is asked for classes of other courses.
    """
    course = group.course
    if course.programme_id is None or not (course.term or course.completes_phase):
        return {"is_step": False}
    classes = ClassGroup.objects.visible_to(user).order_by("pk")
    earlier = {row.moved_up_from.class_group_id for row in people if row.moved_up_from}
    passed = [row.pk for row in people if row.status == EnrolmentStatus.PASSED]
    return {
        "is_step": True,
        "came_from": list(classes.filter(pk__in=earlier)) if earlier else [],
        "went_to": list(classes.filter(enrolments__moved_up_from__in=passed).distinct()) if passed else [],
        "may_go_on": bool(passed) and scope_of(user).may(Verb.ENROL, group.centre_id),
    }


@scoped(Verb.MANAGE_CLASSES)
def class_add(request: HttpRequest) -> HttpResponse:
    """Open a new class."""
    centre = working_centre(request, Verb.MANAGE_CLASSES)
    form = ClassForm(request.POST or None, centre=centre, initial=_from_plan(request, centre))
    if request.method == "POST" and form.is_valid():
        try:
            group = services.create_class(centre=centre, by=request.user, **_given(form))
        except DomainError as error:
            refusal_of(error)
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã mở lớp %(code)s. Bây giờ thêm người học.") % {"code": group.code})
            return redirect("courses:class-detail", group.pk)
    status = 422 if form.errors else 200
    context = {"form": form, "group": None, "centre": centre, "centres": centres_of(request, Verb.MANAGE_CLASSES)}
    return render(request, "courses/class_form.html", context, status=status)


@scoped(*READERS)
def class_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a class that is not over."""
    group = class_or_404(request, pk, Verb.MANAGE_CLASSES)
    fields = (
        "course",
        "name",
        "starts_on",
        "ends_on",
        "place",
        "teacher",
        "organiser_role",
        "partner",
        "capacity",
        "room",
        "funding",
        "funding_amount",
        "plan_line",
    )
    initial = {name: getattr(group, name) for name in fields}
    initial["target_groups"] = list(group.target_groups.values_list("pk", flat=True))
    form = ClassForm(
        request.POST or None,
        centre=group.centre,
        course=group.course,
        line=group.plan_line,
        room=group.room,
        initial=initial,
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.update_class(class_group=group, by=request.user, **_given(form))
        except DomainError as error:
            status = refusal_of(error)
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã lưu lớp."))
            return redirect("courses:class-detail", group.pk)
    status = status if status != 200 or not form.errors else 422
    context = context_of(group, form=form, centre=group.centre, centres=[])
    return render(request, "courses/class_form.html", context, status=status)


@scoped(*READERS)
def class_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call off a class, with a reason."""
    group = class_or_404(request, pk, Verb.MANAGE_CLASSES)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_class(class_group=group, by=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            status = refusal_of(error)
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã hủy lớp %(code)s.") % {"code": group.code})
            return redirect("courses:class-detail", group.pk)
    status = status if status != 200 or not form.errors else 422
    context = context_of(
        group, form=form, heading=_("Hủy lớp"), button=_("Hủy lớp này"),
        text=_("Lớp không học nữa và không kết thúc được. Các buổi đã học vẫn còn trong sổ."),
    )  # fmt: skip
    return render(request, "courses/reason_form.html", context, status=status)


def _from_plan(request: HttpRequest, centre: Centre) -> dict[str, Any]:
    """What a new class takes over from the line of the plan it is opened from (``line``)."""
    asked = request.GET.get("line", "")
    lines = PlanLine.objects.filter(plan__centre=centre, is_dropped=False).select_related("plan")
    line = lines.filter(pk=int(asked)).first() if asked.isascii() and asked.isdecimal() else None
    if line is None:
        return {}
    led = {"organiser_role": "led", "partner": line.partner}
    return {"plan_line": line.pk, "course": line.course_id, "name": line.name, **led}


def _given(form: ClassForm) -> dict[str, Any]:
    return dict(form.cleaned_data)
