"""The QR symbol of a certificate.

The qrcode library knows what a symbol looks like: how text is cut into modes, how large it must be, where function
patterns are and where each bit goes. It takes 5 to 25 ms for a symbol with signed claims, more than everything else of
a certificate together, so what has to be done for each text (bits, Reed-Solomon, putting bits in their places) is done
here with tables that are made once for each size, by asking the library. The modules are the library's own, one by one
(tests/certificates/test_qr.py).
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from operator import itemgetter

import qrcode
from qrcode import base, exceptions, util
from qrcode.constants import ERROR_CORRECT_Q

QUIET_ZONE = 4  # modules, ISO/IEC 18004
LEVEL = ERROR_CORRECT_Q  # a stain on paper does not stop it
# One mask for all symbols: any of the eight is valid, and choosing the prettiest costs eight symbols. Signed claims
# look like random bits, which no mask makes better or worse; both decoders of the tests read all of a hundred papers.
MASK = 2
_LETTERS = util.ALPHA_NUM.decode("ascii")
_ONE = {letter: f"{value:06b}" for value, letter in enumerate(_LETTERS)}
_TWO = {a + b: f"{45 * i + j:011b}" for i, a in enumerate(_LETTERS) for j, b in enumerate(_LETTERS)}
_PAIRS = re.compile("..", re.DOTALL)
_DIGIT_BITS = (0, 4, 7, 10)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A square of modules without its quiet zone: an image of one bit a module, each row padded with light to whole
    bytes; dark is 1."""

    size: int
    image: bytes

    def rows(self) -> list[str]:
        """Return the rows as texts of 0 and 1."""
        width = len(self.image) // self.size
        lines = [self.image[at : at + width] for at in range(0, len(self.image), width)]
        return [f"{int.from_bytes(line):0{8 * width}b}"[: self.size] for line in lines]


def symbol_of(text: str) -> Symbol:
    """Return the smallest symbol of a text at level Q. Upper-case text keeps it small (alphanumeric mode)."""
    chunks = [
        (chunk.mode, len(chunk.data), _coded(chunk.mode, chunk.data))
        for chunk in util.optimal_data_chunks(text, minimum=20)
    ]
    plan = _plan(_version(chunks))
    bits = "".join([f"{mode:04b}{size:0{plan.length_bits[mode]}b}{coded}" for mode, size, coded in chunks])
    words = _with_correction(_filled(bits, plan.data_words), plan)
    placed = "".join(plan.places(f"{int.from_bytes(words):0{8 * len(words)}b}0"))
    return Symbol(plan.size, (int(placed, 2) ^ plan.empty).to_bytes(len(placed) // 8))


def _coded(mode: int, data: bytes) -> str:
    """The bits of a piece of text in its mode, without its header."""
    if mode == util.MODE_ALPHA_NUM:
        text = data.decode("ascii")
        return "".join([_TWO[pair] for pair in _PAIRS.findall(text)]) + (_ONE[text[-1]] if len(text) % 2 else "")
    if mode == util.MODE_NUMBER:
        parts = [data[at : at + 3] for at in range(0, len(data), 3)]
        return "".join([f"{int(part):0{_DIGIT_BITS[len(part)]}b}" for part in parts])
    return f"{int.from_bytes(data):0{8 * len(data)}b}"


def _version(chunks: list[tuple[int, int, str]]) -> int:
    coded = sum([4 + len(bits) for _mode, _size, bits in chunks])
    limits = util.BIT_LIMIT_TABLE[LEVEL]
    for last in (9, 26, 40):  # lengths are written with more bits from the next version on
        version = bisect_left(limits, coded + sum([util.length_in_bits(mode, last) for mode, *_ in chunks]), 1)
        if version <= last:
            return version
    raise exceptions.DataOverflowError("the text is too long for a QR symbol")


def _filled(bits: str, words: int) -> bytes:
    """The data words: up to four zeros to end with, zeros to a whole byte, then the two padding bytes in turn."""
    bits += "0" * min(8 * words - len(bits), 4)
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8)
    return data + (bytes([util.PAD0, util.PAD1]) * words)[: words - len(data)]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is the same for every symbol of a version."""

    size: int  # modules a side
    data_words: int
    length_bits: dict[int, int]  # by mode
    blocks: tuple[tuple[int, int, int], ...]  # first and last data word, correction words
    order: Callable[[bytes], tuple[int, ...]]  # from the blocks, and their correction after them, to how they are drawn
    places: Callable[[str], tuple[str, ...]]  # from the bits as they are drawn and a zero to the image
    empty: int  # the image of a symbol whose words are all zero: patterns and mask


@cache
def _plan(version: int) -> _Plan:
    parts = [(block.data_count, block.total_count - block.data_count) for block in base.rs_blocks(version, LEVEL)]
    ends = list(accumulate(data for data, _more in parts))
    blocks = tuple((end - data, end, more) for end, (data, more) in zip(ends, parts, strict=True))
    order = [
        first + turn for turn in range(max(data for data, _ in parts)) for first, end, _ in blocks if first + turn < end
    ]
    start = ends[-1]
    corrections = list(accumulate((more for _data, more in parts), initial=start))
    order += [corrections[at] + turn for turn in range(parts[0][1]) for at in range(len(parts))]
    modes = (util.MODE_NUMBER, util.MODE_ALPHA_NUM, util.MODE_8BIT_BYTE)
    lengths = {mode: util.length_in_bits(mode, version) for mode in modes}
    size, empty, places = _places(version, len(order))
    return _Plan(size, start, lengths, blocks, itemgetter(*order), itemgetter(*places), empty)


def _places(version: int, words: int) -> tuple[int, int, list[int]]:
    """Ask the library where each bit goes: bit ``n`` of the words is dark where the binary digits of ``n`` are one."""

    def drawn(data: list[int]) -> str:
        code = qrcode.QRCode(version=version, error_correction=LEVEL, mask_pattern=MASK)
        code.data_cache = data
        code.makeImpl(False, MASK)
        padding = [False] * (-len(code.modules) % 8)
        return "".join(["1" if dark else "0" for row in code.modules for dark in [*row, *padding]])

    empty = drawn([0] * words)
    full = drawn([255] * words)
    numbers = [0] * len(empty)
    for digit in range((8 * words).bit_length()):
        bits = "".join(["1" if number >> digit & 1 else "0" for number in range(8 * words)])
        for module, (now, before) in enumerate(zip(drawn(list(int(bits, 2).to_bytes(words))), empty, strict=True)):
            numbers[module] |= (now != before) << digit
    none = 8 * words  # function patterns, left-over bits and padding: the zero after the words
    places = [number if a != b else none for number, a, b in zip(numbers, full, empty, strict=True)]
    return 4 * version + 17, int(empty, 2), places


def _with_correction(data: bytes, plan: _Plan) -> bytes:
    """The words in the order in which they are drawn, data and then correction, each word of all blocks in turn."""
    corrections = []
    for first, end, count in plan.blocks:
        table, cut, top = _remainders(count)
        rest = 0
        for word in data[first:end]:
            rest = (rest & cut) << 8 ^ table[word ^ rest >> top]
        corrections.append(rest.to_bytes(count))
    return bytes(plan.order(data + b"".join(corrections)))


@cache
def _remainders(count: int) -> tuple[list[int], int, int]:
    """For each word what it adds to the remainder by the generator of so many correction words, as one large number."""
    generator = [1]
    for power in range(count):
        root = base.gexp(power)
        shifted = [*generator, 0]
        generator = [high ^ _product(low, root) for high, low in zip(shifted, [0, *generator], strict=True)]
    tail = generator[1:]
    table = [int.from_bytes(bytes(_product(word, part) for part in tail)) for word in range(256)]
    return table, (1 << 8 * (count - 1)) - 1, 8 * (count - 1)


def _product(a: int, b: int) -> int:
    """Multiply in the field of 256 elements."""
    return base.gexp(base.glog(a) + base.glog(b)) if a and b else 0


def qr_path(text: str) -> tuple[str, int]:
    """Return the SVG path data (one unit a module, quiet zone included) and the symbol's size in modules."""
    symbol = symbol_of(text)
    parts = []
    for y, row in enumerate(symbol.rows(), start=QUIET_ZONE):
        for run in re.finditer("1+", row):
            start, length = run.start() + QUIET_ZONE, len(run.group())
            parts.append(f"M{start} {y}h{length}v1h-{length}z")
    return "".join(parts), symbol.size + 2 * QUIET_ZONE
