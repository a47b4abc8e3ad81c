"""Tables of figures: open data, and the sheet to fill in. Files are handed in: their words stay Vietnamese."""

from collections.abc import Iterator, Sequence

from django.utils.translation import override

from centres.models import AdminUnit
from core.tabular.writing import Cell, Column, Kind, Table
from indicators.choices import IndicatorSource
from indicators.exchange.open_data import OpenFigure
from indicators.exchange.reading import HEADINGS, MAX_FIGURES
from indicators.models import Indicator, Plan
from indicators.selectors import goal_of

_KINDS: dict[str, Kind] = {"ends_on": "date", "document_on": "date", "value": "percent"}


def open_table(found: Sequence[OpenFigure]) -> Table:
    """Return the published figures as a table."""
    columns = [
        Column("Mã chỉ tiêu", "text", 10), Column("Chỉ tiêu", "text", 44), Column("Mã đơn vị", "text", 16),
        Column("Đơn vị", "text", 24), Column("Năm"), Column("Tính đến ngày", "date"), Column("Giá trị (%)", "percent"),
        Column("Trạng thái", "text", 20), Column("Tử số"), Column("Mẫu số"), Column("Làm tròn", "text", 12),
        Column("Nguồn", "text", 30), Column("Văn bản", "text", 30),
    ]  # fmt: skip
    return Table((), columns, _open_rows(found), sheet="Dữ liệu mở")


def _open_rows(found: Sequence[OpenFigure]) -> Iterator[list[Cell]]:
    for item in found:
        row = item.figure
        with override("vi"):
            words = row.status_words if row.status_value else ""
        yield [
            row.indicator.code, row.indicator.name, item.observation.area, row.unit.name, item.observation.year,
            row.ends_on, item.value, words, item.numerator, item.denominator, "có" if item.is_rounded else "không",
            row.source_name or "hệ thống", row.document,
        ]  # fmt: skip


def blank_table(plan: Plan, units: Sequence[AdminUnit]) -> Table:
    """Return the sheet to fill in: every line that others report, for each unit; two queries."""
    lines = Indicator.objects.filter(plan=plan).exclude(source=IndicatorSource.COMPUTED).prefetch_related("targets")
    columns = [
        *(Column(title, _KINDS.get(name, "text"), 16) for name, title in HEADINGS.items()),
        Column("Chỉ tiêu (để đọc)", "text", 44),
        Column("Mục tiêu (để đọc)", "text", 16),
    ]
    with override("vi"):
        rows: list[list[Cell]] = [
            [line.code, unit.code, None, "", None, "", "", None, "", line.name,
             " → ".join(dict.fromkeys(goal_of(target).words() for target in line.targets.all()))]
            for unit in units for line in lines
        ]  # fmt: skip
    titles = [
        "BÁO CÁO SỐ LIỆU CHỈ TIÊU",
        "Ghi vào Giá trị hoặc Trạng thái, Tính đến ngày, Cơ quan cung cấp; dòng để trống thì không đọc.",
    ]
    return Table(titles, columns, rows[:MAX_FIGURES], sheet="Số liệu")
