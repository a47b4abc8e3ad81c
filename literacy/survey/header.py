"""The header of a survey sheet: what ``courses.roster.header`` knows, and the columns only the survey has.

The official sheet has three rows of headings: groups, titles, and under three of the titles what they are split into.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.tabular.reading import Sheet
from core.text import clean, search_key
from courses.roster.header import Header, Title, header_of

# What the third row of headings holds: parts of a name, of a date, of "finished" and "left school".
_SPLIT = frozenset({"lop", "nam", "ngay", "thang", "ho dem", "ho va dem", "ten"})
_STATED = frozenset({"muc do biet chu", "muc biet chu", "biet chu muc", "biet chu muc do", "muc do"})
_FINISHED = frozenset({"hoc xong lop", "hoc xong", "lop hoc xong"})
_NO_KIND = ("chung nhan", "kha nang")


@dataclass(frozen=True, slots=True)
class SurveyHeader:
    """The header, and which columns (from 0) tell of school finished, of a stated level, of kinds of disability."""

    header: Header
    finished: int | None = None
    stated: int | None = None
    disabled: tuple[int, ...] = ()

    def title(self, name: str) -> str:
        """What the sheet calls a column; empty where it has none."""
        place = {"stated": self.stated, "finished": self.finished}.get(name)
        if place is not None:
            return " ".join(part for part in self.header.all_titles[place] if part)
        return self.header.titles.get(name, "")


def survey_header(sheet: Sheet) -> SurveyHeader:
    """Find the header of a survey sheet. Raises InvalidInput when there is none among the first 40 rows."""
    header = _with_split_row(sheet, header_of(sheet, {}))
    finished = stated = None
    disabled: list[int] = []
    for place, title in enumerate(header.all_titles):
        group, key = (search_key(part.split("(")[0]) for part in title)
        if finished is None and (key in _FINISHED or (group in _FINISHED and key == "lop")):
            finished = place
        elif stated is None and key in _STATED:
            stated = place
        elif _is_kind(group, key):
            disabled.append(place)
    return SurveyHeader(header, finished, stated, tuple(disabled))


def _is_kind(group: str, key: str) -> bool:
    """Whether a column marks a kind of disability; the certificate of one and the ability to learn are none."""
    if not key or any(words in key for words in _NO_KIND):
        return False
    return key.startswith(("khuyet tat", "tu ky")) or group == "khuyet tat"


def _with_split_row(sheet: Sheet, header: Header) -> Header:
    """Take in a further row below the header that only splits titles."""
    below = next((row for row in sheet.rows[: header.row_number + 1] if row.number == header.row_number + 1), None)
    if below is None:
        return header
    words = [clean(str(cell)) if cell not in (None, "") else "" for cell in below.cells]
    if not any(words) or any(word and search_key(word) not in _SPLIT for word in words):
        return header
    titles = _split(header.all_titles, words)
    return replace(header, row_number=header.row_number + 1, height=header.height + 1, all_titles=titles)


def _split(titles: Sequence[Title], words: Sequence[str]) -> list[Title]:
    """Put the parts under the title they belong to, which stands over the first of them."""
    found: list[Title] = []
    over = ""
    for place, title in enumerate(titles):
        word = words[place] if place < len(words) else ""
        over = title[1] or (over if word else "")
        found.append((over, word) if word else title)
    return found
