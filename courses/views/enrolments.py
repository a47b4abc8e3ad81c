"""Enrolling one person by hand, withdrawing, and one learner's classes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from centres.access import scoped
from centres.choices import Verb
from core.errors import DomainError
from core.forms import add_domain_error
from core.text import clean
from courses import services
from courses.choices import EnrolmentStatus, WaitStatus
from courses.forms import WithdrawForm
from courses.models import ClassGroup, Enrolment, WaitlistEntry
from courses.selectors import candidates, class_waiting
from courses.views.shared import READERS, class_or_404, context_of, ended, enrolment_or_404, refusal_of
from learners.forms import LearnerForm
from learners.matching import Match
from learners.models import Learner, personal_id_index
from learners.selectors import match_person


@scoped(*READERS)
def enrol(request: HttpRequest, pk: int) -> HttpResponse:
    """Enrol one person: found by the search box (GET ``q``) and sent by their button (POST ``learner``), or new.

    A new person who is known or looks like somebody is shown first; the same form then says (``decision``) whether it
    is the ``same`` person or a ``new`` one. An identity number that is taken leaves no choice: it is the same person.
    """
    group = class_or_404(request, pk, Verb.ENROL)
    if not group.is_editable:
        return ended(request, group)
    refusal, status, match = "", 200, None
    text = clean(request.POST.get("q") or request.GET.get("q", ""))[:100]
    is_new = request.method == "POST" and "learner" not in request.POST
    form = LearnerForm(request.POST) if is_new else LearnerForm(initial={"full_name": _name_in(text)})
    if request.method == "POST" and (not is_new or form.is_valid()):
        try:
            if not is_new:
                row = services.enrol(class_group=group, learner=_learner_or_404(request), by=request.user)
            else:
                match = _match(form, group)
                decision = request.POST.get("decision", "")
                if match and match.learner and decision == "same":
                    row = services.enrol(class_group=group, learner=match.learner, by=request.user)
                elif match is None or decision == "new":
                    unlike = [match.learner] if match and match.learner else []
                    row = services.enrol_new_person(class_group=group, by=request.user, unlike=unlike, **form.values())
                else:
                    row = None
        except DomainError as error:
            status = refusal_of(error)
            if is_new and error.fields:
                add_domain_error(form, error)
            else:
                refusal = str(error.message)
        else:
            if row:
                messages.success(request, _("Đã ghi danh %(name)s vào lớp.") % {"name": row.learner.full_name})
                return redirect("courses:enrol", group.pk)
            status = 422
    status = status if status != 200 or not form.errors else 422
    context = context_of(
        group,
        form=form,
        match=match,
        match_is_certain=bool(match and match.kind == "known"),
        number_taken=bool(match and match.learner and _same_number(form, match.learner)),
        warnings=form.warnings() if is_new and form.is_valid() else [],
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
    before = set(class_waiting(enrolment.class_group).values_list("pk", flat=True)) if request.POST else set()
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw(enrolment=enrolment, by=request.user, **form.cleaned_data)
        except DomainError as error:
            status = refusal_of(error)
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã ghi %(name)s thôi học.") % {"name": enrolment.learner.full_name})
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


def _say_who_moved_up(request: HttpRequest, group: ClassGroup, before: set[int]) -> None:
    """Name who got the place, so that somebody calls them."""
    placed = WaitlistEntry.objects.filter(pk__in=before, status=WaitStatus.PLACED, class_group=group)
    names = ", ".join(placed.order_by("position").values_list("learner__full_name", flat=True))
    if names:
        messages.info(request, _("Đã xếp từ danh sách chờ: %(names)s. Hãy báo cho họ biết.") % {"names": names})


def _name_in(text: str) -> str:
    """The name in what was searched for, to start the form with; without tones it is no name to keep."""
    words = [word for word in text.split() if not any(letter.isdigit() for letter in word)]
    return "" if text.isascii() else " ".join(words)


def _same_number(form: LearnerForm, learner: Learner) -> bool:
    """Whether the number typed is the person's own: then it is this person and nobody else."""
    number = form.cleaned_data.get("personal_id", "")
    return bool(number) and learner.personal_id_index == personal_id_index(number)


def _match(form: LearnerForm, group: ClassGroup) -> Match | None:
    """Whom the form could mean, or None when nobody."""
    given = form.cleaned_data
    match = match_person(
        name=given["full_name"], birth=given["birth"], personal_id=given["personal_id"], phone=given["phone"],
        centre=group.centre,
    )  # fmt: skip
    return None if match.kind == "new" else match


def _learner_or_404(request: HttpRequest) -> Learner:
    key = request.POST.get("learner", "")
    people = Learner.objects.visible_to(request.user)
    found: Learner = get_object_or_404(people, pk=int(key) if key.isascii() and key.isdecimal() else 0)
    return found
