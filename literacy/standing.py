"""Which literacy level a person holds on a day, without a database (docs/adr/0038; levels of Decree 20/2014, Art. 19).

Four kinds of facts tell something of a level: a certified level, what a survey or a paper said, a check that met the
person, and a relapse. They do not weigh the same. A certificate does not go away because a survey says less; it is
suspended by a relapse only. Of papers and tests the latest holds, so that a mistake can be corrected, and it sets aside
every survey before it; a survey after it can add to it, or say that the person fell back. A check shows that somebody
holds a level, it never lowers a higher one. Who is known by none of these is unknown.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from literacy.choices import CheckOutcome, Proof

# Of two facts that say the same level, the stronger is named: what the certificate of a class or a school rests on.
_STRENGTH = {Proof.PROGRAMME: 0, Proof.PRIMARY_SCHOOL: 1, Proof.TEST: 2, Proof.SURVEY: 3}
_CHECKED = {CheckOutcome.HOLDS_1: 1, CheckOutcome.HOLDS_2: 2}


@dataclass(frozen=True, slots=True)
class AwardFact:
    """A level that was certified, 1 or 2."""

    level: int
    proof: str
    certified_on: dt.date


@dataclass(frozen=True, slots=True)
class StatementFact:
    """What was said on a day: level 0, 1 or 2; ``relapsed_from`` is the level the person fell back from, if so."""

    level: int
    proof: str
    stated_on: dt.date
    since_on: dt.date | None = None
    relapsed_from: int | None = None


@dataclass(frozen=True, slots=True)
class CheckFact:
    """A follow-up check, whatever it found."""

    outcome: str
    checked_on: dt.date


@dataclass(frozen=True, slots=True)
class RelapseFact:
    """A relapse found by a check; ``recovered_on`` is the first day on which it is over."""

    opened_on: dt.date
    recovered_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known of a person's literacy; statements and checks in the order they were recorded."""

    awards: tuple[AwardFact, ...] = ()
    statements: tuple[StatementFact, ...] = ()
    checks: tuple[CheckFact, ...] = ()
    relapses: tuple[RelapseFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands: level None (unknown), 0 (below level 1), 1 or 2; how that is known and since when.

    ``since_on`` is None where nobody said. ``relapsed``: fell back, and has not come out of it.
    """

    level: int | None = None
    proof: str = ""
    since_on: dt.date | None = None
    relapsed: bool = False


UNKNOWN = Standing()


def standing_of(facts: Facts, as_of: dt.date) -> Standing:
    """Return where a person stands at the end of a day, from what is dated until then.

    An open relapse is level 0, whatever was held before. Else the highest of: certified levels, levels that checks
    found held, the latest paper, and the latest survey since then. When the last of these two says that the person fell
    back, it sets aside what was known until its day, down to the level it leaves.
    """
    fallen = max((row.opened_on for row in facts.relapses if _open(row, as_of)), default=None)
    if fallen is not None:
        return Standing(0, Proof.TEST, fallen, relapsed=True)
    paper, survey = _said(facts.statements, as_of)
    held: list[tuple[int, str, dt.date, dt.date | None]] = [
        *((row.level, row.proof, row.certified_on, row.certified_on) for row in facts.awards),
        *(
            (_CHECKED[CheckOutcome(row.outcome)], Proof.TEST.value, row.checked_on, row.checked_on)
            for row in facts.checks
            if row.outcome in _CHECKED
        ),
        *((row.level, row.proof, row.stated_on, row.since_on) for row in (paper, survey) if row),
    ]
    held = [row for row in held if row[2] <= as_of]
    said, relapsed = survey or paper, False
    if said is not None and said.relapsed_from is not None:
        held = [row for row in held if row[2] > said.stated_on or row[0] < said.relapsed_from]
        relapsed = not any(row[0] >= said.relapsed_from for row in held)
    if not held:
        return UNKNOWN
    ways = [(row[0], row[1], row[3]) for row in held]
    level = max(row[0] for row in ways)
    proof, since_on = min(
        ((row[1], row[2]) for row in ways if row[0] == level),
        key=lambda way: (_STRENGTH[Proof(way[0])], way[1] is None, way[1] or dt.date.max),
    )
    return Standing(level, proof, since_on, relapsed)


def _open(row: RelapseFact, as_of: dt.date) -> bool:
    return row.opened_on <= as_of and (row.recovered_on is None or row.recovered_on > as_of)


def _said(rows: Iterable[StatementFact], as_of: dt.date) -> tuple[StatementFact | None, StatementFact | None]:
    """The last paper or test, and the last survey since then: by day, then by the order of recording."""
    paper: StatementFact | None = None
    survey: StatementFact | None = None
    for row in sorted((row for row in rows if row.stated_on <= as_of), key=lambda row: row.stated_on):
        if row.proof == Proof.SURVEY:
            survey = row
        else:
            paper, survey = row, None
    return paper, survey
