"""Points added up: the whole is the sum of its areas, never above 100, whatever the order."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from indicators.choices import Scoring
from indicators.rubric.marks import add_up, by_area, propose, rank_of

D = Decimal


@st.composite
def sets(draw):
    """A set that is worth 100 in hundredths, cut into areas and criteria, with marks given for some of them."""
    cuts = sorted(draw(st.sets(st.integers(1, 9_999), max_size=30)))
    maxima = [D(after - before) / 100 for before, after in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    rows = {}
    for place, most in enumerate(maxima):
        given_points = draw(st.none() | st.integers(0, int(most * 100)).map(lambda n: D(n) / 100))
        rows.setdefault(draw(st.integers(0, 4)), []).append((given_points, most))
        assert place < 31
    return rows


@given(sets(), st.randoms())
def test_areas_make_the_whole_in_any_order_and_never_more_than_100(marks, random):
    parts, whole = by_area(marks)
    assert whole.maximum == 100
    assert whole.points == sum(part.points for part in parts.values()) <= 100
    assert whole.open == sum(points is None for rows in marks.values() for points, _most in rows)
    shuffled = {}
    for key in random.sample(sorted(marks), len(marks)):
        shuffled[key] = random.sample(marks[key], len(marks[key]))
    assert by_area(shuffled) == (parts, whole)
    assert add_up(row for rows in shuffled.values() for row in rows) == whole


@given(
    st.dictionaries(st.integers(0, 500), st.integers(0, 50), min_size=1, max_size=6), st.integers(0, 500),
    st.integers(0, 500),
)  # fmt: skip
def test_more_never_proposes_less(steps, one, other):
    # Thresholds rise with points, as the service asks.
    levels = [
        (D(low), D(points)) for low, points in zip(sorted(steps), sorted(set(steps.values())), strict=False)
    ]  # fmt: skip
    low, high = sorted((one, other))
    less, more = (propose(Scoring.QUANTITY, levels, D(value)) for value in (low, high))
    assert less <= more
    assert more in {D(0), *(points for _low, points in levels)}


def test_nothing_is_proposed_of_what_is_unknown_or_judged_by_people():
    levels = [(D(1), D(5)), (None, D(9))]
    assert propose(Scoring.QUANTITY, levels, None) is None
    assert propose(Scoring.LEVELS, levels, D(3)) is None
    assert propose(Scoring.QUANTITY, levels, D(3)) == 5
    assert propose(Scoring.QUANTITY, levels, D(0)) == 0


def test_ranks_begin_where_they_say():
    bands = [(D(50), "Trung bình"), (D(0), "Yếu"), (D(80), "Tốt"), (D(65), "Khá")]
    assert [rank_of(bands, D(points)) for points in ("0", "49.99", "50", "79.99", "80", "100")] == [
        "Yếu", "Yếu", "Trung bình", "Khá", "Tốt", "Tốt",
    ]  # fmt: skip
    assert rank_of([], D(5)) == ""
