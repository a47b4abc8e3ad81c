"""Who reached which literacy level, when to check again, and what the checks found."""

from literacy.models.awards import LiteracyAward
from literacy.models.follow_ups import FollowUp, LiteracyCheck
from literacy.models.relapses import Relapse
from literacy.models.volunteers import Volunteer

__all__ = ["FollowUp", "LiteracyAward", "LiteracyCheck", "Relapse", "Volunteer"]
