"""Survey sheets for tests: the layout of the sample, and the official one with its columns B to AY."""

import io

import openpyxl

SIMPLE = (
    "TT", "Họ đệm", "Tên", "Ngày", "Tháng", "Năm sinh", "Nữ", "Dân tộc", "Địa chỉ", "Bậc tốt nghiệp", "Đang học lớp",
    "Hoàn thành lớp", "Tái mù chữ", "Khuyết tật", "Ghi chú",
)  # fmt: skip
KEYS = dict(zip(
    ("tt", "middle", "given", "day", "month", "year", "female", "ethnicity", "address", "school", "now", "done",
     "relapsed", "disabled", "note"), SIMPLE, strict=True,
))  # fmt: skip


def book(rows, extra=()):
    """An .xlsx with one row per dictionary (see KEYS); further columns are named by their heading."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["PHIẾU ĐIỀU TRA"])
    heads = [*SIMPLE, *extra]
    sheet.append(heads)
    for number, row in enumerate(rows, start=1):
        named = {KEYS.get(name, name): value for name, value in {"tt": number, **row}.items()}
        sheet.append([named.get(head) for head in heads])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def person(given, **cells):
    """Somebody born in 1980 of whom nothing else is said."""
    return {"middle": "Bùi Thị", "given": given, "year": 1980, "address": "Thôn 1, xã Ba Vì", **cells}
