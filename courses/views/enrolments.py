"""Withdrawing, moving to another class, and one learner's classes. Enrolling is done at the desk."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from centres.access import scope_of, scoped
from centres.choices import Verb
from core.errors import DomainError
from core.forms import add_domain_error
from courses import services
from courses.choices import WaitStatus
from courses.forms import TransferForm, WithdrawForm
from courses.models import ClassGroup, Enrolment, PlacementTest, WaitlistEntry
from courses.selectors import class_waiting, transfer_targets
from courses.selectors.progress import progress_of
from courses.views.shared import READERS, context_of, enrolment_or_404, refusal_of
from learners.models import Learner


@scoped(*READERS)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that a person left a class, with reason and day."""
    enrolment = enrolment_or_404(request, pk, Verb.ENROL)
    form = WithdrawForm(request.POST or None)
    before = set(class_waiting(enrolment.class_group).values_list("pk", flat=True)) if request.POST else set()
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw(enrolment=enrolment, by=request.user, **form.cleaned_data)
        except DomainError as error:
            status = refusal_of(error)
            add_domain_error(form, error)
        else:
            undo = reverse("courses:withdraw-undo", args=[enrolment.pk])
            messages.success(request, _("Đã ghi %(name)s thôi học.") % {"name": enrolment.learner.full_name}, undo)
            _say_who_moved_up(request, enrolment.class_group, before)
            return redirect("courses:class-detail", enrolment.class_group_id)
    status = status if status != 200 or not form.errors else 422
    context = context_of(
        enrolment.class_group, form=form, button=_("Ghi thôi học"),
        heading=_("%(name)s thôi học") % {"name": enrolment.learner.full_name},
        text=_("Điểm danh đến nay vẫn giữ. Nếu người này học lại, ghi danh lại như bình thường."),
    )  # fmt: skip
    return render(request, "courses/reason_form.html", context, status=status)


@scoped(*READERS)
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a person to another class."""
    enrolment = enrolment_or_404(request, pk, Verb.ENROL)
    group, name = enrolment.class_group, {"name": enrolment.learner.full_name}
    form = TransferForm(request.POST or None, targets=transfer_targets(request.user, enrolment))
    before = set(class_waiting(group).values_list("pk", flat=True)) if request.POST else set()
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            arrived = services.transfer(enrolment=enrolment, by=request.user, **form.cleaned_data)
        except DomainError as error:
            status = refusal_of(error)
            add_domain_error(form, error)
        else:
            words = name | {"class": arrived.class_group.name}
            messages.success(request, _("Đã chuyển %(name)s sang lớp %(class)s.") % words)
            _say_who_moved_up(request, group, before)
            return redirect("courses:class-detail", arrived.class_group_id)
    status = status if status != 200 or not form.errors else 422
    context = context_of(
        group, form=form, button=_("Chuyển lớp"), heading=_("Chuyển %(name)s sang lớp khác") % name,
        text=_("Điểm danh đến nay vẫn ở lớp cũ. Người này được tính một lượt, ở lớp mới."),
    )  # fmt: skip
    return render(request, "courses/reason_form.html", context, status=status)


@scoped(*READERS)
def panel_learner(request: HttpRequest, pk: int) -> HttpResponse:
    """The classes of one learner, of those in scope: a fragment for the learner's page, a page otherwise."""
    learner = get_object_or_404(Learner.objects.visible_to(request.user), pk=pk)
    classes = ClassGroup.objects.visible_to(request.user)
    rows = (
        Enrolment.objects.filter(learner=learner, class_group__in=classes)
        .select_related("class_group__course", "class_group__centre", "transferred_from__class_group")
        .order_by("-class_group__starts_on", "-pk")
    )
    template = "courses/_learner_classes.html" if request.headers.get("HX-Request") else "courses/learner_classes.html"
    tests = PlacementTest.objects.visible_to(request.user).filter(learner=learner).select_related("taken_back_by")
    may_enrol = scope_of(request.user).may(Verb.ENROL)
    how_far = progress_of([learner.pk]).get(learner.pk) if may_enrol else None
    context = {
        "learner": learner, "rows": rows, "tests": tests, "may_enrol": may_enrol,
        "how_far": how_far if how_far and how_far.done else None,
    }  # fmt: skip
    return render(request, template, context)


def _say_who_moved_up(request: HttpRequest, group: ClassGroup, before: set[int]) -> None:
    """Name who got the place, so that somebody calls them."""
    placed = WaitlistEntry.objects.filter(pk__in=before, status=WaitStatus.PLACED, class_group=group)
    names = ", ".join(placed.order_by("position").values_list("learner__full_name", flat=True))
    if names:
        messages.info(request, _("Đã xếp từ danh sách chờ: %(names)s. Hãy báo cho họ biết.") % {"names": names})
