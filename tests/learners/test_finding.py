"""Finding people: however they are asked for, by whoever may see them, on both ways through the indexes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.dates import PartialDate
from learners import services
from learners.models import LearnerCentre
from learners.search import read_question
from learners.selectors import find_people
from tests.factories import make_class, make_enrolled, make_learner

NUMBER = "001180000417"
PEOPLE = ("Bùi Thị Nga", "Nguyễn Thị Thanh Nga", "Đỗ Văn Ngà", "Nguyễn Đức An", "Trần Ân", "Ý", "K'Brơi Hơ")


@pytest.fixture
def people(cast):
    rows = [make_learner(cast.centre_a, name, birth=None) for name in PEOPLE]
    make_learner(cast.centre_b, "Bùi Thị Nga Hai", birth=None)
    nga = rows[0]
    nga.phone, nga.birth_year = "0963855860", 1984
    nga.set_personal_id(NUMBER)
    nga.save()
    return rows


def names(user, text, **more):
    return [row.full_name for row in find_people(user=user, text=text, **more)]


QUESTIONS = [
    ("nga bui", {"Bùi Thị Nga"}),
    ("bui nga", {"Bùi Thị Nga"}),
    ("BÙI NGA", {"Bùi Thị Nga"}),
    ("Bùi Nga", {"Bùi Thị Nga"}),
    ("thi bui", {"Bùi Thị Nga"}),
    ("nga thi bu", {"Bùi Thị Nga"}),
    ("bui th", {"Bùi Thị Nga"}),
    ("ng bu", {"Bùi Thị Nga"}),
    ("bui ng", {"Bùi Thị Nga"}),
    ("nguyen thi thanh n", {"Nguyễn Thị Thanh Nga"}),
    ("nguyen a", {"Nguyễn Đức An"}),
    ("thi nga", {"Bùi Thị Nga", "Nguyễn Thị Thanh Nga"}),
    ("nga nguyen", {"Nguyễn Thị Thanh Nga"}),
    ("nguyen thanh", {"Nguyễn Thị Thanh Nga"}),
    ("thanh nga thi nguyen", {"Nguyễn Thị Thanh Nga"}),
    ("do nga", {"Đỗ Văn Ngà"}),
    ("đỗ", {"Đỗ Văn Ngà"}),
    ("y", {"Ý"}),
    ("ho k broi", {"K'Brơi Hơ"}),
    ("nga 1984", {"Bùi Thị Nga"}),
    ("1984 nga bui", {"Bùi Thị Nga"}),
    ("nga 1985", set()),
    ("0963 855 860", {"Bùi Thị Nga"}),
    ("0963", {"Bùi Thị Nga"}),
    ("5860", {"Bùi Thị Nga"}),
    ("nga 860", {"Bùi Thị Nga"}),
    ("nga bui 0963", {"Bùi Thị Nga"}),
    (NUMBER, {"Bùi Thị Nga"}),
    ("001 180 000 417", {"Bùi Thị Nga"}),
    ("001180000418", set()),
    ("ga bui", set()),
    ("nga tran", set()),
    ("%", set()),
    ("' OR 1=1 --", set()),
    ("", set()),
    ("x" * 5000, set()),
    ("0" * 40, set()),
]


@pytest.mark.parametrize(("text", "found"), QUESTIONS)
def test_a_centre_finds_its_people(cast, people, text, found):
    assert set(names(cast.lan, text)) == found


@pytest.mark.parametrize(("text", "found"), QUESTIONS)
def test_the_city_finds_everybody(cast, people, text, found):
    """The other way through the indexes gives the same, and the centre B's person besides."""
    assert set(names(cast.tuan, text)) - {"Bùi Thị Nga Hai"} == found
    assert set(names(cast.tuan, text, centre=cast.centre_a)) == found


def test_everybody_finds_only_who_is_theirs(cast, people):
    assert names(cast.minh, "nga bui") == ["Bùi Thị Nga Hai"]
    assert names(cast.minh, NUMBER) == []
    assert names(cast.minh, people[0].code) == []
    assert names(cast.lan, "nga bui", centre=cast.centre_b) == []
    assert names(cast.hoa, "nga bui") == ["Bùi Thị Nga"]
    assert names(cast.tuan, "nga bui") == ["Bùi Thị Nga Hai", "Bùi Thị Nga"]


def test_teachers_find_the_people_of_their_classes(cast, reference):
    own = make_learner(cast.centre_a, "Bùi Thị Nga")
    make_learner(cast.centre_a, "Bùi Thị Ngà")
    make_enrolled(make_class(cast.centre_a, teacher=cast.thu), [own])
    assert names(cast.thu, "nga bui") == ["Bùi Thị Nga"]
    assert names(cast.thu, own.code) == ["Bùi Thị Nga"]


def test_codes_are_found_whole_and_begun(cast, people):
    assert names(cast.lan, people[0].code.lower()) == ["Bùi Thị Nga"]
    assert len(names(cast.lan, "HV9")) == len(PEOPLE)


def test_in_vietnamese_order_and_no_more_than_asked(cast, people):
    assert len(names(cast.lan, "n", limit=2)) == 2
    assert names(cast.lan, "nguyen") == ["Nguyễn Đức An", "Nguyễn Thị Thanh Nga"]


def test_a_change_is_found_at_once(cast, people):
    nga = people[0]
    services.update_learner(
        learner=nga, by=cast.lan, full_name="Bùi Thị Hạnh", birth=PartialDate(1990), sex="female", ethnicity="",
        phone="0912000111",
    )  # fmt: skip
    for user in (cast.lan, cast.tuan):
        assert names(user, "hanh bui 1990") == names(user, "0912000") == names(user, "0111") == ["Bùi Thị Hạnh"]
        assert "Bùi Thị Hạnh" not in names(user, "nga bui") + names(user, "5860") + names(user, "0963")


def test_links_written_in_bulk_are_searched_too(cast, people):
    links = [LearnerCentre(learner_id=row.pk, centre=cast.centre_b) for row in people]
    with CaptureQueriesContext(connection) as log:
        LearnerCentre.objects.bulk_create(links)
    assert sum(query["sql"].startswith("SELECT") for query in log) == 1, "people are read together"
    assert names(cast.minh, "nga bui") == ["Bùi Thị Nga Hai", "Bùi Thị Nga"]


@pytest.mark.parametrize("text", ["nga", "nga bui 1984", "0963", NUMBER])
def test_finding_costs_the_same_for_few_and_many(cast, people, text):
    def cost(user):
        with CaptureQueriesContext(connection) as log:
            names(user, text)
        return len(log)

    for user in (cast.lan, cast.tuan):
        names(user, text)
        few = cost(user)
        for _n in range(5):
            make_learner(cast.centre_a, "Bùi Thị Nga", phone="0963111222")
        assert cost(user) <= few <= 5, "whoever finds enough at once asks less often"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=60))
def test_nothing_typed_breaks_it(cast, text):
    read_question(text)
    find_people(user=cast.tuan, text=text)
    find_people(user=cast.lan, text=text)
