"""Securing a credential: Data Integrity ``eddsa-rdfc-2022`` (W3C vc-di-eddsa) and VC-JWT (vc+jwt, EdDSA).

pyld canonicalises (its URDNA2015 is RDFC-1.0 under its old name; they differ in escaping control characters, and
``clean`` lets none into our texts). The contexts are ours and fixed: no stranger's document is ever canonicalised here.
"""

import base64
import copy
import datetime as dt
import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from certificates.signing.keys import instant_text

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_FILES = {CREDENTIALS_V2: "credentials-v2.json", OPEN_BADGES: "ob-v3p0-context-3.0.3.json"}
_HERE = Path(__file__).resolve().parent / "contexts"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"  # multicodec ed25519-pub
SUITE = "eddsa-rdfc-2022"
Sign = Callable[[bytes], bytes]


class UnknownContext(ValueError):
    """A context that is not among ours: nothing is fetched."""


@cache
def _context(url: str) -> dict[str, Any]:
    if url not in _FILES:
        raise UnknownContext(url)
    loaded: dict[str, Any] = json.loads((_HERE / _FILES[url]).read_text(encoding="utf-8"))
    return loaded


def _load(url: str, _options: Any = None) -> dict[str, Any]:
    """What pyld asks for documents: ours from the folder, no others."""
    return {
        "contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": _context(url),
    }  # fmt: skip


def multibase(raw: bytes) -> str:
    """Return base58btc with its multibase letter ``z``."""
    number = int.from_bytes(raw)
    letters = ""
    while number:
        number, rest = divmod(number, 58)
        letters = _BASE58[rest] + letters
    return "z" + "1" * (len(raw) - len(raw.lstrip(b"\0"))) + letters


def multikey(public: bytes) -> str:
    """Return an Ed25519 public key as ``publicKeyMultibase``."""
    return multibase(_ED25519 + public)


def canonical(document: dict[str, Any]) -> str:
    """Return the document's RDF dataset as canonical N-Quads. Raises UnknownContext for a context that is not ours."""
    from pyld import jsonld  # 0.3 s and lxml: only where credentials are made

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load}
    try:
        text: str = jsonld.normalize(document, options)
    except jsonld.JsonLdError as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, UnknownContext):
            cause = cause.__cause__ or cause.__context__
        if cause is not None:
            raise cause from error
        raise
    return text


def hash_data(document: dict[str, Any], proof: dict[str, Any]) -> bytes:
    """Return the 64 bytes that are signed: SHA-256 of the proof's options, then of the document."""
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    options["@context"] = document["@context"]
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    return b"".join(hashlib.sha256(canonical(part).encode()).digest() for part in (options, unsecured))


def with_proof(document: dict[str, Any], *, method: str, sign: Sign, at: dt.datetime) -> dict[str, Any]:
    """Return a copy with its proof, an array of one: the schema of Open Badges 3.0 wants an array."""
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": instant_text(at),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    secured = copy.deepcopy(document)
    secured["proof"] = [proof | {"proofValue": multibase(sign(hash_data(document, proof)))}]
    return secured


def as_jwt(document: dict[str, Any], *, method: str, sign: Sign, at: dt.datetime) -> str:
    """Return the credential as a compact JWT: its members are the payload, with iss, jti and nbf beside them.

    The header names the key by ``kid`` and carries no key of its own (``jwk``): whom to believe is for the issuer's
    document to say, not for the message (ASVS 5.0, 9.1.3).
    """
    issuer = document["issuer"]
    payload = document | {
        "iss": issuer if isinstance(issuer, str) else issuer["id"],
        "jti": document["id"],
        "nbf": int(dt.datetime.fromisoformat(document["validFrom"]).timestamp()),
    }
    if "validUntil" in document:
        payload["exp"] = int(dt.datetime.fromisoformat(document["validUntil"]).timestamp())
    header = {"alg": "EdDSA", "typ": "vc+jwt", "cty": "vc", "kid": method}
    signed = f"{_part(header)}.{_part(payload)}"
    return f"{signed}.{_unpadded(sign(signed.encode('ascii')))}"


def _part(value: dict[str, Any]) -> str:
    return _unpadded(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")
