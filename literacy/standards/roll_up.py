"""From person to commune, to district where there was one, to the city: who passes, how far it is, who is missing."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import UnitLevel
from centres.models import AdminUnit
from core.bulk import OneOf
from core.dates import Period
from core.errors import InvalidInput
from core.models import DatedSetting
from learners.models import Learner
from literacy.models import Difficulty
from literacy.standards.places import Places
from literacy.standards.rule import LEVELS, Count, Rule, UnitCount, Verdict
from literacy.standards.tally import Kinds, People, Tally, count_of, tally_of


@dataclass(frozen=True)
class Level:
    """One level of a commune: which ages count, the people of them, whether it passes, how many are missing."""

    level: int
    ages: tuple[int, int]
    count: Count
    verdict: Verdict
    missing: int


@dataclass(frozen=True)
class Line:
    """A commune with both levels. ``people``: everybody of any age on its list."""

    unit: AdminUnit
    difficult: bool
    people: int
    levels: dict[int, Level]

    @property
    def verdicts(self) -> dict[int, Verdict]:
        """The verdict of each level."""
        return {level: row.verdict for level, row in self.levels.items()}


@dataclass(frozen=True)
class Above:
    """A district or the city: at each level its units by verdict, the percentage asked, whether it passes."""

    unit: AdminUnit
    counts: dict[int, UnitCount]
    asked: dict[int, int]

    @property
    def verdicts(self) -> dict[int, Verdict]:
        """The verdict of each level."""
        return {level: self.counts[level].verdict(self.asked[level]) for level in LEVELS}

    @property
    def missing(self) -> dict[int, int]:
        """How many more of its units have to pass each level."""
        return {level: self.counts[level].missing(self.asked[level]) for level in LEVELS}


@dataclass(frozen=True)
class RollUp:
    """What is known of a unit on a day. ``above``: None for a commune; ``unplaced``: people of no known commune."""

    as_of: dt.date
    unit: AdminUnit
    rule: Rule
    tally: Tally
    lines: list[Line]
    districts: list[Above]
    above: Above | None
    unplaced: int


def rule_on(day: dt.date) -> Rule:
    """Return the thresholds of a day: one query. Raises InvalidInput for a day before the first that are known."""
    rows = DatedSetting.objects.filter(key__startswith="literacy.standard_", valid_from__lte=day).order_by("valid_from")
    found = dict(rows.values_list("key", "value"))
    try:
        return Rule.read(found["literacy.standard_rule"], found["literacy.standard_city_rule"])
    except KeyError:
        words = _("Hệ thống chưa có tiêu chuẩn xóa mù chữ áp dụng ngày %(day)s. Hãy chọn một năm sau đó.")
        raise InvalidInput("no_standard_yet", words % {"day": f"{day:%d/%m/%Y}"}) from None


def last_year(unit: AdminUnit) -> int | None:
    """Return the last literacy year a unit was there in; None for one that goes on."""
    return None if unit.valid_to is None else unit.valid_to.year + (unit.valid_to.month >= 10)


def day_of_year(year: int, today: dt.date) -> dt.date:
    """Return the day a literacy year is judged by: its last, or today while it runs.

    Raises ValueError for a year that has not begun.
    """
    period = Period.literacy_year(year)
    if period.starts_on > today:
        raise ValueError("a literacy year that has not begun")
    return min(period.ends_on, today)


def roll_up(unit: AdminUnit, as_of: dt.date) -> RollUp:
    """Judge a unit on a day. The number of queries does not grow with people: ten, and five for each 2000 restated.

    A unit that had ended by then is judged as it was on its last day.
    """
    if unit.valid_to is not None:
        as_of = min(as_of, unit.valid_to)
    places, rule = Places(as_of), rule_on(as_of)
    tally, marks = tally_of(unit, as_of, places), Difficulty.objects.on(as_of)
    if unit.level == UnitLevel.COMMUNE:
        communes = [unit]
    else:
        communes = [row for row in places.communes if unit.level == UnitLevel.CITY or row.parent_id == unit.pk]
    lines = [
        _line(row, tally.communes.get(row.pk, Counter()), rule, difficult=row.pk in marks and marks[row.pk].difficult)
        for row in communes
    ]
    districts: list[Above] = []
    above: Above | None = None
    if unit.level == UnitLevel.DISTRICT:
        above = Above(unit, _units(line.verdicts for line in lines), rule.of_communes)
    elif unit.level == UnitLevel.CITY:
        districts = [
            Above(row, _units(line.verdicts for line in lines if line.unit.parent_id == row.pk), rule.of_communes)
            for row in places.districts
        ]
        if districts:
            above = Above(unit, _units(row.verdicts for row in districts), rule.of_districts)
        else:
            above = Above(unit, _units(line.verdicts for line in lines), rule.city_of_communes)
    return RollUp(as_of, unit, rule, tally, lines, districts, above, tally.communes.get(None, Counter()).total())


def _line(unit: AdminUnit, kinds: Kinds, rule: Rule, *, difficult: bool) -> Line:
    levels = {}
    for level in LEVELS:
        ages = rule.ages_of(level, difficult=difficult)
        count = count_of(kinds, level, ages)
        levels[level] = Level(level, ages, count, count.verdict(rule.share), count.missing(rule.share))
    return Line(unit, difficult, kinds.total(), levels)


def _units(verdicts: Iterable[dict[int, Verdict]]) -> dict[int, UnitCount]:
    counts: dict[int, Counter[Verdict]] = {level: Counter() for level in LEVELS}
    for row in verdicts:
        for level in LEVELS:
            counts[level][row[level]] += 1
    return {
        level: UnitCount(found[Verdict.PASSES], found[Verdict.FAILS], found[Verdict.UNSAID])
        for level, found in counts.items()
    }


@dataclass(frozen=True)
class Missing:
    """Who is missing: a query set, and the level of those of them whom today's does not hold for."""

    rows: QuerySet[Learner]
    late: dict[int, tuple[int | None, bool]]

    def level_of(self, person: Learner) -> tuple[int | None, bool]:
        """The level (None: unknown) on the day, and whether the person had relapsed."""
        if person.pk in self.late:
            return self.late[person.pk]
        return person.level_today, bool(person.fell_back)  # type: ignore[attr-defined]


def missing_people(found: RollUp, *, level: int, what: str, by: User) -> Missing:
    """Return who is missing for the commune that was judged to pass a level, of those the user may see.

    ``what``: ``below`` (known not to have reached it), ``unknown`` (nobody knows), or "" for both. People whose birth
    year is unknown are among them: they may be of the age.
    """
    as_of, wanted = found.as_of, found.lines[0].levels[level]
    people = People(found.unit, found.tally.places)
    unknown, below = Q(level_standing__level__isnull=True), Q(level_standing__level__lt=level)
    today_is = {"unknown": unknown, "below": below}.get(what, unknown | below)
    late = {row["pk"]: (held, back) for row, held, back in people.restated() if _asked(held, level, what)}
    first, last = wanted.ages
    of_age = Q(birth_year__isnull=True) | Q(birth_year__range=(as_of.year - last, as_of.year - first))
    chosen = Q(pk__in=people.settled.filter(of_age).filter(today_is).values("pk"))
    if late:
        chosen |= Q(pk__in=people.rows.filter(of_age).filter(OneOf("id", late)).values("pk"))
    rows = Learner.objects.visible_to(by).filter(chosen).select_related("neighbourhood")
    shown = rows.annotate(level_today=F("level_standing__level"), fell_back=F("level_standing__relapsed"))
    return Missing(shown.order_by(F("level_today").asc(nulls_last=True), "sort_key", "pk"), late)


def _asked(held: int | None, level: int, what: str) -> bool:
    if held is None:
        return what != "below"
    return held < level and what != "unknown"
