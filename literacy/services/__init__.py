"""Verbs on literacy. Each is one transaction and writes its audit row."""

from literacy.services.assigning import assign, last_assigned, undo_assign, volunteer_of
from literacy.services.awards import award_after_closing, derive_awards, record_award
from literacy.services.checks import may_check_again, record_check
from literacy.services.instruments import may_set_instrument, save_instrument
from literacy.services.outside_learning import record_outside_learning, take_back_outside_learning
from literacy.services.reference import load_reference
from literacy.services.relapse_steps import enter_class, record_step
from literacy.services.restating import facts_of, restate, restate_everybody
from literacy.services.sending import receive_checks, settle_sending
from literacy.services.undo import undo_check
from literacy.services.volunteers import add_volunteer, change_volunteer, restore_volunteer, retire_volunteer
from literacy.services.worklist import count_stale, escalate, keep_worklist, refresh_risk

__all__ = [
    "add_volunteer",
    "assign",
    "award_after_closing",
    "change_volunteer",
    "count_stale",
    "derive_awards",
    "enter_class",
    "escalate",
    "facts_of",
    "keep_worklist",
    "last_assigned",
    "load_reference",
    "may_check_again",
    "may_set_instrument",
    "receive_checks",
    "record_award",
    "record_check",
    "record_outside_learning",
    "record_step",
    "refresh_risk",
    "restate",
    "restate_everybody",
    "restore_volunteer",
    "retire_volunteer",
    "save_instrument",
    "settle_sending",
    "take_back_outside_learning",
    "undo_assign",
    "undo_check",
    "volunteer_of",
]
