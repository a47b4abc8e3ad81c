"""Kinds of units and the verbs a role may be allowed."""

import datetime as dt
import enum

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role

# Units that existed before records begin. The key (code, level, valid_from) must not hold a NULL.
BEGINNING = dt.date(1900, 1, 1)


class UnitLevel(models.TextChoices):
    """The tiers; the district tier ended on 30 June 2025 and stays as a historical grouping."""

    CITY = "city", _("Thành phố")
    DISTRICT = "district", _("Quận, huyện, thị xã")
    COMMUNE = "commune", _("Phường, xã, thị trấn")


class UnitKind(models.TextChoices):
    """The word before a unit's name."""

    THANH_PHO = "thanh_pho", _("Thành phố")
    QUAN = "quan", _("Quận")
    HUYEN = "huyen", _("Huyện")
    THI_XA = "thi_xa", _("Thị xã")
    PHUONG = "phuong", _("Phường")
    XA = "xa", _("Xã")
    THI_TRAN = "thi_tran", _("Thị trấn")


class Verb(enum.StrEnum):
    """What can be done to rows of a centre. Pages name the verb they need; ROLE_VERBS says who has it."""

    VIEW = "view"  # read rows of the centre: classes, learners without identity numbers
    VIEW_OWN_CLASSES = "view_own_classes"
    VIEW_FIGURES = "view_figures"  # plan, indicators, statistics
    SEE_IDENTITY = "see_identity"  # whole identity numbers, each look leaves a trace
    MANAGE_CLASSES = "manage_classes"
    APPROVE_PLAN = "approve_plan"  # the centre's plan of the year, and every change after that
    ENROL = "enrol"
    TEACH = "teach"  # attendance and results
    CLOSE_CLASS = "close_class"
    ISSUE = "issue"
    REVOKE = "revoke"
    EDIT_TEMPLATES = "edit_templates"  # words and logo of certificates: a centre's own; of the city for its officers
    FOLLOW_UP = "follow_up"
    SURVEY = "survey"  # the literacy register of a commune: survey sheets, levels, who calls on whom
    SET_RULES = "set_rules"  # what the city lays down for all: its plans, the instrument of literacy checks
    DECLARE = "declare"  # the centre's own declaration (C3)
    REPORT_FIGURE = "report_figure"
    APPROVE_FIGURE = "approve_figure"  # of the units below one's own, never one's own entry
    CONTRIBUTE = "contribute"  # what a body, or a commune, did for the city's plan this year
    EXPORT = "export"
    READ_AUDIT = "read_audit"


_STAFF = frozenset(
    {
        Verb.VIEW,
        Verb.VIEW_OWN_CLASSES,
        Verb.VIEW_FIGURES,
        Verb.SEE_IDENTITY,
        Verb.MANAGE_CLASSES,
        Verb.ENROL,
        Verb.TEACH,
        Verb.CLOSE_CLASS,
        Verb.FOLLOW_UP,
        Verb.SURVEY,
        Verb.DECLARE,
        Verb.EXPORT,
    }
)
_READER = frozenset({Verb.VIEW, Verb.VIEW_OWN_CLASSES, Verb.VIEW_FIGURES, Verb.EXPORT})

ROLE_VERBS: dict[Role, frozenset[Verb]] = {
    # Staff prepare and issue what the director has to sign on paper; only the director revokes.
    Role.CENTRE_STAFF: _STAFF | {Verb.ISSUE},
    Role.REGISTRAR: _READER | {Verb.SEE_IDENTITY, Verb.ISSUE},
    Role.TEACHER: frozenset({Verb.VIEW_OWN_CLASSES, Verb.TEACH}),
    Role.DIRECTOR: _STAFF | {Verb.ISSUE, Verb.REVOKE, Verb.EDIT_TEMPLATES, Verb.READ_AUDIT, Verb.APPROVE_PLAN},
    # The commune surveys its people, whether anybody of them is in a class or not; the city may do it for a commune.
    Role.AREA_OFFICER: _READER | {Verb.REPORT_FIGURE, Verb.APPROVE_FIGURE, Verb.SURVEY, Verb.CONTRIBUTE},
    Role.CITY_OFFICER: _READER
    | {Verb.REPORT_FIGURE, Verb.APPROVE_FIGURE, Verb.EDIT_TEMPLATES, Verb.SET_RULES, Verb.SURVEY},
    Role.AUDITOR: _READER | {Verb.READ_AUDIT},
    # A department or an association: reads the city's plan, writes its own contribution; no centre, no person.
    Role.BODY_OFFICER: frozenset({Verb.VIEW_FIGURES, Verb.CONTRIBUTE}),
}
