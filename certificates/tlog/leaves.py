"""What the log publishes of a register event: nothing personal, and enough to hold the row to it.

``claims`` and ``details`` are hashes with a salt that is kept beside the certificate; once the salt is gone they say
nothing of anybody. A version is written for ever: a changed rule is another version. Version 2 holds the signed claims
of the paper's QR to the entry too.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

VERSION, VERSIONS = 2, (1, 2)
SALT_BYTES = 16
# Columns of an event and, after "certificate__", of its entry. The frozen ones: what a trigger keeps from changing.
_ENTRY = (
    "token", "centre_id", "unit_id", "learner_id", "enrolment_id", "kind", "content", "template_version", "issued_on",
    "issued_by_id", "signer_name", "register_id", "register_number",
)  # fmt: skip
_EVENT = (
    "by_id", "confirmed_by_id", "operator", "reason", "decision_number", "decided_on", "decision_signer", "related_id",
    "copy_number", "copies", "recipient",
)  # fmt: skip
_PUBLIC = ("certificate__centre__code", "certificate__number", "certificate__register__year", "kind", "at")
FIELDS = (
    "pk", "certificate_id", "certificate__pdf_sha256", "certificate__log_salt__salt",
    "certificate__signed_claims__kid", "certificate__signed_claims__fragment", *_PUBLIC, *_EVENT,
    *(f"certificate__{name}" for name in _ENTRY),
)  # fmt: skip
# While the number is only held there is no paper, and a voided number never gets one.
_WITHOUT_PAPER = frozenset({"reserved", "voided"})
Row = Mapping[str, Any]  # the values of FIELDS


def _plain(value: Any) -> str:
    return value.isoformat()


def canonical(value: Any) -> bytes:
    """Return JSON in one spelling: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain).encode()


def _salted(what: str, version: int, salt: str, value: Any) -> str:
    tag = f"clc-log-{what}/{version}\0".encode()
    return hashlib.sha256(tag + bytes.fromhex(salt) + canonical(value)).hexdigest()


def moment(at: dt.datetime) -> str:
    """Return an instant to the microsecond, in UTC."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_moment(text: str) -> dt.datetime:
    """Return the instant. Raises ValueError."""
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def public_part(row: Row, version: int = VERSION) -> dict[str, Any]:
    """Return what the log says openly of an event."""
    return {
        "v": version,
        "centre": row["certificate__centre__code"],
        "year": row["certificate__register__year"],
        "number": row["certificate__number"],
        "event": row["kind"],
        "at": moment(row["at"]),
        "issued_on": row["certificate__issued_on"].isoformat(),
    }


def leaf_data(row: Row, salt: str, version: int = VERSION) -> str:
    """Return the text of the leaf, as it is hashed and published. ``version`` is that of a leaf to compare with."""
    claims = {name: row[f"certificate__{name}"] for name in _ENTRY}
    details = {name: row[name] for name in _EVENT}
    if row["kind"] not in _WITHOUT_PAPER:
        details["pdf_sha256"] = row["certificate__pdf_sha256"]
        if version > 1:
            details["signed"] = [row["certificate__signed_claims__kid"], row["certificate__signed_claims__fragment"]]
    whole = public_part(row, version) | {
        "claims": _salted("claims", version, salt, claims),
        "details": _salted("details", version, salt, details),
    }
    return canonical(whole).decode()


def read_leaf(data: str | bytes) -> dict[str, Any]:
    """Return what a leaf says. Raises ValueError for one that we would not write."""
    found = json.loads(data)
    if not isinstance(found, dict) or found.get("v") not in VERSIONS:
        raise ValueError("not a leaf")
    for name, kind in (("centre", str), ("year", int), ("number", int), ("event", str), ("issued_on", str)):
        if not isinstance(found.get(name), kind):
            raise ValueError(f"not a leaf: {name}")
    read_moment(str(found.get("at")))
    return found
