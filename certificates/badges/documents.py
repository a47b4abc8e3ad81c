"""What a credential, the DID document and a status list say: plain dictionaries, which ``proofs`` secures."""

import base64
import datetime as dt
import gzip
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils import timezone

from certificates.badges.proofs import CREDENTIALS_V2, OPEN_BADGES, multikey
from certificates.choices import LITERACY_KINDS, CertificateKind
from certificates.signing.keys import KeyState, KeyUse, SigningKey, instant_text

DID_CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
# Bitstring Status List v1.0: at least so many bits, so that one of them hides among many.
LIST_BITS = 131_072
# How long a copy of a status list is believed: an old one must not bring a revoked certificate back.
LIST_HOURS = 48
LIST_TTL_MS = 5 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Issuer:
    """The installation: its public address, and the DID that follows from it (did:web)."""

    base_url: str

    @property
    def did(self) -> str:
        """``did:web:host``, the port written as %3A."""
        return "did:web:" + quote(urlsplit(self.base_url).netloc.lower(), safe="")

    def method(self, kid: str) -> str:
        """The name of a key in the DID document."""
        return f"{self.did}#{kid}"

    def list_url(self, number: int) -> str:
        """Where a status list is published."""
        return f"{self.base_url}/vc/status/{number}"


def _achievement_id(issuer: Issuer, kind: str, content: dict[str, Any]) -> str:
    """The same achievement of the same centre has the same id, whoever holds it."""
    name = "\0".join((issuer.base_url, kind, content["centre"], content["achievement"], content["course"]))
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


def _day(text: str) -> str:
    """``31/12/2026`` → ``2026-12-31``."""
    return dt.datetime.strptime(text, "%d/%m/%Y").date().isoformat()  # noqa: DTZ007


def credential_document(
    issuer: Issuer, *, kind: str, content: dict[str, Any], issued_on: dt.date, token: str, status: tuple[int, int]
) -> dict[str, Any]:
    """Return the unsecured credential of one certificate, from its frozen content only.

    It says who (name and year of birth, as the QR does), what, from when to when, by whom and under which register
    number. Nothing else of the person: no full birth date, no number of theirs, no result, no attendance.
    """
    number, index = status
    people = [_identity("name", content["learner"])]
    if content.get("birth_year"):
        people.append(_identity("ext:birthYear", str(content["birth_year"])))
    achievement = content["achievement"]
    name = achievement if kind in LITERACY_KINDS else f"{achievement}: {content['course']}"
    starts_at = timezone.make_aware(dt.datetime.combine(issued_on, dt.time()))
    return {
        "@context": [CREDENTIALS_V2, OPEN_BADGES],
        "id": f"{issuer.base_url}/c/{token}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": content["title"],
        "issuer": {"id": issuer.did, "type": ["Profile"], "name": content["centre"], "url": f"{issuer.base_url}/c/"},
        "validFrom": starts_at.isoformat(),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": people,
            "licenseNumber": content["register_number"],
            "activityStartDate": _day(content["starts_on"]),
            "activityEndDate": _day(content["ends_on"]),
            "achievement": {
                "id": _achievement_id(issuer, kind, content),
                "type": ["Achievement"],
                "achievementType": "Certificate" if kind == CertificateKind.ATTENDANCE else "CertificateOfCompletion",
                "inLanguage": "vi",
                "name": name,
                "description": f"{content['title']}: {name}",
                "criteria": {"narrative": f"{achievement}: {content['course']} ({content['centre']})"},
            },
        },
        "credentialStatus": {
            "id": f"{issuer.list_url(number)}#{index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(index),
            "statusListCredential": issuer.list_url(number),
        },
    }


def _identity(kind: str, value: str) -> dict[str, Any]:
    return {"type": "IdentityObject", "hashed": False, "identityHash": value, "identityType": kind}


def did_document(issuer: Issuer, keys: Iterable[SigningKey]) -> dict[str, Any]:
    """Return the DID document: keys that sign certificates, the newest first; a compromised one stands for nothing.

    The order matters: a verifier that is given no name of a key takes the first.
    """
    believed = [key for key in keys if key.use == KeyUse.CERTIFICATE and key.state != KeyState.COMPROMISED]
    believed.sort(key=lambda key: (key.state == KeyState.ACTIVE, key.created_at))
    methods = [
        {
            "id": issuer.method(key.kid),
            "type": "Multikey",
            "controller": issuer.did,
            "publicKeyMultibase": multikey(key.public),
        }
        for key in reversed(believed)
    ]
    return {
        "@context": DID_CONTEXT,
        "id": issuer.did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def encoded_list(indexes: Iterable[int]) -> str:
    """Return the bits, the leftmost first, as multibase base64url of GZIP; the same bits always give the same text."""
    bits = bytearray(LIST_BITS // 8)
    for index in indexes:
        bits[index // 8] |= 0x80 >> index % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode("ascii").rstrip("=")


def status_list_document(issuer: Issuer, number: int, gone: Iterable[int], *, at: dt.datetime) -> dict[str, Any]:
    """Return an unsecured status list credential: the bits of ``gone`` are set."""
    url = issuer.list_url(number)
    return {
        "@context": [CREDENTIALS_V2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.did,
        "validFrom": instant_text(at),
        "validUntil": instant_text(at + dt.timedelta(hours=LIST_HOURS)),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "ttl": LIST_TTL_MS,
            "encodedList": encoded_list(gone),
        },
    }
