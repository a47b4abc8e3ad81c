"""Evidence of a figure in one shape, whatever is counted: people, centres or communes."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from centres.models import AdminUnit
from literacy.rules import percent


@dataclass(frozen=True, slots=True)
class Fact:
    """One row behind a figure.

    ``kind``: person, centre or commune; ``code`` names it; ``counted``: whether it is in the numerator (None: cannot be
    said); ``in_whole``: whether it is in the denominator; ``facts``: what is known of it, JSON-ready; ``places``: where
    it counts, as (unit id, centre id).
    """

    kind: str
    code: str
    counted: bool | None
    in_whole: bool
    facts: dict[str, Any]
    places: tuple[tuple[int | None, int | None], ...] = ()
    learner_id: int | None = None

    def as_row(self) -> dict[str, Any]:
        """Return the row as the ``figure_evidence`` command lists it; ``counts``: 1 or 0 in numerator, denominator."""
        counts = {"numerator": None if self.counted is None else int(self.counted), "denominator": int(self.in_whole)}
        return {"kind": self.kind, "code": self.code, "facts": self.facts, "counts": counts}


def canonical(body: Any) -> bytes:
    """Return the bytes a hash is taken of: JSON with sorted keys, default separators, UTF-8."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()


def digest(body: Any) -> str:
    """Return SHA-256 of the canonical bytes, in hexadecimal."""
    return hashlib.sha256(canonical(body)).hexdigest()


@dataclass(frozen=True)
class Evidence:
    """A figure with all that made it. Shares are percent with four decimals; None where there is nothing to share.

    ``header`` and the rows make ``body``, of which ``hash`` is taken. ``whole``: the denominator where it is no count
    of rows (a population); ``population_id``: which one.
    """

    code: str
    unit: AdminUnit
    as_of: dt.date
    starts_on: dt.date
    definition: str
    rows: list[Fact]
    body: dict[str, Any]
    whole: int | None = None
    needs_population: bool = False
    population: Any = None
    status: str = ""
    coverage: Decimal | None = None
    bounds: tuple[Decimal | None, Decimal | None] | None = None
    header: dict[str, Any] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """The evidence hash."""
        return digest(self.body)

    @property
    def numerator(self) -> int:
        """Rows that count."""
        return sum(bool(row.counted) for row in self.rows)

    @property
    def denominator(self) -> int | None:
        """Rows counted out of, or the population; None where nobody said how many people there are."""
        if self.needs_population:
            return self.whole
        return sum(row.in_whole for row in self.rows)

    @property
    def value(self) -> Decimal | None:
        """The share in percent; never more than a hundred."""
        if not self.denominator:
            return None
        share = percent(self.numerator, self.denominator)
        return None if share is None else min(Decimal(100), share)

    @property
    def lower(self) -> Decimal | None:
        """The smallest value what is unknown allows."""
        return self.bounds[0] if self.bounds else self.value

    @property
    def upper(self) -> Decimal | None:
        """The largest value what is unknown allows."""
        return self.bounds[1] if self.bounds else self.value

    def as_dict(self) -> dict[str, Any]:
        """Return the evidence as the ``figure_evidence`` command prints it."""

        def number(value: Decimal | None) -> float | None:
            return None if value is None else float(value)

        return {
            "code": self.code,
            "unit": self.unit.code,
            "as_of": str(self.as_of),
            "starts_on": str(self.starts_on),
            "definition": self.definition,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "value": number(self.value),
            "lower": number(self.lower),
            "upper": number(self.upper),
            "coverage": number(self.coverage),
            "header": self.header,
            "rows": [row.as_row() for row in self.rows],
            "hash": self.hash,
        }
