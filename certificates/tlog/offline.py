"""Judging a scanned address by published files alone: key list, status list, checkpoint. No database, no network."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from certificates.signing.claims import Claims
from certificates.signing.judging import Outcome, judge
from certificates.signing.keys import read_list
from certificates.tlog.checkpoint import BrokenCheckpoint, read_checkpoint
from certificates.tlog.notes import BrokenNote, NoteKey, read_note
from certificates.tlog.sources import CHECKPOINT, KEYS, STATUS, Read, log_keys
from certificates.tlog.status import BrokenStatusList, StatusList, digest_of, read_status


@dataclass(frozen=True, slots=True)
class OfflineVerdict:
    """The judgement. ``status`` is one of

    valid · corrected, replaced, revoked, voided (as the list says) · forged (no key of the list signed it) · untrusted
    (signed by a key that somebody else had) · unconfirmed (the signature is good; there is no list to ask, or only an
    old one) · unsigned (an address without signed claims, of which the list says nothing). ``reason`` says more of
    forged, untrusted and unconfirmed.
    """

    status: str
    reason: str = ""
    claims: Claims | None = None
    kid: str | None = None
    list_as_of: dt.datetime | None = None
    log_as_of: dt.datetime | None = None
    log_size: int | None = None


def fragment_of(address: str) -> str:
    """Return the signed part of a scanned address; empty without one."""
    return urlsplit(address.strip()).fragment


def judge_offline(token: str, fragment: str, read: Read, *, now: dt.datetime) -> OfflineVerdict:
    """Judge a token (16 canonical letters) and the fragment beside it, as the page without a network does.

    Raises BrokenKeyList, OSError without keys.
    """
    keys = read_list(read(KEYS))
    listed = _list(read)
    seen = _log(read)
    about: dict[str, Any] = {
        "list_as_of": listed.as_of if listed else None, "log_as_of": seen[0], "log_size": seen[1],
    }  # fmt: skip
    digest = digest_of(token)
    said = listed.gone.get(digest) if listed else None
    if not fragment:
        return OfflineVerdict(said or "unsigned", **about)
    signed = judge(token, fragment, keys, logged_at=listed.logged.get(digest) if listed else None)
    if signed.outcome != Outcome.GENUINE:
        return OfflineVerdict(signed.outcome.value, signed.reason, kid=signed.kid, **about)
    status, reason = said, ""
    if status is None:
        reason = "no_list" if listed is None else "" if listed.is_fresh(now) else "old_list"
        status = "unconfirmed" if reason else "valid"
    return OfflineVerdict(status, reason, claims=signed.claims, kid=signed.kid, **about)


def _list(read: Read) -> StatusList | None:
    """Return the status list when a log key signed it; what is not signed is no list."""
    try:
        note = read_note(read(STATUS))
        found = read_status(note.text)
    except (FileNotFoundError, BrokenNote, BrokenStatusList):
        return None
    signed = any(note.signed_by(NoteKey(found.origin, key.public)) for key in log_keys(read))
    return found if signed else None


def _log(read: Read) -> tuple[dt.datetime | None, int | None]:
    """Return when the newest checkpoint was signed and how many leaves it covers."""
    try:
        checkpoint, note = read_checkpoint(read(CHECKPOINT))
    except (FileNotFoundError, BrokenCheckpoint):
        return None, None
    for key in log_keys(read):
        if at := note.cosigned_at(NoteKey(checkpoint.origin, key.public)):
            return at, checkpoint.size
    return None, None
