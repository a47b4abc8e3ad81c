"""Pages of what somebody learned elsewhere."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scoped
from centres.choices import Verb
from centres.permissions import require
from core.errors import DomainError
from core.forms import add_domain_error
from learners.models import Learner
from learners.services import centre_where
from literacy.forms import OutsideLearningForm, TakeBackForm
from literacy.models import OutsideLearning
from literacy.services import record_outside_learning, take_back_outside_learning

REFUSALS = (409, 422)


@scoped(Verb.FOLLOW_UP, Verb.VIEW)
def outside_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Record learning at another place."""
    user = cast(User, request.user)
    learner = get_object_or_404(Learner.objects.visible_to(user), pk=pk)
    centre_where(user, learner, Verb.FOLLOW_UP)
    form = OutsideLearningForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            record_outside_learning(learner=learner, by=user, **form.cleaned_data)
        except DomainError as error:
            if error.status not in REFUSALS:
                raise
            status = error.status
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã ghi việc học ở nơi khác của %(name)s.") % {"name": learner.full_name})
            return redirect("learners:learner-detail", learner.pk)
    status = status if status != 200 or not form.errors else 422
    context = {
        "form": form, "learner": learner, "heading": _("Học ở nơi khác"), "button": _("Lưu"),
        "text": _("Chỉ ghi khi đã xem giấy tờ. Việc học được tính là học tiếp kể từ ngày bắt đầu."),
    }  # fmt: skip
    return render(request, "literacy/person_form.html", context, status=status)


@scoped(Verb.FOLLOW_UP, Verb.VIEW)
def outside_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a record back, with a reason."""
    user = cast(User, request.user)
    row = get_object_or_404(OutsideLearning.objects.visible_to(user).select_related("learner"), pk=pk)
    require(user, Verb.FOLLOW_UP, row.centre_id)
    form = TakeBackForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            take_back_outside_learning(row=row, by=user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            if error.status not in REFUSALS:
                raise
            status = error.status
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã rút lại; việc học này không được tính nữa."))
            return redirect("learners:learner-detail", row.learner_id)
    status = status if status != 200 or not form.errors else 422
    words = {"what": row.what, "place": row.place, "paper": f"{row.paper} {row.paper_number}".strip()}
    text = _("%(what)s tại %(place)s, %(paper)s. Bản ghi vẫn còn trong sổ, cùng lý do, nhưng không được tính.")
    context = {
        "form": form, "learner": row.learner, "heading": _("Rút lại việc học ở nơi khác"), "button": _("Rút lại"),
        "text": text % words,
    }  # fmt: skip
    return render(request, "literacy/person_form.html", context, status=status)
