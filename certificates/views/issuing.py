"""Issuing the certificates of a class."""

import tempfile
from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from centres.access import scoped
from centres.choices import Verb
from centres.permissions import require
from certificates.choices import SETTLED_STATES, BlankState, CertificateState, ProposalState
from certificates.forms import IssueForm
from certificates.models import Blank, Certificate
from certificates.selectors import numbers_ahead
from certificates.services import (
    issue_class,
    merged_pdf,
    papers_to_issue,
    papers_without_blank,
    propose_late_issue,
    resume_printing,
    zipped_files,
)
from certificates.services.numbering import is_late, kind_of, refuse_not_issuable
from certificates.wording.choosing import last_language
from core.errors import DomainError
from core.forms import add_domain_error
from core.models import Job, JobStatus
from core.text import search_key
from courses.models import ClassGroup
from courses.selectors import closing_steps


def _group(request: HttpRequest, pk: int) -> ClassGroup:
    groups = ClassGroup.objects.visible_to(cast(User, request.user)).select_related("centre", "course")
    return get_object_or_404(groups, pk=pk)


@scoped(Verb.ISSUE, Verb.VIEW)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Who gets one, who has one; POST takes numbers and starts printing. A second click takes nothing."""
    user, group = cast(User, request.user), _group(request, pk)
    require(user, Verb.ISSUE, group.centre_id)
    form = IssueForm(
        request.POST or None,
        initial={
            "signer_name": group.centre.director_name,
            "language": last_language(group.centre_id, group.course_id),
        },
    )
    refusal: DomainError | None = None
    try:
        refuse_not_issuable(group)
    except DomainError as error:
        refusal = error
    waiting = [] if refusal else papers_to_issue(group)
    if request.method == "POST" and "resume" in request.POST:
        resume_printing(class_group=group, by=user)
        return redirect("certificates:issue", pk=group.pk)
    if request.method == "POST" and form.is_valid() and refusal is None:
        data = form.cleaned_data
        late_reason = data.pop("late_reason")
        try:
            if is_late(data["issued_on"]) and waiting:
                propose_late_issue(class_group=group, by=user, reason=late_reason, **data)
                words = _("Đã gửi đề nghị. Số vào sổ được lấy khi người thứ hai xác nhận.")
                messages.success(request, words)
                return redirect("certificates:issue", pk=group.pk)
            batch = issue_class(class_group=group, by=user, **data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            count = len(batch.certificates)
            if count:
                words = ngettext("Đã lấy %(n)s số vào sổ; đang in.", "Đã lấy %(n)s số vào sổ; đang in.", count)
                messages.success(request, words % {"n": count})
            else:
                words = _("Cả %(n)s người hoàn thành đều đã có chứng nhận; không cấp thêm số nào.")
                messages.info(request, words % {"n": batch.already})
            return redirect("certificates:issue", pk=group.pk)
    issued = list(
        Certificate.objects.filter(enrolment__class_group=group, state__in=SETTLED_STATES)
        .select_related("register")
        .order_by("register__year", "number")
    )
    job = Job.objects.filter(kind="certificates.render_class", params__class_group=group.pk).first()
    printing = any(row.state == CertificateState.RESERVED for row in issued)
    free_blanks = Blank.objects.filter(centre=group.centre_id, state=BlankState.FREE).count()
    asked_late = group.register_proposals.filter(state=ProposalState.WAITING)
    context = {
        "group": group,
        "form": form,
        "refusal": refusal,
        "waiting": waiting,
        "issued": issued,
        "printed": any(row.pdf for row in issued),
        # Progress is shown to who asked for it (a job is its owner's own); everybody sees the list fill.
        "job": job if job and job.requested_by_id == user.pk else None,
        "printing": printing,
        "held": job.message if printing and job and job.status == JobStatus.WAITING else "",
        "stuck": printing and (job is None or job.is_finished),
        "kind": kind_of(group.course).label,
        "free_blanks": free_blanks,
        "to_put_on_blanks": len(papers_without_blank(group)) if free_blanks else 0,
        "asked_late": asked_late.select_related("asked_by", "centre").first(),
        "steps": closing_steps(),
        "step": 4 if issued and not waiting and not printing else 3,
        "numbers": numbers_ahead(group.centre, len(waiting), timezone.localdate().year) if waiting else None,
    }
    return render(request, "certificates/issue.html", context, status=422 if form.errors else 200)


@scoped(Verb.VIEW)
def merged(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All certificates of a class in one file, joined from the frozen ones."""
    return _download(request, pk, merged_pdf, "pdf")


@scoped(Verb.VIEW)
def files(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All certificates of a class as the single files that were issued, in one ZIP."""
    return _download(request, pk, zipped_files, "zip")


def _download(request: HttpRequest, pk: int, write: Callable[..., int], kind: str) -> HttpResponseBase:
    group = _group(request, pk)
    require(request.user, Verb.VIEW, group.centre_id)
    target = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it when it has been sent
    try:
        write(class_group=group, target=target)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    slug = search_key(group.code).replace(" ", "-")  # no letter that a mail program or a USB stick could break
    name = f"chung-nhan-{slug}.{kind}"
    return FileResponse(target, as_attachment=True, content_type=f"application/{kind}", filename=name)
