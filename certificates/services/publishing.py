"""What anybody may have: the status list and the log, signed with the log's own key (docs/adr/0032)."""

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.choices import CertificateState
from certificates.models import Certificate, RegisterEvent, RegisterEventKind
from certificates.signing.keys import CannotSign, KeyState, KeyUse, Signer, key_folder
from certificates.tlog.notes import NoteKey, signature_line, write_note
from certificates.tlog.status import StatusList, digest_of
from core.errors import Unavailable

GONE = (CertificateState.CORRECTED, CertificateState.REPLACED, CertificateState.REVOKED, CertificateState.VOIDED)


def public_host() -> str:
    """The host (and port) of the public address, which names what is published."""
    return urlsplit(settings.PUBLIC_BASE_URL).netloc.lower()


def log_signer() -> Signer:
    """Return the key that signs what is published. Raises Unavailable."""
    try:
        signer = key_folder().signer(KeyUse.LOG)
    except CannotSign as error:
        words = _("Chưa công bố được vì khóa nhật ký không dùng được (%(why)s).")
        raise Unavailable("log_signer_down", words % {"why": error}) from error
    if signer is None:
        words = _("Chưa công bố được vì chưa có khóa nhật ký. Người quản trị tạo bằng: signing_keys create --use log.")
        raise Unavailable("no_log_key", words)
    return signer


def status_list(*, at: dt.datetime | None = None) -> StatusList:
    """Return which entries no longer stand, and when entries signed by a compromised key had been logged.

    Its moment is the minute that has begun: whoever asks within it gets the same text. Raises BrokenKeyList, OSError.
    """
    as_of = (at or timezone.now()).replace(second=0, microsecond=0)
    gone = Certificate.objects.filter(state__in=GONE).order_by().values_list("token", "state")
    compromised = {
        key.kid: key.compromised_at
        for key in key_folder().known()
        if key.state == KeyState.COMPROMISED and key.use == KeyUse.CERTIFICATE
    }
    logged: dict[str, dt.datetime] = {}
    for kid, since in compromised.items():
        # Entries logged later do not stand, and are left out: one that the list does not name is not believed.
        rows = RegisterEvent.objects.filter(
            kind=RegisterEventKind.ISSUED, certificate__signed_claims__kid=kid, at__lt=since
        )
        logged |= {digest_of(token): moment for token, moment in rows.values_list("certificate__token", "at")}
    return StatusList(public_host(), as_of, {digest_of(token): state for token, state in gone}, logged)


def signed_status_list() -> str:
    """Return the status list as it is published. Raises Unavailable without a log key; BrokenKeyList, OSError."""
    signer, found = log_signer(), status_list()
    text = found.text()
    return write_note(text, [signature_line(text, NoteKey(found.origin, signer.public), signer.sign)])
