"""Credentials of certificates: made when first asked for, frozen, revoked through a published status list."""

import json
import secrets
from collections.abc import Iterator

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.badges.documents import (
    LIST_BITS,
    Issuer,
    credential_document,
    did_document,
    status_list_document,
)
from certificates.badges.models import Credential
from certificates.badges.proofs import as_jwt, with_proof
from certificates.choices import CertificateState
from certificates.models import Certificate
from certificates.services.publishing import GONE
from certificates.services.signing import ready_signer
from certificates.signing.keys import KeyState, Signer, key_folder
from core import audit
from core.errors import Conflict, Unavailable

# A list is half full at most: a free place is found at once, and those taken lie scattered.
MOST_IN_A_LIST = LIST_BITS // 2
TRIES = 40


def issuer() -> Issuer:
    """Who issues: this installation."""
    return Issuer(settings.PUBLIC_BASE_URL)


def _signer() -> Signer:
    """Return the key that signs. Raises Unavailable in words that are not about printing."""
    try:
        return ready_signer()
    except Unavailable as error:
        words = _("Chưa lập được chứng chỉ số vì chưa có khóa ký dùng được. Hãy báo người quản trị rồi thử lại.")
        raise Unavailable(error.code, words) from error


def credential_of(certificate: Certificate) -> Credential:
    """Return the credential of a certificate in force, made at the first call and the same ever after.

    One whose key was compromised is worth nothing any more; another takes its place. Raises Conflict
    ``wrong_state`` when the certificate is not in force, Unavailable without a key, BrokenKeyList, OSError.
    """
    if certificate.state != CertificateState.ISSUED:
        words = _("Chỉ chứng nhận đang có hiệu lực mới có chứng chỉ số.")
        raise Conflict("wrong_state", words)
    compromised = {key.kid for key in key_folder().known() if key.state == KeyState.COMPROMISED}
    kept = certificate.credentials.exclude(kid__in=compromised).order_by("pk").first()
    return kept or _make(certificate)


def _make(certificate: Certificate) -> Credential:
    signer, by = _signer(), issuer()
    method, now = by.method(signer.kid), timezone.now()
    for _try in range(TRIES):
        place = (_open_list(), secrets.randbelow(LIST_BITS))
        if Credential.objects.filter(status_list=place[0], status_index=place[1]).exists():
            continue
        document = credential_document(
            by,
            kind=certificate.kind,
            content=certificate.content,
            issued_on=certificate.issued_on,
            token=certificate.token,
            status=place,
        )
        row = Credential(
            certificate=certificate,
            kid=signer.kid,
            status_list=place[0],
            status_index=place[1],
            document=json_text(with_proof(document, method=method, sign=signer.sign, at=now)),
            jwt=as_jwt(document, method=method, sign=signer.sign, at=now),
            at=now,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
                data = {"number": certificate.register_number, "kid": signer.kid}
                audit.record(
                    "certificates.make_credential", certificate, by=None, centre_id=certificate.centre_id, data=data
                )
        except IntegrityError:  # somebody took the place, or made the credential of this very certificate
            other = certificate.credentials.filter(kid=signer.kid).first()
            if other:
                return other
            continue
        return row
    raise RuntimeError("no free place in the status lists")


def _open_list() -> int:
    last = Credential.objects.aggregate(last=Max("status_list"))["last"] or 1
    return last + 1 if Credential.objects.filter(status_list=last).count() >= MOST_IN_A_LIST else last


def json_text(document: object) -> str:
    """Return JSON as it is handed out: letters as they are, indented for people."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def did_json() -> str:
    """Return the issuer's DID document. Raises BrokenKeyList, OSError."""
    return json_text(did_document(issuer(), key_folder().known()))


def status_lists() -> range:
    """The numbers of the status lists there are; the first is there before the first credential."""
    return range(1, (Credential.objects.aggregate(last=Max("status_list"))["last"] or 1) + 1)


def signed_list(number: int) -> tuple[str, str]:
    """Return a status list as a JWT and as JSON with a proof, as of the minute that has begun.

    Whatever no longer stands is set, replaced and corrected papers included: their credential says what is true no
    more. Raises Unavailable without a key.
    """
    signer, by = _signer(), issuer()
    at = timezone.now().replace(second=0, microsecond=0)
    gone = Credential.objects.filter(status_list=number, certificate__state__in=GONE)
    document = status_list_document(by, number, gone.order_by().values_list("status_index", flat=True), at=at)
    method = by.method(signer.kid)
    secured = with_proof(document, method=method, sign=signer.sign, at=at)
    return as_jwt(document, method=method, sign=signer.sign, at=at), json_text(secured)


def published_files() -> Iterator[tuple[str, bytes]]:
    """Yield path and content of what verifiers of credentials fetch, for publishing as static files."""
    yield ".well-known/did.json", did_json().encode()
    for number in status_lists():
        jwt, document = signed_list(number)
        yield f"vc/status/{number}", jwt.encode()
        yield f"vc/status/{number}.jwt", jwt.encode()
        yield f"vc/status/{number}.json", document.encode()
