"""People written in bulk are the people the forms write."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from centres.models import Neighbourhood
from centres.services import neighbourhoods_named
from core.bulk import OneOf, insert_rows
from core.dates import PartialDate
from courses.roster.rows import RosterPerson
from learners.choices import Sex
from learners.matching import Candidate
from learners.models import Learner, LearnerCentre
from learners.registering import register_many, tie_to_centre
from learners.services import register_learner
from tests.factories import make_learner

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
SEALED = {"id", "code", "created_at", "updated_at", "personal_id_sealed", "personal_id_index", "personal_id_tail"}


def person(**changes):
    given = {
        "row": 8, "full_name": "Bùi Thị Nga", "birth": PartialDate(1984, 3, 2), "sex": Sex.FEMALE, "ethnicity": "02",
        "personal_id": "001184000001", "phone": "0912345678", "address": "Thôn 5, xã Ba Vì", "neighbourhood": "Thôn 5",
        "note": "học buổi tối",
    }  # fmt: skip
    return RosterPerson(**(given | changes))


def in_bulk(cast, *people):
    pairs = [(row, Candidate(row.full_name, row.birth, row.personal_id, row.phone)) for row in people]
    places = neighbourhoods_named(unit=cast.commune_a, names={row.neighbourhood for row in people})
    pks = register_many(pairs, centre=cast.centre_a, unit=cast.commune_a, places=places, today=DAY)
    return [Learner.objects.get(pk=pk) for pk in pks]


def columns(learner, *, without=SEALED):
    return {field.attname: getattr(learner, field.attname) for field in Learner._meta.concrete_fields
            if field.attname not in without}  # fmt: skip


WORD = st.sampled_from(["Bùi", "Thị", "Nga", "Đỗ", "Hòa", "Hoà", "ỢT", "y", "H'Mai", "Lê-Na", "Nguyễn", "O’Neil", "Ý"])
NAME = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
BIRTH = st.one_of(
    st.none(),
    st.builds(PartialDate, st.integers(1930, 2015)),
    st.builds(PartialDate, st.integers(1930, 2015), st.integers(1, 12)),
    st.dates(dt.date(1930, 1, 1), dt.date(2015, 12, 31)).map(PartialDate.of),
)


@settings(max_examples=60, deadline=None)
@given(name=NAME, birth=BIRTH, phone=st.sampled_from(["", "0912345678"]), number=st.booleans())
def test_every_column_is_what_registering_one_by_one_writes(cast, name, birth, phone, number):
    with transaction.atomic():
        personal_id = "001184000001" if number else ""
        one = register_learner(
            centre=cast.centre_a, full_name=name, birth=birth, sex=Sex.FEMALE, ethnicity="02", phone=phone,
            personal_id=personal_id, address="Thôn 5, xã Ba Vì", neighbourhood="Thôn 5", note="", by=cast.lan,
        )  # fmt: skip
        kept = columns(one), one.personal_id_index, one.personal_id_tail, one.personal_id_length
        text = LearnerCentre.objects.get(learner=one).search_text
        Learner.objects.filter(pk=one.pk).delete()
        (two,) = in_bulk(
            cast, person(full_name=one.full_name, birth=birth, phone=phone, personal_id=personal_id, note="")
        )
        assert (columns(two), two.personal_id_index, two.personal_id_tail, two.personal_id_length) == kept
        assert two.open_personal_id() == personal_id
        assert LearnerCentre.objects.get(learner=two).search_text == text
        transaction.set_rollback(True)


def test_codes_follow_one_another_and_nobody_loses_their_place(cast):
    make_learner(cast.centre_a, "Đinh Văn Lực")
    people = [person(full_name=f"Bùi Thị {chr(65 + n)}", personal_id=f"00118400000{n}") for n in range(9)]
    made = in_bulk(cast, *people)
    assert [row.full_name for row in made] == [row.full_name for row in people]
    assert [int(row.code[2:]) - int(made[0].code[2:]) for row in made] == list(range(9))
    assert {row.neighbourhood.name for row in made} == {"Thôn 5"}


def test_one_number_taken_meanwhile_and_nothing_is_written(cast):
    in_bulk(cast, person(full_name="Đinh Văn Lực", personal_id="001184000002"))
    before = Learner.objects.count()
    with pytest.raises(IntegrityError), transaction.atomic():
        in_bulk(cast, person(), person(full_name="Bùi Văn Ba", personal_id="001184000002"))
    assert Learner.objects.count() == before


def test_a_neighbourhood_is_made_once_however_it_is_written(cast):
    names = {"Thôn 5", "thôn  5", "THÔN 5", "Tổ 7", "", "  "}
    found = neighbourhoods_named(unit=cast.commune_a, names=names)
    assert Neighbourhood.objects.filter(unit=cast.commune_a).count() == 2
    assert found["Thôn 5"] == found["THÔN 5"] == found["thôn  5"] != found["Tổ 7"]
    assert found[""] is found["  "] is None
    assert neighbourhoods_named(unit=cast.commune_a, names=["Thôn 5"])["Thôn 5"] == found["Thôn 5"]


def test_only_who_is_not_tied_yet_is_tied(cast):
    here, there = make_learner(cast.centre_a, "Đinh Văn Lực"), make_learner(cast.centre_b, "Bùi Thị Ngân")
    assert tie_to_centre([here, there], centre=cast.centre_a, today=DAY) == [there.pk]
    assert LearnerCentre.objects.get(learner=there, centre=cast.centre_a).search_text == there.link_text


def test_a_column_that_is_not_there_is_named(cast):
    with pytest.raises(ValueError, match="colour"):
        insert_rows(LearnerCentre, ("learner_id", "colour"), [], same={})


def test_any_number_of_values_is_one_question(cast, django_assert_num_queries):
    made = [make_learner(cast.centre_a, f"Bùi Thị {letter}") for letter in "ABC"]
    wanted = [*range(10**6, 10**6 + 70_000), *(row.pk for row in made)]
    people = Learner.objects.all()
    with django_assert_num_queries(2):
        assert set(people.filter(OneOf("pk", wanted))) == set(made)
        assert set(people.filter(OneOf("code", [row.code for row in made]))) == set(made)
        assert not people.filter(OneOf("code", []))
