"""Yearly records of the demo's centres, and how some of them judged their years by the set of criteria."""

import datetime as dt
from decimal import Decimal

from accounts.models import User
from clc_manager.demo.city import Place
from indicators.choices import Premises, Scoring
from indicators.models import Evaluation
from indicators.rubric.evaluating import Agreed, Mark, review_evaluation, save_evaluation
from indicators.rubric.selectors import sheet
from indicators.services.resources import record_year

JUDGED = 8  # sheets look at everything a centre did: more would make the first start long
PAPERS = ("QĐ 12/QĐ-UBND ngày 05/01/2021", "CTr 03/CTr-TTHTCĐ-HKH ngày 20/01/2025")
WORDS = "Có thêm việc làm trên giấy, chưa nhập hệ thống (dữ liệu mẫu)"


def yearly_records(places: list[Place], today: dt.date) -> None:
    """Staff, premises and money of two years; the least diligent centres left theirs empty."""
    premises = (Premises.SHARED, Premises.OWN, Premises.SHARED, Premises.SCHOOL)
    for place in places:
        if not place.diligence or place.centre.closed_on:
            continue
        for back in (1, 0):
            number = place.number
            record_year(
                centre=place.centre, year=today.year - back, by=place.desk, managers=3,
                seconded_teachers=number % 3, rapporteurs=4 + number % 7, collaborators=number % 6,
                premises=premises[number % len(premises)], rooms=1 + number % 3, area_m2=60 + number % 5 * 20,
                computers=number % 9, has_internet=number % 4 != 0, books=200 + number * 15,
                budget_state=30_000_000 + number % 5 * 4_000_000, budget_raised=number % 6 * 3_000_000,
                spent=28_000_000 + number % 5 * 4_000_000,
            )  # fmt: skip


def self_evaluations(places: list[Place], home: Place, today: dt.date, officer: User) -> None:
    """Last year locked; this year one is a draft, one waits, one was returned, the others are locked."""
    chosen = [home, *(row for row in places if row.diligence == 2 and row is not home)][:JUDGED]
    for index, place in enumerate(chosen):
        if place.centre.closed_on:
            continue
        _lock(_judge(place, today.year - 1, submit=True), officer, index)
        row = _judge(place, today.year, submit=index != 1)
        if index == 2:
            review_evaluation(
                evaluation=row, agreed={}, version=row.version, by=officer, accept=False,
                reason="Thiếu số quyết định bổ nhiệm phó giám đốc",
            )  # fmt: skip
        elif index > 2:
            _lock(row, officer, index)


def _judge(place: Place, year: int, *, submit: bool) -> Evaluation:
    seen = sheet(centre=place.centre, year=year, viewer=place.desk)
    assert seen is not None
    marks = {}
    for number, line in enumerate(seen.lines):
        row = line.criterion
        if line.proposed is not None:
            # Now and then a centre thinks more of itself than the system does, and says why.
            more = number % 7 == place.number % 7 and line.proposed + 1 <= row.points
            marks[row.pk] = Mark(line.proposed + more, WORDS if more else "")
        elif row.scoring == Scoring.QUANTITY:
            marks[row.pk] = Mark(row.points / 2, WORDS)
        elif row.scoring == Scoring.YES_NO:
            marks[row.pk] = Mark(row.points, "", PAPERS[number % len(PAPERS)])
        else:
            steps = sorted((level.points for level in row.levels.all()), reverse=True)
            marks[row.pk] = Mark(steps[(place.number + number) % 2])
        if not submit and number % 5 == 4:
            marks[row.pk] = Mark(None)
    return save_evaluation(centre=place.centre, year=year, marks=marks, version=0, by=place.desk, submit=submit)


def _lock(row: Evaluation, officer: User, index: int) -> None:
    agreed = {}
    if index % 2 and (score := row.scores.filter(criterion__code="4.5", points__gt=2).first()):
        agreed[score.criterion_id] = Agreed(Decimal(2), "Chưa có ý kiến của người học")
    review_evaluation(evaluation=row, agreed=agreed, version=row.version, by=officer, accept=True)
