"""A hundred printed papers, read by two programs that know nothing of each other, clean and stained."""

import math
import random

import pypdfium2
import pytest
import zxingcpp
from PIL import ImageDraw
from pyzbar import pyzbar

from certificates.paper.stamping.stamper import Stamper
from certificates.qr import QUIET_ZONE, symbol_of
from tests.certificates.papers import papers

PAPERS, DPI = 100, 200
SIDE, LEFT, BOTTOM = 40 / 25.4 * DPI, 20 / 25.4 * DPI, 17 / 25.4 * DPI  # .proof svg in paper.css, quiet zone included


def zxing(image):
    return [code.text for code in zxingcpp.read_barcodes(image)]


def zbar(image):
    found = pyzbar.decode(image, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [code.data.decode() for code in found]


def stained(image, modules, chance):
    """The picture with a round stain over a tenth of the symbol, somewhere inside it."""
    whole = SIDE * modules / (modules + 2 * QUIET_ZONE)
    radius = math.sqrt(0.10 * whole * whole / math.pi)
    x = LEFT + SIDE / 2 + chance.uniform(-1, 1) * (whole / 2 - radius)
    y = image.height - BOTTOM - SIDE / 2 + chance.uniform(-1, 1) * (whole / 2 - radius)
    spoiled = image.copy()
    colour = chance.choice((40, 90, 140))
    ImageDraw.Draw(spoiled).ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return spoiled


@pytest.fixture(scope="module")
def pictures():
    """The lower left corner of each paper, and what its code says."""
    stamper, made = Stamper(), []
    for row in papers(PAPERS):
        page = pypdfium2.PdfDocument(stamper.page(row))[0]
        width, height = page.get_size()
        image = page.render(scale=DPI / 72, crop=(0, 0, width * 0.7, height * 0.6)).to_pil().convert("L")
        made.append((image, row.verify_url))
    return made


@pytest.mark.parametrize("decode", [zxing, zbar])
def test_every_paper_is_read(pictures, decode):
    assert [decode(image) for image, _text in pictures] == [[text] for _image, text in pictures]


@pytest.mark.parametrize("decode", [zxing, zbar])
def test_nearly_every_stained_paper_is_read(pictures, decode):
    chance = random.Random(5)
    read = [decode(stained(image, symbol_of(text).size, chance)) == [text] for image, text in pictures]
    assert sum(read) >= 95


@pytest.mark.parametrize("decode", [zxing, zbar])
def test_the_stain_is_a_stain(pictures, decode):
    """A stain of three tenths is too much for both: what is measured above is not nothing."""
    chance = random.Random(5)
    image, text = pictures[0]
    spoiled = image
    for _turn in range(6):
        spoiled = stained(spoiled, symbol_of(text).size, chance)
    assert decode(spoiled) != [text]
