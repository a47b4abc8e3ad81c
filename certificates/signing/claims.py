"""What the signature says of a certificate: little enough for a QR symbol, enough to recognise the paper."""

import datetime as dt
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from certificates.choices import CertificateKind
from certificates.signing import cbor

# Numbers on paper for decades: never reuse one, never change one.
KIND_NUMBERS: dict[str, int] = {
    CertificateKind.LITERACY_PHASE_1: 1,
    CertificateKind.LITERACY_PHASE_2: 2,
    CertificateKind.COURSE: 3,
    CertificateKind.ATTENDANCE: 4,
}
_KINDS = {number: kind for kind, number in KIND_NUMBERS.items()}
_NAME, _BIRTH_YEAR, _KIND, _CENTRE, _CENTRE_SHORT, _ISSUED_ON, _NUMBER = range(1, 8)
# Nearly every centre's name begins so; a key of its own says it in one byte instead of 33.
USUAL_CENTRE = "Trung tâm học tập cộng đồng "
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one certificate."""

    name: str
    birth_year: int | None
    kind: str  # a CertificateKind
    centre: str
    issued_on: dt.date
    register_number: str

    def as_dict(self) -> dict[str, Any]:
        """Return the claims as a dictionary."""
        return asdict(self)

    def to_bytes(self) -> bytes:
        """Return the canonical CBOR."""
        short = self.centre.startswith(USUAL_CENTRE)
        values: dict[int, cbor.Value] = {
            _NAME: _nfc(self.name),
            _KIND: KIND_NUMBERS[self.kind],
            (_CENTRE_SHORT if short else _CENTRE): _nfc(self.centre.removeprefix(USUAL_CENTRE)),
            _ISSUED_ON: (self.issued_on - _EPOCH).days,
            _NUMBER: _nfc(self.register_number),
        }
        if self.birth_year:
            values[_BIRTH_YEAR] = self.birth_year
        return cbor.encode(values)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def read_claims(raw: bytes) -> Claims:
    """Return the claims. Raises cbor.NotCanonical for anything that ``Claims.to_bytes`` would not have written."""
    values = cbor.decode(raw)
    try:
        centre = f"{USUAL_CENTRE}{values[_CENTRE_SHORT]}" if _CENTRE_SHORT in values else values[_CENTRE]
        claims = Claims(
            name=_text(values[_NAME]),
            birth_year=_number(values[_BIRTH_YEAR]) if _BIRTH_YEAR in values else None,
            kind=_KINDS[_number(values[_KIND])],
            centre=_text(centre),
            issued_on=_EPOCH + dt.timedelta(days=_number(values[_ISSUED_ON])),
            register_number=_text(values[_NUMBER]),
        )
    except (KeyError, OverflowError) as error:
        raise cbor.NotCanonical("a claim is missing or unknown") from error
    if claims.to_bytes() != raw:
        raise cbor.NotCanonical("not as we write it")
    return claims


def _text(value: cbor.Value) -> str:
    if not isinstance(value, str):
        raise cbor.NotCanonical("not a text")
    return value


def _number(value: cbor.Value) -> int:
    if not isinstance(value, int):
        raise cbor.NotCanonical("not a number")
    return value
