"""Whether a unit meets the standard of a literacy level, without a database (Decree 20/2014, Art. 19; docs/adr/0043).

Three answers: passes, does not pass, cannot be said. A person of whom no level is known is neither literate nor
illiterate: the share lies between what it is when none of them reached the level and when all did. Somebody whose
birth year is unknown may be of the age that counts or not; the bounds allow for both. Only when every possible truth
gives the same answer is it an answer.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LEVELS = (1, 2)


class Verdict(StrEnum):
    """Whether a standard is met."""

    PASSES = "passes"
    FAILS = "fails"
    UNSAID = "unsaid"


VERDICT_WORDS: dict[Verdict, str | Promise] = {
    Verdict.PASSES: _("đạt"),
    Verdict.FAILS: _("chưa đạt"),
    Verdict.UNSAID: _("chưa kết luận được"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """The thresholds that hold on a day: percent of people, the ages of each level, percent of units above."""

    share: int
    ages: dict[int, tuple[int, int]]
    difficult_ages: dict[int, tuple[int, int]]
    of_communes: dict[int, int]  # what a district asks of its communes
    of_districts: dict[int, int]  # what the city asks of its districts
    city_of_communes: dict[int, int]  # what the city asks of its communes, where there are no districts

    @classmethod
    def read(cls, commune: dict[str, Any], city: dict[str, Any]) -> "Rule":
        """Read the dated settings ``literacy.standard_rule`` and ``literacy.standard_city_rule``."""
        lines = {level: commune[f"level_{level}"] for level in LEVELS}
        return cls(
            share=int(commune["share"]),
            ages={level: (line["from"], line["to"]) for level, line in lines.items()},
            difficult_ages={level: (line["from"], line["difficult_to"]) for level, line in lines.items()},
            of_communes={level: int(commune["of_communes"][f"level_{level}"]) for level in LEVELS},
            of_districts={level: int(commune["of_districts"][f"level_{level}"]) for level in LEVELS},
            city_of_communes={level: int(city[f"level_{level}"]) for level in LEVELS},
        )

    def ages_of(self, level: int, *, difficult: bool) -> tuple[int, int]:
        """The first and last age that count for a level; fewer in especially difficult communes."""
        return (self.difficult_ages if difficult else self.ages)[level]


@dataclass(frozen=True, slots=True)
class Count:
    """People of the age that counts, by what is known of one level; ``undated_*``: their birth year is unknown."""

    reached: int = 0
    below: int = 0
    unknown: int = 0
    undated_reached: int = 0
    undated_below: int = 0
    undated_unknown: int = 0

    @property
    def people(self) -> int:
        """Everybody who is known to be of the age."""
        return self.reached + self.below + self.unknown

    @property
    def undated(self) -> int:
        """Everybody who may be of the age or not."""
        return self.undated_reached + self.undated_below + self.undated_unknown

    @property
    def least(self) -> tuple[int, int]:
        """Numerator and denominator of the smallest share that is possible."""
        return self.reached, self.people + self.undated_below + self.undated_unknown

    @property
    def most(self) -> tuple[int, int]:
        """Numerator and denominator of the largest share that is possible."""
        more = self.undated_reached + self.undated_unknown
        return self.reached + self.unknown + more, self.people + more

    @property
    def lower(self) -> Decimal | None:
        """The smallest possible share, in percent; None where there is nobody."""
        return percent(*self.least)

    @property
    def upper(self) -> Decimal | None:
        """The largest possible share, in percent; None where there is nobody."""
        return percent(*self.most)

    def verdict(self, share: int) -> Verdict:
        """Whether at least ``share`` percent reached the level. Of nobody nothing can be said."""
        return _verdict(self.least, self.most, share) if self.people else Verdict.UNSAID

    def missing(self, share: int) -> int:
        """How many more of those counted have to be shown to have reached the level, until it surely passes."""
        reached, people = self.least
        return max(0, -(-share * people // 100) - reached) if self.people else 0


@dataclass(frozen=True, slots=True)
class UnitCount:
    """The units below a district or the city, by whether they pass."""

    passes: int = 0
    fails: int = 0
    unsaid: int = 0

    @property
    def units(self) -> int:
        """All of them."""
        return self.passes + self.fails + self.unsaid

    def verdict(self, share: int) -> Verdict:
        """Whether at least ``share`` percent of the units pass."""
        if not self.units:
            return Verdict.UNSAID
        return _verdict((self.passes, self.units), (self.passes + self.unsaid, self.units), share)

    def missing(self, share: int) -> int:
        """How many more units have to pass."""
        return max(0, -(-share * self.units // 100) - self.passes)


def percent(part: int, whole: int) -> Decimal | None:
    """Return the share in percent, cut (never rounded up) after two decimals, so that 89,996 is no 90; None of 0."""
    return Decimal(part * 10000 // whole) / 100 if whole else None


def _verdict(least: tuple[int, int], most: tuple[int, int], share: int) -> Verdict:
    """Compare in whole numbers: exactly ninety percent is enough."""
    if least[0] * 100 >= share * least[1]:
        return Verdict.PASSES
    return Verdict.FAILS if most[0] * 100 < share * most[1] else Verdict.UNSAID
