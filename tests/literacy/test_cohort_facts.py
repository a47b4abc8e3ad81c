"""Cohorts against a second computation in plain SQL, person by person, and their curve against lifelines."""

import datetime as dt
from collections import Counter, defaultdict

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from literacy.cohorts.facts import Plan, cohort_awards, placements
from literacy.cohorts.people import members
from literacy.cohorts.periods import period_of
from literacy.cohorts.selectors import age_band, cohort_report
from literacy.management.commands.literacy_cohorts import as_member, as_row
from literacy.rules import share_of
from literacy.selectors import a3_figure
from tests.literacy.cohort_world import COUNTS, DAYS, PEOPLE, expected, judge, stage, write

pytestmark = pytest.mark.django_db


def compare(report, judged, key_of):
    """Every row, and the curve of everybody."""
    people = defaultdict(list)
    for person in judged.values():
        people[key_of(person)].append(person)
    found = {row.key: {**as_row(row), "period": None} for row in report.rows}
    assert found == {key: {**expected(rows), "period": None} for key, rows in people.items()}
    assert {**as_row(report.total), "period": None} == {**expected(judged.values()), "period": None}
    if judged:
        compare_curve(report.curve, judged.values())


def compare_curve(curve, people):
    # Loaded here, or pandas and SciPy would cost four seconds in every process that only collects the tests.
    from lifelines import KaplanMeierFitter

    times = KaplanMeierFitter().fit(
        [person.time for person in people], event_observed=[person.relapsed_once for person in people]
    )
    theirs = times.survival_function_.join(times.confidence_interval_survival_function_)
    assert [point.step.months for point in curve] == [int(months) for months in theirs.index]
    for point, (survival, lower, upper) in zip(curve, theirs.itertuples(index=False), strict=True):
        step = point.step
        assert step.survival == pytest.approx(survival, abs=1e-9)
        assert (step.lower, step.upper) == pytest.approx((lower, upper), abs=1e-9)
        assert step.lower <= step.survival <= step.upper
        assert point.left + point.not_due + point.not_reached == step.censored
    assert [point.step.at_risk for point in curve] == [int(n) for n in times.event_table["at_risk"]]


def test_200_random_cohorts_are_counted_as_plain_sql_counts_them(cast, reference):
    world = stage(cast)
    seen = Counter()

    @settings(max_examples=200)
    @given(PEOPLE, st.sampled_from(DAYS), st.sampled_from(["quarter", "year", "literacy_year"]))
    def check(people, as_of, by):
        with transaction.atomic():
            write(world, people)
            judged = judge(as_of)
            seen.update((person.state, person.retained) for person in judged.values())
            report = cohort_report(as_of=as_of, by=by, unit=cast.city)
            compare(report, judged, lambda person: period_of(person.certified_on, by).key)
            listed = members(cohort_awards(as_of=as_of).select_related("learner__unit"), Plan(as_of))
            told = {row["code"]: (row["state"], row["retained"]) for row in (as_member(one, by) for one in listed)}
            assert told == {code: (person.state, person.retained) for code, person in judged.items()}
            by_award = {pk: placement for pk, _day, placement in placements(cohort_awards(as_of=as_of), Plan(as_of))}
            assert by_award == {row.award.pk: row.placement for row in listed}
            transaction.set_rollback(True)

    check()
    # Every state, and both kinds of those who are literate, came up often enough to prove something.
    assert min(seen.values()) > 10
    assert set(seen) == {(state, False) for state in COUNTS[1:-1]} | {("continuing", True)}


def test_parts_of_the_city_and_splits(cast, reference):
    """The same for a commune of today, a district of before, and by sex and age: fewer examples, other ways in."""
    world = stage(cast)
    units = (cast.commune_a, cast.district_a, cast.commune_b)
    below = {cast.commune_a: [cast.commune_a], cast.district_a: [cast.old_commune_a], cast.commune_b: [cast.commune_b]}

    @settings(max_examples=15)
    @given(PEOPLE, st.sampled_from(DAYS))
    def check(people, as_of):
        with transaction.atomic():
            write(world, people)
            for unit in units:
                judged = judge(as_of, {row.pk for row in below[unit]})
                report = cohort_report(as_of=as_of, by="quarter", unit=unit)
                compare(report, judged, lambda person: period_of(person.certified_on, "quarter").key)
            judged = judge(as_of)
            compare(
                cohort_report(as_of=as_of, by="year", unit=cast.city, split="sex"), judged, lambda person: person.sex
            )
            compare(
                cohort_report(as_of=as_of, by="year", unit=cast.city, split="age"), judged,
                lambda person: age_band(person.birth_year, person.certified_on.year),
            )  # fmt: skip
            one = period_of(next(iter(judged.values())).certified_on, "quarter") if judged else None
            if one:
                few = {code: row for code, row in judged.items() if one.starts_on <= row.certified_on <= one.ends_on}
                split = cohort_report(as_of=as_of, by="quarter", unit=cast.city, split="sex", period=one)
                compare(split, few, lambda person: person.sex)
            transaction.set_rollback(True)

    check()


def test_the_four_quarters_of_a_year_add_up_to_the_figure_a3(cast, reference):
    """One rule: on the last day of a quarter the people of A3 are those of four whole quarters, a year before."""
    world = stage(cast)
    counted = Counter()

    @settings(max_examples=25)
    @given(PEOPLE, st.sampled_from([dt.date(2026, 6, 30), dt.date(2026, 9, 30), dt.date(2025, 12, 31)]))
    def check(people, as_of):
        with transaction.atomic():
            write(world, people)
            figure = a3_figure(unit=cast.city, as_of=as_of)
            rows = cohort_report(as_of=as_of, by="quarter", unit=cast.city).rows
            first, last = (period_of(day, "quarter").key for day in figure.window)
            quarters = sum((row.counts for row in rows if first <= row.key <= last), Counter())
            assert share_of(quarters) == figure.share
            counted.update(quarters)
            transaction.set_rollback(True)

    check()
    assert counted.total() > 20


def test_queries_do_not_grow_with_people(cast, reference, django_assert_num_queries):
    world = stage(cast)
    person = {
        "certified": 100, "place": 1, "lives": 1, "proof": "test", "checks": [(200, "holds_1", 6)], "attended": [],
        "phase_2": [], "level_2": None, "outside": None, "merged": False, "sex": "male", "birth_year": 1984,
    }  # fmt: skip
    for people in (1, 40):
        write(world, [{**person, "certified": 100 + 9 * place} for place in range(people)])
        with django_assert_num_queries(4):  # two for the settings, the unit, the people
            cohort_report(as_of=DAYS[0], by="quarter", unit=cast.commune_a)
    assert cohort_report(as_of=DAYS[0], by="quarter", unit=cast.commune_a).total.certified == 41
