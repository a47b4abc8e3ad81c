"""The instrument of a check, without a database: items, what is scored, and what the scores suggest.

Items and thresholds are dated data that the city sets (``literacy.models.Instrument``, docs/adr/0040). Content of a
version, JSON-ready::

    {"items": [{"code": "D1", "skill": "reads", "ask": "…", "show": "…", "scores": ["0 points: …", "1 point: …"]}],
     "thresholds": {"1": {"reads": 3, "writes": 3, "counts": 3}, "2": {…}}}

What was not tried has no points, which is not the same as none: a skill is known by a lowest and a highest sum, and
something is suggested only where both lead to the same. The telephone works it out as well (static/js/phone/rule.js); a
test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from literacy.choices import CheckOutcome, LiteracyLevel, Skill

MOST_ITEMS = 20
MOST_POINTS = 10


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is asked: ``scores[n]`` says what a person shows who gets n points."""

    code: str
    skill: str
    ask: str
    show: str
    scores: tuple[str, ...]

    @property
    def most(self) -> int:
        """The most points there are."""
        return len(self.scores) - 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """The items in their order, and the least points of each skill by level."""

    items: tuple[Item, ...]
    thresholds: dict[int, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Tally:
    """Points of one skill: with what was not tried as nothing, with it as everything, and the most there are."""

    low: int
    high: int
    most: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the answers say: an outcome, "" while they do not decide; each skill at level 1, None while unknown."""

    outcome: str
    skills: dict[str, bool | None]


def sheet_of(content: Mapping[str, Any]) -> Sheet:
    """Read the content of a version that was checked when it was made."""
    items = tuple(
        Item(row["code"], row["skill"], row["ask"], row["show"], tuple(row["scores"])) for row in content["items"]
    )
    thresholds = {int(level): dict(least) for level, least in content["thresholds"].items()}
    return Sheet(items, thresholds)


def tally(sheet: Sheet, answers: Mapping[str, int]) -> dict[str, Tally]:
    """Return what each skill has got, by skill."""
    found = {}
    for skill in Skill.values:
        items = [item for item in sheet.items if item.skill == skill]
        low = sum(answers.get(item.code, 0) for item in items)
        high = sum(answers.get(item.code, item.most) for item in items)
        found[skill] = Tally(low, high, sum(item.most for item in items))
    return found


def suggest(sheet: Sheet, answers: Mapping[str, int]) -> Suggestion:
    """Say what the answers lead to, whatever the items that were not tried would have shown.

    Level 2 when every skill has the points of level 2 for sure; level 1 when every skill has those of level 1 for
    sure; relapsed when some skill cannot have those of level 1 any more; nothing otherwise, nor without answers.
    """
    sums = tally(sheet, answers)

    def sure(level: int) -> bool:
        return all(sums[skill].low >= least for skill, least in sheet.thresholds[level].items())

    def possible(level: int) -> bool:
        return all(sums[skill].high >= least for skill, least in sheet.thresholds[level].items())

    first = sheet.thresholds[LiteracyLevel.LEVEL_1]
    skills: dict[str, bool | None] = {
        skill: True if sums[skill].low >= least else False if sums[skill].high < least else None
        for skill, least in first.items()
    }
    outcome = ""
    if answers and sure(LiteracyLevel.LEVEL_2):
        outcome = CheckOutcome.HOLDS_2.value
    elif answers and sure(LiteracyLevel.LEVEL_1):
        outcome = CheckOutcome.HOLDS_1.value
    elif answers and not possible(LiteracyLevel.LEVEL_1):
        outcome = CheckOutcome.RELAPSED.value
    return Suggestion(outcome, skills)


def read_answers(sheet: Sheet, given: Any) -> dict[str, int]:
    """Return the points by item code. Raises InvalidInput that names every item that is wrong.

    What was not tried is left out or None; zero points are an answer.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise _wrong([_("Điểm từng mục không đọc được.")])
    items = {item.code: item for item in sheet.items}
    faults, found = [], {}
    for code, points in given.items():
        item = items.get(code)
        if item is None:
            faults.append(_("Phiếu không có mục “%(code)s”.") % {"code": str(code)[:20]})
        elif points is None:
            continue
        elif not isinstance(points, int) or isinstance(points, bool) or not 0 <= points <= item.most:
            words = _("Mục %(code)s: điểm là số từ 0 đến %(most)s, không phải “%(value)s”.")
            faults.append(words % {"code": item.code, "most": item.most, "value": str(points)[:20]})
        else:
            found[item.code] = points
    if faults:
        raise _wrong(faults)
    return found


def _wrong(faults: list[str]) -> InvalidInput:
    return InvalidInput("answers_wrong", " ".join(faults), fields={"answers": faults})


def faults_of(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return everything that is wrong with the content of a new version: (item code or "rule", words)."""
    found: list[tuple[str, str]] = []
    items = content["items"]
    if len(items) > MOST_ITEMS:
        found.append(("rule", _("Phiếu dài quá: nhiều nhất %(n)s mục.") % {"n": MOST_ITEMS}))
    for row in items:
        if row["skill"] not in Skill.values:
            found.append((row["code"], _("Chọn đọc, viết hoặc tính.")))
        if not 2 <= len(row["scores"]) <= MOST_POINTS + 1:
            words = _("Ghi mỗi dòng một mức điểm, từ 0 điểm trở lên: ít nhất hai dòng, nhiều nhất %(n)s dòng.")
            found.append((row["code"], words % {"n": MOST_POINTS + 1}))
    if not found:
        found += _rule_faults(content)
    return found


def _rule_faults(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    sums = tally(sheet_of(content), {})
    first, second = (content["thresholds"][str(level.value)] for level in LiteracyLevel)
    found = []
    for skill in Skill:
        said = {"skill": str(skill.label).lower(), "most": sums[skill].most}
        if not sums[skill].most:
            found.append(("rule", _("Chưa có mục nào về %(skill)s.") % said))
        elif not 1 <= first[skill] <= second[skill] <= sums[skill].most:
            words = _("Điểm %(skill)s: mức 1 ít nhất là 1, mức 2 không thấp hơn mức 1 và không quá %(most)s điểm.")
            found.append(("rule", words % said))
    return found
