"""Who looks like whom: what weighs how much, what is remembered, and what is never offered again."""

from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.dates import PartialDate
from core.errors import Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from learners import services
from learners.matching import CERTAIN, OFFERED, Candidate, Traits, compare
from learners.models import DifferentPeople, Learner
from learners.selectors import find_lookalikes, likely_same, match_person, people_index
from tests.factories import make_learner

NUMBER = "001180000417"
BORN = PartialDate(1980, 5, 3)


def points(one, other, birth=BORN, other_birth=BORN, **more):
    return compare(Traits.of(one, birth, **more), Traits.of(other, other_birth, **more)).points


def lookalikes(cast, name, birth=None, **more):
    found = find_lookalikes(user=cast.lan, centre=cast.centre_a, full_name=name, birth=birth, **more)
    return [row.learner.full_name for row in found]


def test_the_more_agrees_the_more_it_weighs():
    """Each line says less than the one before; the last ones are not worth asking about."""
    ladder = [
        points("Bùi Thị Nga", "Bùi Thị Nga"),
        points("Bùi Thị Nga", "Bui Thi Nga"),
        points("Bùi Thị Nga", "Bùi Thị Ngà"),
        points("Bùi Thị Nga", "Bùi Nga"),
        points("Bùi Thị Nga", "Bùi Thị Nha"),
        points("Bùi Thị Hằng Nga", "Bùi Thị Thúy Nga"),
        points("Bùi Thị Nga", "Bùi Văn Nga"),
        points("Bùi Thị Nga", "Đinh Văn Lực"),
    ]
    assert all(more > less for more, less in pairwise(ladder)), ladder
    assert min(ladder[:6]) >= OFFERED > max(ladder[6:])


@pytest.mark.parametrize(
    ("one", "other", "offered"),
    [
        (PartialDate(1980, 5, 3), PartialDate(1980, 5, 3), True),
        (PartialDate(1980, 5, 3), PartialDate(1980), True),
        (PartialDate(1980, 5, 3), None, True),
        (None, None, True),
        (PartialDate(1980, 5, 3), PartialDate(1980, 3, 5), True),
        (PartialDate(1980, 5, 3), PartialDate(1980, 5, 8), True),
        (PartialDate(1980, 5, 3), PartialDate(1908, 5, 3), True),
        (PartialDate(1980, 5, 3), PartialDate(1984, 5, 3), False),
        (PartialDate(1980, 5, 3), PartialDate(1980, 7, 9), False),
        (PartialDate(1980), PartialDate(1981), False),
    ],
)
def test_birth_dates_weigh(one, other, offered):
    assert (points("Bùi Thị Nga", "Bùi Thị Nga", one, other) >= OFFERED) is offered


def test_one_number_is_one_person_and_two_are_two():
    def scored(mine, theirs):
        one = Traits.of("Bùi Thị Nga", BORN, number=mine, number_length=len(mine))
        return compare(one, Traits.of("Bùi Thị Nga", BORN, number=theirs, number_length=len(theirs))).points

    assert scored(NUMBER, NUMBER) == CERTAIN
    assert scored(NUMBER, "001180000418") == 0
    assert scored(NUMBER, "012345678") >= OFFERED, "an old nine-digit number contradicts no new one"
    assert scored(NUMBER, "") >= OFFERED


def test_a_telephone_says_something_of_people_called_the_same():
    unknown = {"birth": None, "other_birth": None, "phone": "0963855860"}
    assert points("Đinh Thúy Nga", "Bùi Thị Nga", **unknown) >= OFFERED
    assert points("Đinh Văn Lực", "Bùi Thị Nga", **unknown) < OFFERED


WORDS = ["Bùi", "Thị", "Nga", "Ngà", "Nguyễn", "Văn", "Đức", "Hoà", "Hòa", "Ý"]
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
BIRTHS = st.none() | st.builds(PartialDate, st.integers(1930, 2010), st.none() | st.integers(1, 12)) | st.builds(
    PartialDate, st.integers(1930, 2010), st.integers(1, 12), st.integers(1, 28)
)  # fmt: skip


@given(NAMES, BIRTHS, NAMES, BIRTHS)
def test_comparing_is_fair(one, birth, other, other_birth):
    left, right = Traits.of(one, birth), Traits.of(other, other_birth)
    there, back = compare(left, right), compare(right, left)
    assert there.points == back.points
    assert 0 <= there.points < CERTAIN
    assert there.points == 0 or there.reasons
    assert compare(left, left).points >= OFFERED


def test_names_without_latin_letters_are_compared_as_written():
    assert points("王小明", "王小明") >= OFFERED
    assert points("王小明", "李大") < OFFERED


def test_lookalikes_come_likeliest_first_with_reasons(cast):
    for name, birth in (("Bùi Nga", PartialDate(1980)), ("Bùi Thị Nga", BORN), ("Bùi Thị Ngà", None), ("Hà Nga", BORN)):
        make_learner(cast.centre_a, name, birth=birth)
    make_learner(cast.centre_b, "Bùi Thị Nga", birth=BORN)

    assert lookalikes(cast, "Bùi Thị Nga", BORN) == ["Bùi Thị Nga", "Bùi Nga", "Bùi Thị Ngà"]
    best = find_lookalikes(user=cast.lan, centre=cast.centre_a, full_name="Bùi Thị Nga", birth=BORN)[0]
    assert best.reasons == ["cùng họ tên", "cùng ngày sinh"]
    assert find_lookalikes(user=cast.minh, centre=cast.centre_a, full_name="Bùi Thị Nga", birth=BORN) == []


def test_the_number_finds_people_of_any_centre(cast):
    services.register_learner(centre=cast.centre_b, by=cast.minh, full_name="Trần Văn An", personal_id=NUMBER)
    found = find_lookalikes(user=cast.lan, centre=cast.centre_a, full_name="Bùi Thị Nga", personal_id=NUMBER)
    assert [(row.learner.full_name, row.score) for row in found] == [("Trần Văn An", CERTAIN)]


def test_lookalikes_cost_the_same_for_few_and_many(cast):
    def cost():
        with CaptureQueriesContext(connection) as log:
            lookalikes(cast, "Bùi Thị Nga", BORN, phone="0963855860", personal_id=NUMBER)
        return len(log)

    make_learner(cast.centre_a, "Bùi Thị Nga")
    make_learner(cast.centre_a, "Bùi Thị Nga")
    lookalikes(cast, "Bùi Thị Nga")
    few = cost()
    for _n in range(30):
        make_learner(cast.centre_a, "Bùi Thị Nga")
    assert cost() == few <= 4


def test_who_was_said_to_differ_is_not_offered_again(cast, as_user):
    one = make_learner(cast.centre_a, "Bùi Thị Nga", birth=PartialDate(1980))
    other = make_learner(cast.centre_a, "Bùi Thị Nga", birth=BORN)
    client = as_user(cast.lan)
    page = client.get(reverse("learners:learner-detail", args=[one.pk]))
    assert [row.learner for row in page.context["lookalikes"]] == [other]
    assert "Không phải cùng một người" in page.content.decode()

    url = reverse("learners:say-different", args=[one.pk])
    page = client.post(url, {"other": other.pk}, follow=True)
    client.post(url, {"other": other.pk})

    assert (page.context["lookalikes"], page.context["different"]) == ([], [other])
    assert likely_same(user=cast.lan, learner=other, centre=cast.centre_a) == []
    trace = AuditEvent.objects.get(verb="learners.declare_different")
    assert (trace.actor, trace.data) == (cast.lan, {"codes": [one.code, other.code]})

    page = client.post(url, {"other": other.pk, "undo": "1"}, follow=True)
    assert [row.learner for row in page.context["lookalikes"]] == [other]
    assert AuditEvent.objects.filter(verb="learners.withdraw_different").count() == 1
    assert not DifferentPeople.objects.exists()


def test_only_the_own_people_can_be_said_to_differ(cast, as_user):
    mine, also = make_learner(cast.centre_a, "Bùi Thị Nga"), make_learner(cast.centre_a, "Bùi Thị Nga")
    foreign = make_learner(cast.centre_b, "Bùi Thị Nga")
    url = reverse("learners:say-different", args=[mine.pk])
    assert as_user(cast.lan).post(url, {"other": foreign.pk}).status_code == 404
    assert as_user(cast.lan).post(url, {"other": "x"}).status_code == 404
    assert as_user(cast.lan).get(url).status_code == 405
    assert as_user(cast.minh).post(url, {"other": also.pk}).status_code == 404
    assert as_user(cast.hoa).post(url, {"other": also.pk}).status_code == 403
    with pytest.raises(OutOfScope):
        services.declare_different(one=mine, other=foreign, by=cast.lan)
    with pytest.raises(Forbidden):
        services.declare_different(one=mine, other=also, by=cast.van)
    with pytest.raises(InvalidInput):
        services.declare_different(one=mine, other=mine, by=cast.lan)
    assert not DifferentPeople.objects.exists()


def test_a_new_person_is_asked_about_once(cast, as_user):
    """The form shows who it may be; "somebody else" registers, remembers every pair, and nobody asks again."""
    first = make_learner(cast.centre_a, "Bùi Thị Nga", birth=BORN)
    client = as_user(cast.lan)
    sent = {"full_name": "Bùi Thị Nga", "birth": "1980", "sex": "female", "ethnicity": "01"}
    url = reverse("learners:learner-add")

    page = client.post(url, sent)
    assert page.status_code == 422
    assert [row.learner for row in page.context["lookalikes"]] == [first]
    assert Learner.objects.count() == 1

    client.post(url, {**sent, "decision": "new"})
    second = Learner.objects.exclude(pk=first.pk).get()
    assert DifferentPeople.objects.among([first.pk, second.pk]) == {frozenset((first.pk, second.pk))}
    # A roster names her again: the one of the two with just this year is meant.
    match = match_person(name="Bùi Thị Nga", birth=PartialDate(1980), personal_id="", phone="", centre=cast.centre_a)
    assert (match.kind, match.learner) == ("known", second)
    services.withdraw_different(one=first, other=second, by=cast.lan)
    match = match_person(name="Bùi Thị Nga", birth=PartialDate(1980), personal_id="", phone="", centre=cast.centre_a)
    assert match.kind == "lookalike"


def test_a_taken_number_cannot_be_somebody_new(cast, as_user):
    services.register_learner(centre=cast.centre_b, by=cast.minh, full_name="Trần Văn An", personal_id=NUMBER)
    sent = {"full_name": "Trần Văn An", "sex": "male", "personal_id": NUMBER, "decision": "new"}
    page = as_user(cast.lan).post(reverse("learners:learner-add"), sent)
    assert page.status_code == 422
    assert "Số định danh này là của" in page.content.decode()
    assert Learner.objects.count() == 1


def test_a_roster_costs_the_same_queries_for_few_and_many(cast):
    for number in range(40):
        make_learner(cast.centre_a, f"Bùi Thị Nga {chr(97 + number % 20)}")

    def cost(count):
        rows = [
            Candidate(f"Bùi Thị Nga {chr(97 + n % 20)}", None, f"0011800{n:05d}", "0963855860") for n in range(count)
        ]
        with CaptureQueriesContext(connection) as log:
            index = people_index(rows, cast.centre_a)
            kinds = {match.kind for match in index.match_all(rows)}
        assert kinds == {"lookalike"}
        return len(log)

    assert cost(3) == cost(400) == 6
