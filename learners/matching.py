"""Is this person known already? A pure rule over a small index of candidates, so that a roster costs three queries.

Known: the same identity number anywhere in the city; or, where one of the two has no number, the same name (folded)
and the same whole birth date among the centre's people. Look-alike: the same name and a birth date that does not
contradict, or the same phone and the same given name, among the centre's people. Different numbers are different
people, whatever the names.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from django.utils.translation import gettext as _

from core.dates import PartialDate
from core.text import fold_tone_place
from learners.models import Learner, personal_id_index

MatchKind = Literal["new", "known", "lookalike"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of a person at the desk or on a row of a roster."""

    full_name: str
    birth: PartialDate | None
    personal_id: str
    phone: str


@dataclass(frozen=True, slots=True)
class Match:
    """The answer: new, known (with the person) or a look-alike (with the person and why)."""

    kind: MatchKind
    learner: Learner | None = None
    reason: str = ""


@dataclass
class PeopleIndex:
    """People a candidate could be: by identity number city-wide, by name and phone within one centre."""

    by_number: dict[str, Learner] = field(default_factory=dict)
    by_name: dict[str, list[Learner]] = field(default_factory=lambda: defaultdict(list))
    by_phone: dict[str, list[Learner]] = field(default_factory=lambda: defaultdict(list))

    def match(self, candidate: Candidate, *, key: str, given_key: str) -> Match:
        """Decide for one candidate; ``key`` and ``given_key`` are the folded full and given names."""
        number = personal_id_index(candidate.personal_id) if candidate.personal_id else ""
        if number and (found := self.by_number.get(number)):
            return Match("known", found, _("cùng số định danh"))
        same_name = [row for row in self.by_name.get(key, []) if not _different_numbers(number, row)]
        written = fold_tone_place(candidate.full_name).casefold()
        for row in same_name:
            exact = fold_tone_place(row.full_name).casefold() == written
            if exact and candidate.birth and candidate.birth.exact and row.birth == candidate.birth:
                return Match("known", row, _("cùng họ tên và ngày sinh"))
        for row in same_name:
            if births_agree(candidate.birth, row.birth):
                return Match("lookalike", row, _("tên giống, ngày sinh không trái nhau"))
        if candidate.phone:
            for row in self.by_phone.get(candidate.phone, []):
                if row.search_key.split(" ")[-1] == given_key and not _different_numbers(number, row):
                    return Match("lookalike", row, _("cùng điện thoại và tên gọi"))
        return Match("new")


def _different_numbers(number: str, row: Learner) -> bool:
    return bool(number and row.personal_id_index and row.personal_id_index != number)


def births_agree(one: PartialDate | None, other: PartialDate | None) -> bool:
    """Whether two birth dates can be the same day, as far as both are known; unknown contradicts nothing."""
    if one is None or other is None:
        return True
    pairs = ((one.year, other.year), (one.month, other.month), (one.day, other.day))
    return all(left is None or right is None or left == right for left, right in pairs)
