"""Closing a class: what is missing, who passes and why, then the word."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from centres.access import scoped
from centres.choices import Verb
from core.errors import DomainError
from core.forms import add_domain_error
from courses import services
from courses.choices import SessionStatus
from courses.forms import CloseForm
from courses.selectors import closing_exceptions, closing_outcomes
from courses.views.shared import READERS, class_or_404, context_of, ended, refusal_of


@scoped(*READERS)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Show exceptions and outcomes, then close. A second person who closes meanwhile is told so (409)."""
    group = class_or_404(request, pk, Verb.CLOSE_CLASS)
    if not group.is_editable:
        return ended(request, group)
    last = group.sessions.filter(status=SessionStatus.HELD).order_by("-held_on").first()
    earliest = max(group.starts_on, last.held_on) if last else group.starts_on
    form = CloseForm(request.POST or None, earliest=earliest)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            report = services.close_class(
                class_group=group, by=request.user, closed_on=form.cleaned_data["closed_on"],
                accept_exceptions=form.cleaned_data["accept"],
            )  # fmt: skip
        except DomainError as error:
            status = refusal_of(error)
            if error.code in ("class_closed", "class_cancelled"):
                return ended(request, group)
            add_domain_error(form, error)
        else:
            words = {"passed": len(report.passed), "failed": len(report.failed)}
            messages.success(
                request, _("Lớp đã kết thúc: %(passed)s người hoàn thành, %(failed)s người chưa hoàn thành.") % words
            )
            return redirect("courses:class-detail", group.pk)
    status = status if status != 200 or not form.errors else 422
    exceptions = closing_exceptions(group)
    outcomes = closing_outcomes(group)
    context = context_of(
        group,
        form=form,
        exceptions=exceptions,
        outcomes=outcomes,
        passed=sum(row.passed for row in outcomes),
        failed=sum(not row.passed for row in outcomes),
        steps=[_("Xem những gì còn thiếu"), _("Xem ai hoàn thành"), _("Kết thúc lớp")],
        current=1 if exceptions else 3,
    )
    return render(request, "courses/close.html", context, status=status)
