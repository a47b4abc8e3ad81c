"""Steps that take two people: one asks, another confirms, and only then it is done."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from certificates.choices import CertificateState, ProposalState, ProposalStep
from certificates.models import Certificate, Proposal
from certificates.services.decisions import Decision, Second, require_two
from certificates.services.numbering import check_issue_date, issue_class, papers_to_issue, refuse_not_issuable
from certificates.services.states import revoke_certificate
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput
from core.text import clean
from courses.models import ClassGroup


def _ask(proposal: Proposal) -> Proposal:
    try:
        with transaction.atomic():
            proposal.save()
    except IntegrityError as error:
        words = _("Đã có một đề nghị đang chờ xác nhận về việc này.")
        raise Conflict("already_asked", words) from error
    data = {"step": proposal.step, "reason": proposal.reason}
    audit.record("certificates.propose", proposal, by=proposal.asked_by, centre_id=proposal.centre_id, data=data)
    return proposal


@transaction.atomic
def propose_revocation(*, certificate: Certificate, by: User, decision: Decision) -> Proposal:
    """Ask for a revocation. The certificate stays in force until somebody else confirms.

    Raises InvalidInput without a reason, Conflict when it is not in force or already asked for.
    """
    require(by, Verb.ISSUE, certificate.centre_id)
    decision = decision.checked()
    now = Certificate.objects.get(pk=certificate.pk)
    if now.state != CertificateState.ISSUED:
        words = _("Không làm được: chứng nhận này %(state)s.")
        raise Conflict("wrong_state", words % {"state": now.get_state_display()})
    return _ask(
        Proposal(
            centre=certificate.centre,
            step=ProposalStep.REVOKE,
            certificate=certificate,
            reason=decision.reason,
            decision_number=decision.number,
            decided_on=decision.day,
            decision_signer=decision.signer,
            asked_by=by,
        )
    )


@transaction.atomic
def propose_late_issue(
    *,
    class_group: ClassGroup,
    by: User,
    issued_on: dt.date,
    reason: str,
    signer_name: str = "",
    recognition: str = "",
    language: str = "",
) -> Proposal:
    """Ask to issue a class's certificates with a date further back than one person may set.

    Raises InvalidInput for a wrong date or without a reason, Conflict when there is nothing to issue.
    """
    require(by, Verb.ISSUE, class_group.centre_id)
    refuse_not_issuable(class_group)
    check_issue_date(issued_on, class_group.closed_on)
    if not clean(reason):
        words = _("Ngày cấp lùi lại cần lý do: hãy ghi vì sao cấp muộn.")
        raise InvalidInput("reason_missing", words, fields={"late_reason": [words]})
    if not papers_to_issue(class_group):
        raise Conflict("nothing_to_issue", _("Không còn ai chờ cấp chứng nhận trong lớp này."))
    return _ask(
        Proposal(
            centre=Centre.objects.get(pk=class_group.centre_id),
            step=ProposalStep.BACKDATE,
            class_group=class_group,
            reason=clean(reason)[:300],
            issued_on=issued_on,
            signer_name=clean(signer_name)[:150],
            recognition=clean(recognition)[:100],
            language=language,
            asked_by=by,
        )
    )


def _settle(proposal: Proposal, *, by: User, to: ProposalState, answer: str = "") -> Proposal:
    """Settle a waiting proposal by a conditional update: of two who answer, one succeeds."""
    taken = Proposal.objects.filter(pk=proposal.pk, state=ProposalState.WAITING).update(
        state=to, settled_by=by, settled_at=timezone.now(), answer=clean(answer)[:300]
    )
    if not taken:
        raise Conflict("already_settled", _("Đề nghị này đã được trả lời."))
    proposal.refresh_from_db()
    data = {"answer": proposal.answer} if proposal.answer else {}
    audit.record(f"certificates.proposal_{to}", proposal, by=by, centre_id=proposal.centre_id, data=data)
    return proposal


@transaction.atomic
def confirm_proposal(*, proposal: Proposal, by: User) -> Proposal:
    """Confirm as the second person, and do what was asked in the same transaction.

    Raises Forbidden for who asked, or when neither is the director; Conflict when it was answered meanwhile or cannot
    be done any more (nothing is changed then, the proposal waits on).
    """
    require_two(proposal.asked_by, Second(user=by), proposal.centre_id)
    _settle(proposal, by=by, to=ProposalState.CONFIRMED)
    second = Second(user=by)
    if proposal.step == ProposalStep.REVOKE:
        assert proposal.certificate is not None
        decision = Decision(proposal.reason, proposal.decision_number, proposal.decided_on, proposal.decision_signer)
        revoke_certificate(certificate=proposal.certificate, by=proposal.asked_by, second=second, decision=decision)
    else:
        assert proposal.class_group is not None
        issue_class(
            class_group=proposal.class_group,
            by=proposal.asked_by,
            issued_on=proposal.issued_on,
            signer_name=proposal.signer_name,
            recognition=proposal.recognition,
            language=proposal.language,
            second=second,
            reason=proposal.reason,
        )
    return proposal


@transaction.atomic
def refuse_proposal(*, proposal: Proposal, by: User, answer: str) -> Proposal:
    """Refuse with a word to who asked. Raises InvalidInput without one, Forbidden for who asked."""
    require(by, Verb.ISSUE, proposal.centre_id)
    if by.pk == proposal.asked_by_id:
        raise Forbidden("two_people", _("Người đề nghị rút lại đề nghị, không từ chối nó."))
    if not clean(answer):
        words = _("Hãy ghi vì sao từ chối, để người đề nghị biết.")
        raise InvalidInput("answer_missing", words, fields={"answer": [words]})
    return _settle(proposal, by=by, to=ProposalState.REFUSED, answer=answer)


@transaction.atomic
def withdraw_proposal(*, proposal: Proposal, by: User) -> Proposal:
    """Take one's own proposal back. Raises Forbidden for anybody else."""
    require(by, Verb.ISSUE, proposal.centre_id)
    if by.pk != proposal.asked_by_id:
        raise Forbidden("not_yours", _("Chỉ người đề nghị rút lại được đề nghị."))
    return _settle(proposal, by=by, to=ProposalState.WITHDRAWN)
