"""Steps after issuing: revoke, void, replace, correct, copy. Nothing is deleted; each is an event with its reason."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.permissions import require
from certificates.choices import CertificateState, PaperLanguage
from certificates.models import Certificate, RegisterEvent, RegisterEventKind
from certificates.services.decisions import Decision, Second, require_two
from certificates.services.events import write_events
from certificates.services.numbering import book_of, reserve, start_printing
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from courses.models import Enrolment

MOST_COPIES = 50


def _step(
    certificate: Certificate,
    *,
    allowed: tuple[str, ...],
    to: CertificateState,
    kind: RegisterEventKind,
    by: User,
    decision: Decision,
    second: Second | None = None,
) -> Decision:
    """Move one entry on by a conditional update: of two people who try, one succeeds. Returns the cleaned decision."""
    if second is None:
        require(by, Verb.REVOKE, certificate.centre_id)
    else:
        require_two(by, second, certificate.centre_id)
    decision = decision.checked()
    moved = Certificate.objects.filter(pk=certificate.pk, state__in=allowed).update(state=to)
    if not moved:
        raise _wrong_state(certificate)
    write_events(
        [
            RegisterEvent(
                certificate=certificate,
                kind=kind,
                by=by,
                confirmed_by=second.user if second else None,
                operator=second.operator if second else "",
                reason=decision.reason,
                decision_number=decision.number,
                decided_on=decision.day,
                decision_signer=decision.signer,
            )
        ]
    )
    data = {"number": certificate.register_number, "reason": decision.reason}
    if second:
        data["second"] = second.user.username if second.user else second.operator
    audit.record(f"certificates.{kind}", certificate, by=by, centre_id=certificate.centre_id, data=data)
    certificate.refresh_from_db(fields=["state"])
    return decision


def _wrong_state(certificate: Certificate) -> Conflict:
    now = Certificate.objects.get(pk=certificate.pk).get_state_display()
    return Conflict("wrong_state", _("Không làm được: chứng nhận này %(state)s.") % {"state": now})


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, by: User, second: Second, decision: Decision) -> Certificate:
    """Revoke an issued certificate; verification says so from this moment. Pages come here by a proposal.

    Raises InvalidInput without a reason, Forbidden unless two people stand for it, Conflict when it is not in force.
    """
    _step(
        certificate,
        allowed=(CertificateState.ISSUED,),
        to=CertificateState.REVOKED,
        kind=RegisterEventKind.REVOKED,
        by=by,
        second=second,
        decision=decision,
    )
    return certificate


@transaction.atomic
def void_certificate(*, certificate: Certificate, by: User, decision: Decision) -> Certificate:
    """Void a number that was reserved and never handed out; it stays in the book with its reason."""
    _step(
        certificate,
        allowed=(CertificateState.RESERVED,),
        to=CertificateState.VOIDED,
        kind=RegisterEventKind.VOIDED,
        by=by,
        decision=decision,
    )
    return certificate


@transaction.atomic
def supersede_certificate(
    *, certificate: Certificate, by: User, decision: Decision, correct: bool = False
) -> Certificate:
    """Issue a new entry in place of an issued one and return it.

    ``correct`` says that the content was wrong (the new entry is written from today's data); otherwise the paper was
    lost or damaged. The old entry keeps its content and points to the new one.
    """
    decision = _step(
        certificate,
        allowed=(CertificateState.ISSUED,),
        to=CertificateState.CORRECTED if correct else CertificateState.REPLACED,
        kind=RegisterEventKind.CORRECTED if correct else RegisterEventKind.REPLACED,
        by=by,
        decision=decision,
    )
    enrolment = Enrolment.objects.select_related("learner", "class_group__course", "class_group__centre").get(
        pk=certificate.enrolment_id
    )
    new = reserve(
        [enrolment],
        centre=enrolment.class_group.centre,
        issued_on=timezone.localdate(),
        signer_name=certificate.signer_name,
        by=by,
        in_place_of=certificate,
        reason=decision.reason,
        recognition=certificate.content.get("recognition", ""),
        language=certificate.content.get("language", PaperLanguage.VI),
    )[0]
    start_printing(enrolment.class_group, [new], by)
    return new


@transaction.atomic
def hand_out_copies(*, certificate: Certificate, by: User, copies: int, recipient: str, reason: str) -> RegisterEvent:
    """Write copies from the register (bản sao từ sổ gốc) into the year's book of copies and return the line.

    The entry, its number and its code stay: a copy is a copy. Raises InvalidInput for a missing name or a count
    outside 1…50, Conflict when the certificate is not in force.
    """
    require(by, Verb.ISSUE, certificate.centre_id)
    recipient, reason = clean(recipient)[:150], clean(reason)[:300]
    if not recipient:
        words = _("Hãy ghi họ tên người nhận bản sao.")
        raise InvalidInput("recipient_missing", words, fields={"recipient": [words]})
    if not 1 <= copies <= MOST_COPIES:
        words = _("Mỗi lần cấp từ 1 đến %(n)s bản.") % {"n": MOST_COPIES}
        raise InvalidInput("copies_out_of_range", words, fields={"copies": [words]})
    # The book is locked before the state is read: a revocation that comes meanwhile waits, or is seen.
    book = book_of(certificate.centre, timezone.localdate().year)
    if not Certificate.objects.select_for_update().filter(pk=certificate.pk, state=CertificateState.ISSUED).exists():
        raise _wrong_state(certificate)
    number = f"{book.next_copy:06d}/{book.year}"
    book.next_copy += 1
    book.save(update_fields=["next_copy"])
    line = RegisterEvent(
        certificate=certificate,
        kind=RegisterEventKind.COPIED,
        by=by,
        reason=reason,
        copy_number=number,
        copies=copies,
        recipient=recipient,
    )
    write_events([line])
    data = {"number": certificate.register_number, "copy": number, "copies": copies}
    audit.record("certificates.copied", certificate, by=by, centre_id=certificate.centre_id, data=data)
    return line
