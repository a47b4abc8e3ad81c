"""What a roster holds, compared with the register and the class: read, nothing written."""

from collections.abc import Mapping
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
from learners.selectors import match_candidate, people_index


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
class RosterPreview:
    """What a roster holds, before anything is written."""

    sheet: str
    header: Header
    rows: list[PreviewRow]
    errors: list[RowError]
    committed: int = 0
    left_out: list[RowError] = field(default_factory=list)
    unread: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """Count rows of one kind."""
        return sum(row.kind == kind for row in self.rows)

    @property
    def new(self) -> int:
        """People who are not registered yet."""
        return self.count("new")

    @property
    def known(self) -> int:
        """People who are registered, in this class or not."""
        return self.count("known") + self.count("enrolled")

    @property
    def lookalike(self) -> int:
        """People who resemble somebody registered; somebody has to decide."""
        return self.count("lookalike")

    @property
    def to_enrol(self) -> int:
        """How many people a commit puts into the class without further decisions."""
        return self.new + self.count("known")

    @property
    def wrong_rows(self) -> int:
        """How many rows have something wrong (a row may have several wrong cells)."""
        return len({error.row for error in self.errors})

    def refused(self) -> list[RowError]:
        """Everything that is not taken, with its reason."""
        return [*self.errors, *self.left_out, *self.unread]


@dataclass(frozen=True, slots=True)
class RosterRead:
    """What stands in a file, before anybody is compared with the register."""

    sheet: Sheet
    header: Header
    rows: RosterRows
    # Of each person what the register is asked about.
    candidates: list[Candidate]


def read_roster(
    content: bytes,
    file_name: str,
    remembered: Mapping[str, Mapping[str, int]] | None = None,
    *,
    sheet_number: int | None = None,
) -> RosterRead:
    """Read the first sheet of a file that has a header; ``remembered`` is what people said of layouts before.

    ``sheet_number`` is the one somebody chose, from 1 among those that hold anything. Raises InvalidInput when there is
    no header, or no sheet at all.
    """
    missing: InvalidInput | None = None
    chosen = slice(sheet_number - 1, sheet_number) if sheet_number else slice(None)
    for sheet in islice(read_sheets(content, file_name), chosen.start, chosen.stop):
        try:
            header = header_of(sheet, remembered or {})
        except InvalidInput as error:
            missing = missing or error
        else:
            rows = read_rows(sheet, header)
            candidates = [
                Candidate(person.full_name, person.birth, person.personal_id, person.phone) for person in rows.people
            ]
            return RosterRead(sheet, header, rows, candidates)
    assert missing is not None  # a file without any filled sheet was refused before
    raise missing


def match_roster(class_group: ClassGroup, roster: RosterRead) -> RosterPreview:
    """Compare with the register and the class: a fixed number of queries per 5,000 rows, nothing written."""
    sheet, header, read = roster.sheet, roster.header, roster.rows
    index = people_index(roster.candidates, class_group.centre)
    enrolled = set(
        Enrolment.objects.filter(class_group=class_group)
        .exclude(status=EnrolmentStatus.WITHDRAWN)
        .values_list("learner_id", flat=True)
    )
    rows = []
    for person, candidate in zip(read.people, roster.candidates, strict=True):
        match = match_candidate(index, candidate)
        known_here = match.kind == "known" and match.learner is not None and match.learner.pk in enrolled
        rows.append(PreviewRow(person, candidate, match, known_here))
    rows, lacking = _with_prerequisite(class_group, rows, sheet.name, header)
    errors = sorted([*read.errors, *lacking], key=lambda error: error.row)
    return RosterPreview(sheet.name, header, rows, errors, unread=read.unread, notes=sheet.notes)


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
