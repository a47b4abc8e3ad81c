"""Communes of the demo as "Cộng đồng học tập": a file in every state, titles that hold, soon end, were revoked."""

import datetime as dt
import io
from decimal import Decimal

from accounts.models import User
from centres.choices import UnitLevel
from centres.models import AdminUnit
from centres.selectors import unit_of_centre
from clc_manager.demo.city import Place
from clc_manager.demo.people import create_commune_officer
from indicators.community.titles import end_community, recognise_community
from indicators.models import CommunityTitle, Evaluation
from indicators.rubric.evaluating import Mark, review_evaluation, save_evaluation
from indicators.rubric.marks import months_later
from indicators.rubric.papers import attach_paper
from indicators.rubric.selectors import sheet

BY = "Chủ tịch UBND thành phố (dữ liệu mẫu)"
CARRIED = "Danh hiệu của xã trước sắp xếp, tiếp tục có giá trị theo văn bản của thành phố (dữ liệu mẫu)"
IN_FORCE = dt.date(2024, 2, 12)
PAPERS = ("KH 12/KH-UBND ngày 15/01", "BC 47/BC-UBND ngày 20/10", "QĐ 03/QĐ-UBND ngày 05/01")
COMMUNES = 9


def files_and_titles(places: list[Place], home: Place, today: dt.date, users: dict[str, User]) -> None:
    """One commune a state; the home commune's own officer has begun its file and attached a paper."""
    officer = users["tuan"]
    own, others = _communes(places, home, today)
    keeper = create_commune_officer(communes=others)
    if own:
        _begin(own, today, users["nam"])
    for index, unit in enumerate(others):
        if index < 5:
            _file(unit, today, keeper, officer, index)
        elif index == 5:  # ends within six months, as the circular came into force early in 2024
            _carried(unit, max(IN_FORCE, months_later(today, -33)), 1, officer)
        elif index == 6:
            title = _carried(unit, max(IN_FORCE, months_later(today, -20)), 2, officer)
            end_community(
                title=title, ended_on=today - dt.timedelta(days=30), by=officer, document="QĐ 88 (dữ liệu mẫu)",
                reason="Kiểm tra lại: tiêu chí 4 không còn đạt mức độ 2",
            )  # fmt: skip
        elif (decided_on := months_later(today, -37)) >= IN_FORCE:
            _carried(unit, decided_on, 1, officer)


def _communes(places: list[Place], home: Place, today: dt.date) -> tuple[AdminUnit | None, list[AdminUnit]]:
    """The home commune, and some others with a centre, as they stand today."""
    found: dict[int, AdminUnit] = {}
    for place in [home, *places]:
        unit = unit_of_centre(place.centre.pk, today)
        if unit.level == UnitLevel.COMMUNE and place.centre.closed_on is None:
            found.setdefault(unit.pk, unit)
    rows = list(found.values())
    return (rows[0], rows[1:COMMUNES]) if rows else (None, [])


def _marks(unit: AdminUnit, today: dt.date, by: User, *, second: bool, every: int = 1) -> dict[int, Mark]:
    seen = sheet(unit=unit, year=today.year, viewer=by)
    assert seen is not None
    marks = {}
    for number, line in enumerate(seen.lines):
        levels = [level.points for level in line.criterion.levels.all()]
        points = max(levels) if second or len(levels) == 1 else Decimal(1)
        if every == 1 or number % every:
            marks[line.criterion.pk] = Mark(points, "", f"{PAPERS[number % len(PAPERS)]} (dữ liệu mẫu)")
    return marks


def _begin(unit: AdminUnit, today: dt.date, by: User) -> None:
    marks = _marks(unit, today, by, second=False, every=3)
    row = save_evaluation(unit=unit, year=today.year, marks=marks, version=0, by=by)
    criterion = next(score.criterion for score in row.scores.select_related("criterion").order_by("pk"))
    import docx  # heavy: only where Word files are made

    paper, out = docx.Document(), io.BytesIO()
    paper.add_paragraph("Kế hoạch tuyên truyền học tập suốt đời (dữ liệu mẫu)")
    paper.save(out)
    attach_paper(
        unit=unit, year=today.year, criterion=criterion, title="KH 09/KH-UBND ngày 10/01 (dữ liệu mẫu)",
        content=out.getvalue(), file_name="ke-hoach-tuyen-truyen.docx", by=by,
    )  # fmt: skip


def _file(unit: AdminUnit, today: dt.date, keeper: User, officer: User, index: int) -> None:
    """Waiting, returned, recognised at level 1, recognised at level 2, reviewed and without a decision yet."""
    row = save_evaluation(
        unit=unit, year=today.year, marks=_marks(unit, today, keeper, second=index == 3), version=0, by=keeper,
        submit=True,
    )  # fmt: skip
    if index == 0:
        return
    accept = index != 1
    row = review_evaluation(
        evaluation=row, agreed={}, version=row.version, by=officer, accept=accept,
        reason="" if accept else "Thiếu báo cáo Tuần lễ hưởng ứng học tập suốt đời",
    )  # fmt: skip
    if index in (2, 3):
        _recognise(unit, row, today, officer, level=index - 1)


def _recognise(unit: AdminUnit, row: Evaluation, today: dt.date, officer: User, *, level: int) -> None:
    recognise_community(
        unit=unit, evaluation=row, version=row.version, level=level, number=f"{140 + level}/QĐ-UBND",
        decided_on=today - dt.timedelta(days=9 * level), decided_by=BY, by=officer,
    )  # fmt: skip


def _carried(unit: AdminUnit, decided_on: dt.date, level: int, officer: User) -> CommunityTitle:
    return recognise_community(
        unit=unit, level=level, number=f"{30 + level}/QĐ-PGDĐT", decided_on=decided_on,
        decided_by="Trưởng phòng giáo dục và đào tạo (dữ liệu mẫu)", note=CARRIED, by=officer,
    )  # fmt: skip
