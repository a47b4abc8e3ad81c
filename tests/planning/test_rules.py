"""From wishes to lines, and reading a grid: no database."""

from hypothesis import given
from hypothesis import strategies as st

from courses.planning.grid import read_cells, read_seen
from courses.planning.rules import MOST_CLASSES, Proposal, Wish, propose


def test_the_most_wanted_come_first_and_go_round_the_quarters():
    wishes = [Wish(1, 10), Wish(2, 95), Wish(3, 0), Wish(4, 31), Wish(5, 30), Wish(6, 30)]
    assert propose(wishes) == [
        Proposal(2, 1, 4, 95), Proposal(4, 2, 2, 31), Proposal(5, 3, 1, 30), Proposal(6, 4, 1, 30),
        Proposal(1, 1, 1, 10),
    ]  # fmt: skip


@given(st.lists(st.builds(Wish, st.integers(1, 99), st.integers(0, 100_000)), max_size=40), st.integers(1, 20))
def test_a_plan_is_always_one_that_can_be_saved(wishes, most):
    lines = propose(wishes, most=most)
    assert len(lines) <= most
    assert all(line.quarter in (1, 2, 3, 4) and 1 <= line.class_count <= MOST_CLASSES for line in lines)
    people = [line.expected_participants for line in lines]
    assert people == sorted(people, reverse=True)
    assert 0 not in people


def test_only_what_was_changed_on_the_page_is_read():
    seen = {"c_1_2": "5", "h_1": "40", "w_1": "Bà Én"}
    typed = {"c_1_2": "5", "c_1_3": "0", "h_1": "", "w_1": "Bà Én", "d_1": "02/11/2026", "csrfmiddlewaretoken": "x"}
    entered = read_cells(typed, seen)
    assert entered.counts == {(1, 3): 0}
    assert set(entered.visits[1]) == {"households_asked", "asked_on"}
    assert entered.visits[1]["households_asked"] is None


def test_what_cannot_be_read_is_named_and_the_rest_is_kept():
    entered = read_cells({"c_1_2": "ba", "c_1_3": "7", "d_1": "hôm qua", "h_1": "-1", "c_1_4": "1234567"}, {})
    assert set(entered.problems) == {"c_1_2", "d_1", "h_1", "c_1_4"}
    assert "ba" in entered.problems["c_1_2"]
    assert entered.counts == {(1, 3): 7}


@given(st.text(max_size=60))
def test_nonsense_seen_is_nothing_seen(text):
    assert isinstance(read_seen(text), dict)


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=10))
def test_nobody_breaks_the_grid_with_names_of_boxes(typed):
    read_cells(typed, {})
