"""Reading the people of a survey sheet, page by page, each with what the row says of their literacy."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from core.errors import InvalidInput, RowError
from core.tabular.reading import Sheet, read_sheets
from core.text import search_key
from courses.roster.cells import text_of
from courses.roster.rows import RosterPerson, read_rows
from learners.schooling import Schooling
from literacy.survey.header import SurveyHeader, survey_header
from literacy.survey.told import NOT_KNOWN, Said, Told, Verdict, weigh

LAST_CLASS = 12
_MARKED = frozenset({"x", "co", "1", "2"})
_NO_MARK = frozenset({"", "0", "khong"})
_STATED: dict[str, int | str | None] = {
    "": None,
    "0": 0, "chua dat": 0, "chua dat muc do 1": 0, "mu chu": 0,
    "1": 1, "muc 1": 1, "muc do 1": 1,
    "2": 2, "muc 2": 2, "muc do 2": 2,
    "khong ro": NOT_KNOWN, "chua ro": NOT_KNOWN, "chua biet": NOT_KNOWN,
}  # fmt: skip


@dataclass(slots=True)
class SurveyPerson:
    """One row that can be taken: the person, what is said of their level (None: unknown), and what is odd about it.

    ``needs_history``: the level the person must have held before for what the row says to be true; ``relapse_error``
    is what to say when they did not.
    """

    person: RosterPerson
    said: Said | None
    odd: list[RowError] = field(default_factory=list)
    needs_history: int = 0
    relapse_error: RowError | None = None


@dataclass(slots=True)
class SurveyPage:
    """A page of readable people; the wrong cells of the others; rows below the total that hold a name only."""

    people: list[SurveyPerson]
    errors: list[RowError]
    unread: list[RowError]


@dataclass(frozen=True, slots=True)
class SurveySheet:
    """The sheet of a file that is meant, and its header."""

    sheet: Sheet
    found: SurveyHeader

    def pages(self) -> Iterator[SurveyPage]:
        """Yield what stands below the header. A row with anything wrong is reported and not taken."""
        cells = {row.number: row.cells for row in self.sheet.rows if row.number > self.found.header.row_number}
        for page in read_rows(self.sheet, self.found.header):
            answer = SurveyPage([], list(page.errors), page.unread)
            for person in page.people:
                self._read(person, cells[person.row], answer)
            answer.errors.sort(key=lambda error: error.row)
            yield answer

    def _read(self, person: RosterPerson, cells: list[Any], answer: SurveyPage) -> None:
        reader = _Cells(self.sheet.name, self.found, person.row, cells)
        told, disabled, wrong = reader.told(person.schooling)
        verdict = weigh(told) if not wrong else Verdict()
        wrong += [reader.error(name, reason) for name, reason in verdict.wrong]
        if wrong:
            answer.errors += wrong
            return
        if disabled:
            said = person.schooling or Schooling()
            person.schooling = Schooling(said.level, said.class_now, said.class_done, said.relapsed, disabled=True)
        words = _("ghi tái mù chữ nhưng chưa từng biết chữ: chưa hoàn thành lớp nào, sổ cũng chưa ghi mức độ nào")
        if verdict.needs_history == 2:
            words = _("ghi tái mù chữ mức 2 nhưng chưa từng đạt mức độ 2")
        answer.people.append(
            SurveyPerson(
                person,
                verdict.said,
                [reader.error(name, reason) for name, reason in verdict.odd],
                verdict.needs_history,
                reader.error("relapsed", words) if verdict.needs_history else None,
            )
        )


class _Cells:
    """The cells of one row that only the survey has."""

    def __init__(self, sheet: str, found: SurveyHeader, number: int, cells: list[Any]) -> None:
        self.sheet, self.found, self.number, self.cells = sheet, found, number, cells

    def error(self, name: str, reason: str) -> RowError:
        column = self.found.title(name) or str(_FALLBACK[name]())
        return RowError(self.sheet, self.number, column, self._text(self._place(name)), reason)

    def _place(self, name: str) -> int | None:
        own = {"stated": self.found.stated, "finished": self.found.finished}
        return own[name] if name in own else self.found.header.columns.get(name)

    def _text(self, place: int | None) -> str:
        return text_of(self.cells[place]) if place is not None and place < len(self.cells) else ""

    def told(self, schooling: Schooling | None) -> tuple[Told, bool, list[RowError]]:
        """What the row tells, whether any disability is marked, and the cells that cannot be taken."""
        wrong: list[RowError] = []
        stated = self._stated(wrong)
        finished = self._finished(wrong)
        relapsed = self._relapsed(wrong)
        marks = (search_key(self._text(place)) for place in self.found.disabled)
        disabled = any(mark not in _NO_MARK for mark in marks)
        said = schooling or Schooling()
        return Told(said.level, said.class_now, said.class_done, finished, stated, relapsed), disabled, wrong

    def _stated(self, wrong: list[RowError]) -> int | str | None:
        key = search_key(self._text(self.found.stated))
        if key in _STATED:
            return _STATED[key]
        wrong.append(self.error("stated", _("mức độ biết chữ ghi 0, 1, 2 hoặc “không rõ”")))
        return None

    def _finished(self, wrong: list[RowError]) -> int | None:
        """The class of school finished; a year beside it (“5/2004”) is passed over."""
        text = self._text(self.found.finished).split("/")[0].strip()
        if not text:
            return None
        if not text.isdecimal() or int(text) > LAST_CLASS:
            wrong.append(self.error("finished", _("lớp đã học xong ghi từ 0 đến 12")))
            return None
        return int(text)

    def _relapsed(self, wrong: list[RowError]) -> int:
        """The level fallen back from: 1 or 2; a mark alone is level 1."""
        key = search_key(self._text(self.found.header.columns.get("relapsed")))
        if key in _NO_MARK:
            return 0
        if key not in _MARKED:
            wrong.append(self.error("relapsed", _("tái mù chữ ghi mức 1, mức 2 hoặc đánh dấu x")))
            return 0
        return 2 if key == "2" else 1


_FALLBACK = {
    "stated": lambda: _("Mức độ biết chữ"),
    "finished": lambda: _("Học xong lớp"),
    "relapsed": lambda: _("Tái mù chữ"),
    "level": lambda: _("Bậc tốt nghiệp"),
    "literacy_now": lambda: _("Đang học lớp"),
}


def read_survey(content: bytes, file_name: str) -> SurveySheet:
    """Find the first sheet of a file that has a header. Raises InvalidInput when there is none."""
    missing: InvalidInput | None = None
    for sheet in read_sheets(content, file_name):
        try:
            return SurveySheet(sheet, survey_header(sheet))
        except InvalidInput as error:
            missing = missing or error
    assert missing is not None  # a file without any filled sheet was refused before
    raise missing
