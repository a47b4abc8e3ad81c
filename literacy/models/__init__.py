"""Who reached which literacy level, when to check again, and what the checks found."""

from literacy.models.awards import LiteracyAward
from literacy.models.escalations import Escalation
from literacy.models.follow_ups import FollowUp, LiteracyCheck
from literacy.models.instruments import CheckSending, CheckSheet, Instrument
from literacy.models.mobilisation import Mobilisation, MobilisationCall
from literacy.models.outside_learning import OutsideLearning
from literacy.models.register import LevelStanding, LevelStatement
from literacy.models.relapse_steps import RelapseStep
from literacy.models.relapses import Relapse
from literacy.models.standards import Difficulty, YearClosing
from literacy.models.surveys import SurveyImport
from literacy.models.volunteers import Volunteer

__all__ = [
    "CheckSending",
    "CheckSheet",
    "Difficulty",
    "Escalation",
    "FollowUp",
    "Instrument",
    "LevelStanding",
    "LevelStatement",
    "LiteracyAward",
    "LiteracyCheck",
    "Mobilisation",
    "MobilisationCall",
    "OutsideLearning",
    "Relapse",
    "RelapseStep",
    "SurveyImport",
    "Volunteer",
    "YearClosing",
]
