"""Where people stand: the rule, and the projection that has to say the same as the rule."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learners.merging import merge_people, undo_merge
from literacy.models import LevelStanding, LevelStatement, LiteracyAward, LiteracyCheck
from literacy.services import facts_of, load_reference, record_award, record_check, restate_everybody, undo_check
from literacy.standing import (
    UNKNOWN,
    AwardFact,
    CheckFact,
    Facts,
    RelapseFact,
    Standing,
    StatementFact,
    standing_of,
)
from tests.factories import make_learner

DAY = dt.date(2025, 3, 1)
LATER = dt.date(2025, 9, 1)
AS_OF = dt.date(2026, 6, 1)
AWARD = AwardFact(1, "programme", DAY)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(), UNKNOWN),
        (Facts(checks=(CheckFact("not_reached", DAY),)), UNKNOWN),
        (Facts(statements=(StatementFact(0, "survey", DAY),)), Standing(0, "survey")),
        (Facts((AWARD,)), Standing(1, "programme", DAY)),
        # A survey does not take a certificate away, nor does a check that asked for level 1 take level 2.
        (Facts((AWARD,), (StatementFact(0, "survey", LATER),)), Standing(1, "programme", DAY)),
        (
            Facts((AwardFact(2, "test", DAY),), checks=(CheckFact("holds_1", LATER),)),
            Standing(2, "test", DAY),
        ),
        # Of what was said the latest holds, but a survey does not take back what a paper says.
        (Facts(statements=(StatementFact(2, "survey", DAY), StatementFact(0, "test", LATER))), Standing(0, "test")),
        (Facts(statements=(StatementFact(1, "survey", DAY), StatementFact(0, "survey", LATER))), Standing(0, "survey")),
        (Facts(statements=(StatementFact(1, "test", DAY), StatementFact(0, "survey", LATER))), Standing(1, "test")),
        (
            Facts(statements=(StatementFact(1, "test", DAY), StatementFact(0, "survey", LATER, None, 1))),
            Standing(0, "survey", relapsed=True),
        ),
        (Facts(statements=(StatementFact(0, "test", LATER), StatementFact(2, "survey", DAY))), Standing(0, "test")),
        # An open relapse is level 0; once it is over the certificate counts again.
        (Facts((AWARD,), relapses=(RelapseFact(LATER),)), Standing(0, "test", LATER, relapsed=True)),
        (Facts((AWARD,), relapses=(RelapseFact(LATER, AS_OF),)), Standing(1, "programme", DAY)),
        (
            Facts((AWARD,), (StatementFact(0, "survey", LATER, None, 1),)),
            Standing(0, "survey", relapsed=True),
        ),
        (
            Facts(
                (AWARD, AwardFact(2, "programme", DAY)), (StatementFact(1, "survey", LATER, None, 2),),
            ),
            Standing(1, "programme", DAY, relapsed=True),
        ),
        (
            Facts((AWARD,), (StatementFact(0, "survey", DAY, None, 1),), (CheckFact("holds_1", LATER),)),
            Standing(1, "test", LATER),
        ),
        # What lies after the day asked about does not count.
        (Facts((AWARD, AwardFact(2, "programme", dt.date(2026, 6, 2)))), Standing(1, "programme", DAY)),
        (Facts((AWARD,), relapses=(RelapseFact(dt.date(2026, 6, 2)),)), Standing(1, "programme", DAY)),
    ],
)  # fmt: skip
def test_where_a_person_stands(facts, expected):
    assert standing_of(facts, AS_OF) == expected


_days = st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31))
_proofs = st.sampled_from(["programme", "primary_school", "test", "survey"])
_statements = st.integers(0, 2).flatmap(
    lambda level: st.builds(
        StatementFact,
        st.just(level),
        _proofs,
        _days,
        st.none(),
        st.none() if level == 2 else st.none() | st.integers(level + 1, 2),
    )
)
_facts = st.builds(
    Facts,
    st.lists(st.builds(AwardFact, st.integers(1, 2), _proofs, _days), max_size=3).map(tuple),
    st.lists(_statements, max_size=3).map(tuple),
    st.lists(st.builds(CheckFact, st.sampled_from(["holds_1", "holds_2", "relapsed"]), _days), max_size=3).map(tuple),
    st.lists(st.builds(RelapseFact, _days, st.none()), max_size=1).map(tuple),
)


@given(_facts, _days, st.builds(AwardFact, st.integers(1, 2), _proofs, _days))
def test_a_certificate_never_lowers_anybody_and_unknown_is_never_no(facts, day, award):
    before = standing_of(facts, day)
    after = standing_of(Facts((*facts.awards, award), *_rest(facts)), day)

    assert (after.level or 0) >= (before.level or 0)
    if before.level is None:
        said = any(row.stated_on <= day for row in facts.statements)
        assert not said
        assert not any(row.certified_on <= day for row in facts.awards)
    if before.level == 0:
        assert any(row.level == 0 for row in facts.statements) or any(row.opened_on <= day for row in facts.relapses)


@given(_facts, _days)
def test_what_comes_later_changes_nothing_before(facts, day):
    until = Facts(
        tuple(row for row in facts.awards if row.certified_on <= day),
        tuple(row for row in facts.statements if row.stated_on <= day),
        tuple(row for row in facts.checks if row.checked_on <= day),
        tuple(row for row in facts.relapses if row.opened_on <= day),
    )

    assert standing_of(facts, day) == standing_of(until, day)


def _rest(facts):
    return facts.statements, facts.checks, facts.relapses


def _same_as_the_rule():
    """Everybody's row says what the rule says of the facts; nobody else has one."""
    people = [row.pk for row in LevelStanding.objects.all()]
    for table in (LiteracyAward, LevelStatement, LiteracyCheck):
        people += table.objects.values_list("learner_id", flat=True)
    by_rule = {pk: standing_of(facts, dt.date.max) for pk, facts in facts_of(people).items()}
    kept = {
        row.pk: Standing(row.level, row.proof, row.since_on, row.relapsed) for row in LevelStanding.objects.all()
    }  # fmt: skip
    return kept == {pk: row for pk, row in by_rule.items() if row != UNKNOWN}


@pytest.mark.django_db
def test_the_projection_follows_awards_checks_undo_and_merging(cast, reference):
    one, two = make_learner(cast.centre_a), make_learner(cast.centre_a)
    award = record_award(
        learner=one, level=1, proof="test", certified_on=DAY, centre=cast.centre_a, by=cast.lan
    )  # fmt: skip
    assert _same_as_the_rule()
    check = record_check(
        follow_up=award.follow_ups.first(), outcome="relapsed", checked_on=LATER, by=cast.lan
    )  # fmt: skip
    standing = LevelStanding.objects.get(learner=one)
    assert (standing.level, standing.relapsed, standing.since_on) == (0, True, LATER)

    undo_check(check=check, by=cast.lan)
    assert LevelStanding.objects.get(learner=one).level == 1
    merge = merge_people(kept=two, other=one, by=cast.lan)
    assert set(LevelStanding.objects.values_list("learner_id", "level")) == {(two.pk, 1)}
    undo_merge(merge=merge, by=cast.lan)

    assert set(LevelStanding.objects.values_list("learner_id", "level")) == {(one.pk, 1)}
    assert _same_as_the_rule()


@pytest.mark.django_db
def test_facts_of_an_older_version_are_worked_out_when_the_reference_data_are_loaded(cast, reference):
    learner = make_learner(cast.centre_a)
    record_award(learner=learner, level=1, proof="test", certified_on=DAY, centre=cast.centre_a, by=cast.lan)
    LevelStanding.objects.all().delete()

    assert load_reference()["literacy_standings"] == 1
    assert LevelStanding.objects.get().level == 1
    assert "literacy_standings" not in load_reference()


@pytest.mark.django_db
def test_everybody_can_be_worked_out_anew(cast, reference, django_assert_max_num_queries):
    people = [make_learner(cast.centre_a) for _ in range(4)]
    for learner in people:
        record_award(
            learner=learner, level=2, proof="primary_school", certified_on=DAY, centre=cast.centre_a, by=cast.lan
        )
    before = list(LevelStanding.objects.order_by("pk").values_list("pk", "level", "proof", "since_on", "relapsed"))
    LevelStanding.objects.filter(pk__in=[people[0].pk, people[1].pk]).delete()
    LevelStanding.objects.filter(pk=people[2].pk).update(level=0, relapsed=True)

    with django_assert_max_num_queries(16):
        assert restate_everybody() == 4
    assert list(LevelStanding.objects.order_by("pk").values_list("pk", "level", "proof", "since_on", "relapsed")) == (
        before
    )
