"""Staff, premises, equipment and money of centres as a sheet: one line a centre, sums as formulas."""

from collections.abc import Sequence

from django.utils.translation import override

from accounts.models import User
from core.tabular.writing import Cell, Column, Formula, Table
from indicators.choices import Premises
from indicators.models import CentreYear
from indicators.statistics import facts
from indicators.statistics.questions import Question

# Heading and field; everything but premises and Internet adds up.
RESOURCES: tuple[tuple[str, str], ...] = (
    ("Cán bộ quản lý", "managers"),
    ("Giáo viên biệt phái", "seconded_teachers"),
    ("Báo cáo viên", "rapporteurs"),
    ("Cộng tác viên", "collaborators"),
    ("Phòng học", "rooms"),
    ("Diện tích (m²)", "area_m2"),
    ("Máy tính", "computers"),
    ("Đầu sách", "books"),
    ("Ngân sách (đồng)", "budget_state"),
    ("Huy động (đồng)", "budget_raised"),
    ("Đã chi (đồng)", "spent"),
)
TEXTS = {True: "có", False: "không", None: ""}


def resource_rows(by: User, question: Question) -> list[CentreYear]:
    """Return the records of the period's last year of the centres that are asked for, by centre."""
    ids = facts.centres_of(user=by, ends_on=question.ends_on, unit=question.unit, centre=question.centre)
    rows = CentreYear.objects.filter(year=question.ends_on.year).select_related("centre")
    found = [row for row in rows if row.centre_id in ids]
    return sorted(found, key=lambda row: (row.centre.sort_key, row.centre_id))


def resource_table(by: User, question: Question, titles: Sequence[str]) -> Table:
    """Return the sheet; a centre that wrote nothing down has no line, and the title says how many have."""
    rows = resource_rows(by, question)
    said = f"Hồ sơ năm {question.ends_on.year} do trung tâm ghi: {len(rows)} trung tâm đã ghi. Ô trống là chưa rõ."
    last = len(rows)

    def total(name: str) -> Cell:
        value = sum(getattr(row, name) or 0 for row in rows)
        return (
            Formula(lambda first, letters: f"=SUM({letters}{first + 1}:{letters}{first + last})", value) if rows else 0
        )

    with override("vi"):
        body: list[list[Cell]] = [["", "TỔNG CỘNG", "", "", *(total(name) for _heading, name in RESOURCES)]]
        body += [
            [row.centre.code, row.centre.name, str(Premises(row.premises).label) if row.premises else "",
             TEXTS[row.has_internet], *(getattr(row, name) for _heading, name in RESOURCES)]
            for row in rows
        ]  # fmt: skip
    columns = [
        Column("Mã trung tâm", "text", 14), Column("Trung tâm", "text", 44), Column("Trụ sở", "text", 24),
        Column("Internet", "text", 10), *(Column(heading, width=14) for heading, _name in RESOURCES),
    ]  # fmt: skip
    return Table([*titles, said], columns, body, "Nguồn lực", frozenset({0}))
