"""The part of CBOR (RFC 8949) that claims need: a map from small integers to integers and texts, in one spelling only.

Deterministic encoding (section 4.2.1): shortest lengths, ascending keys, no tags. The reader refuses every other
spelling, so that two different byte strings never mean the same claims.
"""

MOST_BYTES = 2000  # a QR symbol holds fewer
_UINT, _TEXT, _MAP = 0, 3, 5
_WIDTH = {24: 1, 25: 2, 26: 4}

Value = int | str


class NotCanonical(ValueError):
    """The bytes are not a map in the one spelling allowed."""


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for code, width in _WIDTH.items():
        if number < 1 << 8 * width:
            return bytes([major << 5 | code]) + number.to_bytes(width)
    raise NotCanonical("the number is too large")


def encode(values: dict[int, Value]) -> bytes:
    """Return the bytes of a map. Raises NotCanonical for a negative or too large number."""
    parts = [_head(_MAP, len(values))]
    for key in sorted(values):
        value = values[key]
        if min(key, value if isinstance(value, int) else 0) < 0:
            raise NotCanonical("the number is negative")
        parts.append(_head(_UINT, key))
        if isinstance(value, str):
            raw = value.encode()
            parts.append(_head(_TEXT, len(raw)) + raw)
        else:
            parts.append(_head(_UINT, value))
    return b"".join(parts)


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self.raw, self.at = raw, 0

    def take(self, count: int) -> bytes:
        part = self.raw[self.at : self.at + count]
        if len(part) != count:
            raise NotCanonical("the bytes end too early")
        self.at += count
        return part

    def head(self) -> tuple[int, int]:
        first = self.take(1)[0]
        major, number = first >> 5, first & 31
        if number >= 24:
            if number not in _WIDTH:
                raise NotCanonical("this length is not used")
            number = int.from_bytes(self.take(_WIDTH[number]))
        return major, number

    def value(self) -> Value:
        major, number = self.head()
        if major == _UINT:
            return number
        if major != _TEXT:
            raise NotCanonical("only numbers and texts are used")
        try:
            return self.take(number).decode()
        except UnicodeDecodeError as error:
            raise NotCanonical("the text is not UTF-8") from error


def decode(raw: bytes) -> dict[int, Value]:
    """Return the map. Raises NotCanonical for anything that ``encode`` would not have written byte for byte."""
    if len(raw) > MOST_BYTES:
        raise NotCanonical("too many bytes")
    reader = _Reader(raw)
    major, count = reader.head()
    if major != _MAP:
        raise NotCanonical("not a map")
    values: dict[int, Value] = {}
    for _entry in range(count):
        key = reader.value()
        if not isinstance(key, int):
            raise NotCanonical("the key is not a number")
        values[key] = reader.value()
    if encode(values) != raw:  # lengths, order, repeated keys and trailing bytes in one comparison
        raise NotCanonical("not the shortest spelling")
    return values
