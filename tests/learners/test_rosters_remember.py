"""A roster that says "somebody new" of a look-alike is not asked about the same person again."""

from core.dates import PartialDate
from courses.services.rosters import commit_roster
from learners.matching import Candidate
from learners.models import DifferentPeople, Learner
from learners.selectors import match_candidate, people_index
from tests.factories import make_class, make_learner
from tests.rosters.test_rosters import person, preview, roster


def test_the_decision_new_is_remembered(cast, reference):
    row = person(1, **{"Số CCCD": None, "Ngày sinh": "1984"})
    name = next(str(cell) for cell in row if isinstance(cell, str) and " " in cell)
    first = make_learner(cast.centre_a, name, birth=PartialDate(1984, 3, 3))
    sheet = roster([row])
    draft, found = preview(make_class(cast.centre_a), sheet, cast.lan)
    assert found.lookalike == 1
    number = found.rows[0].person.row

    commit_roster(roster_import=draft, by=cast.lan, decisions={number: "new"})

    second = Learner.objects.exclude(pk=first.pk).get()
    assert DifferentPeople.objects.among([first.pk, second.pk]) == {frozenset((first.pk, second.pk))}
    _draft, again = preview(make_class(cast.centre_a), sheet, cast.lan)
    assert (again.lookalike, again.known, again.rows[0].match.learner) == (0, 1, second)
    # Who is only half described may still be either of them.
    asked = Candidate(name, None, "", "")
    assert match_candidate(people_index([asked], cast.centre_a), asked).kind == "lookalike"
