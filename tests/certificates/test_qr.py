"""Our symbols are the qrcode library's own, module by module."""

import random

import pytest
import qrcode
from qrcode.exceptions import DataOverflowError

from certificates.qr import LEVEL, MASK, QUIET_ZONE, qr_path, symbol_of

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def by_library(text):
    code = qrcode.QRCode(error_correction=LEVEL, border=0, mask_pattern=MASK)
    code.add_data(text)
    code.make(fit=True)
    return ["".join("1" if dark else "0" for dark in row) for row in code.get_matrix()]


@pytest.mark.parametrize("length", [0, 1, 20, 43, 90, 91, 140, 180, 214, 215, 216, 217, 260, 400, 900])
def test_addresses_with_claims_are_as_the_library_draws_them(length):
    chance = random.Random(length)
    for _turn in range(2):
        token = "".join(chance.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=16))
        text = f"HTTPS://CLC.HANOI.GOV.VN/C/{token}#{''.join(chance.choices(ALPHANUMERIC, k=length))}"
        assert symbol_of(text).rows() == by_library(text)


@pytest.mark.parametrize(
    "text", ["a", "0", "A1", "https://trung-tâm.vn/xác-minh", "7" * 22 + "x", "7" * 20, "8" * 23, "ABC" * 30 + "ờ" * 9]
)
def test_other_texts_too(text):
    assert symbol_of(text).rows() == by_library(text)


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(DataOverflowError):
        symbol_of("a" * 1700)


def test_path_and_image_show_the_same_modules():
    symbol = symbol_of("HTTPS://CLC.HANOI.GOV.VN/C/ABCDEFGHJKMNPQRS")
    path, size = qr_path("HTTPS://CLC.HANOI.GOV.VN/C/ABCDEFGHJKMNPQRS")
    assert size == symbol.size + 2 * QUIET_ZONE
    drawn = [[0] * symbol.size for _ in range(symbol.size)]
    for part in path.split("M")[1:]:
        at, rest = part.split("h", 1)
        x, y = (int(value) - QUIET_ZONE for value in at.split())
        drawn[y][x : x + int(rest.split("v")[0])] = [1] * int(rest.split("v")[0])
    assert ["".join(map(str, row)) for row in drawn] == symbol.rows()
    width = (symbol.size + 7) // 8
    packed = symbol.image
    lines = [f"{int.from_bytes(packed[at : at + width]):0{8 * width}b}" for at in range(0, len(packed), width)]
    assert [line[: symbol.size] for line in lines] == symbol.rows()
    assert {line[symbol.size :] for line in lines} == {"0" * (8 * width - symbol.size)}
