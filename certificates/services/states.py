"""Steps after issuing: revoke, void, replace, correct. Nothing is deleted; each step is an event with its reason."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.permissions import require
from certificates.choices import CertificateState
from certificates.models import Certificate, RegisterEvent, RegisterEventKind
from certificates.services.events import write_events
from certificates.services.numbering import reserve, start_printing
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from courses.models import Enrolment


def _step(
    certificate: Certificate,
    *,
    allowed: tuple[str, ...],
    to: CertificateState,
    kind: RegisterEventKind,
    by: User,
    reason: str,
    decision_number: str,
    decided_on: dt.date | None,
) -> str:
    """Move one entry on by a conditional update: of two people who try, one succeeds. Returns the cleaned reason."""
    require(by, Verb.REVOKE, certificate.centre_id)
    reason = clean(reason)[:300]
    if not reason:
        words = _("Hãy ghi lý do: lý do được giữ trong sổ gốc.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    if decided_on and decided_on > timezone.localdate():
        words = _("Ngày quyết định không được ở tương lai.")
        raise InvalidInput("decided_in_future", words, fields={"decided_on": [words]})
    moved = Certificate.objects.filter(pk=certificate.pk, state__in=allowed).update(state=to)
    if not moved:
        now = Certificate.objects.get(pk=certificate.pk).get_state_display()
        raise Conflict("wrong_state", _("Không làm được: chứng nhận này %(state)s.") % {"state": now})
    write_events(
        [
            RegisterEvent(
                certificate=certificate,
                kind=kind,
                by=by,
                reason=reason,
                decision_number=clean(decision_number)[:60],
                decided_on=decided_on,
            )
        ]
    )
    data = {"number": certificate.register_number, "reason": reason}
    audit.record(f"certificates.{kind}", certificate, by=by, centre_id=certificate.centre_id, data=data)
    certificate.refresh_from_db(fields=["state"])
    return reason


@transaction.atomic
def revoke_certificate(
    *, certificate: Certificate, by: User, reason: str, decision_number: str = "", decided_on: dt.date | None = None
) -> Certificate:
    """Revoke an issued certificate; verification says so from this moment.

    Raises InvalidInput without a reason, Forbidden unless a director, Conflict when it is not in force.
    """
    _step(
        certificate,
        allowed=(CertificateState.ISSUED,),
        to=CertificateState.REVOKED,
        kind=RegisterEventKind.REVOKED,
        by=by,
        reason=reason,
        decision_number=decision_number,
        decided_on=decided_on,
    )
    return certificate


@transaction.atomic
def void_certificate(*, certificate: Certificate, by: User, reason: str) -> Certificate:
    """Void a number that was reserved and never handed out; it stays in the book with its reason."""
    _step(
        certificate,
        allowed=(CertificateState.RESERVED,),
        to=CertificateState.VOIDED,
        kind=RegisterEventKind.VOIDED,
        by=by,
        reason=reason,
        decision_number="",
        decided_on=None,
    )
    return certificate


@transaction.atomic
def supersede_certificate(
    *,
    certificate: Certificate,
    by: User,
    reason: str,
    correct: bool = False,
    decision_number: str = "",
    decided_on: dt.date | None = None,
) -> Certificate:
    """Issue a new entry in place of an issued one and return it.

    ``correct`` says that the content was wrong (the new entry is written from today's data); otherwise the paper was
    lost or damaged. The old entry keeps its content and points to the new one.
    """
    state = CertificateState.CORRECTED if correct else CertificateState.REPLACED
    kind = RegisterEventKind.CORRECTED if correct else RegisterEventKind.REPLACED
    reason = _step(
        certificate,
        allowed=(CertificateState.ISSUED,),
        to=state,
        kind=kind,
        by=by,
        reason=reason,
        decision_number=decision_number,
        decided_on=decided_on,
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
        reason=reason,
    )[0]
    start_printing(enrolment.class_group, [new], by)
    return new
