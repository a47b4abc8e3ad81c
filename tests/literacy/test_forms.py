"""The official tables: by hand, totals that agree for any people, and the same numbers in two other programs."""

import datetime as dt
import io
import re
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from learners.models import Learner
from literacy.models import Difficulty, LevelStatement
from literacy.services import restate
from literacy.standards import tables
from literacy.standards.checking import FormsDisagree, disagreements, require_agreement
from literacy.standards.paper import Head
from literacy.standards.roll_up import Above, Line, RollUp, roll_up
from literacy.standards.rule import Rule, UnitCount
from literacy.standards.tables import CODES, NOT_KEPT, Form, Row, forms_of
from literacy.standards.tally import MINORITY, OTHER, UNSAID, Kind, Tally, count_of
from literacy.standards.xlsx import form_xlsx
from tests.literacy.test_standards import DAY, resident

HEAD = SimpleNamespace(name="Xã =Thử", level="commune")
GROUPS, BANDS = [(15, 25), (15, 35), (15, 60)], [(15, 25), (26, 35), (36, 60)]
AGES = dict.fromkeys((1, 2), (15, 60))
KINDS = st.builds(
    Kind,
    st.one_of(st.none(), st.sampled_from([14, 15, 25, 26, 35, 36, 60, 61])),
    st.sampled_from(["female", "male", "unknown"]),
    st.sampled_from([MINORITY, OTHER, UNSAID]),
    st.sampled_from([None, 0, 1, 2]),
    st.booleans(),
)
PLACES = st.lists(st.dictionaries(KINDS, st.integers(1, 2000), max_size=6).map(Counter), min_size=1, max_size=4)


def judged(places, unplaced=None):
    """A city of communes with these people, without a database."""
    rule = Rule(90, AGES, AGES, {1: 90, 2: 90}, {1: 90, 2: 100}, {1: 90, 2: 100})
    city = SimpleNamespace(pk=0, code="01", name="Thành phố Hà Nội", level="city")
    tally, lines = Tally(DAY, city, None), []
    for pk, kinds in enumerate(places, 1):
        tally.communes[pk] = kinds
        counts = {level: count_of(kinds, level, AGES[level]) for level in (1, 2)}
        levels = {level: SimpleNamespace(verdict=counts[level].verdict(90)) for level in (1, 2)}
        lines.append(Line(SimpleNamespace(pk=pk, code=f"{pk:05d}", name=f"Xã {pk}"), False, kinds.total(), levels))
    if unplaced:
        tally.communes[None] = unplaced
    above = Above(city, {1: UnitCount(), 2: UnitCount()}, {1: 90, 2: 100})
    return RollUp(DAY, city, rule, tally, lines, [], above, unplaced.total() if unplaced else 0)


def made(found):
    forms = tables.cmc_1(found, GROUPS), tables.cmc_2(found, BANDS), tables.xmc_3(found, GROUPS)
    return {form.code: form for form in (*forms, tables.xmc_4(found, GROUPS))}


@given(PLACES, st.dictionaries(KINDS, st.integers(1, 9), max_size=3).map(Counter))
def test_tables_of_any_people_agree_and_count_each_person(places, unplaced):
    forms = made(judged(places, unplaced))
    assert list(disagreements(forms)) == []
    everybody = sum(places, Counter()) + unplaced
    cells = forms["CMC-2"].row("total").cells
    of_age = {kind: n for kind, n in everybody.items() if kind.age is not None and 15 <= kind.age <= 60}
    assert cells["people.all"] == sum(of_age.values())
    assert cells["mc2.women"] == sum(
        n for kind, n in of_age.items() if kind.level in (0, 1) and kind.sex == "female"
    )  # fmt: skip
    assert cells["unknown.minority"] == sum(
        n for kind, n in of_age.items() if kind.level is None and kind.ethnic == MINORITY
    )  # fmt: skip
    assert forms["CMC-1"].row("total").cells["whole.all"] == everybody.total()


@given(PLACES, st.data())
def test_any_cell_that_is_changed_is_found_and_named(places, data):
    """Whatever single number is falsified, the check fails and says which table, row and column."""
    forms = made(judged(places))
    form = forms[data.draw(st.sampled_from(CODES))]
    row = data.draw(st.sampled_from(form.rows))
    column = data.draw(st.sampled_from([column for column in form.columns if column.kind == "number"]))
    falsified = Row(row.key, {**row.cells, column.key: row.cells[column.key] + 1}, row.sums)
    rows = tuple(falsified if one.key == row.key else one for one in form.rows)
    with pytest.raises(FormsDisagree) as refused:
        require_agreement(forms | {form.code: replace(form, rows=rows)})
    assert any(f"{form.code} [" in cell and column.key in cell for cell in refused.value.data["cells"])


@pytest.fixture
def commune(cast, reference):
    """Eight people of whom each cell can be counted by hand."""
    for age, level, sex, ethnicity in (
        (15, 2, "female", "09"), (15, 0, "female", "01"), (25, 1, "male", "09"), (26, None, "female", "09"),
        (36, 0, "female", "06"), (60, 2, "unknown", ""), (61, 0, "male", "01"), (None, 0, "male", "09"),
    ):  # fmt: skip
        resident(cast, age, level, sex=sex, ethnicity=ethnicity)
    return cast


def four(row, prefix):
    return [row.cells[f"{prefix}.{key}"] for key in ("all", "women", "minority", "minority_women")]


def test_a_small_commune_by_hand(commune):
    forms = forms_of(roll_up(commune.commune_a, DAY))
    require_agreement(forms)
    ages = forms["XMC-3"]
    assert [row.key for row in ages.rows if row.sums] == ["15-25", "15-35", "15-60"]
    assert len(ages.rows) == 46 + 3
    assert ages.row("15").cells["born"] == "2011"
    assert [four(ages.row("15"), name) for name in ("people", "mc1", "bc1", "mc2", "bc2")] == [
        [2, 2, 1, 1], [1, 1, 0, 0], [1, 1, 1, 1], [1, 1, 0, 0], [1, 1, 1, 1],
    ]  # fmt: skip
    assert [four(ages.row("15-60"), name) for name in ("people", "mc1", "mc2", "unknown")] == [
        [6, 4, 4, 3], [2, 2, 1, 1], [3, 2, 2, 1], [1, 1, 1, 1],
    ]  # fmt: skip
    bands = forms["CMC-2"]
    assert [row.cells["people.all"] for row in bands.rows] == [3, 1, 2, 6]
    assert bands.row("total").cells["people.religion"] == NOT_KEPT
    assert 0 not in [
        row.cells[column.key] for row in bands.rows for column in bands.columns if "religion" in column.key
    ]
    share = next(column for column in bands.columns if column.key == ".mc2_percent")
    assert str(bands.value(bands.row("15-25"), share)) == "66.67"
    whole = forms["CMC-1"].row("total")
    assert four(whole, "whole") == [8, 4, 5, 3]
    assert four(whole, "15-35mc2") == [2, 1, 1, 0]
    last = forms["XMC-4"].row(commune.commune_a.code)
    assert [last.cells[f"15-60{name}.all"] for name in ("people", "bc1", "bc2", "unknown")] == [6, 3, 2, 1]
    assert last.cells["met"] == "Chưa đạt"
    notes = " ".join(bands.notes)
    assert "1 người 15–60 tuổi chưa rõ mức độ" in notes
    assert "1 người chưa rõ năm sinh" in notes
    assert "1 người chưa rõ giới tính, 1 người chưa rõ dân tộc" in notes


def test_the_relapsed_and_the_difficult_commune_are_named(commune):
    Difficulty.objects.create(
        unit=commune.commune_a, difficult=True, valid_from=DAY, source="QĐ 1", recorded_by=commune.tuan
    )
    forms = forms_of(roll_up(commune.commune_a, DAY))
    assert "đặc biệt khó khăn" in forms["XMC-4"].rows[0].cells["name"]
    person = Learner.objects.get(birth_year=2026 - 36)
    LevelStatement.objects.create(
        learner=person, level=0, relapsed_from=1, proof="survey", stated_on=dt.date(2026, 9, 20), source="Phiếu",
        recorded_by=commune.lan, centre=commune.centre_a,
    )  # fmt: skip
    restate([person.pk])
    cells = forms_of(roll_up(commune.commune_a, DAY))["CMC-2"].row("36-60").cells
    assert [cells[f"relapsed.{key}"] for key in ("all", "women", "minority", "religion")] == [1, 1, 1, NOT_KEPT]


def test_kept_tables_are_the_same_tables(commune):
    for form in forms_of(roll_up(commune.commune_a, DAY)).values():
        assert Form.from_json(form.as_json()) == form


def calculated(sheet, formula):
    """Work a formula of ours out, with nothing but the cells it names."""

    def number(name):
        value = sheet[name].value
        return calculated(sheet, value) if isinstance(value, str) and value.startswith("=") else value

    if found := re.fullmatch(r"=SUM\(([A-Z0-9:,]+)\)", formula):
        ranges = [part.split(":") for part in found[1].split(",")]
        return sum(number(cell.coordinate) for low, high in ranges for line in sheet[low:high] for cell in line)
    part, whole = re.fullmatch(r'=IF\(\w+=0,"",ROUND\((\w+)\*100/(\w+),2\)\)', formula).groups()
    return round(number(part) * 100 / number(whole) + 1e-9, 2) if number(whole) else ""


@pytest.mark.parametrize("code", CODES)
def test_two_other_programs_read_the_numbers_and_the_formulas_give_them(code):
    kinds = Counter({Kind(age, "female", MINORITY, age % 3, False): age * 7 for age in range(15, 61)})
    form = made(judged([kinds, Counter({Kind(20, "male", OTHER, None, True): 1234})]))[code]
    content = form_xlsx(form, Head(HEAD, 2026, DAY, "thử"))
    live = openpyxl.load_workbook(io.BytesIO(content))[code]
    kept = openpyxl.load_workbook(io.BytesIO(content), data_only=True)[code]
    third = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(code).to_python(skip_empty_area=False)
    formulas = 0
    for at, row in enumerate(form.rows, 9):
        for index, column in enumerate(form.columns, 1):
            expected = form.value(row, column)
            expected = "" if expected is None else expected if isinstance(expected, str) else float(expected)
            value = kept.cell(at, index).value
            assert ("" if value is None else value) == expected
            assert third[at - 1][index - 1] == expected
            if isinstance(text := live.cell(at, index).value, str) and text.startswith("="):
                formulas += 1
                assert calculated(live, text) == pytest.approx(expected), (row.key, column.key)
            else:
                assert not row.sums or column.kind == "text"
    assert formulas > len(form.rows)
    assert live["A1"].value == "ỦY BAN NHÂN DÂN XÃ =THỬ"
    assert live.page_setup.orientation == "landscape"
