"""What an audit says: one thing that is not as it was published."""

from dataclasses import dataclass, field
from typing import Any

from certificates.tlog.leaves import read_leaf


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is not as it was published. ``centre`` and ``register_number`` are empty for the log itself."""

    centre: str
    register_number: str
    kind: str  # edited, deleted, inserted, backdated, unsalted, file, checkpoint
    words: str = field(default="", compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Return what programs read."""
        return {"centre": self.centre or None, "register_number": self.register_number or None, "kind": self.kind}


def number_text(number: int, year: int) -> str:
    """Return a register number as it is printed."""
    return f"{number:06d}/{year}"


def of_leaf(data: str, kind: str, words: str) -> Finding:
    """Return a finding about the entry that a leaf is of."""
    try:
        leaf = read_leaf(data)
    except ValueError:
        return Finding("", "", kind, words)
    return Finding(leaf["centre"], number_text(leaf["number"], leaf["year"]), kind, words)
