"""Verbs on the plan's figures. Each is one transaction and writes its audit row."""

from indicators.services import locks, reporting_rights
from indicators.services.approval import approve_figure, return_figure
from indicators.services.deadlines import choose_reminders, save_deadline, send_reminders, set_deadline_day
from indicators.services.drafts import discard_draft, save_draft
from indicators.services.figures import compute_figure, declare, report_figure, statuses_of
from indicators.services.locks import answer_exception, ask_exception, lift_lock, lock_period
from indicators.services.populations import record_population
from indicators.services.reference import load_reference
from indicators.services.titles import record_title, take_back_title

__all__ = [
    "answer_exception",
    "approve_figure",
    "ask_exception",
    "choose_reminders",
    "compute_figure",
    "declare",
    "discard_draft",
    "lift_lock",
    "load_reference",
    "lock_period",
    "locks",
    "record_population",
    "record_title",
    "report_figure",
    "reporting_rights",
    "return_figure",
    "save_deadline",
    "save_draft",
    "send_reminders",
    "set_deadline_day",
    "statuses_of",
    "take_back_title",
]
