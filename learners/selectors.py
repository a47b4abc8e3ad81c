"""Reads about people."""

from collections.abc import Iterable, Iterator

from centres.models import Centre
from core.dates import PartialDate
from core.text import search_key
from learners.matching import Candidate, Match, PeopleIndex
from learners.models import Learner, personal_id_index

_BATCH = 500  # SQLite bears some thousands of parameters; stay well below


def _batches[T](values: Iterable[T]) -> Iterator[list[T]]:
    rows = list(values)
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]


def people_index(candidates: Iterable[Candidate], centre: Centre) -> PeopleIndex:
    """Load everybody the candidates could be: three queries for every 500 of them."""
    candidates = list(candidates)
    index = PeopleIndex()
    numbers = {personal_id_index(row.personal_id) for row in candidates if row.personal_id}
    for batch in _batches(sorted(numbers)):
        for learner in Learner.objects.filter(personal_id_index__in=batch):
            index.by_number[learner.personal_id_index or ""] = learner
    of_centre = Learner.objects.filter(centre_links__centre=centre)
    for batch in _batches(sorted({search_key(row.full_name) for row in candidates})):
        for learner in of_centre.filter(search_key__in=batch).order_by("pk"):
            index.by_name[learner.search_key].append(learner)
    for batch in _batches(sorted({row.phone for row in candidates if row.phone})):
        for learner in of_centre.filter(phone__in=batch).order_by("pk"):
            index.by_phone[learner.phone].append(learner)
    return index


def match_candidate(index: PeopleIndex, candidate: Candidate) -> Match:
    """Decide for one candidate against a loaded index."""
    key = search_key(candidate.full_name)
    return index.match(candidate, key=key, given_key=key.split(" ")[-1])


def match_person(*, name: str, birth: PartialDate | None, personal_id: str, phone: str, centre: Centre) -> Match:
    """Say whether a single person is new, known or looks like somebody the centre knows."""
    candidate = Candidate(name, birth, personal_id, phone)
    return match_candidate(people_index([candidate], centre), candidate)
