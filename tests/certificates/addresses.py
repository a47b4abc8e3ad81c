"""Addresses as they stand on papers, genuine and not, for the pages that check them."""

import base64
import datetime as dt

from certificates.models import Certificate
from certificates.services.signing import claims_of
from certificates.signing.fragment import seal
from certificates.signing.keys import KeyFolder


def address(row: Certificate, fragment: str | None = None) -> str:
    """The path and signed part of a paper's QR; ``fragment`` puts another signed part behind the same code."""
    return f"/C/{row.token}#{row.signed_claims.fragment if fragment is None else fragment}"


def renamed(row: Certificate, name: str) -> str:
    """The signed part with another name of the same length written over it, as a forger would."""
    fragment = row.signed_claims.fragment
    raw = base64.b32decode(fragment + "=" * (-len(fragment) % 8))
    old, new = row.content["learner"].encode(), name.encode()
    assert len(old) == len(new)
    assert old in raw
    return base64.b32encode(raw.replace(old, new)).decode().rstrip("=")


def signed_by_a_stranger(row: Certificate, folder: KeyFolder) -> str:
    """The same claims signed by a key of another folder."""
    folder.create_first(at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    signer = folder.signer()
    assert signer
    return seal(row.token, claims_of(row).to_bytes(), signer.kid, signer.sign)
