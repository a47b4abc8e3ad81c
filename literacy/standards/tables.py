"""The official tables CMC-1, CMC-2, XMC-3 and XMC-4 as cells: one set, from which page, XLSX and PDF are made.

Rows and columns follow the tables as programs that fill them have them (docs/adr/0043). What is unknown has a column of
its own, so that population = illiterate + literate + unknown holds in every row. Religion is not kept: its cells say so
instead of a number. Names of columns stay Vietnamese in every language: these are papers of Vietnamese offices.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from core.models import setting_on
from literacy.standards.roll_up import Line, RollUp
from literacy.standards.rule import Verdict
from literacy.standards.tally import Kind, Kinds, four, unknown_of

CODES = ("CMC-1", "CMC-2", "XMC-3", "XMC-4")
TITLES = {
    "CMC-1": "Thống kê số người mù chữ theo đơn vị",
    "CMC-2": "Thống kê số người mù chữ, tái mù chữ theo độ tuổi",
    "XMC-3": "Thống kê trình độ văn hóa và số người mù chữ theo từng độ tuổi",
    "XMC-4": "Kết quả đạt chuẩn xóa mù chữ",
}
NOT_KEPT = "không thu thập"
PASSED = {2: "Mức độ 2", 1: "Mức độ 1"}
FOUR = (("all", "Tổng số"), ("women", "Nữ"), ("minority", "Dân tộc"), ("minority_women", "Nữ dân tộc"))
Cell = int | str
Ages = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, the heading above several, its own, what it holds; a percentage is of two other columns."""

    key: str
    group: str
    heading: str
    kind: Literal["text", "number", "percent"] = "number"
    of: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its key, its cells by column (percentages are worked out), and the rows it adds up, if it is a total."""

    key: str
    cells: dict[str, Cell]
    sums: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """One official table."""

    code: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What the table is called."""
        return TITLES[self.code]

    def row(self, key: str) -> Row:
        """Return a row by its key. Raises KeyError."""
        return next((row for row in self.rows if row.key == key), None) or _missing(self.code, key)

    def value(self, row: Row, column: Column) -> Cell | Decimal | None:
        """Return what stands in a cell; a percentage of nobody is None."""
        if column.of is None:
            return row.cells[column.key]
        part, whole = (int(row.cells[key]) for key in column.of)
        return (Decimal(part) * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP) if whole else None

    def as_json(self) -> dict[str, Any]:
        """Return everything that makes the table, to be kept."""
        return {
            "code": self.code,
            "columns": [[column.key, column.group, column.heading, column.kind, column.of] for column in self.columns],
            "rows": [[row.key, row.cells, row.sums] for row in self.rows],
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Form":
        """Return the table that was kept."""
        columns = (Column(key, group, heading, kind, tuple(of) if of else None)
                   for key, group, heading, kind, of in kept["columns"])  # fmt: skip
        rows = (Row(key, cells, tuple(sums)) for key, cells, sums in kept["rows"])
        return cls(kept["code"], tuple(columns), tuple(rows), tuple(kept["notes"]))


def _missing(code: str, key: str) -> Row:
    raise KeyError(f"{code} has no row {key}")


def forms_of(found: RollUp) -> dict[str, Form]:
    """Return the four tables of a unit on the day it was judged: one query for the ages."""
    ages = setting_on("literacy.form_ages", found.as_of)
    bands, groups = ([(low, high) for low, high in ages[name]] for name in ("bands", "groups"))
    notes = _notes(found, bands[0][0], bands[-1][1])
    made = (cmc_1(found, groups), cmc_2(found, bands), xmc_3(found, groups), xmc_4(found, groups))
    return {form.code: Form(form.code, form.columns, form.rows, (*form.notes, *notes)) for form in made}


def _notes(found: RollUp, low: int, high: int) -> list[str]:
    kinds = found.tally.everybody
    undated = unknown_of(kinds)[0]
    _age, sex, ethnic, level = unknown_of(_aged(kinds, (low, high)))
    notes = ["Dân số là số người có trong sổ biết chữ của đơn vị, không kể người đã mất hoặc đã chuyển khỏi Hà Nội."]
    if level:
        notes.append(f"{_n(level)} người {low}–{high} tuổi chưa rõ mức độ biết chữ: không tính là biết chữ, cũng không "
                     "tính là mù chữ.")  # fmt: skip
    if undated:
        notes.append(f"{_n(undated)} người chưa rõ năm sinh: không có trong các độ tuổi.")
    if sex or ethnic:
        notes.append(f"Trong số {low}–{high} tuổi, {_n(sex)} người chưa rõ giới tính, {_n(ethnic)} người chưa rõ dân "
                     "tộc: chỉ có trong cột tổng số.")  # fmt: skip
    return notes


def _n(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _aged(kinds: Kinds, ages: Ages) -> Kinds:
    return Counter({kind: n for kind, n in kinds.items() if kind.age is not None and ages[0] <= kind.age <= ages[1]})


def _only(kinds: Kinds, test: Callable[[Kind], bool]) -> Kinds:
    return Counter({kind: people for kind, people in kinds.items() if test(kind)})


# What is counted of people of some ages: key, heading, who. MC1: level 1 not reached; MC2: level 2 not reached.
MEASURES: dict[str, tuple[str, Callable[[Kind], bool]]] = {
    "people": ("Số người trong độ tuổi", lambda kind: True),
    "mc1": ("Mù chữ mức độ 1", lambda kind: kind.level is not None and kind.level < 1),
    "bc1": ("Biết chữ mức độ 1", lambda kind: kind.level is not None and kind.level >= 1),
    "mc2": ("Mù chữ mức độ 2", lambda kind: kind.level is not None and kind.level < 2),
    "bc2": ("Biết chữ mức độ 2", lambda kind: kind.level is not None and kind.level >= 2),
    "unknown": ("Chưa rõ mức độ", lambda kind: kind.level is None),
}


def _four(prefix: str, kinds: Kinds) -> dict[str, Cell]:
    return {f"{prefix}.{key}": count for (key, _words), count in zip(FOUR, four(kinds), strict=True)}


def _four_columns(prefix: str, group: str) -> list[Column]:
    return [Column(f"{prefix}.{key}", group, heading) for key, heading in FOUR]


def _percent(prefix: str, part: str, whole: str, group: str, heading: str = "%") -> Column:
    return Column(
        f"{prefix}.{part}_percent", group, heading, "percent", (f"{prefix}{part}.all", f"{prefix}{whole}.all")
    )


def total_of(rows: Sequence[Row], columns: Sequence[Column], key: str, texts: dict[str, Cell]) -> Row:
    """Add rows up."""
    cells = {
        column.key: sum(int(row.cells[column.key]) for row in rows)
        for column in columns
        if column.kind == "number"
    }  # fmt: skip
    return Row(key, {**cells, **texts}, tuple(row.key for row in rows))


def _places(found: RollUp) -> list[tuple[str, str, Kinds, Line | None]]:
    """Key, name, people and judgement of each line; people whose commune is unknown are a line of the city."""
    rows: list[tuple[str, str, Kinds, Line | None]] = [
        (line.unit.code, line.unit.name, found.tally.communes.get(line.unit.pk, Counter()), line)
        for line in found.lines
    ]
    if found.unplaced:
        rows.append(("unplaced", "Chưa rõ phường, xã", found.tally.communes[None], None))
    return rows


def cmc_1(found: RollUp, groups: Iterable[Ages]) -> Form:
    """Units: population, and for each age group people, illiterate at level 1 and 2, unknown."""
    columns = [Column("no", "", "TT", "text"), Column("name", "", "Đơn vị", "text"), *_four_columns("whole", "Dân số")]
    for low, high in groups:
        words, prefix = f"{low}–{high} tuổi", f"{low}-{high}"
        for name in ("people", "mc1", "mc2", "unknown"):
            columns += _four_columns(f"{prefix}{name}", f"{words}: {MEASURES[name][0].lower()}")
            if name in ("mc1", "mc2"):
                columns.append(_percent(prefix, name, "people", f"{words}: {MEASURES[name][0].lower()}"))
    rows = []
    for number, (key, unit, kinds, _line) in enumerate(_places(found), 1):
        cells: dict[str, Cell] = {"no": str(number), "name": unit, **_four("whole", kinds)}
        for low, high in groups:
            aged = _aged(kinds, (low, high))
            for name in ("people", "mc1", "mc2", "unknown"):
                cells |= _four(f"{low}-{high}{name}", _only(aged, MEASURES[name][1]))
        rows.append(Row(key, cells))
    total = total_of(rows, columns, "total", {"no": "", "name": "Tổng cộng"})
    return Form("CMC-1", tuple(columns), (*rows, total))


def cmc_2(found: RollUp, bands: Iterable[Ages]) -> Form:
    """Bands of ages: people, illiterate at level 1 and 2 with their share, unknown, relapsed; religion is not kept."""
    names = ("people", "mc1", "mc2", "unknown", "relapsed")
    headings = {name: words for name, (words, _test) in MEASURES.items()} | {"relapsed": "Số người tái mù chữ"}
    tests = {name: test for name, (_words, test) in MEASURES.items()} | {"relapsed": lambda kind: kind.relapsed}
    columns = [Column("no", "", "TT", "text"), Column("name", "", "Độ tuổi", "text")]
    for name in names:
        columns += _four_columns(name, headings[name])[:3]
        columns.append(Column(f"{name}.religion", headings[name], "Tôn giáo", "text"))
        if name in ("mc1", "mc2"):
            columns.append(_percent("", name, "people", headings[name]))
    columns.append(Column("note", "", "Ghi chú", "text"))
    rows = []
    for number, (low, high) in enumerate(bands, 1):
        aged = _aged(found.tally.everybody, (low, high))
        cells: dict[str, Cell] = {"no": str(number), "name": f"{low}–{high} tuổi", "note": ""}
        for name in names:
            counts = _four(name, _only(aged, tests[name]))
            cells |= {key: count for key, count in counts.items() if not key.endswith(".minority_women")}
            cells[f"{name}.religion"] = NOT_KEPT
        rows.append(Row(f"{low}-{high}", cells))
    texts: dict[str, Cell] = {f"{name}.religion": NOT_KEPT for name in names}
    total = total_of(rows, columns, "total", {"no": "", "name": "Tổng cộng", "note": "", **texts})
    return Form("CMC-2", tuple(columns), (*rows, total), ("Tôn giáo: hệ thống không thu thập, nên không có số.",))


def xmc_3(found: RollUp, groups: Sequence[Ages]) -> Form:
    """Every age with its birth year, and the groups as subtotals where they end."""
    columns = [Column("age", "", "Độ tuổi", "text"), Column("born", "", "Năm sinh", "text")]
    for name, (words, _test) in MEASURES.items():
        columns += _four_columns(name, words)
        if name in ("bc1", "bc2"):
            columns.append(_percent("", name, "people", words))
    by_age: dict[int, Kinds] = {}
    for kind, people in found.tally.everybody.items():
        if kind.age is not None:
            by_age.setdefault(kind.age, Counter())[kind] += people
    rows: list[Row] = []
    ages = range(min(low for low, _high in groups), max(high for _low, high in groups) + 1)
    single: dict[int, Row] = {}
    for age in ages:
        kinds = by_age.get(age, Counter())
        cells: dict[str, Cell] = {"age": str(age), "born": str(found.as_of.year - age)}
        for name, (_words, test) in MEASURES.items():
            cells |= _four(name, _only(kinds, test))
        single[age] = Row(str(age), cells)
        rows.append(single[age])
        for low, high in groups:
            if high == age:
                texts: dict[str, Cell] = {"age": f"Cộng {low}–{high}", "born": ""}
                members = [single[one] for one in range(low, high + 1)]
                rows.append(total_of(members, columns, f"{low}-{high}", texts))
    return Form("XMC-3", tuple(columns), tuple(rows))


def xmc_4(found: RollUp, groups: Iterable[Ages]) -> Form:
    """Units: for each age group people, literate at level 1 and 2 with their share, unknown; which level is met."""
    columns = [Column("no", "", "TT", "text"), Column("name", "", "Đơn vị", "text")]
    for low, high in groups:
        prefix, words = f"{low}-{high}", f"{low}–{high} tuổi"
        for name, heading in (("people", "Tổng số"), ("bc1", "Biết chữ mức độ 1"), ("bc2", "Biết chữ mức độ 2")):
            columns.append(Column(f"{prefix}{name}.all", words, heading))
            if name != "people":
                columns.append(_percent(prefix, name, "people", words))
        columns.append(Column(f"{prefix}unknown.all", words, "Chưa rõ"))
    columns.append(Column("met", "", "Đạt chuẩn", "text"))
    rows = []
    for number, (key, unit, kinds, line) in enumerate(_places(found), 1):
        met = standard_met(line.verdicts) if line else "–"
        cells: dict[str, Cell] = {"no": str(number), "name": unit, "met": met}
        if line and line.difficult:
            cells["name"] = f"{unit} (đặc biệt khó khăn)"
        for low, high in groups:
            aged = _aged(kinds, (low, high))
            for name in ("people", "bc1", "bc2", "unknown"):
                cells[f"{low}-{high}{name}.all"] = four(_only(aged, MEASURES[name][1]))[0]
        rows.append(Row(key, cells))
    met = standard_met(found.above.verdicts if found.above else found.lines[0].verdicts)
    total = total_of(rows, columns, "total", {"no": "", "name": "Tổng cộng", "met": met})
    return Form("XMC-4", tuple(columns), (*rows, total))


def standard_met(verdicts: dict[int, Verdict]) -> str:
    """Return the highest level that is surely met; else whether it surely is none."""
    for level in (2, 1):
        if verdicts[level] == Verdict.PASSES:
            return PASSED[level]
    return "Chưa kết luận được" if Verdict.UNSAID in verdicts.values() else "Chưa đạt"
