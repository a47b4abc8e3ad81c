"""What is printed: the right letters, a code that another program reads, fonts inside, one page."""

import io
import unicodedata

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

from certificates.paper.rendering import FONTS, Paper, Press


def sample(name="Đặng Thị Ợt Ễnh"):
    content = {
        "title": "Giấy xác nhận", "achievement": "Hoàn thành", "authority": "Ủy ban nhân dân xã Ba Vì",
        "centre": "Trung tâm", "learner": name, "birth": "Sinh năm 1984", "course": "XMC", "starts_on": "01/03/2026",
        "ends_on": "30/06/2026", "sessions": 5, "attended": 5, "result": "Hoàn thành", "place_date": "Ba Vì, ngày 05",
        "signer_title": "Giám đốc", "signer_name": "Phùng Văn Đức", "register_number": "000087/2026",
    }  # fmt: skip
    return Paper(content, "ABCD-EFGH-JKMN-PQRS", "HTTP://LOCALHOST:8000/C/ABCDEFGHJKMNPQRS")


@pytest.fixture(scope="module")
def press():
    return Press()


def test_qr_on_paper_is_read_by_another_program(press):
    page = pypdfium2.PdfDocument(press.render([sample()]))[0].render(scale=150 / 72).to_pil()

    found = zxingcpp.read_barcodes(page)

    assert [code.text for code in found] == ["HTTP://LOCALHOST:8000/C/ABCDEFGHJKMNPQRS"]


def test_fonts_are_embedded_and_the_page_is_a4_landscape(press):
    content = press.render([sample()])
    document = pypdfium2.PdfDocument(content)
    assert tuple(round(side) for side in document[0].get_size()) == (842, 595)
    assert len(document) == 1
    with pikepdf.open(io.BytesIO(content)) as pdf:
        fonts = [font.DescendantFonts[0].FontDescriptor for font in pdf.pages[0].Resources.Font.values()]
        assert fonts
        assert all("/FontFile2" in font for font in fonts)


# Every upper-case vowel of the alphabet in every tone, and Đ, in names short enough for the largest type.
VOWELS = "AĂÂEÊIOÔƠUƯY"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
LETTERS = [unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES] + ["Đ", "D"]
PER_NAME = 13  # 25 characters with the blanks between
SCALE = 5
POINTS = 32  # .name in paper.css


def ink(image):
    """Black where there is ink (the pale ground behind the name is not), cut to it."""
    dark = image.convert("L").point(lambda value: 255 if value < 128 else 0)
    return dark.crop(dark.getbbox())


def drawn(letter, font):
    canvas = Image.new("L", (SCALE * POINTS * 3, SCALE * POINTS * 3), 255)
    ImageDraw.Draw(canvas).text((SCALE * POINTS, SCALE * POINTS), letter, font=font, fill=0)
    return ink(canvas)


def distance(one, other):
    """Share of the pixels that differ when both lie on one canvas, corner to corner."""
    size = (max(one.width, other.width), max(one.height, other.height))
    sheets = []
    for image in (one, other):
        sheet = Image.new("L", size)
        sheet.paste(image, (0, 0))
        sheets.append(sheet)
    return ImageStat.Stat(ImageChops.difference(*sheets)).mean[0]


def printed_shapes(press, letters):
    """The pictures of the letters as a reader of the paper sees them."""
    words = " ".join(letters)
    page = pypdfium2.PdfDocument(press.render([sample(words)]))[0]
    text = page.get_textpage()
    start = text.get_text_range().index(words)
    image, height = page.render(scale=SCALE).to_pil(), page.get_height()
    for index in range(0, len(words), 2):
        left, bottom, right, top = text.get_charbox(start + index)
        edges = (left - 0.4, height - top - 0.4, right + 0.4, height - bottom + 0.4)
        yield ink(image.crop(tuple(round(value * SCALE) for value in edges)))


@pytest.mark.parametrize("first", range(0, len(LETTERS), PER_NAME))
def test_every_vietnamese_letter_has_its_own_shape(press, first):
    """What is printed looks like the letter and like no other one, whatever text can be copied out of the file.

    Web subsets of the same font print other letters while the text still reads right.
    """
    font = ImageFont.truetype(str(FONTS / "Tinos-Bold.ttf"), POINTS * SCALE)
    known = {letter: drawn(letter, font) for letter in LETTERS}
    letters = LETTERS[first : first + PER_NAME]
    for letter, shape in zip(letters, printed_shapes(press, letters), strict=True):
        assert min(known, key=lambda other: distance(shape, known[other])) == letter


def test_the_shape_test_sees_a_wrong_letter(press):
    font = ImageFont.truetype(str(FONTS / "Tinos-Bold.ttf"), POINTS * SCALE)
    (shape,) = printed_shapes(press, ["Ế"])
    assert distance(shape, drawn("Ế", font)) < distance(shape, drawn("Ễ", font)) / 2


def test_decomposed_input_prints_the_same_paper(press):
    composed = sample("Đặng Thị Ợt Ễnh")
    decomposed = Paper(
        {
            key: unicodedata.normalize("NFD", value) if isinstance(value, str) else value
            for key, value in composed.content.items()
        },
        composed.token,
        composed.verify_url,
    )
    pictures = [
        pypdfium2.PdfDocument(press.render([paper]))[0].render(scale=2).to_pil() for paper in (composed, decomposed)
    ]
    assert ImageChops.difference(*pictures).getbbox() is None


def test_the_code_is_large_enough_to_scan_and_has_its_quiet_zone(press):
    """At least 30 mm with four white modules around it."""
    image = pypdfium2.PdfDocument(press.render([sample()]))[0].render(scale=300 / 72).to_pil()
    (code,) = zxingcpp.read_barcodes(image)
    corners = [code.position.top_left, code.position.bottom_right]
    side = (corners[1].x - corners[0].x) / 300 * 25.4
    assert side * 37 / 29 >= 30 - 0.5  # version 3 has 29 modules, with the quiet zone 37
    module = (corners[1].x - corners[0].x) / 29
    zone = image.convert("L").crop(
        (
            round(corners[0].x - 4 * module + 2),
            round(corners[0].y - 4 * module + 2),
            round(corners[0].x - 2),
            round(corners[1].y + 4 * module - 2),
        )
    )
    assert zone.getextrema()[0] > 200


@pytest.mark.parametrize("name", ["An", "Nguyễn " + "Thị Phương Hoàng Anh " * 2 + "Nguyệt", "<b>Đỗ & Con</b>"])
def test_long_and_odd_names_stay_on_one_page(press, name):
    document = pypdfium2.PdfDocument(press.render([sample(name[:60])]))
    assert len(document) == 1
    assert name[:60].split()[0] in document[0].get_textpage().get_text_range()


def test_the_longest_texts_leave_the_signature_its_place(press):
    """Every field as long as its column takes: nothing is printed over anything else, nor over the frame."""
    paper = sample(("Nguyễn Phúc Hoàng Thị Phương Quỳnh Thùy Dương " * 3)[:120].strip())
    long = {
        "course": ("Bồi dưỡng năng lực thông tin và kỹ năng sử dụng dịch vụ công trực tuyến " * 3)[:150].strip(),
        "centre": ("Trung tâm học tập cộng đồng phường Văn Miếu - Quốc Tử Giám thuộc thành phố Hà Nội " * 2)[
            :150
        ].strip(),
        "authority": "Ủy ban nhân dân phường Văn Miếu - Quốc Tử Giám",
        "place_date": "Văn Miếu - Quốc Tử Giám, ngày 05 tháng 01 năm 2026",
        "achievement": "Hoàn thành Chương trình xóa mù chữ giai đoạn 1",
    }
    page = pypdfium2.PdfDocument(press.render([Paper(paper.content | long, paper.token, paper.verify_url)]))[0]
    text = page.get_textpage()

    def edges(words):
        """Bottom and top of a text, from the foot of the page, in points."""
        start = text.get_text_range().index(words)
        boxes = [text.get_charbox(start + index) for index, letter in enumerate(words) if letter != " "]
        return min(box[1] for box in boxes), max(box[3] for box in boxes)

    assert edges("Kết quả")[0] > edges("ngày 05 tháng 01 năm 2026")[1]
    assert edges("Kết quả")[0] > edges("Số vào sổ gốc")[1]
    assert edges("Phùng Văn Đức")[0] > 17 / 25.4 * 72  # above the frame's inner line
    assert text.get_charbox(0)[3] < page.get_height() - 16 / 25.4 * 72
