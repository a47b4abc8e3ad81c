"""A relapse that only a survey says has a case like any other, counted once per episode, ended by what shows better."""

import datetime as dt

import pytest
from django.urls import reverse

from core.dates import PartialDate
from core.errors import Conflict
from learners.models import Learner
from literacy.jobs import keep_worklist
from literacy.models import FollowUp, LevelStatement, Relapse
from literacy.services import record_award, record_check, record_step, undo_check
from literacy.services.statements import record_statement, undo_statement
from literacy.services.survey_undo import undo_survey
from literacy.services.surveys import commit_survey, preview_survey
from tests.factories import make_learner
from tests.literacy.surveys import book, person

CERTIFIED, FIRST, SECOND = dt.date(2025, 9, 1), dt.date(2026, 1, 20), dt.date(2026, 10, 20)
WORDS = {"day": 3, "month": 5}


def survey(cast, day, note="", **said):
    content = book([person("Mai", **WORDS, note=note, **said)])
    row, _preview = preview_survey(
        unit=cast.commune_a, content=content, file_name=f"phieu-{day}.xlsx", by=cast.hoa, stated_on=day
    )
    commit_survey(survey=row, by=cast.hoa)
    return row


@pytest.fixture
def mai(cast, reference):
    """Somebody certified under our eyes, whom the survey finds under the same name and day of birth."""
    learner = make_learner(cast.centre_a, "Bùi Thị Mai", birth=PartialDate(1980, 5, 3), unit=cast.commune_a)
    record_award(learner=learner, level=1, proof="test", certified_on=CERTIFIED, centre=cast.centre_a, by=cast.lan)
    return learner


def cases():
    return list(Relapse.objects.order_by("pk").values_list("opened_on", "recovered_on"))


def check(learner, months, outcome, day, by):
    follow_up = FollowUp.objects.get(learner=learner, months=months)
    return record_check(follow_up=follow_up, outcome=outcome, checked_on=day, by=by)


def test_a_survey_opens_a_case_that_somebody_looks_after(cast, mai, as_user):
    survey(cast, FIRST, done=3, relapsed=1)
    case = Relapse.objects.get()
    assert (case.learner, case.centre, case.opened_on, case.found_by_check) == (mai, cast.centre_a, FIRST, None)
    # The survey's word ends no plan: the next check says whether it was right.
    assert FollowUp.objects.open().filter(learner=mai).count() == 4
    client = as_user(cast.lan)
    assert "Bùi Thị Mai" in client.get(reverse("literacy:relapse-list")).content.decode()
    page = client.get(reverse("literacy:relapse-detail", args=[case.pk])).content.decode()
    assert "Mới biết qua phiếu điều tra" in page
    assert f"phieu-{FIRST}.xlsx" in page
    assert reverse("literacy:check-add", args=[FollowUp.objects.get(learner=mai, months=3).pk]) in page


def test_who_was_never_in_a_class_has_one_too_and_nothing_breaks(cast, reference, as_user):
    survey(cast, FIRST, done=4, relapsed=1)
    case = Relapse.objects.get()
    assert case.centre == cast.centre_a
    assert as_user(cast.lan).get(reverse("literacy:relapse-detail", args=[case.pk])).status_code == 200


def test_a_check_confirms_the_same_case_and_taking_it_back_leaves_the_surveys(cast, mai):
    survey(cast, FIRST, done=3, relapsed=1)
    found = check(mai, 3, "relapsed", FIRST + dt.timedelta(days=9), cast.lan)
    case = Relapse.objects.get()
    assert (case.found_by_check, case.opened_on) == (found, FIRST)
    assert not FollowUp.objects.open().filter(learner=mai).exists()
    undo_check(check=found, by=cast.lan)
    case.refresh_from_db()
    assert (case.found_by_check, case.recovered_on) == (None, None)
    assert FollowUp.objects.open().filter(learner=mai).count() == 4


def test_a_check_that_finds_the_person_reading_ends_it(cast, mai):
    survey(cast, FIRST, done=3, relapsed=1)
    day = FIRST + dt.timedelta(days=9)
    found = check(mai, 3, "holds_1", day, cast.lan)
    assert cases() == [(FIRST, day)]
    undo_check(check=found, by=cast.lan)
    assert cases() == [(FIRST, None)]


def test_a_paper_and_a_later_survey_end_it_as_well(cast, mai):
    survey(cast, FIRST, done=3, relapsed=1)
    paper = record_statement(
        learner=mai,
        level=1,
        proof="test",
        source="Bài kiểm tra 12",
        stated_on=FIRST + dt.timedelta(days=5),
        by=cast.lan,
    )
    assert cases() == [(FIRST, FIRST + dt.timedelta(days=5))]
    undo_statement(statement=paper, by=cast.lan)
    assert cases() == [(FIRST, None)]
    survey(cast, SECOND, done=3)
    assert cases() == [(FIRST, SECOND)]


def test_falling_back_twice_is_two_episodes_and_the_same_sheet_again_is_none(cast, mai):
    survey(cast, FIRST, done=3, relapsed=1)
    check(mai, 6, "holds_1", dt.date(2026, 3, 5), cast.lan)
    survey(cast, SECOND, done=3, relapsed=1, note="năm sau")
    assert cases() == [(FIRST, dt.date(2026, 3, 5)), (SECOND, None)]
    check(mai, 12, "holds_1", SECOND + dt.timedelta(days=9), cast.lan)
    # Read in again today, the sheet of the second survey says nothing new.
    content = book([person("Mai", **WORDS, note="năm sau", done=3, relapsed=1)])
    row, _preview = preview_survey(unit=cast.commune_a, content=content, file_name="lai.xlsx", by=cast.hoa)
    row.sha256 = row.__class__.objects.get(file_name=f"phieu-{SECOND}.xlsx").sha256  # openpyxl writes the time in
    row.save()
    assert commit_survey(survey=row, by=cast.hoa).stated == 0
    assert len(cases()) == 2


def test_undoing_the_sheet_takes_the_case_along_unless_something_was_done(cast, mai):
    row = survey(cast, FIRST, done=3, relapsed=1)
    undo_survey(survey=row, by=cast.hoa)
    assert (cases(), LevelStatement.objects.count(), Learner.objects.count()) == ([], 0, 1)

    row = survey(cast, FIRST, done=3, relapsed=1, note="lần hai")
    found = check(mai, 3, "relapsed", FIRST + dt.timedelta(days=9), cast.lan)
    undo_survey(survey=row, by=cast.hoa)
    assert [case.found_by_check for case in Relapse.objects.all()] == [found]
    undo_check(check=found, by=cast.lan)

    row = survey(cast, FIRST, done=3, relapsed=1, note="lần ba")
    record_step(case=Relapse.objects.get(), kind="visited", done_on=FIRST, by=cast.lan)
    with pytest.raises(Conflict) as refused:
        undo_survey(survey=row, by=cast.hoa)
    assert "1 việc đã làm cho người tái mù chữ" in str(refused.value.message)


def test_people_of_a_sheet_that_is_undone_are_forgotten_with_their_cases(cast, reference):
    row = survey(cast, FIRST, done=4, relapsed=1)
    assert undo_survey(survey=row, by=cast.hoa) == 1
    assert (cases(), Learner.objects.count()) == ([], 0)


def test_the_night_opens_cases_of_surveys_from_before_there_were_any(cast, mai):
    survey(cast, FIRST, done=3, relapsed=1)
    Relapse.objects.all().delete()
    keep_worklist.call()
    assert cases() == [(FIRST, None)]
