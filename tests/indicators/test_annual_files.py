"""The annual report as files: Word and paper say the same, and what they say is what the system knows."""

import datetime as dt
import json
import posixpath
import re
from collections import Counter
from decimal import Decimal
from io import BytesIO

import docx
import pikepdf
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from lxml import etree

from indicators.annual import services
from indicators.annual.composing import compose
from indicators.annual.document import Document, Grid
from indicators.annual.gathering import gather
from indicators.annual.subjects import Subject
from indicators.annual.word import write_docx
from indicators.models import AnnualReport, ReportVersion
from indicators.selectors import current_plan
from tests.indicators import annual_world
from tests.indicators.annual_world import YEAR, begin, members, report_value, squeezed, words_of_docx, words_of_pdf

world = annual_world.world
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def run(capsys, *words):
    """Return (exit code, JSON)."""
    code = 0
    try:
        call_command("annual_report", *words, "--json")
    except SystemExit as stop:
        code = stop.code
    return code, json.loads(capsys.readouterr().out)


def test_word_and_paper_say_the_same(world, capsys, tmp_path):
    """The command writes one version in two formats; every word of one is in the other, in the same order."""
    report_value("A2", world.city, Decimal("99.55"), world.tuan, approved=True)
    report_value("D3", world.city, Decimal("71.2"), world.tuan)
    files = {}
    for kind in ("docx", "pdf"):
        target = tmp_path / f"report.{kind}"
        code, result = run(capsys, "--unit", "01", "--year", str(YEAR), "--format", kind, "--out", str(target))
        assert code == 0
        assert (result["version"], result["unapproved"]) == (1, ["D3"])
        assert {"A1", "B4"} <= set(result["missing"])
        files[kind] = target.read_bytes()
    pages = words_of_pdf(files["pdf"])
    # The number of a page is drawn after its text, except on the first.
    numbers = [page.split()[-1] for page in pages[1:]]
    assert numbers == [str(number) for number in range(2, len(pages) + 1)]
    rest = (squeezed(page).removesuffix(number) for page, number in zip(pages[1:], numbers, strict=True))
    paper = squeezed(pages[0]) + "".join(rest)
    texts = words_of_docx(files["docx"])
    left, at = [], 0
    for text in map(squeezed, texts):
        place = paper.find(text, at)
        assert place >= 0, text
        left.append(paper[at:place])
        at = place + len(text)
    # What paper has beyond Word: headings of columns repeated where a table goes on, on the next page.
    extra = "".join(left) + paper[at:]
    heads = {squeezed(text) for text in texts}
    # Letters of drawings are text on paper and pixels in Word; their tables hold the same words.
    made = ReportVersion.objects.get().document
    for block in made["body"]:
        if block["kind"] == "picture":
            drawn = [squeezed(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", block["svg"])]
            assert set(drawn) <= heads
    for head in sorted(heads, key=len, reverse=True):
        extra = extra.replace(head, "")
    assert extra == ""
    assert "99,55%" in texts
    assert "71,2% (chưa duyệt)" in texts
    assert texts.count("chưa có số liệu") > 20
    with pikepdf.open(tmp_path / "report.pdf") as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == "vi"


def test_the_word_file_is_whole(world):
    """Opens again, parts all there and named, styles real, heads of tables repeated, bytes the same each time."""
    document, _values = compose(
        gather(Subject(current_plan(), YEAR, world.city)),
        map(services.as_text, services.current_texts(begin(world.city))),
    )
    moment = dt.datetime(2026, 11, 28, 8, tzinfo=dt.UTC)
    content = write_docx(document, "ABCDEFGH12345678", moment)
    assert content == write_docx(document, "ABCDEFGH12345678", moment)
    assert content == write_docx(
        Document.from_json(json.loads(json.dumps(document.as_json()))), "ABCDEFGH12345678", moment
    )
    parts = members(content)
    types = parts["[Content_Types].xml"].decode()
    for name, part in parts.items():
        known = f'PartName="/{name}"' in types or f'Extension="{name.rpartition(".")[2]}"' in types
        assert known or name == "[Content_Types].xml", name
        if name.endswith((".xml", ".rels")):
            etree.fromstring(part)
        if name.endswith(".rels"):
            folder = name.partition("_rels/")[0]
            for target in re.findall(rb'Target="([^"]+)"', part):
                path = target.decode()
                assert (path[1:] if path.startswith("/") else posixpath.normpath(folder + path)) in parts, path
    word = docx.Document(BytesIO(content))
    grids = [block for block in document.blocks if isinstance(block, Grid)]
    ruled = [table for table in word.tables if table.style.name == "Table Grid"]
    assert len(ruled) == len(grids) > 8
    for table, grid in zip(ruled, grids, strict=True):
        head, *rows = table._tbl.tr_lst
        assert head.trPr.find(f"{W}tblHeader") is not None
        assert len(rows) == len(grid.rows)
        assert table._tbl.tblPr.find(f"{W}tblCaption").get(f"{W}val")
    levels = Counter(
        paragraph.style.name for paragraph in word.paragraphs if paragraph.style.name.startswith("Heading")
    )
    assert levels["Heading 1"] == 10
    assert levels["Heading 2"] > 8
    assert word.styles["Normal"].font.name == "Times New Roman"
    assert b'w:val="vi-VN"' in parts["word/styles.xml"]
    assert len(word.inline_shapes) == 3
    assert all(shape._inline.docPr.get("descr") for shape in word.inline_shapes)
    assert word.core_properties.language == "vi-VN"


def test_every_number_is_what_the_system_knows(world, capsys):
    """Lines as the ``indicators`` command prints them, totals as counted in the tables themselves."""
    report_value("A2", world.city, Decimal("99.5"), world.tuan, approved=True)
    report_value("B1", world.city, Decimal("70"), world.tuan, ends_on=dt.date(2025, 10, 31), approved=True)
    facts = gather(Subject(current_plan(), YEAR, world.city))
    _document, values = compose(facts, [])
    capsys.readouterr()
    call_command("indicators", "--unit", "01", "--as-of", str(facts.subject.as_of), "--json")
    rows = {row["code"]: row for row in json.loads(capsys.readouterr().out)["figures"]}
    shown = 0
    for code, row in rows.items():
        text = values[f"{code}.figure"].text
        if code == "B1":  # last year's figure is none of this year's
            assert (row["value"], text) == (70, "chưa có số liệu")
        elif row["value"] is None:
            assert text == "chưa có số liệu"
        else:
            assert float(text.rstrip("%").replace(".", "").replace(",", ".")) == pytest.approx(row["value"], abs=0.005)
            shown += 1
    assert shown >= 2  # A2 and C3; A3 has nobody in this cast
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(DISTINCT e.id), COUNT(DISTINCT e.learner_id), COUNT(DISTINCT s.class_group_id), "
            "COUNT(DISTINCT s.id) FROM courses_session s "
            "JOIN courses_enrolment e ON e.class_group_id = s.class_group_id "
            "WHERE s.status = 'held' AND s.held_on BETWEEN %s AND %s AND e.status <> 'withdrawn'",
            [facts.subject.period.starts_on, facts.subject.as_of],
        )
        counted = dict(zip(("participations", "learners", "classes", "sessions"), cursor.fetchone(), strict=True))
    assert counted["learners"] == 8
    for name, number in counted.items():
        assert values[f"{name}.count"].text == str(number)
    assert values["A3.figure"].source["kind"] == "missing"
    assert values["A2.figure"].source["state"] == "approved"
    assert values["participations.count"].source == {
        "kind": "statistics", "from": f"{YEAR - 1}-12-01", "to": str(facts.subject.as_of), "boundaries": "then",
    }  # fmt: skip


def test_small_numbers_of_people_are_not_printed(world):
    """Two women at centre B: the table of groups says less than five."""
    document, _values = compose(gather(Subject(current_plan(), YEAR, world.commune_b)), [
        services.as_text(row) for row in services.current_texts(begin(world.commune_b))
    ])  # fmt: skip
    groups = next(block for block in document.blocks if isinstance(block, Grid) and "đối tượng" in block.caption)
    assert ("Phụ nữ", "0", "dưới 5", "dưới 5") in groups.rows


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--unit", "01", "--year", "2099"], "no_plan"),
        (["--unit", "01", "--year", "2099", "--plan", "KH-23NQTU"], "year_wrong"),
        (["--unit", "99999", "--year", "2026"], "unknown_unit"),
        (["--centre", "HN-KHONG", "--year", "2026"], "unknown_centre"),
        (["--unit", "09700", "--year", "2026", "--by", "minh"], "not_found"),
    ],
)
def test_the_command_refuses_and_leaves_nothing(world, capsys, tmp_path, words, code):
    target = tmp_path / "x.docx"
    stopped, answer = run(capsys, *words, "--format", "docx", "--out", str(target))
    assert (stopped, answer["error"]["code"]) == (1, code)
    assert not target.exists()
    assert not ReportVersion.objects.exists()


def test_a_centre_reports_of_itself(world, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(services, "write_pdf", lambda document, token: b"%PDF")
    target = tmp_path / "centre.docx"
    code, result = run(
        capsys, "--centre", "HN-BAVI", "--year", str(YEAR), "--format", "docx", "--out", str(target), "--by", "lan"
    )
    assert (code, result["totals"]["participations"]) == (0, 6)
    texts = words_of_docx(target.read_bytes())
    assert any("là 6 người học khác nhau" in text for text in texts)
    assert any("chưa đạt tiêu chí ứng dụng công nghệ thông tin" in text for text in texts)
    assert AnnualReport.objects.get().centre == world.centre_a


def test_a_former_district_reports_of_its_area(world, monkeypatch):
    monkeypatch.setattr(services, "write_pdf", lambda document, token: b"%PDF")
    made, _is_new = services.make_version(report=begin(world.district_a, by=world.hoa), by=world.hoa)
    assert made.totals["participations"] == 6
    assert made.document["front"]["offices"][1] == "ĐỊA BÀN HUYỆN BA VÌ (CŨ)"
    assert made.made_at <= timezone.now()
