"""The report as a Word file: real styles, headings, tables and page numbers, so that it can be worked on further.

Paper, margins, type and the two columns at the top follow Decree 30/2020, annex I. The same document, code and moment
give the same bytes.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from indicators.annual.document import Block, Document, Figure, Grid, Heading
from indicators.annual.drawing import png_of_code, png_of_svg
from indicators.annual.paper import proof_lines
from indicators.printing import MOTTO
from indicators.statistics.documents import proof_url

FONT = "Times New Roman"
TEXT_WIDTH = 165  # millimetres between the margins
PICTURE_WIDTH = 125
# Our styles: name, based on, points, bold, italic, alignment, indent of the first line (mm), space before and after.
STYLES: tuple[tuple[str, str, float, bool, bool, str, float, float, float], ...] = (
    ("Report Body", "Normal", 14, False, False, "JUSTIFY", 10, 4, 4),
    ("Report Item", "Report Body", 14, False, False, "JUSTIFY", 10, 3, 3),
    ("Report Note", "Report Body", 14, False, True, "JUSTIFY", 10, 4, 4),
    ("Report Centre", "Normal", 13, False, False, "CENTER", 0, 0, 0),
    ("Report Title", "Normal", 14, True, False, "CENTER", 0, 0, 0),
    ("Report Caption", "Normal", 12, False, True, "CENTER", 0, 8, 3),
    ("Report Cell", "Normal", 11, False, False, "LEFT", 0, 1, 1),
    ("Report Number", "Report Cell", 11, False, False, "RIGHT", 0, 1, 1),
    ("Report Column", "Report Cell", 11, True, False, "CENTER", 0, 1, 1),
    ("Report Recipients", "Normal", 11, False, False, "LEFT", 0, 0, 0),
    ("Report Proof", "Normal", 10, False, False, "LEFT", 0, 0, 0),
)
HEADINGS = ((1, True, False), (2, True, False), (3, False, True))
CELLS = {"text": "ReportCell", "code": "ReportCell", "number": "ReportNumber"}


def write_docx(document: Document, token: str, made_at: dt.datetime) -> bytes:
    """Return the file."""
    import docx  # only where Word files are made

    word = docx.Document()
    _page(word)
    _styles(word)
    _front(word, document)
    _blocks(word, document.body)
    _end(word, document)
    _proof(word, token)
    for annex in document.annexes:
        _blocks(word, annex, is_annex=True)
    _properties(word, document, made_at)
    out = io.BytesIO()
    word.save(out)
    return _still(out.getvalue())


def _page(word: Any) -> None:
    from docx.shared import Mm

    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.style = word.styles["Header"]
    number.alignment = 1
    number._p.append(_xml(f'<w:fldSimple {_NS} w:instr="PAGE"><w:r><w:t>2</w:t></w:r></w:fldSimple>'))


def _styles(word: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    defaults = word.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for child in list(defaults):
        defaults.remove(child)
    defaults.append(_xml(f"<w:rFonts {_NS} {_FONTS}/>"))
    defaults.append(_xml(f'<w:lang {_NS} w:val="vi-VN" w:eastAsia="vi-VN" w:bidi="ar-SA"/>'))
    _type(word.styles["Normal"], 14, False, False)
    word.styles["Normal"].paragraph_format.space_after = Pt(0)
    _type(word.styles["Header"], 13, False, False)
    for level, bold, italic in HEADINGS:
        style = word.styles[f"Heading {level}"]
        _type(style, 14, bold, italic)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(10 if level == 1 else 7), Pt(4)
        style.paragraph_format.first_line_indent = Mm(10)
        style.paragraph_format.keep_with_next = True
    for name, base, size, bold, italic, side, indent, before, after in STYLES:
        style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = word.styles[base]
        _type(style, size, bold, italic)
        form = style.paragraph_format
        form.alignment = getattr(WD_ALIGN_PARAGRAPH, side)
        form.first_line_indent = Mm(indent)
        form.space_before, form.space_after = Pt(before), Pt(after)
    word.styles["Report Caption"].paragraph_format.keep_with_next = True


def _type(style: Any, size: float, bold: bool, italic: bool) -> None:
    """Say type and size; the colours and fonts of the built-in headings go."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, italic
    style.font.color.rgb = RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    for fonts in properties.findall(qn("w:rFonts")):
        properties.remove(fonts)
    properties.insert(0, _xml(f"<w:rFonts {_NS} {_FONTS}/>"))


_NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_FONTS = " ".join(f'w:{kind}="{FONT}"' for kind in ("ascii", "hAnsi", "eastAsia", "cs"))


def _xml(text: str) -> Any:
    from docx.oxml import parse_xml

    return parse_xml(text)


def _run(text: str, *, bold: bool = False, italic: bool = False) -> str:
    marks = ("<w:b/>" if bold else "") + ("<w:i/>" if italic else "")
    shown = f"<w:rPr>{marks}</w:rPr>" if marks else ""
    return f'<w:r>{shown}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _paragraph(style: str, *runs: str, keep: bool = False) -> str:
    kept = "<w:keepNext/>" if keep else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{kept}</w:pPr>{"".join(runs)}</w:p>'


def _cell(width: int, *paragraphs: str, side: str = "center") -> str:
    how = f'<w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="{side}"/>'
    return f"<w:tc><w:tcPr>{how}</w:tcPr>{''.join(paragraphs)}</w:tc>"


def _table(widths: Iterable[int], rows: Iterable[str], *, ruled: bool, caption: str = "") -> Any:
    """A table of rows in XML, which python-docx would build cell by cell, slowly. Widths: twentieths of a point."""
    columns = list(widths)
    style = "TableGrid" if ruled else "TableNormal"
    described = f'<w:tblCaption w:val="{escape(caption, {chr(34): "&quot;"})}"/>' if caption else ""
    return _xml(
        f'<w:tbl {_NS}><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(columns)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
        f'</w:tblCellMar><w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" '
        f'w:noHBand="1" w:noVBand="1"/>{described}</w:tblPr>'
        f"<w:tblGrid>{''.join(f'<w:gridCol w:w={chr(34)}{width}{chr(34)}/>' for width in columns)}</w:tblGrid>"
        f"{''.join(rows)}</w:tbl>"
    )


def _put(word: Any, element: Any) -> None:
    """Append to the body, before the properties of its section."""
    word.element.body.insert(len(word.element.body) - 1, element)


def _twips(millimetres: float) -> int:
    return round(millimetres * 1440 / 25.4)


def _front(word: Any, document: Document) -> None:
    front = document.front
    left = [
        _paragraph("ReportCentre", _run(front.offices[0])),
        _paragraph("ReportCentre", _run(front.offices[1], bold=True)),
        _paragraph("ReportCentre", _run("––––––––")),
        _paragraph("ReportCentre", _run(front.number)),
    ]
    right = [
        _paragraph("ReportCentre", _run(MOTTO[0], bold=True)),
        _paragraph("ReportCentre", _run(MOTTO[1], bold=True)),
        _paragraph("ReportCentre", _run("––––––––––––––––")),
        _paragraph("ReportCentre", _run(front.place, italic=True)),
    ]
    widths = (_twips(68), _twips(TEXT_WIDTH - 68))
    row = f"<w:tr>{_cell(widths[0], *left)}{_cell(widths[1], *right)}</w:tr>"
    _put(word, _table(widths, [row], ruled=False))
    word.add_paragraph(style="Report Title")
    word.add_paragraph(front.title, style="Report Title")
    word.add_paragraph(front.about, style="Report Title")
    word.add_paragraph("––––––––", style="Report Title")


def _blocks(word: Any, blocks: Iterable[Block], *, is_annex: bool = False) -> None:
    first = is_annex
    for block in blocks:
        if isinstance(block, Heading):
            heading = word.add_heading(block.text, block.level)
            if first:
                heading.paragraph_format.page_break_before = True
                heading.paragraph_format.first_line_indent = 0
                heading.alignment = 1
            first = False
        elif isinstance(block, Grid):
            _grid(word, block)
        elif isinstance(block, Figure):
            _figure(word, block)
        else:
            dash = "- " if block.style == "item" else ""
            word.add_paragraph(dash + block.text, style=f"Report {block.style.capitalize()}")


def _grid(word: Any, block: Grid) -> None:
    if block.caption:
        word.add_paragraph(block.caption, style="Report Caption")
    whole = sum(column.width for column in block.columns)
    widths = [_twips(TEXT_WIDTH * column.width / whole) for column in block.columns]
    heads = (
        _cell(width, _paragraph("ReportColumn", _run(column.heading), keep=True))
        for width, column in zip(widths, block.columns, strict=True)
    )
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(heads)}</w:tr>"]
    for place, row in enumerate(block.rows):
        cells = (
            _cell(width, _paragraph(CELLS[column.kind], _run(text, bold=place in block.bold)))
            for width, column, text in zip(widths, block.columns, row, strict=True)
        )
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>")
    names = ", ".join(column.heading for column in block.columns)
    _put(word, _table(widths, rows, ruled=True, caption=block.caption or f"Bảng: {names}"))
    # Two tables without a paragraph between them would become one.
    word.add_paragraph(style="Report Proof")


def _figure(word: Any, block: Figure) -> None:
    word.add_paragraph(block.title, style="Report Caption")
    _picture(
        word.add_paragraph(style="Report Centre"), png_of_svg(block.svg), PICTURE_WIDTH, block.title, block.description
    )


def _picture(paragraph: Any, png: bytes, width: float, title: str, description: str) -> None:
    from docx.shared import Mm

    shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(width))
    shape._inline.docPr.set("title", title)
    shape._inline.docPr.set("descr", description)


def _end(word: Any, document: Document) -> None:
    heads = [_paragraph("ReportRecipients", _run("Nơi nhận:", bold=True, italic=True))] if document.recipients else []
    left = heads + [_paragraph("ReportRecipients", _run(f"- {line}")) for line in document.recipients]
    right = [_paragraph("ReportTitle", _run(line)) for line in document.signature]
    widths = (_twips(85), _twips(TEXT_WIDTH - 85))
    empty = [_paragraph("ReportRecipients")]
    cells = _cell(widths[0], *(left or empty), side="top") + _cell(widths[1], *(right or empty), side="top")
    word.add_paragraph(style="Report Proof")
    _put(word, _table(widths, [f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"], ruled=False))
    for _line in range(3):  # room for the signature
        word.add_paragraph(style="Report Centre")


def _proof(word: Any, token: str) -> None:
    first, *others = proof_lines(token)
    _picture(
        word.add_paragraph(style="Report Proof"), png_of_code(proof_url(token)), 24, "Mã QR", f"Mã đối chiếu {first}"
    )
    word.add_paragraph(style="Report Proof").add_run(first).bold = True
    for line in others:
        word.add_paragraph(line, style="Report Proof")


def _properties(word: Any, document: Document, made_at: dt.datetime) -> None:
    about = word.core_properties
    about.title = f"{document.front.title} – {document.front.about}"[:255]
    about.author = document.front.offices[1].title()[:255]
    about.subject, about.comments, about.language = "", "", "vi-VN"
    moment = made_at.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
    about.created = about.modified = moment
    about.last_modified_by, about.revision = "", 1


def _still(content: bytes) -> bytes:
    """Return the package with every part dated alike: the clock of this machine is no part of what it says."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as still:
        for part in made.infolist():
            fixed = zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            still.writestr(fixed, made.read(part))
    return out.getvalue()
