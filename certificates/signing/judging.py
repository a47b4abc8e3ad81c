"""Judging a signed fragment by public keys alone: no database, no network."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from certificates.signing.cbor import NotCanonical
from certificates.signing.claims import Claims, read_claims
from certificates.signing.fragment import take_apart
from certificates.signing.keys import KeyUse, SigningKey


class Outcome(StrEnum):
    """What the signature is worth."""

    GENUINE = "genuine"
    FORGED = "forged"  # not written by any key of the list, for this token
    UNTRUSTED = "untrusted"  # written by a key that somebody else had


@dataclass(frozen=True, slots=True)
class Signed:
    """The judgement; ``claims`` only where the signature is genuine."""

    outcome: Outcome
    reason: str = ""  # malformed, unknown_key, signature or key_compromised
    kid: str | None = None
    claims: Claims | None = None


def judge(token: str, fragment: str, keys: Iterable[SigningKey], *, logged_at: dt.datetime | None = None) -> Signed:
    """Judge the fragment of an address with that token (16 canonical letters).

    ``logged_at`` is when the register logged the entry, as the register or a published status list says; it matters
    for a compromised key only. Never raises for anything a stranger can write.
    """
    parts = take_apart(fragment)
    if parts is None or not token.isascii():
        return Signed(Outcome.FORGED, "malformed")
    key = next((key for key in keys if key.kid == parts.kid and key.use == KeyUse.CERTIFICATE), None)
    if key is None:
        return Signed(Outcome.FORGED, "unknown_key", parts.kid)
    if not key.signed(parts.signed(token), parts.signature):
        return Signed(Outcome.FORGED, "signature", parts.kid)
    if not key.stands_for(logged_at):
        return Signed(Outcome.UNTRUSTED, "key_compromised", parts.kid)
    try:
        claims = read_claims(parts.claims)
    except NotCanonical:
        return Signed(Outcome.FORGED, "malformed", parts.kid)
    return Signed(Outcome.GENUINE, "", parts.kid, claims)
