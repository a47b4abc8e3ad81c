"""Verbs. Each is one transaction, checks the permission itself and writes its audit row.

Rosters are in courses.services.rosters.
"""

from courses.services.attendance import Difference, Sent, mark_attendance, record_results, send_marks
from courses.services.classes import cancel_class, create_class, update_class
from courses.services.closing import ClosingReport, close_class, explain_exceptions
from courses.services.courses import create_course, update_course
from courses.services.desk import DeskAnswer, Undone, enrol_at_desk, person_at_desk, undo_enrolment
from courses.services.enrolments import enrol, enrol_new_person, withdraw
from courses.services.places import has_free_place, moves_up_by_itself
from courses.services.reference import load_reference
from courses.services.rooms import add_guest, add_room, change_room, remove_guest, remove_room, restore_room
from courses.services.sessions import cancel_session, generate_sessions
from courses.services.timetable import add_days_off, add_session, move_session, remove_day_off
from courses.services.transfers import transfer
from courses.services.undo import undo_cancel_session, undo_grid, undo_marks, undo_withdraw
from courses.services.waitlist import leave_waitlist, place, sign_up, sign_up_new_person

__all__ = [
    "ClosingReport",
    "DeskAnswer",
    "Difference",
    "Sent",
    "Undone",
    "add_days_off",
    "add_guest",
    "add_room",
    "add_session",
    "cancel_class",
    "cancel_session",
    "change_room",
    "close_class",
    "create_class",
    "create_course",
    "enrol",
    "enrol_at_desk",
    "enrol_new_person",
    "explain_exceptions",
    "generate_sessions",
    "has_free_place",
    "leave_waitlist",
    "load_reference",
    "mark_attendance",
    "move_session",
    "moves_up_by_itself",
    "person_at_desk",
    "place",
    "record_results",
    "remove_day_off",
    "remove_guest",
    "remove_room",
    "restore_room",
    "send_marks",
    "sign_up",
    "sign_up_new_person",
    "transfer",
    "undo_cancel_session",
    "undo_enrolment",
    "undo_grid",
    "undo_marks",
    "undo_withdraw",
    "update_class",
    "update_course",
    "withdraw",
]
