"""Registering many people at once, as a roster brings them (bench roster_import).

What is written is what ``services.register_learner`` writes, row for row; a test compares both. The values come from
the readers of the roster, which use the same rules as the forms; the database's constraints hold besides.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Max

from centres.models import AdminUnit, Centre
from core.bulk import OneOf, insert_rows
from core.crypto import sealer
from core.dates import PartialDate
from core.text import name_of
from learners.choices import Sex
from learners.keys import given_first, link_text, middle_first
from learners.matching import Candidate
from learners.models import PERSONAL_ID_PURPOSE, Learner, LearnerCentre, StatedSchooling
from learners.schooling import Schooling
from learners.services import code_of, take_codes

_COLUMNS = (
    "code", "full_name", "family_name", "family_middle", "given_name", "birth_year", "birth_month", "birth_day", "sex",
    "ethnicity", "personal_id_sealed", "personal_id_index", "personal_id_tail", "phone", "address", "note",
    "neighbourhood_id", "search_key", "search_key_given", "search_key_middle", "phone_reversed", "sort_key",
)  # fmt: skip


class Described(Protocol):
    """Somebody as a roster describes them: read and checked."""

    full_name: str
    birth: PartialDate | None
    sex: Sex
    ethnicity: str
    personal_id: str
    phone: str
    address: str
    note: str
    neighbourhood: str
    schooling: Schooling | None


# Without a savepoint inside the import's transaction: the database would keep a copy of every page it touches.
@transaction.atomic(savepoint=False)
def register_many(
    people: Sequence[tuple[Described, Candidate]],
    *,
    centre: Centre,
    unit: AdminUnit | None,
    places: Mapping[str, int | None],
    today: dt.date,
) -> list[int]:
    """Register people nobody knows yet and tie them to the centre; return their keys in the same order.

    ``places`` maps a neighbourhood as written to its primary key. Raises IntegrityError when an identity
    number was registered meanwhile: nothing is written then.
    """
    if not people:
        return []
    first = take_codes(len(people))
    before = Learner.objects.aggregate(last=Max("pk"))["last"] or 0
    seal = sealer(PERSONAL_ID_PURPOSE)
    rows = (_row(code_of(first + offset), *pair, places, seal) for offset, pair in enumerate(people))
    insert_rows(Learner, _COLUMNS, rows, same={"unit_id": unit.pk if unit else None})
    # Whoever registers somebody waits for the codes, so that these are ours.
    written = Learner.objects.filter(pk__gt=before).order_by().values_list("code", "pk")
    pk_of = dict(written.iterator(chunk_size=2000))
    pks = [pk_of[code_of(first + offset)] for offset in range(len(people))]
    texts = (
        link_text(candidate.searched, person.birth.year if person.birth else None, person.phone)
        for person, candidate in people
    )
    insert_rows(
        LearnerCentre, ("learner_id", "search_text"), zip(pks, texts, strict=True),
        same={"centre_id": centre.pk, "since": today},
    )  # fmt: skip
    return pks


def tie_to_centre(learners: Iterable[Learner], *, centre: Centre, today: dt.date) -> list[int]:
    """Tie people to a centre that does not know them yet; return the keys of those who were not."""
    rows = {learner.pk: learner for learner in learners}
    links = LearnerCentre.objects.filter(centre=centre)
    tied = links.filter(OneOf("learner_id", rows)).values_list("learner_id", flat=True)
    fresh = sorted(rows.keys() - set(tied))
    insert_rows(
        LearnerCentre, ("learner_id", "search_text"), ((pk, rows[pk].link_text) for pk in fresh),
        same={"centre_id": centre.pk, "since": today},
    )  # fmt: skip
    return fresh


def keep_schooling(said: Iterable[tuple[int, Schooling]], *, source: str, today: dt.date) -> list[int]:
    """Write down what a survey sheet says of people's schooling (key of the learner, what was said); return the keys.

    What was said before in the same words is not written again.
    """
    given = dict(said)
    columns = ("level", "class_now", "class_done", "relapsed", "disabled")
    rows = StatedSchooling.objects.order_by("stated_on", "pk").values_list("learner_id", *columns)
    rows = rows.filter(OneOf("learner_id", given)) if given else rows.none()
    last = {row[0]: Schooling(*row[1:]) for row in rows}
    fresh = {pk: words for pk, words in given.items() if last.get(pk) != words}
    insert_rows(
        StatedSchooling, ("learner_id", *columns),
        ((pk, words.level, words.class_now, words.class_done, words.relapsed, words.disabled)
         for pk, words in fresh.items()),
        same={"stated_on": today, "source": source[:200]},
    )  # fmt: skip
    return sorted(fresh)


def _row(
    code: str,
    person: Described,
    candidate: Candidate,
    places: Mapping[str, int | None],
    seal: Callable[[str], bytes],
) -> tuple[Any, ...]:
    name = name_of(person.full_name)
    birth, number, phone = person.birth, person.personal_id, person.phone
    year, month, day = (birth.year, birth.month, birth.day) if birth else (None, None, None)
    key = candidate.searched
    return (
        code, person.full_name, name.family, name.family_middle, name.given,
        year, month, day, person.sex.value,
        person.ethnicity, seal(number) if number else None, candidate.number or None,
        number[-3:], phone, person.address, person.note, places.get(person.neighbourhood),
        key, given_first(key), middle_first(key), phone[::-1], name.sort_key,
    )  # fmt: skip
