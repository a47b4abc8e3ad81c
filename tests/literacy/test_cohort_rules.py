"""What holds of cohorts whatever happened: states, bounds, order of entry, periods, the curve, what outsiders see."""

import datetime as dt
import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.dates import add_months
from literacy.cohorts.periods import BY, period_named, period_of
from literacy.cohorts.publishing import may_publish_curve, published, published_share
from literacy.cohorts.survival import kaplan_meier
from literacy.rules import NOT_COUNTED, STATE_OF, Member, Placement, place, share

BORN = dt.date(2024, 1, 31)
DAY = st.integers(0, 900).map(lambda days: BORN + dt.timedelta(days=days))
OUTCOME = st.sampled_from(["holds_1", "holds_2", "relapsed", "not_reached", "moved", "died", "refused"])
# Days of one person's checks differ: of two on one day the one entered later holds, which is another rule.
CHECKS = st.lists(st.tuples(DAY, OUTCOME), max_size=5, unique_by=lambda check: check[0])
MEMBERS = st.builds(
    lambda certified_on, checks, events: Member(1, "HV1", certified_on, tuple(checks), tuple(events)),
    DAY, CHECKS, st.lists(DAY, max_size=3),
)  # fmt: skip


def placed(member, as_of, first=3):
    return place(member, as_of=as_of, window_months=12, first_months=first)[0]


@given(MEMBERS, DAY, st.sampled_from([1, 3, 12, 24]))
def test_everybody_is_in_exactly_one_state_on_any_day(member, as_of, first):
    placement, basis = place(member, as_of=as_of, window_months=12, first_months=first)
    states = [state for kept, state in STATE_OF.items() if kept == placement]
    assert len(states) == 1
    # The facts that are named were there on the day.
    assert all(day is None or day <= as_of for day in (basis.checked_on, basis.event_on))
    # Observed whole, nobody is left open by time: this is what A3 asks.
    if as_of >= add_months(member.certified_on, 12):
        assert placement not in (Placement.NOT_DUE, Placement.AWAITING)


@given(st.lists(MEMBERS, max_size=8), DAY)
def test_the_value_lies_between_its_bounds(members, as_of):
    figure = share(placed(member, as_of) for member in members)
    if figure.denominator:
        assert 0 <= figure.lower <= figure.value <= figure.upper <= 100
        assert 0 <= figure.coverage <= 100
    else:
        assert (figure.lower, figure.value, figure.upper, figure.coverage) == (None, None, None, None)


@given(st.lists(MEMBERS, min_size=1, max_size=8), DAY, DAY, st.sampled_from(["holds_1", "holds_2"]))
def test_a_check_that_finds_somebody_literate_never_lowers_the_figure(members, day, as_of, outcome):
    before = share(placed(member, as_of) for member in members)
    first, *others = members
    found = Member(first.learner_id, first.code, first.certified_on, (*first.checks, (day, outcome)), first.event_days)
    after = share(placed(member, as_of) for member in (found, *others))
    assert before.value is None or after.value is None or after.value >= before.value
    assert after.numerator >= before.numerator
    if before.value and after.value is None:
        pytest.fail("a figure went away")


@given(MEMBERS, DAY, st.randoms(use_true_random=False))
def test_the_order_of_entry_does_not_matter(member, as_of, rng):
    checks, events = list(member.checks), list(member.event_days)
    rng.shuffle(checks)
    rng.shuffle(events)
    other = Member(member.learner_id, member.code, member.certified_on, tuple(checks), tuple(events))
    asked = {"as_of": as_of, "window_months": 12, "first_months": 3}
    assert place(other, **asked) == place(member, **asked)


@given(MEMBERS, DAY)
def test_what_happens_later_does_not_change_a_past_day(member, as_of):
    known = Member(
        member.learner_id, member.code, member.certified_on,
        tuple(check for check in member.checks if check[0] <= as_of),
        tuple(day for day in member.event_days if day <= as_of),
    )  # fmt: skip
    assert placed(known, as_of) == placed(member, as_of)


@pytest.mark.parametrize(
    ("months", "days", "checks", "events", "expected"),
    [
        (3, -1, [], [], "not_due"),
        (3, 0, [], [], "unknown"),
        (2, 0, ["relapsed"], [], "relapsed"),
        (2, 0, ["holds_1"], [1], "not_due"),
        (3, 0, ["holds_1"], [1], "retained"),
        (3, 0, ["holds_1"], [], "awaiting"),
        (12, -1, ["holds_1"], [], "awaiting"),
        (12, 0, ["holds_1"], [], "not_continuing"),
        (12, 0, ["not_reached"], [1], "unknown"),
        (1, 0, ["moved"], [1], "left"),
    ],
)
def test_each_state_begins_on_its_day(months, days, checks, events, expected):
    """Certified on 31 January; the checks were made and the learning began a month later or less."""
    member = Member(
        1, "HV1", BORN, tuple((add_months(BORN, 1), outcome) for outcome in checks),
        tuple(BORN + dt.timedelta(days=count) for count in events),
    )  # fmt: skip
    assert placed(member, add_months(BORN, months) + dt.timedelta(days=days)) == expected


@given(DAY, st.sampled_from(list(BY)))
def test_periods_hold_their_days_and_are_found_by_their_key(day, by):
    period = period_of(day, by)
    assert period.starts_on <= day <= period.ends_on
    assert period_named(period.key, by) == period
    assert period_of(period.ends_on + dt.timedelta(days=1), by).starts_on == period.ends_on + dt.timedelta(days=1)
    quarters = {period_of(period.starts_on + dt.timedelta(days=n * 31), "quarter").key for n in range(12)}
    inside = {key for key in quarters if period.starts_on <= period_named(key, "quarter").ends_on <= period.ends_on}
    assert len(inside) == (1 if by == "quarter" else 4)


@pytest.mark.parametrize("key", ["", "2026-Q5", "2026-Q", "26", "2026-2028", "2026-2027-1", "x", "20२6", "0000"])
def test_what_is_no_period_is_none(key):
    assert all(period_named(key, by) is None for by in BY)


def test_a_curve_worked_out_by_hand():
    """Ten people: at 3 months one of ten relapsed and one left, at 12 two of eight, the others were seen until 24."""
    steps = kaplan_meier({(3, True): 1, (3, False): 1, (12, True): 2, (24, False): 6})
    assert [(step.months, step.at_risk, step.relapsed, step.censored) for step in steps] == [
        (0, 10, 0, 0), (3, 10, 1, 1), (12, 8, 2, 0), (24, 6, 0, 6),
    ]  # fmt: skip
    assert [step.survival for step in steps] == pytest.approx([1, 0.9, 0.675, 0.675])
    assert kaplan_meier({}) == []


# --- what is shown to people who may not see the persons --------------------------------------------------------------


@given(st.integers(0, 10**7))
def test_no_small_count_is_ever_shown(count):
    shown = published(count)
    assert (shown is None) == (count < 5)
    assert shown is None or (shown % 10 == 0 and abs(shown - count) <= 5)


def test_shares_are_worked_out_from_what_is_shown():
    assert published_share(180, 200) == 90
    assert published_share(None, 200) is None
    assert published_share(60, 60) is None  # too few to say anything
    assert published_share(110, 100) == 100


def views(table):
    """Everything an outsider sees of a table: its cells, the totals of rows and columns, the grand total."""
    rows, columns = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    cells = [cell for row in table for cell in row]
    return tuple(published(count) for count in (*cells, *rows, *columns, sum(cells)))


@settings(max_examples=40)
@given(st.tuples(st.integers(0, 30), st.integers(0, 4), st.integers(0, 14), st.integers(0, 4)))
@example((4, 4, 4, 4))
@example((4, 4, 0, 0))
@example((1, 1, 1, 1))
@example((0, 0, 0, 0))
@example((11, 4, 0, 0))
@example((10, 4, 10, 4))
def test_no_subtraction_gives_a_hidden_count_away(cells):
    """Two cohorts with two states and all totals: every table that looks the same to an outsider is tried, and in these
    each hidden cell takes other values as well."""
    shown = views((cells[:2], cells[2:]))
    ranges = [range(5) if published(cell) is None else range(max(5, cell - 9), cell + 10) for cell in cells]
    fitting = [other for other in itertools.product(*ranges) if views((other[:2], other[2:])) == shown]
    for number, cell in enumerate(cells):
        assert published(cell) is not None or len({other[number] for other in fitting}) >= 2


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
@example([4, 4])
@example([4] * 7)
@example([1] * 4)
@example([0] * 3)
def test_hidden_counts_are_not_forced_by_their_total(cells):
    """The smallest and the largest sum of any number of hidden counts have a neighbour that looks the same."""
    total = sum(cells)
    others = {total - 1, total + 1} & set(range(4 * len(cells) + 1))
    assert any(published(other) == published(total) for other in others)


def test_a_curve_is_drawn_for_outsiders_only_when_no_step_tells_of_a_few():
    assert may_publish_curve({0: (800, 0), 3: (800, 6), 12: (400, 5)})
    assert not may_publish_curve({0: (800, 0), 3: (800, 4)})
    assert not may_publish_curve({0: (800, 0), 3: (99, 5)})
    assert NOT_COUNTED == (Placement.NOT_DUE, Placement.LEFT)
