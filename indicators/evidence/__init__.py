"""What made a figure: every row behind it, and the bytes its evidence hash is taken of (docs/adr/0049)."""

from indicators.evidence.base import Evidence, Fact, canonical, digest
from indicators.evidence.measures import CODES, evidence_of

__all__ = ["CODES", "Evidence", "Fact", "canonical", "digest", "evidence_of"]
