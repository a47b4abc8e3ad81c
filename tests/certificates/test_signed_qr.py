"""Nobody but the key signs: no bit, no other token, no other purpose, no other spelling is ever accepted."""

import base64
import datetime as dt
import unicodedata

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from certificates.choices import CertificateKind
from certificates.qr import qr_path
from certificates.signing import cbor
from certificates.signing.claims import KIND_NUMBERS, Claims, read_claims
from certificates.signing.fragment import TAG, seal, take_apart
from certificates.signing.judging import judge
from certificates.signing.keys import KeyFolder
from core.tokens import ALPHABET
from tests.certificates.signed import signed_pairs
from tests.proofs import FULL

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
PAYLOADS = 50 if FULL else 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = KeyFolder(tmp_path_factory.mktemp("keys"))
    made.create(at=NOW)
    return made


@pytest.fixture(scope="module")
def pairs(folder):
    return signed_pairs(folder, PAYLOADS)


def raw(fragment):
    return base64.b32decode(fragment + "=" * (-len(fragment) % 8))


def text(content):
    return base64.b32encode(content).decode().rstrip("=")


def test_what_is_signed_verifies_and_says_what_was_claimed(folder, pairs):
    for token, fragment, claims in pairs:
        signed = judge(token, fragment, folder.known())
        assert (signed.outcome, signed.claims) == ("genuine", claims)


def test_no_flipped_bit_of_the_signed_bytes_is_accepted(folder, pairs):
    keys = folder.known()
    for token, fragment, _claims in pairs:
        content = raw(fragment)
        for bit in range(len(content) * 8):
            flipped = bytearray(content)
            flipped[bit // 8] ^= 1 << bit % 8
            assert judge(token, text(bytes(flipped)), keys).outcome == "forged", bit


def test_no_flipped_bit_of_the_printed_text_is_accepted(folder, pairs):
    """Letters of the token and of the fragment as a scanner hands them over."""
    keys = folder.known()
    token, fragment, _claims = pairs[0]
    printed = f"{token}#{fragment}".encode()
    for bit in range(len(printed) * 8):
        flipped = bytearray(printed)
        flipped[bit // 8] ^= 1 << bit % 8
        first, _sign, rest = flipped.decode("latin-1").partition("#")
        assert judge(first, rest, keys).outcome == "forged", bit


def test_claims_of_one_paper_are_worth_nothing_on_another(folder, pairs):
    (one, fragment, _), (other, *_rest) = pairs[:2]
    assert judge(one, fragment, folder.known()).outcome == "genuine"
    assert judge(other, fragment, folder.known()).outcome == "forged"


def test_the_domain_tag_is_signed(folder, pairs):
    """A signature of the same key over the same bytes without the tag, or for another purpose, is no certificate."""
    token, fragment, claims = pairs[0]
    signer = folder.signer()
    parts = take_apart(fragment)
    assert parts.signed(token).startswith(TAG)
    head = raw(fragment)[:5]
    for tag in (b"", b"clc-certificate-qr/2\0", b"clc-checkpoint/1\0", TAG[:-1]):
        signature = signer.sign(tag + head + token.encode() + claims.to_bytes())
        forged = text(head + claims.to_bytes() + signature)
        assert judge(token, forged, folder.known()).outcome == "forged"
    assert judge(token, text(head + claims.to_bytes() + signer.sign(parts.signed(token))), folder.known()).claims


def test_another_key_and_another_spelling_are_forged(folder, pairs, tmp_path):
    token, fragment, claims = pairs[0]
    keys = folder.known()
    stranger = KeyFolder(tmp_path / "other")
    stranger.create(at=NOW)
    signer = stranger.signer()
    assert judge(token, seal(token, claims.to_bytes(), signer.kid, signer.sign), keys).reason == "unknown_key"
    # The stranger's signature under our key's name.
    pretended = seal(token, claims.to_bytes(), folder.signer().kid, signer.sign)
    assert judge(token, pretended, keys).reason == "signature"
    for spelling in (
        fragment.lower(), fragment + "=", fragment + "A", fragment[:-1], f" {fragment}", fragment.replace("A", "a"), "",
        "=" * 8, "A" * 3001, "Đ" + fragment[1:], fragment + "\n", fragment.replace("2", "2-"),
    ):  # fmt: skip
        if spelling != fragment:
            assert judge(token, spelling, keys).outcome == "forged", spelling
    assert judge(token, fragment, []).outcome == "forged"
    assert judge("Đ" * 16, fragment, keys).outcome == "forged"


def test_spare_bits_of_the_last_letter_are_no_second_spelling(folder, pairs):
    """Five bits a letter do not always end with a byte; what is over must be zero."""
    refused = 0
    for token, fragment, _claims in pairs:
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567":
            other = fragment[:-1] + letter
            if other != fragment:
                assert judge(token, other, folder.known()).outcome == "forged"
                refused += raw(other) == raw(fragment)
    assert refused  # such spellings exist and were tried


def test_signed_nonsense_is_not_accepted(folder):
    """Even with the right key: only claims in our own spelling are claims."""
    signer, token = folder.signer(), "ABCDEFGHJKMNPQRS"
    good = Claims("An", 1984, "course", "Nhà văn hóa", NOW.date(), "000001/2026").to_bytes()
    values = cbor.decode(good)
    wrong = [
        b"", b"\xa0", good + b"\0", good[:-1], b"\xbf" + good[1:] + b"\xff",
        cbor.encode({key: value for key, value in values.items() if key != 1}), cbor.encode(values | {99: "x"}),
        cbor.encode(values | {3: 77}), cbor.encode(values | {1: 5}), cbor.encode(values | {2: "1984"}),
        cbor.encode(values | {2: 0}), cbor.encode(values | {6: 4_000_000_000}),
        cbor.encode(values | {1: unicodedata.normalize("NFD", "Ễnh")}),
        cbor.encode(values | {4: "Trung tâm học tập cộng đồng xã Ba Vì"}),
    ]  # fmt: skip
    for claims in wrong:
        signed = judge(token, seal(token, claims, signer.kid, signer.sign), folder.known())
        assert (signed.outcome, signed.claims) == ("forged", None), claims


# --- strangers' texts -------------------------------------------------------------------------------------------------

BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@given(st.text(max_size=400), st.text(max_size=40))
def test_whatever_is_written_is_judged_and_never_accepted(folder, fragment, token):
    assert judge(token, fragment, folder.known()).outcome == "forged"


@given(st.text(BASE32, min_size=100, max_size=400), st.text(ALPHABET, min_size=16, max_size=16))
def test_letters_of_the_right_alphabet_are_not_enough(folder, fragment, token):
    assert judge(token, fragment, folder.known()).outcome == "forged"


@given(st.binary(max_size=200))
def test_a_right_head_before_any_bytes_is_not_enough(folder, content):
    head = bytes([1]) + bytes.fromhex(folder.known()[0].kid)
    assert judge("ABCDEFGHJKMNPQRS", text(head + content), folder.known()).outcome == "forged"


@given(st.binary(max_size=200))
def test_any_bytes_are_claims_in_one_spelling_or_none(content):
    try:
        claims = read_claims(content)
    except cbor.NotCanonical:
        return
    assert claims.to_bytes() == content


LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cn"]), min_size=1, max_size=80)


@given(
    LETTERS, st.none() | st.integers(1, 9999), st.sampled_from(list(KIND_NUMBERS)), LETTERS,
    st.dates(min_value=dt.date(1970, 1, 1)), LETTERS,
)  # fmt: skip
def test_claims_come_back_as_they_were_in_composed_letters(name, birth_year, kind, centre, issued_on, number):
    def nfc(value):
        return unicodedata.normalize("NFC", value)

    back = read_claims(Claims(name, birth_year, kind, centre, issued_on, number).to_bytes())
    assert back == Claims(nfc(name), birth_year, kind, nfc(centre), issued_on, nfc(number))


def test_bytes_are_those_of_the_standard():
    """Examples of RFC 8949, appendix A, inside a map of one."""
    for value, expected in (
        (0, "00"), (10, "0a"), (23, "17"), (24, "1818"), (100, "1864"), (1000, "1903e8"), (1000000, "1a000f4240"),
        ("", "60"), ("a", "6161"), ("IETF", "6449455446"), ("ü", "62c3bc"), ("水", "63e6b0b4"), ("𐅑", "64f0908591"),
    ):  # fmt: skip
        assert cbor.encode({1: value}).hex() == "a101" + expected
        assert cbor.decode(bytes.fromhex("a101" + expected)) == {1: value}
    assert cbor.encode({4: 1, 1: 2}).hex() == "a201020401"
    for broken in ("a1", "a10118", "a1011817", "a2010201020", "a20401010", "a101f6", "80", "a1616101", "a10161ff"):
        with pytest.raises(ValueError):
            cbor.decode(bytes.fromhex(broken.ljust(len(broken) + len(broken) % 2, "0")))
    for number in (-1, 1 << 32):
        with pytest.raises(cbor.NotCanonical):
            cbor.encode({1: number})


def test_every_kind_has_a_number_of_its_own():
    assert set(KIND_NUMBERS) == set(CertificateKind.values)
    assert len(set(KIND_NUMBERS.values())) == len(KIND_NUMBERS)


def test_the_signature_is_plain_ed25519(folder, pairs):
    """Checked with nothing of ours but the layout, as another program would."""
    token, fragment, claims = pairs[0]
    content = raw(fragment)
    key = folder.known()[0]
    signed = b"clc-certificate-qr/1\0" + content[:5] + token.encode() + content[5:-64]
    Ed25519PublicKey.from_public_bytes(key.public).verify(content[-64:], signed)
    assert content[5:-64] == claims.to_bytes()


def test_the_symbol_is_small_enough_for_the_paper(pairs):
    """65 modules for an ordinary paper: half a millimetre each at 35 mm; the card's symbol has 29."""
    address = "HTTPS://CLC.HANOI.GOV.VN/C/ABCDEFGHJKMNPQRS"
    claims = Claims(
        "Nguyễn Thị Phương Nga", 1984, "literacy_phase_1", "Trung tâm học tập cộng đồng xã Ba Vì", NOW.date(),
        "000087/2026",
    )  # fmt: skip
    fragment = seal("ABCDEFGHJKMNPQRS", claims.to_bytes(), "00000000", lambda _data: b"\xff" * 64)
    assert len(claims.to_bytes()) <= 72
    assert qr_path(f"{address}#{fragment}")[1] - 8 <= 65
    assert qr_path(address)[1] - 8 <= 33
