"""Signing what a QR says, and the keys that do it (docs/adr/0028)."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from certificates.choices import CertificateState
from certificates.models import Certificate, RegisterEventKind, SignedClaims
from certificates.signing.claims import Claims
from certificates.signing.fragment import seal
from certificates.signing.keys import CannotSign, KeyUse, Signer, SigningKey, key_folder
from core import audit
from core.errors import InvalidInput, Unavailable


def ready_signer() -> Signer:
    """Return the key that signs now. Raises Unavailable: nothing is printed unsigned."""
    try:
        signer = key_folder().signer()
    except CannotSign as error:
        words = _("Chưa in được vì khóa ký không dùng được (%(why)s). Việc in tự chạy tiếp khi khóa dùng được.")
        raise Unavailable("signer_down", words % {"why": error}) from error
    if signer is None:
        words = _("Chưa in được vì chưa có khóa ký đang dùng. Việc in tự chạy tiếp khi người quản trị tạo khóa.")
        raise Unavailable("no_signing_key", words)
    return signer


def claims_of(certificate: Certificate) -> Claims:
    """Return what is signed of an entry, from its frozen content only."""
    content = certificate.content
    return Claims(
        name=content["learner"],
        birth_year=content.get("birth_year"),
        kind=certificate.kind,
        centre=content["centre"],
        issued_on=certificate.issued_on,
        register_number=certificate.register_number,
    )


def sign_claims(certificate: Certificate, signer: Signer) -> SignedClaims:
    """Return the signed claims of an entry, not saved: they are written with the step that sets it in force.

    The same entry and key give the same text (Ed25519 is deterministic), so a run that was killed can be repeated.
    """
    fragment = seal(certificate.token, claims_of(certificate).to_bytes(), signer.kid, signer.sign)
    return SignedClaims(certificate_id=certificate.pk, kid=signer.kid, fragment=fragment)


def create_key(*, use: KeyUse = KeyUse.CERTIFICATE, by: User | None = None) -> SigningKey:
    """Make a key; it signs from now on."""
    key = key_folder().create(at=timezone.now(), use=use)
    _note("certificates.create_key", key, by)
    return key


def create_first_key(*, use: KeyUse = KeyUse.CERTIFICATE) -> SigningKey | None:
    """Make the first key of that use in an installation; None when there has ever been one."""
    key = key_folder().create_first(at=timezone.now(), use=use)
    if key:
        _note("certificates.create_key", key, None)
    return key


def retire_key(*, kid: str, by: User | None = None) -> SigningKey:
    """Let a key sign no more and delete its private half; what it signed stays good. Raises InvalidInput."""
    try:
        key = key_folder().retire(kid, at=timezone.now())
    except LookupError as error:
        words = _("Không có khóa %(kid)s đang dùng.") % {"kid": kid}
        raise InvalidInput("unknown_key", words) from error
    _note("certificates.retire_key", key, by)
    return key


def rotate_key(*, use: KeyUse = KeyUse.CERTIFICATE, by: User | None = None) -> tuple[SigningKey, list[SigningKey]]:
    """Make a key and retire those of its use that were active; return the new one and the retired ones."""
    before = [key for key in key_folder().known() if key.state == "active" and key.use == use]
    return create_key(use=use, by=by), [retire_key(kid=key.kid, by=by) for key in before]


def compromise_key(*, kid: str, since: dt.datetime, by: User | None = None) -> tuple[SigningKey, list[Certificate]]:
    """Declare that somebody else may have signed with a key since a moment.

    Returns the key and the entries in force that it signed and that were logged since: their papers no longer verify,
    so they have to be issued again. Raises InvalidInput for an unknown key or a moment in the future.
    """
    if since > timezone.now():
        raise InvalidInput("compromised_in_future", _("Thời điểm lộ khóa không được ở tương lai."))
    try:
        key = key_folder().compromise(kid, since=since)
    except LookupError as error:
        raise InvalidInput("unknown_key", _("Không có khóa %(kid)s.") % {"kid": kid}) from error
    _note("certificates.compromise_key", key, by)
    rows = Certificate.objects.filter(
        signed_claims__kid=key.kid,
        state=CertificateState.ISSUED,
        events__kind=RegisterEventKind.ISSUED,
        events__at__gte=key.compromised_at,
    )
    return key, list(rows.select_related("centre").order_by("centre__code", "register__year", "number"))


def _note(verb: str, key: SigningKey, by: User | None) -> None:
    # The public half is kept in the log: a lost key list can be written again from it.
    audit.record_thing(verb, kind="certificates.signingkey", key=key.kid, label=key.kid, by=by, data=key.as_dict())
