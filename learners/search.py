"""Finding people among a million in the time of a few index look-ups (docs/adr/0012).

Two ways, by how much the user sees. A user of a few centres reads one stretch of one index, the search texts of those
centres' people. A user of many centres reads short ranges of the name keys: two words of a name stand together at the
beginning of one of its keys. Both give ids only; the caller loads the rows through ``visible_to``.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone

from core.dates import OLDEST_BIRTH_YEAR
from core.text import clean, search_key
from learners.identity import read_personal_id

# Up to so many centres are read person by person: each knows about two thousand.
FEW_CENTRES = 2
# The second look, for unfinished words and unusual pairs, reads no more of one range than this.
SECOND_LOOK = 2000
# A beginning of two letters has hardly more given names than this.
COMPLETIONS = 12
MIN_PHONE_PART = 3
# Words so common that a range on them is no help, with their share of names in per cent; other words have about one.
COMMON_WORDS = {
    "thi": 45, "nguyen": 38, "van": 25, "tran": 11, "le": 10, "pham": 7, "hoang": 5, "minh": 5, "thu": 5, "ngoc": 5,
    "thanh": 5, "duc": 4, "phan": 4, "vu": 4, "vo": 4, "dang": 4, "quang": 4, "xuan": 4, "bui": 3, "do": 3, "anh": 3,
    "hong": 3, "kim": 3, "huu": 3, "ho": 2, "ngo": 2, "duong": 2, "ly": 2, "dinh": 2, "huong": 2, "hoa": 2, "lan": 2,
}  # fmt: skip
_KEYS = ("search_key_given", "search_key", "search_key_middle")


@dataclass(slots=True)
class Asked:
    """What was typed, read as what it may mean."""

    words: list[str] = field(default_factory=list)
    birth_year: int | None = None
    digits: list[str] = field(default_factory=list)
    code: str = ""

    @property
    def personal_id(self) -> str:
        """The digits as a whole identity number, or nothing."""
        if len(self.digits) != 1 or len(self.digits[0]) not in (8, 9, 11, 12):
            return ""
        return read_personal_id(self.digits[0])

    def __bool__(self) -> bool:
        return bool(self.words or self.birth_year or self.digits or self.code)


def read_question(text: str) -> Asked:
    """Sort what was typed into words of a name, a birth year, parts of a phone or identity number, and a code."""
    asked = Asked()
    text = clean(text)[:100]
    joined = text.replace(" ", "").replace(".", "").replace("-", "")
    if joined.isascii() and joined.isdecimal() and len(joined) > 4:
        return Asked(digits=[joined])  # 0963 855 860, 001 180 000 417
    for part in text.split(" "):
        bare = part.replace(".", "").replace("-", "")
        if bare.isascii() and bare.isdecimal() and len(bare) >= MIN_PHONE_PART:
            if len(bare) == 4 and OLDEST_BIRTH_YEAR <= int(bare) <= timezone.localdate().year:
                asked.birth_year = int(bare)
            else:
                asked.digits.append(bare)
        elif bare[:2].upper() == "HV" and bare[2:].isascii() and bare[2:].isdecimal():
            asked.code = bare.upper()
        else:
            asked.words += search_key(part).split()
    return asked


def ids_in_centres(asked: Asked, centre_ids: Collection[int], limit: int) -> list[int]:
    """Ids of people of a few centres: every word begins a word of the name, every number is part of a phone.

    A year alone may be a part of a phone as well.
    """
    wanted = [f" {word}" for word in asked.words] + asked.digits
    if asked.birth_year:
        wanted.append(f" {asked.birth_year} " if asked.words else str(asked.birth_year))
    return _ids(_slice(centre_ids, [_holds("search_text")] * len(wanted), limit), [*centre_ids, *wanted])


def _slice(centre_ids: Collection[int], conditions: list[str], limit: int) -> str:
    places = ", ".join(["%s"] * len(centre_ids))
    return (
        f"SELECT learner_id FROM learners_learnercentre WHERE centre_id IN ({places})"  # noqa: S608
        + "".join(f" AND {condition}" for condition in conditions)
        + f" LIMIT {limit:d}"
    )


def _holds(column: str) -> str:
    return f"strpos({column}, %s) > 0" if connection.vendor == "postgresql" else f"instr({column}, %s) > 0"


def _ids(sql: str, params: Collection[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        # Several ranges may name the same person: once is enough, in the order found.
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))


@dataclass(frozen=True, slots=True)
class _Range:
    """A stretch of an index with what its rows must fulfil besides."""

    column: str
    start: str
    words: tuple[str, ...] = ()
    bound: int = 0


def ids_everywhere(asked: Asked, centre_ids: Collection[int] | None, limit: int) -> list[int]:
    """Ids of people of the whole city, or of many centres: ranges of the name keys, then a bounded second look.

    ``centre_ids`` None is everybody. A year without a name is taken for a part of a phone.
    """
    if not asked.words:
        digits = asked.digits or ([str(asked.birth_year)] if asked.birth_year else [])
        if not digits:
            return []
        first, *more = sorted(digits, key=len, reverse=True)
        ranges = [_Range("phone", first), _Range("phone_reversed", first[::-1])]
        return _read(ranges, Asked(digits=more), centre_ids, limit)
    rest = Asked(birth_year=asked.birth_year, digits=asked.digits)
    phrase = [_Range(key, " ".join(asked.words)) for key in _KEYS]
    if len(asked.words) == 1:
        return _read(phrase, rest, centre_ids, limit)
    found: list[int] = []
    order = sorted(range(len(asked.words)), key=lambda place: _share(asked.words[place]))
    one, two = (asked.words[place] for place in order[:2])
    others = tuple(asked.words[place] for place in order[2:])
    pairs = [_Range(key, pair, others) for pair in (f"{one} {two}", f"{two} {one}") for key in _KEYS]
    if len(asked.words) > 2:  # mostly a whole name, as it is written
        found = _read(phrase, rest, centre_ids, limit)
    if len(found) < limit:
        found = _joined(found, _read(pairs, rest, centre_ids, limit))
    if len(found) < limit and not (found and len(asked.words) > 2):
        found = _joined(found, _read(_second_look(asked.words, order), rest, centre_ids, limit))
    return found


def _second_look(words: list[str], order: list[int]) -> list[_Range]:
    """What no pair at the beginning of a key shows: an unfinished last word, unusual pairs of longer names.

    ``nguyen uy`` is the family name and the beginning of a given one: the given names that begin so are read from the
    index, one probe each, and stand before the family name in a key of their own.
    """
    others = tuple(words[place] for place in order[1:])
    ranges = [_Range(key, words[order[0]], others, SECOND_LOOK) for key in _KEYS]
    *whole, last = words
    first = min(whole, key=_share)
    rest = tuple(word for word in whole if word != first)
    return [_Range("search_key_given", f"{given} {first}", rest) for given in _completions(last)] + ranges


def _completions(start: str) -> list[str]:
    """Given names that begin so: a few, hopped to from one to the next."""
    at_least, below, order = _operators()
    step = (
        f"SELECT search_key_given FROM learners_learner WHERE search_key_given {at_least} {{0}}"  # noqa: S608
        f" AND search_key_given {below} %s ORDER BY search_key_given{order} LIMIT 1"
    )
    end = "strpos(k || ' ', ' ')" if connection.vendor == "postgresql" else "instr(k || ' ', ' ')"
    # "!" comes after the space and before every letter: it hops over all people of one given name.
    after = f"(substr(k, 1, {end} - 1) || '!')"
    sql = (
        f"WITH RECURSIVE w(k) AS (SELECT ({step.format('%s')}) UNION ALL "  # noqa: S608
        f"SELECT ({step.format(after)}) FROM w WHERE k IS NOT NULL) SELECT k FROM w WHERE k IS NOT NULL "
        f"LIMIT {COMPLETIONS:d}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [start, start + "{", start + "{"])
        return [row[0].split(" ")[0] for row in cursor.fetchall()]


def _joined(found: list[int], more: list[int]) -> list[int]:
    return list(dict.fromkeys(found + more))


def _operators() -> tuple[str, str, str]:
    """Comparison and order by bytes, under any collation.

    The order is asked for so that PostgreSQL walks the index instead of guessing that a scan of the table will meet
    enough rows soon.
    """
    return ("~>=~", "~<~", " USING ~<~") if connection.vendor == "postgresql" else (">=", "<", "")


def _share(word: str) -> float:
    """How much of a range on the word would be read in vain; unfinished short words stand for many."""
    return COMMON_WORDS.get(word, 20 if len(word) == 1 else 6 if len(word) == 2 else 1)


def _read(ranges: list[_Range], rest: Asked, centre_ids: Collection[int] | None, limit: int) -> list[int]:
    """Read the ranges in one query, each to its own limit."""
    parts, params = [], []
    for one in ranges:
        part, given = _branch(one, rest, centre_ids, limit)
        parts.append(f"SELECT id FROM ({part}) AS r")  # noqa: S608
        params += given
    return _ids(" UNION ALL ".join(parts), params)


def _branch(one: _Range, rest: Asked, centre_ids: Collection[int] | None, limit: int) -> tuple[str, list[str | int]]:
    # "{" comes after every letter of a key.
    at_least, below, order = _operators()
    where = [f"{one.column} {at_least} %s", f"{one.column} {below} %s"]
    params: list[str | int] = [one.start, one.start + "{"]
    if rest.birth_year:
        where.append("birth_year = %s")
        params.append(rest.birth_year)
    source = "learners_learner"
    if one.bound:
        columns = f"id, {one.column}" + (", phone" if rest.digits else "")
        read = f"SELECT {columns} FROM learners_learner WHERE {' AND '.join(where)}"  # noqa: S608
        source = f"({read} ORDER BY {one.column}{order} LIMIT {one.bound:d}) AS s"
        where = []
    spaced = f"' ' || {one.column}"
    where += [_holds(spaced)] * len(one.words) + [_holds("phone")] * len(rest.digits)
    params += [*(f" {word}" for word in one.words), *rest.digits]
    if centre_ids is not None:
        alias = "s" if one.bound else "learners_learner"
        places = ", ".join(["%s"] * len(centre_ids))
        where.append(
            f"EXISTS (SELECT 1 FROM learners_learnercentre c WHERE c.learner_id = {alias}.id"  # noqa: S608
            f" AND c.centre_id IN ({places}))"
        )
        params += list(centre_ids)
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    in_order = "" if one.bound else f" ORDER BY {one.column}{order}"
    return f"SELECT id FROM {source}{condition}{in_order} LIMIT {limit:d}", params  # noqa: S608
