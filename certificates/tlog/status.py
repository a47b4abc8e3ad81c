"""The status list: which entries no longer stand, as one signed text that offline readers keep.

An entry is named by a hash of its code, so that the list gives no code away: 80 random bits cannot be guessed from it.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from certificates.signing.keys import instant_text, read_instant

NAME = "clc-status/1"
WORDS = frozenset({"corrected", "replaced", "revoked", "voided"})
DIGITS = 20
# A list older than this says nothing about today (a centre's office is on line once a day); one from the future means
# that a clock is wrong.
FRESH_HOURS, CLOCKS_DIFFER = 24, dt.timedelta(minutes=10)


class BrokenStatusList(ValueError):
    """Not a list as we write it: nothing in it is believed."""


def digest_of(token: str) -> str:
    """Return how the list names the entry with that token (16 canonical letters): 20 hexadecimal digits."""
    return hashlib.sha256(f"{NAME}\0{token}".encode()).hexdigest()[:DIGITS]


@dataclass(frozen=True, slots=True)
class StatusList:
    """What the list says. ``logged`` is there for entries that a compromised key signed, and only for those."""

    host: str
    as_of: dt.datetime
    gone: Mapping[str, str]  # digest → corrected, replaced, revoked or voided
    logged: Mapping[str, dt.datetime] = field(default_factory=dict)  # digest → when the register logged the entry

    @property
    def origin(self) -> str:
        """The first line, which is the name of its signature too."""
        return f"{self.host}/{NAME}"

    def is_fresh(self, now: dt.datetime) -> bool:
        """Whether what the list does not name may be said to stand."""
        return -CLOCKS_DIFFER <= now - self.as_of <= dt.timedelta(hours=FRESH_HOURS)

    def text(self) -> str:
        """Return the text that is signed."""
        lines = [self.origin, f"as_of {instant_text(self.as_of)}", f"entries {len(self.gone)}"]
        lines += [f"{digest} {word}" for digest, word in sorted(self.gone.items())]
        lines += [f"{digest} logged {instant_text(at)}" for digest, at in sorted(self.logged.items())]
        return "\n".join(lines) + "\n"


def read_status(text: str) -> StatusList:
    """Return the list. Raises BrokenStatusList for any text that ``StatusList.text`` would not have written."""
    lines = text.removesuffix("\n").split("\n")
    try:
        origin, as_of, entries, *rest = lines
        host, slash, name = origin.partition("/")
        gone = {digest: word for digest, word, *more in map(str.split, rest) if not more}
        logged = {digest: read_instant(more[0]) for digest, _word, *more in map(str.split, rest) if more}
        found = StatusList(host, read_instant(as_of.removeprefix("as_of ")), gone, logged)
    except (ValueError, IndexError) as error:
        raise BrokenStatusList("not a status list") from error
    if not host or not slash or name != NAME or not set(gone.values()) <= WORDS or entries != f"entries {len(gone)}":
        raise BrokenStatusList("not a status list")
    if found.text() != text:
        raise BrokenStatusList("not as we write it")
    return found
