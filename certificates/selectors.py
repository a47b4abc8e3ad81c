"""Looking certificates up."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone

from centres.models import Centre
from certificates.choices import LITERACY_KINDS, CertificateState
from certificates.models import Certificate, Register, RegisterEvent, RegisterEventKind, SignedClaims
from certificates.signing.keys import KeyState, KeyUse, instant_text, key_folder, list_document
from core.text import mask_name
from core.tokens import read_token

STATUS = {
    CertificateState.ISSUED: "valid",
    CertificateState.CORRECTED: "corrected",
    CertificateState.REPLACED: "replaced",
    CertificateState.REVOKED: "revoked",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What anyone may know of a certificate. Nothing personal but the masked name."""

    status: str  # valid, corrected, replaced, revoked or unknown
    register_number: str | None = None
    kind: str | None = None
    kind_label: str | None = None
    course: str | None = None
    centre: str | None = None
    issued_on: dt.date | None = None
    masked_name: str | None = None
    since: dt.date | None = None
    successor_number: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as a dictionary."""
        return asdict(self)


UNKNOWN = Verdict("unknown")
LONGEST_CHAIN = 10  # a paper reissued more often than this is looked up at the centre


def token_in(text: str) -> str | None:
    """Return the token of a typed code or of a whole address; None when there is none in it."""
    text = text.strip()[:300]
    if "/" in text:
        text = urlsplit(text).path.rstrip("/").rpartition("/")[2] or text
    return read_token(text)


def look_up(text: str, *, count: bool = False) -> Verdict:
    """Say whether a certificate stands. Unknown and malformed codes get the same answer.

    A reserved or voided number was never handed out, so it is unknown. ``count`` adds one to the number of look-ups;
    who looked is not kept.
    """
    token = token_in(text)
    if token is None:
        return UNKNOWN
    row = (
        Certificate.objects.filter(token=token, state__in=STATUS)
        .only("pk", "state", "register_number", "kind", "content", "issued_on")
        .order_by()
        .first()
    )
    if row is None:
        return UNKNOWN
    if count:
        Certificate.objects.filter(pk=row.pk).add_lookup()
    achievement = row.content["achievement"]
    since = successor = None
    if row.state != CertificateState.ISSUED:
        event = RegisterEvent.objects.filter(certificate=row, kind=row.state).order_by("at").last()
        since = timezone.localdate(event.at) if event else None
        successor = successor_of(row)
    return Verdict(
        status=STATUS[CertificateState(row.state)],
        register_number=row.register_number,
        kind=row.kind,
        kind_label=row.content["title"],
        course=achievement if row.kind in LITERACY_KINDS else f"{achievement}: {row.content['course']}",
        centre=row.content["centre"],
        issued_on=row.issued_on,
        masked_name=mask_name(row.content["learner"]),
        since=since,
        successor_number=successor.register_number if successor else None,
    )


def numbers_ahead(centre: Centre, count: int, year: int) -> tuple[str, str]:
    """Return the first and last register number that ``count`` certificates of the year would get if issued now."""
    book = Register.objects.filter(centre=centre, year=year).first()
    first = book.next_number if book else 1
    return f"{first:06d}/{year}", f"{first + count - 1:06d}/{year}"


def successor_of(certificate: Certificate) -> Certificate | None:
    """Return the entry in force that came in place of this one, over several steps if need be; None without one."""
    row = certificate
    for _step in range(LONGEST_CHAIN):
        event = RegisterEvent.objects.filter(related=row).select_related("certificate").order_by("pk").last()
        if event is None:
            return None
        row = event.certificate
        if row.state == CertificateState.ISSUED:
            return row
    return None


def logged_at(token: str) -> dt.datetime | None:
    """Return when the register logged the entry as issued; None for one that it never did."""
    event = RegisterEvent.objects.filter(certificate__token=token, kind=RegisterEventKind.ISSUED).order_by("pk").first()
    return event.at if event else None


def a_key_is_compromised() -> bool:
    """Whether the moment of logging matters to anybody who checks a signature. Raises BrokenKeyList."""
    return any(key.state == KeyState.COMPROMISED and key.use == KeyUse.CERTIFICATE for key in key_folder().known())


def public_key_list() -> dict[str, Any]:
    """Return the key list as it is published, with the moment it was asked for. Raises BrokenKeyList."""
    return list_document(key_folder().known()) | {"as_of": instant_text(timezone.now())}


def qr_texts(certificates: Iterable[Certificate]) -> dict[int, str]:
    """Return what the QR of each printed certificate says, by its key; one without a signature has its address."""
    rows = {row.pk: row for row in certificates}
    texts = {pk: row.verify_url for pk, row in rows.items()}
    for pk, fragment in SignedClaims.objects.filter(certificate__in=rows).values_list("certificate_id", "fragment"):
        texts[pk] += f"#{fragment}"
    return texts
