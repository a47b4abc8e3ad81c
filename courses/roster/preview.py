"""What a roster holds, compared with the register and the class: read, nothing written.

A page of rows at a time: what is kept of a list of ten thousand is what a page can show, and what is wrong.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from django.utils.translation import gettext as _

from core.errors import InvalidInput, RowError
from core.tabular.reading import Sheet, read_sheets
from courses.choices import EnrolmentStatus
from courses.models import ClassGroup, Enrolment
from courses.roster.header import Header, header_of
from courses.roster.rows import RosterPerson, RosterRows, read_rows
from courses.selectors import lacking_prerequisite, prerequisite_words
from learners.matching import Candidate, Match
from learners.selectors import PeopleOfCentre

SHOWN_ROWS = 300  # a page of ten thousand rows helps nobody; the counts cover all


@dataclass(slots=True)
class PreviewRow:
    """One readable person with the answer to "do we know them?"."""

    person: RosterPerson
    candidate: Candidate
    match: Match
    enrolled: bool = False

    @property
    def kind(self) -> str:
        """``new``, ``known``, ``enrolled`` (known and in this class already) or ``lookalike``."""
        return "enrolled" if self.enrolled else self.match.kind


@dataclass(slots=True)
class MatchedPage:
    """A page of readable people, each with the answer, and what is wrong on it."""

    rows: list[PreviewRow]
    errors: list[RowError]
    unread: list[RowError]


@dataclass(slots=True)
class RosterPreview:
    """What a roster holds, before anything is written; of each kind the first rows, as many as can be shown."""

    sheet: str
    header: Header
    rows: list[PreviewRow] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[RowError] = field(default_factory=list)
    committed: int = 0
    left_out: list[RowError] = field(default_factory=list)
    unread: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, page: MatchedPage) -> None:
        """Count a page, and keep what can be shown of it."""
        for row in page.rows:
            kind = row.kind
            self.counts[kind] += 1
            if self.counts[kind] <= SHOWN_ROWS:
                self.rows.append(row)
        self.errors += page.errors
        self.unread += page.unread

    @property
    def new(self) -> int:
        """People who are not registered yet."""
        return self.counts["new"]

    @property
    def known(self) -> int:
        """People who are registered, in this class or not."""
        return self.counts["known"] + self.counts["enrolled"]

    @property
    def lookalike(self) -> int:
        """People who resemble somebody registered; somebody has to decide."""
        return self.counts["lookalike"]

    @property
    def to_enrol(self) -> int:
        """How many people a commit puts into the class without further decisions."""
        return self.new + self.counts["known"]

    @property
    def wrong_rows(self) -> int:
        """How many rows have something wrong (a row may have several wrong cells)."""
        return len({error.row for error in self.errors})

    def refused(self) -> list[RowError]:
        """Everything that is not taken, with its reason."""
        return [*self.errors, *self.left_out, *self.unread]


@dataclass(frozen=True, slots=True)
class RosterRead:
    """The sheet of a file that is meant, and where its header is."""

    sheet: Sheet
    header: Header

    def pages(self) -> Iterator[RosterRows]:
        """Yield its people, before anybody is compared with the register."""
        return read_rows(self.sheet, self.header)


def read_roster(
    content: bytes,
    file_name: str,
    remembered: Mapping[str, Mapping[str, int]] | None = None,
    *,
    sheet_number: int | None = None,
) -> RosterRead:
    """Find the first sheet of a file that has a header; ``remembered`` is what people said of layouts before.

    ``sheet_number`` is the one somebody chose, from 1 among those that hold anything. Raises InvalidInput when there is
    no header, or no sheet at all.
    """
    missing: InvalidInput | None = None
    chosen = slice(sheet_number - 1, sheet_number) if sheet_number else slice(None)
    for sheet in islice(read_sheets(content, file_name), chosen.start, chosen.stop):
        try:
            return RosterRead(sheet, header_of(sheet, remembered or {}))
        except InvalidInput as error:
            missing = missing or error
    assert missing is not None  # a file without any filled sheet was refused before
    raise missing


def match_roster(class_group: ClassGroup, roster: RosterRead) -> RosterPreview:
    """Compare a whole list with the register and the class; nothing is written."""
    preview = RosterPreview(roster.sheet.name, roster.header, notes=roster.sheet.notes)
    for page in match_pages(class_group, roster):
        preview.add(page)
    return preview


def match_pages(class_group: ClassGroup, roster: RosterRead) -> Iterator[MatchedPage]:
    """Compare page by page with the register and the class as they were at first: a fixed number of queries each.

    Who is registered between two pages is nobody's look-alike.
    """
    people = PeopleOfCentre(class_group.centre, expected=len(roster.sheet.rows))
    enrolments = Enrolment.objects.filter(class_group=class_group).exclude(status=EnrolmentStatus.WITHDRAWN)
    here = set(enrolments.values_list("learner_id", flat=True))
    for read in roster.pages():
        candidates = [
            Candidate(person.full_name, person.birth, person.personal_id, person.phone) for person in read.people
        ]
        matches = people.index(candidates).match_all(candidates)
        rows = [PreviewRow(*row) for row in zip(read.people, candidates, matches, strict=True)]
        for row in rows:
            learner = row.match.learner
            row.enrolled = row.match.kind == "known" and learner is not None and learner.pk in here
        rows, lacking = _with_prerequisite(class_group, rows, roster.sheet.name, roster.header)
        yield MatchedPage(rows, sorted([*read.errors, *lacking], key=lambda error: error.row), read.unread)


def _with_prerequisite(
    class_group: ClassGroup, rows: list[PreviewRow], sheet: str, header: Header
) -> tuple[list[PreviewRow], list[RowError]]:
    """Part the rows into those who may come in and those who lack what the course builds on, with the reason.

    Somebody new has completed nothing that we know of; letting them in needs a reason, given at the enrolment desk.
    """
    course = class_group.course
    if not (course.requires_phase or course.requires_course_id):
        return rows, []
    known = {row.match.learner.pk for row in rows if row.match.learner and not row.enrolled}
    lacking = lacking_prerequisite(course, known)
    kept, left = [], []
    for row in rows:
        learner = row.match.learner
        if row.enrolled or (learner is not None and learner.pk not in lacking):
            kept.append(row)
            continue
        words = prerequisite_words(course)
        left.append(RowError(sheet, row.person.row, name_column(header), row.person.full_name, words))
    return kept, left


def name_column(header: Header) -> str:
    """What the sheet calls the column of names."""
    return header.titles.get("full_name") or _("Họ và tên")
