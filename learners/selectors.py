"""Reads about people."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import Centre
from core.bulk import OneOf
from core.dates import PartialDate
from core.text import search_key
from learners.matching import (
    CLOSE_COLUMNS,
    OFFERED,
    Candidate,
    Close,
    Match,
    PeopleIndex,
    Traits,
    bucket_of,
    compare,
    numbers_differ,
    rank,
    same_number,
    traits_of,
)
from learners.models import DifferentPeople, Learner, LearnerCentre, PersonMerge, personal_id_index
from learners.search import FEW_CENTRES, Asked, ids_everywhere, ids_in_centres, read_question

SPARE = 5
# The record that stands for a person today.
PRESENT = Coalesce("merged_into_id", "pk")
# Names are common: a centre has this many people of one family and given name at the very most.
MOST_CANDIDATES = 200
# A centre of so many people is kept at hand while a list is compared with it; some 1.5 kB each.
MOST_AT_HAND = 5000


def find_people(*, user: User, text: str, limit: int = 20, centre: Centre | None = None) -> list[Learner]:
    """People in the user's scope (of one centre, if named) who fit everything that was typed, in Vietnamese order.

    Words of the name in any order, with or without tones, the last one perhaps unfinished; a birth year; a part of a
    phone number; a whole identity number; a code, also that of somebody merged into another. When more fit than
    ``limit``, the user types on.
    """
    asked = read_question(text)
    if not asked:
        return []
    people = Learner.objects.visible_to(user)
    if centre is not None:
        people = people.filter(centre_links__centre=centre)
    if asked.code:
        pks = _ids_of_code(asked.code, limit)
    elif number := asked.personal_id:
        pks = _holders(personal_id_index(number)) + _ids(asked, user, centre, limit)
    else:
        pks = _ids(asked, user, centre, limit)
    if not pks:
        return []
    # A few more than asked for: some may have been merged away.
    rows = people.filter(pk__in=pks[: limit + SPARE]).select_related("neighbourhood", "unit").order_by()
    return sorted(rows, key=lambda row: (row.sort_key, row.pk))[:limit]


def _ids_of_code(code: str, limit: int) -> list[int]:
    rows = Learner.objects.filter(code__gte=code, code__lt=code + "{").order_by("code")
    return list(rows.values_list(PRESENT, flat=True)[:limit])


def _holders(number_index: str) -> list[int]:
    """Whoever has the number, as they stand today: one person, or nobody."""
    return list(Learner.objects.filter(personal_id_index=number_index).values_list(PRESENT, flat=True))


def _ids(asked: Asked, user: User, centre: Centre | None, limit: int) -> list[int]:
    """The way that is quick for the scope. Rows are fetched through ``visible_to`` afterwards, whatever this gives."""
    scope = scope_of(user)
    if centre is not None:
        return ids_in_centres(asked, [centre.pk], limit + SPARE)
    if scope.everything:
        return ids_everywhere(asked, None, limit + SPARE)
    own = scope.centre_ids(Verb.VIEW_OWN_CLASSES) - scope.centre_ids(Verb.VIEW)
    centre_ids = sorted(scope.centre_ids(Verb.VIEW) | own)
    if not centre_ids:
        return []
    if own:  # a teacher's people are some of the centre's: all that fit are looked at
        found = ids_in_centres(asked, centre_ids, MOST_CANDIDATES * 10)
        return list(Learner.objects.visible_to(user).filter(pk__in=found).values_list("pk", flat=True))
    if len(centre_ids) <= FEW_CENTRES:
        return ids_in_centres(asked, centre_ids, limit + SPARE)
    return ids_everywhere(asked, centre_ids, limit + SPARE)


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Somebody who may be the person at hand: 0 to 100, and why, in Vietnamese."""

    learner: Learner
    score: int
    reasons: list[str]


def find_lookalikes(
    *,
    user: User,
    centre: Centre,
    full_name: str,
    birth: PartialDate | None = None,
    personal_id: str = "",
    phone: str = "",
    limit: int = 5,
    neighbourhood: str = "",
    exclude: Collection[int] = (),
) -> list[Lookalike]:
    """Who the described person may be, likeliest first: four queries, however many people there are.

    The holder of the same identity number anywhere in the city, and people the centre knows. Who was said to be
    different from a likelier one is left out; ``exclude`` leaves out more (the person the form is about).
    """
    number = personal_id_index(personal_id) if personal_id else ""
    wanted = Traits.of(full_name, birth, number=number, number_length=len(personal_id), phone=phone,
                       neighbourhood=search_key(neighbourhood))  # fmt: skip
    holders = _holders(number) if number else []
    close = _ids_like(wanted, centre) if scope_of(user).sees_centre(centre.pk) else []
    people = Learner.objects.filter(pk__in={*close, *holders} - set(exclude), merged_into__isnull=True)
    found = []
    for learner in people.select_related("neighbourhood", "unit"):
        score = same_number() if learner.pk in holders else compare(wanted, traits_of(learner))
        if score.points >= OFFERED:
            found.append(Lookalike(learner, score.points, score.reasons))
    found.sort(key=lambda row: (-row.score, row.learner.pk))
    apart = DifferentPeople.objects.among([row.learner.pk for row in found])
    return rank(found, apart, key=lambda row: row.learner.pk)[:limit]


def _ids_like(wanted: Traits, centre: Centre) -> list[int]:
    """Ids of the centre's people who share enough to be compared: read from one stretch of one index."""
    words = wanted.folded
    text = LearnerCentre.objects.filter(centre=centre)
    query = Q(pk__in=())
    if len(words) > 1:
        query |= Q(search_text__contains=f" {words[0]} ") & Q(search_text__contains=f" {words[-1]} ")
        if wanted.birth:
            year = Q(search_text__contains=f" {wanted.birth.year} ")
            query |= year & (Q(search_text__contains=f" {words[0]} ") | Q(search_text__contains=f" {words[-1]} "))
    else:
        query |= Q(search_text__contains=f" {words[0]} ")
    if wanted.phone:
        query |= Q(search_text__contains=f" {wanted.phone} ")
    return list(text.filter(query).order_by().values_list("learner_id", flat=True)[:MOST_CANDIDATES])


class PeopleOfCentre:
    """Everybody the candidates of one centre could be, asked for a page of candidates at a time.

    ``also``: keys of other centres whose people are looked through as well. Who becomes known between two pages is not
    among them: the rows of one list are not compared with each other. A page is six queries, however many people there
    are.
    """

    def __init__(self, centre: Centre, *, expected: int, also: Collection[int] = ()) -> None:
        links = LearnerCentre.objects.filter(centre_id__in={centre.pk, *also})
        size = links.aggregate(count=Count("pk"), last=Max("pk"))
        self._links = links.filter(pk__lte=size["last"] or 0).order_by("learner_id")
        # Looking through the links for each page costs more than having all of a small centre at hand.
        self._at_hand = size["count"] <= min(expected, MOST_AT_HAND)
        self._index: PeopleIndex | None = None

    def index(self, candidates: Collection[Candidate]) -> PeopleIndex:
        """Return whom these candidates could be; it holds until the next page is asked for."""
        index = self._index
        if index is None:
            index = _close_people(self._pks() if self._at_hand else _sharing_a_bucket(self._links, candidates))
        if self._at_hand:
            self._index = index
        index.by_number = {}
        people = Learner.objects.select_related("merged_into").order_by()
        if numbers := {row.number for row in candidates if row.number}:
            for learner in people.filter(OneOf("personal_id_index", numbers)):
                index.by_number[learner.personal_id_index or ""] = learner.present
        return index

    def _pks(self) -> list[int]:
        return list(dict.fromkeys(self._links.values_list("learner_id", flat=True)))


def _with_neighbourhood(pks: Collection[int]) -> QuerySet[Learner]:
    return Learner.objects.filter(OneOf("pk", pks)).select_related("neighbourhood").order_by()


def _close_people(pks: list[int]) -> PeopleIndex:
    index = PeopleIndex(_with_neighbourhood)
    people = Learner.objects.filter(merged_into__isnull=True).order_by().filter(OneOf("pk", pks))
    for row in people.values_list(*CLOSE_COLUMNS).iterator(chunk_size=2000):
        index.add(Close(*row))
    # The side that was named first is enough to find a pair.
    pairs = DifferentPeople.objects.values_list("one_id", "other_id")
    for pair in pairs.filter(OneOf("one_id", pks)):
        index.apart.add(frozenset(pair))
    return index


def _sharing_a_bucket(links: QuerySet[LearnerCentre], candidates: Iterable[Candidate]) -> list[int]:
    """People of the centre who share a bucket with any candidate."""
    wanted = {
        bucket for row in candidates for bucket in bucket_of(row.key, row.birth.year if row.birth else None, row.phone)
    }
    close: list[int] = []
    for pk, text in links.values_list("learner_id", "search_text").iterator(chunk_size=2000):
        words = text.split() or [""]
        phone = words.pop() if len(words[-1]) > 4 and words[-1].isdecimal() else ""
        year = int(words.pop()) if len(words) > 1 and words[-1].isdecimal() else None
        if not wanted.isdisjoint(bucket_of(" ".join(words), year, phone)):
            close.append(pk)
    return close


def people_index(candidates: Iterable[Candidate], centre: Centre) -> PeopleIndex:
    """Return whom a few candidates of a centre could be."""
    candidates = list(candidates)
    return PeopleOfCentre(centre, expected=len(candidates)).index(candidates)


def match_candidate(index: PeopleIndex, candidate: Candidate) -> Match:
    """Decide for one candidate against a loaded index."""
    return index.match(candidate)


def match_person(*, name: str, birth: PartialDate | None, personal_id: str, phone: str, centre: Centre) -> Match:
    """Say whether a single person is new, known or looks like somebody the centre knows."""
    candidate = Candidate(name, birth, personal_id, phone)
    return match_candidate(people_index([candidate], centre), candidate)


def likely_same(*, user: User, learner: Learner, centre: Centre, limit: int = 5) -> list[Lookalike]:
    """People who may be the same as somebody registered, without those who were said to differ."""
    pairs = DifferentPeople.objects.filter(Q(one=learner) | Q(other=learner)).values_list("one_id", "other_id")
    neighbourhood = learner.neighbourhood.name if learner.neighbourhood else ""
    found = find_lookalikes(
        user=user,
        centre=centre,
        full_name=learner.full_name,
        birth=learner.birth,
        phone=learner.phone,
        neighbourhood=neighbourhood,
        exclude={pk for pair in pairs for pk in pair} | {learner.pk},
        limit=MOST_CANDIDATES,
    )
    mine = traits_of(learner)
    return [row for row in found if not numbers_differ(mine, traits_of(row.learner))][:limit]


def said_different(*, user: User, learner: Learner) -> list[Learner]:
    """People in the user's scope whom somebody compared with this one and found different."""
    pairs = DifferentPeople.objects.filter(Q(one=learner) | Q(other=learner)).values_list("one_id", "other_id")
    others = {pk for pair in pairs for pk in pair} - {learner.pk}
    return list(Learner.objects.visible_to(user).filter(pk__in=others).order_by("sort_key", "pk"))


def merges_of(learner: Learner) -> list[PersonMerge]:
    """What was merged into somebody and can be taken apart, latest first."""
    rows = PersonMerge.objects.filter(kept=learner, undone_at__isnull=True)
    return list(rows.select_related("other", "merged_by").order_by("-merged_at", "-pk"))
