"""Pairs of records that are probably one person, over a whole centre: three queries, however many people."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

from django.db.models.functions import Length

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from core.crypto import SEAL_BYTES
from core.dates import PartialDate
from learners.matching import OFFERED, Traits, bucket_of, compare
from learners.models import DifferentPeople, Learner, LearnerCentre

# A bucket of more people than this is a shared telephone of a school or a list typed by a machine.
FULL_BUCKET = 60


@dataclass(frozen=True, slots=True)
class LikelyPair:
    """Two records and why they may be one person."""

    one: int
    other: int
    score: int
    reasons: list[str]


def likely_pairs(*, user: User) -> list[LikelyPair]:
    """Pairs among the people of the centres where the user may merge, likeliest first, without those told apart."""
    centre_ids = scope_of(user).centre_ids(Verb.ENROL)
    rows = (
        Learner.objects.visible_to(user)
        .filter(pk__in=LearnerCentre.objects.filter(centre_id__in=centre_ids).values("learner_id"))
        .annotate(sealed_length=Length("personal_id_sealed"))
        .order_by()
        .values_list(
            "pk", "full_name", "search_key", "birth_year", "birth_month", "birth_day", "personal_id_index",
            "sealed_length", "phone", "neighbourhood__search_key",
        )
    )  # fmt: skip
    people: dict[int, Traits] = {}
    buckets: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for pk, name, key, year, month, day, number, length, phone, place in rows.iterator(chunk_size=2000):
        birth = PartialDate(year, month, day) if year else None
        people[pk] = Traits.of(
            name, birth, number=number or "", number_length=(length or SEAL_BYTES) - SEAL_BYTES, phone=phone,
            neighbourhood=place or "",
        )  # fmt: skip
        for bucket in bucket_of(key, year, phone):
            buckets[bucket].append(pk)
    met: set[tuple[int, int]] = set()
    found = []
    apart = {frozenset(pair) for pair in _told_apart(user)}
    for pks in buckets.values():
        for pair in combinations(sorted(pks), 2) if len(pks) <= FULL_BUCKET else ():
            if pair in met or frozenset(pair) in apart:
                continue
            met.add(pair)
            score = compare(people[pair[0]], people[pair[1]])
            if score.points >= OFFERED:
                found.append(LikelyPair(*pair, score.points, score.reasons))
    return sorted(found, key=lambda pair: (-pair.score, pair.one, pair.other))


def _told_apart(user: User) -> list[tuple[int, int]]:
    centre_ids = scope_of(user).centre_ids(Verb.ENROL)
    rows = DifferentPeople.objects.filter(
        one__in=LearnerCentre.objects.filter(centre_id__in=centre_ids).values("learner_id")
    )
    return list(rows.values_list("one_id", "other_id"))
