"""Who reached which literacy level, when to check again, and what the checks found."""

from literacy.models.awards import LiteracyAward
from literacy.models.follow_ups import FollowUp, LiteracyCheck
from literacy.models.relapses import Relapse

__all__ = ["FollowUp", "LiteracyAward", "LiteracyCheck", "Relapse"]
