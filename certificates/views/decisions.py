"""Steps on an entry of the register: decide, hand out a copy; and what waits for a second person."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.permissions import require
from certificates import services
from certificates.choices import ProposalState, ProposalStep
from certificates.forms import CopyForm, DecisionForm
from certificates.models import Certificate, Proposal, RegisterEvent, RegisterEventKind
from certificates.paper.copying import copy_of
from core.downloads import attachment
from core.errors import DomainError
from core.forms import add_domain_error

PER_PAGE = 50


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _entry(request: HttpRequest, pk: int) -> Certificate:
    rows = Certificate.objects.visible_to(request.user).select_related("centre", "register")
    row: Certificate = get_object_or_404(rows, pk=pk)
    return row


def _carry_out(form: DecisionForm, row: Certificate, user: User) -> tuple[Certificate, str]:
    """Do the step; return the entry to show and what to say."""
    step, decision = form.cleaned_data["step"], form.decision
    if step == DecisionForm.REVOKE:
        services.propose_revocation(certificate=row, by=user, decision=decision)
        return row, _("Đã gửi đề nghị thu hồi. Chứng nhận còn hiệu lực cho đến khi người thứ hai xác nhận.")
    if step == DecisionForm.VOID:
        services.void_certificate(certificate=row, by=user, decision=decision)
        return row, _("Đã hủy số %(n)s; số này ở lại trong sổ.") % {"n": row.register_number}
    new = services.supersede_certificate(
        certificate=row, by=user, correct=step == DecisionForm.CORRECT, decision=decision
    )
    return new, _("Đã cấp số mới %(n)s.") % {"n": new.register_number}


@scoped(Verb.ISSUE)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a revocation, replace or correct an issued entry, void a reserved one; by a decision, with a reason."""
    user, row = _user(request), _entry(request, pk)
    require(user, Verb.ISSUE, row.centre_id)
    director = scope_of(user).may(Verb.REVOKE, row.centre_id)
    initial = {"decision_signer": row.centre.director_name}
    form = DecisionForm(request.POST or None, state=row.state, director=director, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            target, words = _carry_out(form, row, user)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, words)
            return redirect("certificates:certificate-detail", pk=target.pk)
    context = {"row": row, "form": form, "director": director}
    return render(request, "certificates/decide.html", context, status=422 if form.errors else 200)


@scoped(Verb.ISSUE)
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out copies from the register: counted, with a number of the year's book of copies."""
    user, row = _user(request), _entry(request, pk)
    require(user, Verb.ISSUE, row.centre_id)
    form = CopyForm(request.POST or None, initial={"recipient": row.content["learner"]})
    if request.method == "POST" and form.is_valid():
        try:
            line = services.hand_out_copies(certificate=row, by=user, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            words = _("Đã ghi vào sổ cấp bản sao: số %(n)s. Hãy tải bản sao ở lịch sử để in.")
            messages.success(request, words % {"n": line.copy_number})
            return redirect("certificates:certificate-detail", pk=row.pk)
    return render(request, "certificates/copy.html", {"row": row, "form": form}, status=422 if form.errors else 200)


@scoped(Verb.ISSUE)
def copy_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The copy to print: the frozen page, marked as a copy with its number and date. ``pk`` is the event's."""
    lines = RegisterEvent.objects.visible_to(request.user).filter(kind=RegisterEventKind.COPIED)
    line = get_object_or_404(lines.select_related("certificate__centre", "certificate__register"), pk=pk)
    require(request.user, Verb.ISSUE, line.certificate.centre_id)
    name = f"ban-sao-{line.copy_number.replace('/', '-')}.pdf"
    return attachment(copy_of(line), "application/pdf", name)


@scoped(Verb.ISSUE)
def proposals(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, and what was answered."""
    user = _user(request)
    rows = Proposal.objects.visible_to(user).select_related(
        "certificate", "class_group", "asked_by", "settled_by", "centre"
    )
    mine = set(Proposal.objects.to_settle_by(user).values_list("pk", flat=True))
    context = {
        "waiting": rows.filter(state=ProposalState.WAITING).order_by("asked_at"),
        "to_settle": mine,
        "page_obj": Paginator(rows.exclude(state=ProposalState.WAITING), PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "certificates/proposals.html", context)


@scoped(Verb.ISSUE)
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm, refuse or withdraw one proposal."""
    user = _user(request)
    rows = Proposal.objects.visible_to(user).select_related("certificate__centre", "class_group", "asked_by")
    row = get_object_or_404(rows, pk=pk)
    require(user, Verb.ISSUE, row.centre_id)
    answer = request.POST.get("answer", "")
    try:
        if request.POST.get("do") == "confirm":
            services.confirm_proposal(proposal=row, by=user)
            words = (
                _("Đã xác nhận: chứng nhận số %(n)s bị thu hồi.") % {"n": row.certificate.register_number}
                if row.step == ProposalStep.REVOKE and row.certificate
                else _("Đã xác nhận: chứng nhận của lớp đang được in.")
            )
        elif request.POST.get("do") == "withdraw":
            services.withdraw_proposal(proposal=row, by=user)
            words = _("Đã rút lại đề nghị.")
        else:
            services.refuse_proposal(proposal=row, by=user, answer=answer)
            words = _("Đã từ chối; người đề nghị thấy ý kiến của bạn.")
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        messages.error(request, str(error.message))
    else:
        messages.success(request, words)
    return redirect("certificates:proposals")
