"""The level that all targets reach, and how a title stands: pure rules."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from indicators.choices import TitleState
from indicators.rubric.marks import level_of, months_later, tally_of, title_state

D = Decimal
MARK = st.none() | st.sampled_from([D(0), D(1), D(2)])
MARKS = st.lists(MARK, max_size=30)
DAY = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))


@given(MARKS)
def test_the_level_is_what_every_target_reaches(marks):
    level = level_of(marks)
    if level is None:
        assert not marks or (None in marks and D(0) not in marks)
    else:
        assert level in (0, 1, 2)
        if level:
            assert all(mark is not None and mark >= level for mark in marks)
            assert any(mark == level for mark in marks)
        else:
            assert D(0) in marks


@given(MARKS, st.randoms())
def test_order_does_not_matter(marks, random):
    assert level_of(random.sample(marks, len(marks))) == level_of(marks)


@given(MARKS, st.sampled_from([D(0), D(1), D(2)]))
def test_stating_what_was_open_never_turns_a_known_level_over(marks, said):
    """What is settled while something is open stays settled; nothing is assumed of what nobody said."""
    before = level_of(marks)
    known = [said if mark is None else mark for mark in marks]
    if before is not None:
        assert level_of(known) == before or (before == 0 and D(0) in known)
    elif marks:
        assert level_of(known) is not None


@given(st.lists(st.sampled_from([D(0), D(1), D(2)]), min_size=1, max_size=20), st.integers(0, 19))
def test_a_better_target_never_lowers_the_level(marks, place):
    place %= len(marks)
    better = [*marks[:place], D(2), *marks[place + 1 :]]
    low, high = level_of(marks), level_of(better)
    assert low is not None
    assert high is not None
    assert low <= high


@given(MARKS)
def test_a_tally_counts_every_target_once(marks):
    tally = tally_of(marks)
    assert tally.total == len(marks)
    assert (tally.open, tally.unmet) == (marks.count(None), marks.count(D(0)))
    assert tally.second == marks.count(D(2)) <= tally.first


@given(DAY, st.integers(0, 240))
def test_months_later_is_the_same_day_or_the_last_of_the_month(day, months):
    later = months_later(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + dt.timedelta(days=1)).day == 1)


def test_thirty_six_months():
    assert months_later(dt.date(2024, 2, 29), 36) == dt.date(2027, 2, 28)
    assert months_later(dt.date(2024, 2, 12), 36) == dt.date(2027, 2, 12)
    assert months_later(dt.date(2024, 12, 31), 2) == dt.date(2025, 2, 28)


@given(DAY, DAY, st.integers(0, 400))
def test_a_title_holds_up_to_its_last_day(valid_to, today, near):
    soon = today + dt.timedelta(days=near)
    state = title_state(valid_to, today, soon=soon)
    assert (state == TitleState.EXPIRED) == (valid_to < today)
    assert (state == TitleState.EXPIRING) == (today <= valid_to <= soon)
    assert title_state(valid_to, today, soon=soon, ended=True) == TitleState.REVOKED
    assert title_state(None, today, soon=soon) == TitleState.NONE
