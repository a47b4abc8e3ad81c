"""Enrolling one person by hand, withdrawing, and one learner's classes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from centres.access import scoped
from centres.choices import Verb
from core.errors import DomainError
from core.forms import add_domain_error
from courses import services
from courses.choices import EnrolmentStatus
from courses.forms import WithdrawForm
from courses.models import ClassGroup, Enrolment
from courses.permissions import refuse_ended
from courses.selectors import candidates
from courses.views.shared import READERS, class_or_404, context_of, enrolment_or_404, refusal_of
from learners.models import Learner


@scoped(*READERS)
def enrol(request: HttpRequest, pk: int) -> HttpResponse:
    """Enrol one person: found by the search box (GET ``q``), sent by their button (POST ``learner``)."""
    group = class_or_404(request, pk, Verb.ENROL)
    refuse_ended(group)
    refusal, status = "", 200
    text = request.POST.get("q") or request.GET.get("q", "")
    if request.method == "POST":
        learner = _learner_or_404(request)
        try:
            services.enrol(class_group=group, learner=learner, by=request.user)
        except DomainError as error:
            status, refusal = refusal_of(error), str(error.message)
        else:
            messages.success(request, _("Đã ghi danh %(name)s vào lớp.") % {"name": learner.full_name})
            return redirect("courses:enrol", group.pk)
    context = context_of(
        group,
        text=text,
        refusal=refusal,
        found=candidates(user=request.user, class_group=group, text=text),
        people_count=group.enrolments.exclude(status=EnrolmentStatus.WITHDRAWN).count(),
    )
    return render(request, "courses/enrol.html", context, status=status)


@scoped(*READERS)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that a person left a class, with reason and day."""
    enrolment = enrolment_or_404(request, pk, Verb.ENROL)
    form = WithdrawForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw(enrolment=enrolment, by=request.user, **form.cleaned_data)
        except DomainError as error:
            status = refusal_of(error)
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã ghi %(name)s thôi học.") % {"name": enrolment.learner.full_name})
            return redirect("courses:class-detail", enrolment.class_group_id)
    status = status if status != 200 or not form.errors else 422
    context = context_of(
        enrolment.class_group, form=form, button=_("Ghi thôi học"),
        heading=_("%(name)s thôi học") % {"name": enrolment.learner.full_name},
        text=_("Điểm danh đến nay vẫn giữ. Nếu người này học lại, ghi danh lại như bình thường."),
    )  # fmt: skip
    return render(request, "courses/reason_form.html", context, status=status)


@scoped(*READERS)
def panel_learner(request: HttpRequest, pk: int) -> HttpResponse:
    """The classes of one learner, of those in scope: a fragment for the learner's page, a page otherwise."""
    learner = get_object_or_404(Learner.objects.visible_to(request.user), pk=pk)
    classes = ClassGroup.objects.visible_to(request.user)
    rows = (
        Enrolment.objects.filter(learner=learner, class_group__in=classes)
        .select_related("class_group__course", "class_group__centre")
        .order_by("-class_group__starts_on", "-pk")
    )
    template = "courses/_learner_classes.html" if request.headers.get("HX-Request") else "courses/learner_classes.html"
    return render(request, template, {"learner": learner, "rows": rows})


def _learner_or_404(request: HttpRequest) -> Learner:
    key = request.POST.get("learner", "")
    people = Learner.objects.visible_to(request.user)
    found: Learner = get_object_or_404(people, pk=int(key) if key.isascii() and key.isdecimal() else 0)
    return found
