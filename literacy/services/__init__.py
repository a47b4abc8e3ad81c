"""Verbs on literacy. Each is one transaction and writes its audit row."""

from literacy.services.awards import award_after_closing, derive_awards, record_award
from literacy.services.checks import may_check_again, record_check
from literacy.services.reference import load_reference
from literacy.services.undo import undo_check

__all__ = [
    "award_after_closing",
    "derive_awards",
    "load_reference",
    "may_check_again",
    "record_award",
    "record_check",
    "undo_check",
]
