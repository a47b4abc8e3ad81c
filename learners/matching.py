"""Is this person known already? Pure rules that weigh what is written of two people (docs/adr/0012).

Vietnamese syllables have three letters and a tone, so that edit distance finds everybody alike. What counts is which
parts of a name agree (family, middle, given), whether tones agree, and what birth date, numbers, telephone and
neighbourhood say besides. Two different twelve-digit numbers are two people, whatever the names; one number is one
person.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from django.utils.translation import gettext as _

from core.crypto import SEAL_BYTES
from core.dates import PartialDate
from core.text import fold_tone_place, search_key
from learners.models import Learner, personal_id_index

MatchKind = Literal["new", "known", "lookalike"]
# From so many points on, somebody is shown and asked about.
OFFERED = 50
CERTAIN = 100
# Middle names that only tell women from men: agreeing on one says little, contradicting says much.
_MARKERS = {"thi": "f", "van": "m"}


@dataclass(slots=True)
class Candidate:
    """What is known of a person at the desk or on a row of a roster; the keys are computed once, from that."""

    full_name: str
    birth: PartialDate | None
    personal_id: str
    phone: str
    searched: str = field(init=False)
    number: str = field(init=False)

    def __post_init__(self) -> None:
        self.searched = search_key(self.full_name)
        self.number = personal_id_index(self.personal_id) if self.personal_id else ""

    @property
    def key(self) -> str:
        """The name to look for; in letters that have no key (a foreigner's), as it is written."""
        return self.searched or fold_tone_place(self.full_name).casefold()


@dataclass(frozen=True, slots=True)
class Match:
    """The answer: new, known (with the person) or a look-alike (with the person and why)."""

    kind: MatchKind
    learner: Learner | None = None
    reason: str = ""
    # Everybody who was alike enough: whoever is registered all the same differs from all of them.
    lookalikes: tuple[int, ...] = ()


NOBODY = Match("new")


@dataclass(frozen=True, slots=True)
class Score:
    """How like two people are, 0 to 100, and the reasons in Vietnamese."""

    points: int
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Traits:
    """What two people are compared by. ``written`` keeps the tones, ``folded`` has none."""

    written: tuple[str, ...]
    folded: tuple[str, ...]
    birth: PartialDate | None = None
    number: str = ""
    number_length: int = 0
    phone: str = ""
    neighbourhood: str = ""

    @classmethod
    def of(
        cls,
        full_name: str,
        birth: PartialDate | None = None,
        *,
        number: str = "",
        number_length: int = 12,
        phone: str = "",
        neighbourhood: str = "",
    ) -> "Traits":
        """Read a name into its words; ``number`` is anything that is equal for equal numbers."""
        written = tuple(fold_tone_place(full_name).casefold().split())
        # A name in letters that have no key (a foreigner's) is compared as it is written.
        folded = tuple(search_key(full_name).split()) or written
        return cls(written, folded, birth, number, number_length, phone, neighbourhood)


def traits_of(learner: Learner) -> Traits:
    """The traits of somebody registered; ask for ``neighbourhood`` in the same query."""
    return Traits.of(
        learner.full_name,
        learner.birth,
        number=learner.personal_id_index or "",
        number_length=learner.personal_id_length,
        phone=learner.phone,
        neighbourhood=learner.neighbourhood.search_key if learner.neighbourhood else "",
    )


def same_number() -> Score:
    """Nothing weighs more."""
    return Score(CERTAIN, [_("cùng số định danh")])


def compare(one: Traits, other: Traits) -> Score:
    """Weigh everything. 100 is the same number; from ``OFFERED`` on somebody should look."""
    if one.number and one.number == other.number:
        return same_number()
    if numbers_differ(one, other):
        return Score(0, [_("khác số định danh")])
    points, reason = _names(one, other)
    reasons = [reason] if reason else []
    birth_points, reason = _births(one.birth, other.birth)
    points += birth_points
    reasons += [reason] if reason else []
    if one.phone and one.phone == other.phone:
        # Families share a telephone: it tells something only of people called by the same name.
        points += 45 if one.folded[-1:] == other.folded[-1:] else 4
        reasons.append(_("cùng điện thoại"))
    if one.neighbourhood and one.neighbourhood == other.neighbourhood:
        points += 6
        reasons.append(_("cùng thôn, tổ"))
    # Only the same number is certain.
    return Score(max(0, min(CERTAIN - 1, points)), reasons)


def numbers_differ(one: Traits, other: Traits) -> bool:
    """Whether two numbers say two people. A nine-digit number of old says nothing about a twelve-digit one."""
    if not one.number or not other.number or one.number == other.number:
        return False
    return one.number_length == other.number_length


def _names(one: Traits, other: Traits) -> tuple[int, str]:
    if one.written == other.written:
        return 60, _("cùng họ tên")
    mine, theirs = one.folded, other.folded
    if mine == theirs:
        if _plain(one) or _plain(other):
            return 54, _("cùng họ tên, một bên viết không dấu")
        differing = sum(a != b for a, b in zip(one.written, other.written, strict=False))
        return (50 if differing == 1 else 44), _("họ tên chỉ khác dấu")
    if not mine or not theirs:
        return 0, ""
    if sorted(mine) == sorted(theirs):
        same = sorted(one.written) == sorted(other.written)
        return (52 if same else 44), _("cùng các chữ trong họ tên, khác thứ tự")
    if mine[-1] == theirs[-1] and len(mine) > 1 and len(theirs) > 1:
        return _same_given(one, other)
    if len(mine) == len(theirs):
        wrong = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
        if len(wrong) == 1 and _one_letter(*wrong[0]):
            return 28, _("họ tên chỉ khác một chữ cái")
    return (8, _("cùng tên gọi")) if mine[-1] == theirs[-1] else (0, "")


def _same_given(one: Traits, other: Traits) -> tuple[int, str]:
    mine, theirs = one.folded, other.folded
    mine_middle, theirs_middle = set(mine[1:-1]), set(theirs[1:-1])
    if mine[0] == theirs[0]:
        if mine_middle <= theirs_middle or theirs_middle <= mine_middle:
            same = one.written[0] == other.written[0] and one.written[-1] == other.written[-1]
            return (46 if same else 40), _("cùng họ và tên gọi, một bên thiếu tên đệm")
        if _sexes(mine_middle) and _sexes(theirs_middle) and _sexes(mine_middle) != _sexes(theirs_middle):
            return 6, _("cùng họ và tên gọi, khác tên đệm")
        return 20, _("cùng họ và tên gọi, khác tên đệm")
    shared = mine_middle & theirs_middle
    if shared - set(_MARKERS):
        return 22, _("cùng tên đệm và tên gọi, khác họ")
    return (10 if shared else 8), _("cùng tên gọi")


def _sexes(words: set[str]) -> set[str]:
    return {_MARKERS[word] for word in words if word in _MARKERS}


def _plain(traits: Traits) -> bool:
    return all(word.isascii() for word in traits.written)


def _one_letter(one: str, other: str) -> bool:
    """Whether one letter was changed, left out or put in; of two letters, one changed makes another word."""
    if max(len(one), len(other)) < 3:
        return False
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(long[:place] + long[place + 1 :] == short for place in range(len(long)))


def _births(one: PartialDate | None, other: PartialDate | None) -> tuple[int, str]:
    if one is None or other is None:
        return 0, ""
    if one.year != other.year:
        if one.exact and other.exact and (one.month, one.day) == (other.month, other.day) and _near(one, other):
            return -6, _("cùng ngày và tháng sinh, năm sinh gần giống")
        return -40, ""
    if one.month is None or other.month is None:
        return 20, _("cùng năm sinh")
    if one == other:
        return (38, _("cùng ngày sinh")) if one.exact else (26, _("cùng tháng và năm sinh"))
    if births_agree(one, other):
        return 26, _("cùng tháng và năm sinh")
    if (one.day, one.month) == (other.month, other.day):
        return 30, _("ngày và tháng sinh đảo chỗ")
    if one.month == other.month or one.day == other.day:
        return 4, _("cùng năm sinh, khác ngày hoặc tháng")
    return -15, ""


def _near(one: PartialDate, other: PartialDate) -> bool:
    """Whether the years differ as slips do: by one, by ten, or by two figures that changed places."""
    return abs(one.year - other.year) in (1, 10) or sorted(str(one.year)) == sorted(str(other.year))


def births_agree(one: PartialDate | None, other: PartialDate | None) -> bool:
    """Whether two birth dates can be the same day, as far as both are known; unknown contradicts nothing."""
    if one is None or other is None:
        return True
    pairs = ((one.year, other.year), (one.month, other.month), (one.day, other.day))
    return all(left is None or right is None or left == right for left, right in pairs)


def rank[T](rows: list[T], apart: set[frozenset[int]], *, key: Callable[[T], int]) -> list[T]:
    """Leave out whoever was said to differ from a likelier one of the list (likeliest first)."""
    kept: list[T] = []
    for row in rows:
        if not any(frozenset((key(row), key(better))) in apart for better in kept):
            kept.append(row)
    return kept


def bucket_of(key: str, birth_year: int | None, phone: str) -> list[tuple[object, ...]]:
    """What two people have to share one of before they are compared at all.

    Family and given name; all words of the name, in whatever order; with the birth year the given name, or everything
    but the given name; with the telephone the given name. Less than that cannot come to ``OFFERED`` points.
    """
    words = key.split(" ")
    last = words[-1]
    found: list[tuple[object, ...]] = [("names", words[0], last), ("words", *sorted(words))]
    if birth_year:
        found += [("given", birth_year, last), ("other", birth_year, *words[:-1])]
    if phone:
        found.append(("phone", phone, last))
    return found


def _narrower(
    names: tuple[object, ...], year: int | None, month: int | None, day: int | None
) -> list[tuple[object, ...]]:
    """Buckets within that of family and given name: born in one year, or on one day of any year."""
    return [(*names, year), (*names, month, day)] if day else [(*names, year)]


CLOSE_COLUMNS = (
    "pk", "search_key", "full_name", "birth_year", "birth_month", "birth_day", "phone", "personal_id_index",
    "personal_id_sealed",
)  # fmt: skip


class Close(NamedTuple):
    """Somebody of the centre, as far as it takes to say who is not meant: ``CLOSE_COLUMNS`` of a learner."""

    pk: int
    search_key: str
    full_name: str
    birth_year: int | None
    birth_month: int | None
    birth_day: int | None
    phone: str
    number: str | None
    sealed: bytes | None


@dataclass
class PeopleIndex:
    """People a candidate could be: by identity number city-wide, by what they share within one centre.

    Most people of a centre are never weighed: ``load`` fetches those who are, by primary key, with neighbourhood.
    """

    load: Callable[[Collection[int]], Iterable[Learner]]
    by_number: dict[str, Learner] = field(default_factory=dict)
    apart: set[frozenset[int]] = field(default_factory=set)
    _buckets: dict[tuple[object, ...], list[Close]] = field(default_factory=lambda: defaultdict(list))
    _weighed: dict[int, tuple[Learner, Traits]] = field(default_factory=dict)

    def add(self, person: Close) -> None:
        """Put somebody of the centre into the index."""
        key = person.search_key or " ".join(Traits.of(person.full_name).folded)
        names, *others = bucket_of(key, person.birth_year, person.phone)
        for bucket in (names, *_narrower(names, person.birth_year, person.birth_month, person.birth_day), *others):
            self._buckets[bucket].append(person)

    def match(self, candidate: Candidate) -> Match:
        """Decide for one candidate, see ``match_all``."""
        return self.match_all([candidate])[0]

    def match_all(self, candidates: Sequence[Candidate]) -> list[Match]:
        """Decide for candidates, in their order.

        Known: the same number, or the same written name and whole birth date where numbers do not differ. Otherwise
        the likeliest person from ``OFFERED`` points on is a look-alike.
        """
        # Who has the number of somebody registered is that person: nobody else needs to be weighed.
        near = [self._near(row) if row.number not in self.by_number else () for row in candidates]
        if unknown := {pk for pks in near for pk in pks} - self._weighed.keys():
            self._weighed |= {learner.pk: (learner, traits_of(learner)) for learner in self.load(sorted(unknown))}
        return [
            (self._weigh(row, pks) if pks else self._numbered(row.number))
            for row, pks in zip(candidates, near, strict=True)
        ]  # fmt: skip

    def _numbered(self, number: str) -> Match:
        holder = self.by_number.get(number)
        return Match("known", holder, _("cùng số định danh")) if holder else NOBODY

    def _near(self, candidate: Candidate) -> Sequence[int]:
        """Whom to weigh: who shares a bucket and can come to ``OFFERED`` points.

        Not who was born in another year, unless the telephone is the same, or day and month are, so that the year may
        be a slip; and not who has another number of the same kind.
        """
        buckets = self._buckets
        if not buckets:
            return ()
        birth, phone = candidate.birth, candidate.phone
        year, month, day = (birth.year, birth.month, birth.day) if birth else (None, None, None)
        names, *others = bucket_of(candidate.key, year, phone)
        # Most who share family and given name were born in another year: they need not even be looked at.
        wanted = [names] if year is None else [*_narrower(names, year, month, day), (*names, None)]
        number, sealed_length = candidate.number, len(candidate.personal_id) + SEAL_BYTES
        near = set()
        for bucket in (*wanted, *others):
            for pk, _key, _name, born, born_month, born_day, other_phone, other_number, sealed in buckets.get(
                bucket, ()
            ):
                # Another number of the same kind is another person.
                if number and other_number and other_number != number and sealed and len(sealed) == sealed_length:
                    continue
                if (
                    born == year or year is None or born is None
                    or (day is not None and day == born_day and month == born_month)
                    or (phone and phone == other_phone)
                ):  # fmt: skip
                    near.add(pk)
        return sorted(near)

    def _weigh(self, candidate: Candidate, near: Sequence[int]) -> Match:
        wanted = Traits.of(
            candidate.full_name,
            candidate.birth,
            number=candidate.number,
            number_length=len(candidate.personal_id),
            phone=candidate.phone,
        )
        found: list[tuple[Score, bool, Learner]] = []
        for pk in near:
            row, other = self._weighed[pk]
            identical = wanted.written == other.written and other.birth == candidate.birth
            if identical and candidate.birth and candidate.birth.exact:
                return Match("known", row, _("cùng họ tên và ngày sinh"))
            score = compare(wanted, other)
            if score.points >= OFFERED:
                found.append((score, bool(identical and candidate.phone in ("", row.phone)), row))
        if not found:
            return NOBODY
        found.sort(key=lambda entry: (not entry[1], -entry[0].points))
        score, identical, row = found[0]
        others = [entry[2].pk for entry in found[1:]]
        if identical and others and all(frozenset((row.pk, pk)) in self.apart for pk in others):
            # Somebody compared this very person with each of the others before and said that they differ.
            return Match("known", row, _("đã được phân biệt với người gần giống"))
        return Match("lookalike", row, ", ".join(score.reasons), (row.pk, *others))
