"""An official table as a spreadsheet: totals and percentages are formulas, and carry the value we computed as well."""

import io
from itertools import groupby
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from core.tabular.writing import harmless
from literacy.standards.paper import MOTTO, SIGNERS, Head, heading_groups
from literacy.standards.tables import Column, Form, Row

TOP = 6  # rows above the headings
WIDTHS = {"name": 26, "no": 5, "age": 11, "born": 8, "note": 12, "met": 16}
NUMBER_WIDTH, PERCENT_WIDTH = 8.5, 7.5


def form_xlsx(form: Form, head: Head) -> bytes:
    """Return the file. Programs that do not calculate read the same numbers as those that do."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"{form.code} {head.years}", "subject": form.title, "author": head.office})
        _Sheet(book, form, head).write()
    return out.getvalue()


class _Sheet:
    def __init__(self, book: xlsxwriter.Workbook, form: Form, head: Head) -> None:
        self.form, self.head = form, head
        self.sheet = book.add_worksheet(form.code)
        plain = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
        self.centred = book.add_format({**plain, "bold": True, "align": "center"})
        self.title = book.add_format({**plain, "bold": True, "align": "center", "font_size": 14})
        self.note = book.add_format({**plain, "italic": True, "text_wrap": True})
        self.line = book.add_format({**plain, "italic": True, "align": "center"})
        self.heading = book.add_format(
            {**plain, "bold": True, "align": "center", "text_wrap": True, "border": 1, "bg_color": "#EFEFEF"}
        )
        kinds: dict[str, dict[str, Any]] = {
            "text": {"text_wrap": True}, "number": {"num_format": "#,##0"}, "percent": {"num_format": "0.00"},
        }  # fmt: skip
        self.cells = {
            (kind, bold): book.add_format({**plain, "border": 1, "bold": bold, **extra})
            for kind, extra in kinds.items()
            for bold in (False, True)
        }
        self.at = {row.key: TOP + 2 + index for index, row in enumerate(form.rows)}
        self.column = {column.key: index for index, column in enumerate(form.columns)}

    def write(self) -> None:
        last = len(self.form.columns) - 1
        self._top(last)
        for index, column in enumerate(self.form.columns):
            width = {"number": NUMBER_WIDTH, "percent": PERCENT_WIDTH}.get(column.kind, WIDTHS.get(column.key, 9))
            self.sheet.set_column(index, index, width)
        self._headings()
        for row in self.form.rows:
            for index, column in enumerate(self.form.columns):
                self._cell(row, index, column)
        self._foot(last)
        self.sheet.freeze_panes(TOP + 2, 2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.set_margins(left=0.8, right=0.6, top=0.8, bottom=0.8)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(TOP, TOP + 1)

    def _top(self, last: int) -> None:
        half = last // 2
        self.sheet.merge_range(0, 0, 0, half - 1, harmless(self.head.office), self.centred)
        for index, words in enumerate(MOTTO):
            self.sheet.merge_range(index, half, index, last, words, self.centred)
        self.sheet.merge_range(3, 0, 3, last, f"Biểu {self.form.code}. {self.form.title.upper()}", self.title)
        self.sheet.merge_range(4, 0, 4, last, harmless(self.head.line), self.line)

    def _headings(self) -> None:
        self.sheet.set_row(TOP, 30)
        self.sheet.set_row(TOP + 1, 45)
        for group, first, columns in heading_groups(self.form.columns):
            if not group:
                self.sheet.merge_range(TOP, first, TOP + 1, first, columns[0].heading, self.heading)
                continue
            if len(columns) > 1:
                self.sheet.merge_range(TOP, first, TOP, first + len(columns) - 1, group, self.heading)
            else:
                self.sheet.write_string(TOP, first, group, self.heading)
            for index, column in enumerate(columns, first):
                self.sheet.write_string(TOP + 1, index, column.heading, self.heading)

    def _cell(self, row: Row, index: int, column: Column) -> None:
        at, style, value = self.at[row.key], self.cells[column.kind, bool(row.sums)], self.form.value(row, column)
        if column.of is not None:
            part, whole = (xl_rowcol_to_cell(at, self.column[key]) for key in column.of)
            shown = "" if value is None else float(value)
            self.sheet.write_formula(at, index, f'=IF({whole}=0,"",ROUND({part}*100/{whole},2))', style, shown)
        elif column.kind == "number" and row.sums:
            self.sheet.write_formula(at, index, self._sum(row, index), style, value)
        elif isinstance(value, int):
            self.sheet.write_number(at, index, value, style)
        else:
            self.sheet.write_string(at, index, str(harmless(str(value))), style)

    def _sum(self, row: Row, index: int) -> str:
        """``=SUM(C9:C19,C21:C30)``: rows that lie together as ranges."""
        name = xl_col_to_name(index)
        places = sorted(self.at[key] for key in row.sums)
        runs = [[at for _n, at in run] for _key, run in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0])]
        return f"=SUM({','.join(f'{name}{run[0] + 1}:{name}{run[-1] + 1}' for run in runs)})"

    def _foot(self, last: int) -> None:
        at = TOP + 2 + len(self.form.rows) + 1
        for line in self.form.notes:
            self.sheet.merge_range(at, 0, at, last, line, self.note)
            at += 1
        half = (last + 1) // 2
        self.sheet.merge_range(at + 1, 0, at + 1, half - 1, SIGNERS[0], self.centred)
        self.sheet.merge_range(at + 1, half, at + 1, last, SIGNERS[1], self.centred)
