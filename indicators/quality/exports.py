"""The list to work off as a table. Files are handed in: their words stay Vietnamese."""

from django.utils import timezone
from django.utils.translation import override

from centres.models import Centre
from core.tabular.writing import Column, Table
from indicators.quality.selectors import CentreQuality


def quality_table(centre: Centre, quality: CentreQuality) -> Table:
    """Return every finding of a centre, rule by rule."""
    columns = [
        Column("Quy tắc", "text", 44), Column("Chỗ cần xem", "text", 44), Column("Cụ thể", "text", 40),
        Column("Cần làm", "text", 50),
    ]  # fmt: skip
    with override("vi"):
        rows = [
            [str(line.rule.name), row.label, row.detail, str(line.rule.todo)]
            for line in quality.wrong
            for row in line.findings
        ]
    score = "chưa đủ dữ liệu" if quality.score is None else f"{quality.score}/100"
    titles = ["DANH SÁCH SỐ LIỆU CẦN XEM LẠI", f"{centre.name} · {timezone.localdate():%d/%m/%Y} · điểm {score}"]
    return Table(titles, columns, rows, sheet="Cần xem lại")
