"""A stamped paper is the one that WeasyPrint would have drawn, down to kerning, and is whole as a file."""

import io
import unicodedata
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageStat

from certificates.choices import CertificateKind, PaperLanguage
from certificates.paper.stamping import layout as layouts
from certificates.paper.stamping.faces import face
from certificates.paper.stamping.joining import join
from certificates.paper.stamping.stamper import Stamper
from certificates.wording.filling import builtin_wording
from certificates.wording.samples import sample_paper
from tests.certificates.papers import paper, papers, picture, text

DPI = 150
LONG = "Nguyễn Phúc Hoàng Thị Phương Quỳnh Thùy Dương Ngọc Ánh Nguyệt"[:60]
CENTRE = "Trung tâm học tập cộng đồng phường Văn Miếu - Quốc Tử Giám thuộc thành phố Hà Nội"
COURSE = "Bồi dưỡng năng lực thông tin và kỹ năng sử dụng dịch vụ công trực tuyến cho người cao tuổi ở vùng dân tộc"


@pytest.fixture(scope="module")
def stamper():
    made = Stamper({})
    made.page(paper("An"))  # the others are stamped on the layout of another person's paper
    return made


def mean_difference(one, other):
    """Mean difference of the pixels outside the QR, of 255."""
    difference = ImageChops.difference(one, other)
    mm = DPI / 25.4
    difference.paste(0, (round(18 * mm), one.height - round(60 * mm), round(62 * mm), one.height - round(15 * mm)))
    return ImageStat.Stat(difference).mean[0]


NAMES = [
    "Đặng Thị Ợt Ễnh", unicodedata.normalize("NFD", "Đặng Thị Ợt Ễnh"), "Nguyễn Văn A", "Phạm AVATAR To Ty Vy",
    "Y Xuân H’Nhi Niê Kđăm", "Lò Thị Ún - Bàn “Én”", LONG, "Nguyễn Phúc Hoàng Thị Phương Quỳnh",
    "  Hai   khoảng trắng ", "<b>Đỗ & Con</b>",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_stamped_paper_looks_and_reads_like_a_rendered_one(stamper, name):
    row = paper(name)
    stamped, rendered = stamper.page(row), stamper.press.render([row])
    assert b"clc-stamp" in stamped[:64]
    assert text(stamped) == text(rendered)
    assert mean_difference(picture(stamped, DPI), picture(rendered, DPI)) <= 0.1


@pytest.mark.parametrize(
    "content",
    [
        {"course": COURSE}, {"centre": CENTRE}, {"centre": CENTRE, "course": COURSE, "learner": LONG},
        {"learner": (LONG + " ") * 2}, {"birth": ""}, {"result": "", "birth": ""},
    ],
)  # fmt: skip
def test_tight_pages_and_missing_lines_too(stamper, content):
    row = paper(**content)
    stamped, rendered = stamper.page(row), stamper.press.render([row])
    assert b"clc-stamp" in stamped[:64]
    assert text(stamped) == text(rendered)
    assert mean_difference(picture(stamped, DPI), picture(rendered, DPI)) <= 0.1


def test_the_comparison_sees_a_shifted_line(stamper):
    row = paper()
    right = picture(stamper.page(row), DPI)
    wrong = picture(stamper.page(paper(signer_name="Phùng Văn Đức.")), DPI)
    assert mean_difference(right, wrong) > 0.1


def test_a_text_of_two_lines_is_laid_out_for_itself_and_nobody_else(stamper):
    """A name that takes two lines moves what is below it; the next person has the page of one line again."""
    two = paper((LONG + " ") * 2)
    before = stamper.page(paper(LONG))
    assert text(stamper.page(two)) == text(stamper.press.render([two]))
    assert stamper.page(paper(LONG)) == before


def test_letters_that_are_not_embedded_are_rendered_whole(stamper):
    row = paper("Мария Ивановна")
    made = stamper.page(row)
    assert b"clc-stamp" not in made
    assert "Мария Ивановна" in text(made)


def test_a_font_that_shapes_otherwise_is_not_stamped(stamper, monkeypatch):
    """Widths that differ from Pango's are noticed when a page is laid out, and the paper is rendered whole."""
    wide = face(True, False).shape("Đ", 40.0)
    monkeypatch.setattr(layouts, "shaped", lambda *_: wide)
    assert b"clc-stamp" not in Stamper({}).page(paper())


def test_the_same_paper_gives_the_same_file(stamper):
    row = paper()
    assert stamper.page(row) == stamper.page(row) == Stamper({}).page(row)


def check_tags(content, pages):
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert pdf.check_pdf_syntax() == []
        root = pdf.Root
        assert (bool(root.MarkInfo.Marked), str(root.Lang)) == (True, "vi")
        numbers = dict(zip(*[iter(flat(root.StructTreeRoot.ParentTree))] * 2, strict=True))
        assert len(numbers) == len(pdf.pages) == pages
        for page in pdf.pages:
            owners = list(numbers[int(page.obj.StructParents)])
            marked = [int(row.operands[1].MCID) for row in pikepdf.parse_content_stream(page) if is_mark(row)]
            assert marked == list(range(len(owners)))
            tags = [str(owner.S) for owner in owners]
            assert tags.count("/H1") == 1
            (figure,) = [owner for owner in owners if owner.S == "/Figure"]
            assert str(figure.Alt).startswith("Mã QR")
            assert all(owner.Pg.objgen == page.obj.objgen for owner in owners)


def flat(tree):
    """The numbers and values of a number tree."""
    for leaf in tree.get("/Kids", [tree]):
        yield from ((value if at % 2 else int(value)) for at, value in enumerate(leaf.Nums))


def is_mark(row):
    return str(row.operator) == "BDC"


def test_a_paper_is_tagged_titled_and_clean(stamper):
    content = stamper.page(paper())
    check_tags(content, 1)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert str(pdf.docinfo.Title) == "Giấy xác nhận 000087/2026"
        with pdf.open_metadata() as meta:
            assert meta["dc:title"] == "Giấy xác nhận 000087/2026"
        fonts = [font.DescendantFonts[0].FontDescriptor for font in pdf.pages[0].Resources.Font.values()]
        assert len(fonts) == 3
        assert all("/FontFile2" in font for font in fonts)


@pytest.mark.django_db
def test_a_logo_has_its_words_and_looks_as_rendered(stamper):
    noisy = Image.effect_noise((600, 600), 80).convert("RGB")
    file = io.BytesIO()
    noisy.save(file, "PNG")
    wording = builtin_wording(CertificateKind.COURSE, PaperLanguage.VI, file.getvalue())
    row = sample_paper(wording, kind=CertificateKind.COURSE, centre=None)
    stamped, rendered = stamper.page(row), stamper.press.render([row])
    assert b"clc-stamp" in stamped[:64]
    assert mean_difference(picture(stamped, DPI), picture(rendered, DPI)) <= 0.1
    for content in (stamped, joined([stamped, stamped])):
        assert ImageChops.difference(picture(content, DPI), picture(stamped, DPI)).getbbox() is None
        with pikepdf.open(io.BytesIO(content)) as pdf:
            assert pdf.check_pdf_syntax() == []
            owners = dict(zip(*[iter(flat(pdf.Root.StructTreeRoot.ParentTree))] * 2, strict=True))[0]
            figures = [owner for owner in owners if owner.S == "/Figure"]
            assert [str(figure.Alt).split()[0] for figure in figures] == ["Biểu", "Mã"]
            box = [float(side) for side in figures[0].A.BBox]
            # What is drawn inside the mark is the logo: the ground cut to its box.
            marked = pikepdf.parse_content_stream(pdf.pages[0])
            at = next(n for n, one in enumerate(marked) if is_mark(one) and int(one.operands[1].MCID) == 0)
            assert [str(one.operator) for one in marked[at + 1 : at + 7]] == ["q", "re", "W", "n", "Do", "Q"]
            x, y, width, height = (float(side) for side in marked[at + 2].operands)
            assert (x + width, y + height) == pytest.approx(box[2:], abs=0.01)


def test_a_whole_rendering_is_tagged_too(stamper):
    with pikepdf.open(io.BytesIO(stamper.press.render([paper()]))) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.Root.Lang) == "vi"
        assert "/StructTreeRoot" in pdf.Root


def joined(contents, title="Lớp xóa mù chữ"):
    target = io.BytesIO()
    assert join([lambda content=content: io.BytesIO(content) for content in contents], target, title=title) == len(
        contents
    )
    return target.getvalue()


def test_the_file_of_a_class_has_the_pages_of_its_papers(stamper):
    rows = papers(70)
    rows[3] = replace(rows[3], content=rows[3].content | {"learner": LONG})
    rows[68] = replace(rows[68], content=rows[68].content | {"course": COURSE})
    singles = [stamper.page(row) for row in rows]
    whole = joined(singles)

    check_tags(whole, 70)
    for page in (0, 3, 31, 32, 68, 69):
        assert text(whole, page) == text(singles[page])
        assert ImageChops.difference(picture(whole, 72, page), picture(singles[page], 72)).getbbox() is None
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert str(pdf.docinfo.Title) == "Lớp xóa mù chữ"
        programs = {font.DescendantFonts[0].FontDescriptor.FontFile2.objgen for page in pdf.pages
                    for font in page.Resources.Font.values()}  # fmt: skip
        assert len(programs) == 3
    few = joined(singles[4:24])
    assert (len(joined(singles[4:64])) - len(few)) / 40 < 5000


def test_papers_that_were_rendered_whole_keep_their_places(stamper):
    rows = papers(4)
    singles = [stamper.page(row) if at % 2 else stamper.press.render([row]) for at, row in enumerate(rows)]
    for contents in (singles, singles[:1], singles[1:2]):
        whole = joined(contents)
        with pikepdf.open(io.BytesIO(whole)) as pdf:
            assert pdf.check_pdf_syntax() == []
            assert str(pdf.Root.Lang) == "vi"
        document = pypdfium2.PdfDocument(whole)
        assert len(document) == len(contents)
        read = [zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())[0].text for page in document]
        assert read == [row.verify_url for row, single in zip(rows, singles, strict=True) if single in contents]


def test_a_file_that_was_changed_is_not_joined(stamper):
    content = stamper.page(paper())
    broken = content.replace(b"/Filter/FlateDecode/Length", b"/Filter/FlateDecode/Lengte")
    with pytest.raises(ValueError, match="not as it was written"):
        joined([content, broken])
