"""Closing a class in three screens: what is missing and why, results by the rule, then the certificates.

The first two are here, the third is the issuing page of the app above. Each screen keeps what was said on it, so that
whoever is called away finds the class where it was left.
"""

from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from centres.access import scope_of, scoped
from centres.choices import Verb
from core.errors import DomainError
from core.forms import add_domain_error
from courses import services
from courses.choices import OrganiserRole, SessionStatus
from courses.forms import CloseForm
from courses.models import ClassGroup
from courses.selectors import ClosingException, closing_exceptions, closing_outcomes, closing_steps
from courses.views.shared import READERS, class_or_404, context_of, ended, refusal_of

# What is missing, in a few words, and what people usually do about it.
KINDS: dict[str, tuple[Promise, Promise]] = {
    "no_session_held": (
        _lazy("Chưa học buổi nào"),
        _lazy("Nếu lớp không diễn ra, hãy hủy lớp thay vì kết thúc."),
    ),
    "nobody_enrolled": (_lazy("Không có người học"), _lazy("Nếu lớp không diễn ra, hãy hủy lớp thay vì kết thúc.")),
    "missing_attendance": (
        _lazy("Buổi chưa điểm danh"),
        _lazy("Buổi không học thì ghi là nghỉ. Buổi để trống không được tính là đã học."),
    ),
    "sessions_to_come": (_lazy("Buổi chưa đến ngày học"), _lazy("Những buổi này sẽ không được tính.")),
    "missing_result": (
        _lazy("Người chưa có kết quả"),
        _lazy("Người không có kết quả thì chưa hoàn thành."),
    ),
    "unknown_identity": (
        _lazy("Người chưa rõ là ai"),
        _lazy("Chưa có năm sinh và số định danh. Chứng nhận vẫn cấp được, nhưng khó tra cứu về sau."),
    ),
}


@dataclass
class Kind:
    """All exceptions of one kind, with the reason they share and what was typed for it."""

    code: str
    rows: list[ClosingException] = field(default_factory=list)
    typed: str | None = None
    missed: bool = False

    @property
    def title(self) -> str:
        """A few words."""
        return str(KINDS[self.code][0])

    @property
    def help(self) -> str:
        """What people usually do about it."""
        return str(KINDS[self.code][1])

    @property
    def is_open(self) -> bool:
        """Whether some of it has no reason yet."""
        return any(not row.reason for row in self.rows)

    @property
    def reason(self) -> str:
        """What to show in the field: what was typed, else the latest reason given."""
        if self.typed is not None:
            return self.typed
        return next((row.reason for row in reversed(self.rows) if row.reason), "")


def _kinds(exceptions: list[ClosingException], request: HttpRequest | None = None) -> list[Kind]:
    found: dict[str, Kind] = {}
    for row in exceptions:
        found.setdefault(row.code, Kind(row.code)).rows.append(row)
    if request:
        for kind in found.values():
            kind.typed = request.POST.get(f"reason_{kind.code}", "")
            kind.missed = not kind.typed.strip()
    return list(found.values())


@scoped(*READERS)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Screen one: what is missing. Each thing is mended or given a reason; with nothing left it leads on by itself."""
    group = class_or_404(request, pk, Verb.CLOSE_CLASS)
    if not group.is_editable:
        return ended(request, group)
    refusal: DomainError | None = None
    status = 200
    if request.method == "POST":
        reasons = {code: request.POST.get(f"reason_{code}", "") for code in KINDS}
        try:
            services.explain_exceptions(class_group=group, reasons=reasons, by=request.user)
        except DomainError as error:
            if error.code in ("class_closed", "class_cancelled"):
                return ended(request, group)
            refusal, status = error, refusal_of(error)
    exceptions = closing_exceptions(group)
    open_left = any(not row.reason for row in exceptions)
    if refusal is None and not open_left and (request.method == "POST" or "look" not in request.GET):
        return redirect("courses:close-results", group.pk)
    kinds = _kinds(exceptions, request if request.method == "POST" else None)
    if request.method == "POST" and status == 200:
        status = 422
    context = context_of(
        group,
        kinds=kinds,
        exceptions=exceptions,
        refusal=refusal,
        missed=[kind for kind in kinds if kind.missed],
        steps=closing_steps(),
    )
    return render(request, "courses/close.html", context, status=status)


@scoped(*READERS)
def close_results(request: HttpRequest, pk: int) -> HttpResponse:
    """Screen two: who passes by the rule and why not, then the word. A second person who closes is told so (409).

    While something on screen one has no reason it can be read, but not confirmed.
    """
    group = class_or_404(request, pk, Verb.CLOSE_CLASS)
    if not group.is_editable:
        return ended(request, group)
    exceptions = closing_exceptions(group)
    open_left = sum(not row.reason for row in exceptions)
    if open_left and request.method == "POST":
        return redirect("courses:close", group.pk)
    last = group.sessions.filter(status=SessionStatus.HELD).order_by("-held_on").first()
    earliest = max(group.starts_on, last.held_on) if last else group.starts_on
    form = CloseForm(request.POST or None, earliest=earliest)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            report = services.close_class(class_group=group, by=request.user, closed_on=form.cleaned_data["closed_on"])
        except DomainError as error:
            if error.code in ("class_closed", "class_cancelled"):
                return ended(request, group)
            if error.code == "exceptions_open":
                return redirect("courses:close", group.pk)
            status = refusal_of(error)
            add_domain_error(form, error)
        else:
            return _hand_over(request, group, report)
    status = status if status != 200 or not form.errors else 422
    outcomes = closing_outcomes(group)
    context = context_of(
        group,
        form=form,
        exceptions=exceptions,
        open_left=open_left,
        outcomes=outcomes,
        passed=sum(row.passed for row in outcomes),
        failed=sum(not row.passed for row in outcomes),
        issues=group.organiser_role == OrganiserRole.LED,
        steps=closing_steps(),
    )
    return render(request, "courses/close_results.html", context, status=status)


def _hand_over(request: HttpRequest, group: ClassGroup, report: services.ClosingReport) -> HttpResponse:
    """Go on to the certificates, when there are any to issue and the person may issue them."""
    words = {"passed": len(report.passed), "failed": len(report.failed)}
    messages.success(
        request, _("Lớp đã kết thúc: %(passed)s người hoàn thành, %(failed)s người chưa hoàn thành.") % words
    )
    led = group.organiser_role == OrganiserRole.LED
    if report.passed and led and scope_of(request.user).may(Verb.ISSUE, group.centre_id):
        return redirect("certificates:issue", group.pk)
    return redirect("courses:class-detail", group.pk)
