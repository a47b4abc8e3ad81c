"""What a survey sheet holds, compared with the people the commune's centre knows: read, nothing written."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from centres.models import AdminUnit, Centre
from core.bulk import OneOf
from core.errors import RowError
from core.text import search_key
from learners.choices import Sex
from learners.matching import Candidate, Match
from learners.selectors import PeopleOfCentre
from literacy.choices import StatedLevel
from literacy.models import LevelStanding, LevelStatement, LiteracyAward
from literacy.survey.reading import SurveyPage, SurveyPerson, SurveySheet

SHOWN_ROWS = 300


@dataclass(slots=True)
class SurveyRow:
    """One readable person with the answer to "do we know them?"."""

    read: SurveyPerson
    candidate: Candidate
    match: Match

    @property
    def kind(self) -> str:
        """``new``, ``known`` or ``lookalike``."""
        return self.match.kind

    @property
    def level(self) -> str:
        """The level the row says, in words."""
        if self.read.said is None:
            return _("chưa rõ")
        words = str(StatedLevel(self.read.said.level).label)
        return words + (", " + _("tái mù chữ") if self.read.said.relapsed_from else "")


@dataclass(slots=True)
class MatchedPage:
    """A page of readable people, each with the answer; what is wrong on it, and what is odd."""

    rows: list[SurveyRow]
    errors: list[RowError]
    unread: list[RowError]
    odd: list[RowError]


@dataclass(slots=True)
class SurveyPreview:
    """What a sheet holds, before anything is written; of each kind the first rows, as many as can be shown.

    ``levels`` counts people by what is said of them: ``unknown``, ``relapsed``, ``0``, ``1``, ``2``.
    After a commit ``committed`` people were taken, of ``stated`` a level was written, ``left_out`` are look-alikes
    nobody decided about.
    """

    sheet: SurveySheet
    rows: list[SurveyRow] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    errors: list[RowError] = field(default_factory=list)
    odd: list[RowError] = field(default_factory=list)
    unread: list[RowError] = field(default_factory=list)
    left_out: list[RowError] = field(default_factory=list)
    committed: int = 0
    stated: int = 0

    def add(self, page: MatchedPage) -> None:
        """Count a page, and keep what can be shown of it."""
        for row in page.rows:
            self.counts[row.kind] += 1
            said = row.read.said
            self.levels["unknown" if said is None else "relapsed" if said.relapsed_from else str(said.level)] += 1
            if self.counts[row.kind] <= SHOWN_ROWS:
                self.rows.append(row)
        self.errors += page.errors
        self.odd += page.odd
        self.unread += page.unread

    @property
    def new(self) -> int:
        """People who are not registered yet."""
        return self.counts["new"]

    @property
    def known(self) -> int:
        """People who are registered."""
        return self.counts["known"]

    @property
    def lookalike(self) -> int:
        """People who resemble somebody registered; somebody has to decide."""
        return self.counts["lookalike"]

    @property
    def to_take(self) -> int:
        """How many people a commit takes without further decisions."""
        return self.new + self.known

    @property
    def wrong_rows(self) -> int:
        """How many rows have something wrong (a row may have several wrong cells)."""
        return len({error.row for error in self.errors})

    def refused(self) -> list[RowError]:
        """Everything that is not taken, with its reason."""
        return [*self.errors, *self.left_out, *self.unread]


def match_survey(centre: Centre, unit: AdminUnit, sheet: SurveySheet, *, also: Collection[int] = ()) -> SurveyPreview:
    """Compare a whole sheet with who is known; nothing is written."""
    preview = SurveyPreview(sheet)
    for page in match_pages(centre, unit, sheet, also=also):
        preview.add(page)
    return preview


def match_pages(
    centre: Centre, unit: AdminUnit, sheet: SurveySheet, *, also: Collection[int] = ()
) -> Iterator[MatchedPage]:
    """Compare page by page with the people as they were at first: a fixed number of queries each.

    ``also``: other centres whose people the reader may know; a commune has several, and its people are people of each.
    """
    people = PeopleOfCentre(centre, expected=len(sheet.sheet.rows), also=also)
    for read in sheet.pages():
        candidates = [
            Candidate(row.person.full_name, row.person.birth, row.person.personal_id, row.person.phone)
            for row in read.people
        ]
        index = people.index(candidates)
        rows = [
            SurveyRow(person, candidate, _of_the_hamlet(person, candidate, index.match(candidate), unit))
            for person, candidate in zip(read.people, candidates, strict=True)
        ]
        yield _judged(rows, read, unit, sheet)


def _of_the_hamlet(read: SurveyPerson, candidate: Candidate, match: Match, unit: AdminUnit) -> Match:
    """Who is known by year only: the same name, birth, sex and hamlet, and nobody else alike, is the same person.

    Half of an older hamlet is surveyed without a day of birth; otherwise each yearly sheet would ask about all of them.
    """
    learner = match.learner
    if match.kind != "lookalike" or learner is None or candidate.birth is None or len(match.lookalikes) != 1:
        return match
    place = search_key(read.person.neighbourhood)
    same = (
        learner.full_name.casefold() == candidate.full_name.casefold()
        and learner.birth == candidate.birth
        and (learner.sex == read.person.sex or Sex.UNKNOWN in (learner.sex, read.person.sex))
        and learner.unit_id == unit.pk
        and bool(place)
        and learner.neighbourhood is not None
        and learner.neighbourhood.search_key == place
    )
    return Match("known", learner, _("cùng họ tên, năm sinh và thôn, tổ")) if same else match


def _judged(rows: list[SurveyRow], read: SurveyPage, unit: AdminUnit, sheet: SurveySheet) -> MatchedPage:
    """Refuse what contradicts the register, and say what somebody should look at."""
    known = {row.match.learner.pk: row.match.learner for row in rows if row.match.learner}
    once = highest_ever(row.match.learner.pk for row in rows if row.read.needs_history and row.match.learner)
    standings = LevelStanding.objects.filter(OneOf("learner_id", known)) if known else LevelStanding.objects.none()
    levels = dict(standings.values_list("learner_id", "level"))
    elsewhere = {learner.unit_id for learner in known.values() if learner.unit_id not in (None, unit.pk)}
    places = {place.pk: str(place) for place in AdminUnit.objects.filter(pk__in=elsewhere)} if elsewhere else {}
    page = MatchedPage([], list(read.errors), read.unread, [])
    for row in rows:
        learner, error = row.match.learner, row.read.relapse_error
        if error and once.get(learner.pk if learner else 0, 0) < row.read.needs_history:
            page.errors.append(error)
            continue
        page.odd += row.read.odd
        said = row.read.said
        if learner is not None and row.kind == "known":
            held = levels.get(learner.pk)
            if said and said.relapsed_from is None and held is not None and held > said.level:
                words = _("phiếu ghi %(said)s, sổ đang ghi %(held)s: sổ giữ mức cao hơn cho đến khi có kiểm tra")
                labels = {"said": StatedLevel(said.level).label, "held": StatedLevel(held).label}
                page.odd.append(_about(row, sheet, words % labels))
            if learner.unit_id in places:
                words = _("đang ghi ở %(place)s: nhập phiếu thì chuyển nơi ở về đây")
                page.odd.append(_about(row, sheet, words % {"place": places[learner.unit_id]}))
        page.rows.append(row)
    page.errors.sort(key=lambda row: row.row)
    page.odd.sort(key=lambda row: row.row)
    return page


def _about(row: SurveyRow, sheet: SurveySheet, words: str) -> RowError:
    """Something odd about a whole person."""
    return RowError(sheet.sheet.name, row.read.person.row, name_column(sheet), row.read.person.full_name, words)


def highest_ever(learner_ids: Iterable[int]) -> dict[int, int]:
    """The highest level each of the people was ever known to hold: two queries; whoever never did is left out."""
    people = sorted(set(learner_ids))
    found: dict[int, int] = {}
    if not people:
        return found
    awards = LiteracyAward.objects.filter(OneOf("learner_id", people)).values_list("learner_id", "level")
    said = LevelStatement.objects.filter(OneOf("learner_id", people))
    for pk, level in awards:
        found[pk] = max(found.get(pk, 0), level)
    for pk, level, fallen in said.values_list("learner_id", "level", "relapsed_from"):
        found[pk] = max(found.get(pk, 0), level, fallen or 0)
    return {pk: level for pk, level in found.items() if level}


def name_column(sheet: SurveySheet) -> str:
    """What the sheet calls the column of names."""
    return sheet.found.title("full_name") or _("Họ và tên")
