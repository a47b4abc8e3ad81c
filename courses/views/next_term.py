"""Going on: a closed class to the next term, somebody who left back to the term they need, placement tests."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.permissions import require
from core.errors import Conflict, DomainError
from core.forms import add_domain_error
from courses.choices import ClassStatus, EnrolmentStatus
from courses.models import ClassGroup, Enrolment, PlacementTest
from courses.programme.forms import NextTermForm, PlacementForm, ReasonOnlyForm
from courses.selectors.programme import next_courses, programme_shape
from courses.selectors.progress import returners, stopped_on_the_way
from courses.services.next_term import go_on_to_next_term
from courses.services.placement import record_placement, take_back_placement
from courses.views.shared import READERS, attempt, class_or_404, context_of, refusal_of
from learners.models import Learner
from learners.services import centre_where

PER_PAGE = 50
MAX_KEY_DIGITS = 18


@scoped(*READERS)
def next_term(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the people who completed a closed class go on to the next term, all at once."""
    group = class_or_404(request, pk, Verb.ENROL)
    if group.status != ClassStatus.CLOSED:
        raise Conflict("class_not_closed", _("Lớp chưa kết thúc nên chưa ai lên kỳ được."))
    following = next_courses(group.course, group.centre_id, programme_shape())
    people = list(
        Enrolment.objects.filter(class_group=group)
        .exclude(status=EnrolmentStatus.WITHDRAWN)
        .select_related("learner")
        .prefetch_related("moved_up_to__class_group")
        .order_by("learner__sort_key", "pk")
    )
    waiting = [row for row in people if row.status == EnrolmentStatus.PASSED and went_to(row) is None]
    classes = (
        ClassGroup.objects.filter(
            centre_id=group.centre_id,
            course__in=following,
            status__in=[ClassStatus.PLANNED, ClassStatus.OPEN],
        )
        .select_related("course")
        .order_by("-starts_on", "pk")
    )
    initial = {"course": following[0].pk, "name": following[0].name, "place": group.place} if following else {}
    form = NextTermForm(
        request.POST or None, centre=group.centre, following=following, classes=classes, initial=initial
    )
    chosen = _keys(request.POST.getlist("people")) if request.method == "POST" else {row.pk for row in waiting}
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            risen = go_on_to_next_term(class_group=group, people=chosen, by=request.user, **form.cleaned_data)
        except DomainError as error:
            status = refusal_of(error)
            add_domain_error(form, error)
        else:
            words = {"n": len(risen.came) + len(risen.there_already), "name": risen.class_group.name}
            messages.success(request, _("%(n)s người đã lên lớp %(name)s.") % words)
            return redirect("courses:class-detail", risen.class_group.pk)
    status = status if status != 200 or not form.errors else 422
    context = context_of(
        group, form=form, following=following, waiting=waiting, chosen=chosen,
        gone=[(row, there) for row in people if (there := went_to(row))],
        failed=[row for row in people if row.status == EnrolmentStatus.FAILED],
    )  # fmt: skip
    return render(request, "programme/next_term.html", context, status=status)


def went_to(row: Enrolment) -> ClassGroup | None:
    """The class somebody went on to."""
    return next((there.class_group for there in row.moved_up_to.all()), None)


def _keys(texts: list[str]) -> set[int]:
    return {int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= MAX_KEY_DIGITS}


@scoped(Verb.VIEW)
def returner_list(request: HttpRequest) -> HttpResponse:
    """Who stopped on the way, which term they need, and the classes they can come back to."""
    page = Paginator(stopped_on_the_way(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": returners(page.object_list, request.user),
        "several_centres": scope_of(request.user).is_officer,
        "may_enrol": scope_of(request.user).may(Verb.ENROL),
    }
    return render(request, "programme/returner_list.html", context)


@scoped(*READERS)
def placement_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a placement test of a person."""
    learner = get_object_or_404(Learner.objects.visible_to(request.user), pk=pk)
    centre_where(cast(User, request.user), learner, Verb.ENROL)
    form = PlacementForm(request.POST or None, shape=programme_shape())
    row, status = attempt(form, record_placement, learner=learner, by=request.user)
    if row:
        messages.success(request, _("Đã ghi kiểm tra xếp lớp: %(name)s vào học từ kỳ %(n)s.") % {
            "name": learner.full_name, "n": row.term,
        })  # fmt: skip
        return redirect("learners:learner-detail", learner.pk)
    context = {
        "form": form, "learner": learner, "heading": _("Kiểm tra xếp lớp"), "button": _("Lưu"),
        "text": _(
            "Người đã biết đọc, biết viết từ trước được kiểm tra để vào thẳng kỳ phù hợp. "
            "Bài kiểm tra này thay cho điều kiện đã hoàn thành giai đoạn 1; nó không công nhận mức độ biết chữ."
        ),
    }  # fmt: skip
    return render(request, "programme/person_form.html", context, status=status)


@scoped(*READERS)
def placement_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a placement test back, with a reason."""
    test = get_object_or_404(PlacementTest.objects.visible_to(request.user).select_related("learner"), pk=pk)
    require(request.user, Verb.ENROL, test.centre_id)
    form = ReasonOnlyForm(request.POST or None)
    row, status = attempt(form, take_back_placement, row=test, by=request.user)
    if row:
        messages.success(request, _("Đã rút lại lần kiểm tra xếp lớp."))
        return redirect("learners:learner-detail", test.learner_id)
    words = {"n": test.term, "day": f"{test.tested_on:%d/%m/%Y}", "paper": test.paper_words}
    context = {
        "form": form, "learner": test.learner, "heading": _("Rút lại kiểm tra xếp lớp"), "button": _("Rút lại"),
        "text": _("Vào học từ kỳ %(n)s, kiểm tra ngày %(day)s, %(paper)s. Người đã được ghi danh vẫn ở trong lớp.")
        % words,
    }  # fmt: skip
    return render(request, "programme/person_form.html", context, status=status)
