"""Vietnamese text: stored NFC, found with or without tones, sorted as a Vietnamese reader expects.

Both databases must agree, so keys are computed here and stored, never left to a collation
(SQLite sorts by bytes, the private PostgreSQL has no ICU). Source: reference on Vietnamese text, part 8;
alphabet order of TCVN 6909:2001.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_ORDER = {letter: index for index, letter in enumerate(_ALPHABET, start=1)}
# ngang, huyền, hỏi, ngã, sắc, nặng
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_SHAPES = {"\u0306", "\u0302", "\u031b"}  # breve, circumflex, horn: part of the letter
_INVISIBLE = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_NOT_WORD = re.compile(r"[^0-9a-z]+")
# oà → òa, oé → óe, uý → úy at the end of a syllable ("quý" keeps its place: q-u is one consonant).
_OLD_TONE = re.compile(r"(?<![q])(o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])(?!\w)", re.IGNORECASE)
# Vietnamese has some seven thousand syllables, and names use far fewer: what is computed of each is kept.
_SYLLABLES = 8192
_PLAIN_VOWEL = {"o": "oòỏõóọ", "u": "uùủũúụ", "O": "OÒỎÕÓỌ", "U": "UÙỦŨÚỤ"}


def clean(value: str) -> str:
    """Return the text in NFC, without invisible characters and doubled spaces."""
    if value.isascii() and value.isprintable() and " " not in value:  # a number, a date, a plain word: nothing to do
        return value
    text = unicodedata.normalize("NFC", value)
    if not text.isprintable():  # invisible characters are not printable: most texts need no second look
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def _tone_of(letter: str) -> tuple[str, int]:
    tone = 0
    kept = []
    for part in unicodedata.normalize("NFD", letter):
        if part in _TONES:
            tone = _TONES[part]
        else:
            kept.append(part)
    return unicodedata.normalize("NFC", "".join(kept)), tone


def fold_tone_place(value: str) -> str:
    """Move the tone of oà, oé, uý to the first vowel (hoà → hòa), so that both spellings are one word."""

    def move(match: re.Match[str]) -> str:
        first, second = list(match.group(0))
        base, tone = _tone_of(second)
        return _PLAIN_VOWEL[first][tone] + base

    return _OLD_TONE.sub(move, unicodedata.normalize("NFC", value))


@lru_cache(maxsize=_SYLLABLES)
def _word_key(word: str) -> str:
    lowered = unicodedata.normalize("NFD", word.lower()).replace("đ", "d")
    plain = "".join(letter for letter in lowered if not unicodedata.combining(letter))
    return _NOT_WORD.sub(" ", plain).strip()


def search_key(value: str) -> str:
    """Return lower-case ASCII words without tones and đ: ``"Đỗ Thị Huệ"`` → ``"do thi hue"``."""
    return " ".join([key for word in value.split() if (key := _word_key(word))])


@lru_cache(maxsize=_SYLLABLES)
def _syllable_key(syllable: str) -> str:
    letters: list[str] = []
    tones: list[str] = []
    for letter in unicodedata.normalize("NFC", fold_tone_place(syllable.lower())):
        base, tone = _tone_of(letter)
        letters.append(chr(0x40 + _ORDER[base]) if base in _ORDER else f"!{base}" if base.isalnum() else "")
        tones.append(str(tone))
    # Letters decide first, the tone only between syllables of the same letters.
    return "".join(letters) + " " + "".join(tones).rstrip("0")


@lru_cache(maxsize=_SYLLABLES)
def sort_key(value: str) -> str:
    """Return a key that any byte-wise sort puts in Vietnamese dictionary order (Em < Ên < Đức is wrong, D < Đ < E)."""
    return "  ".join([_syllable_key(part) for part in clean(value).split(" ")])


@dataclass(frozen=True, slots=True)
class PersonName:
    """A Vietnamese name in its parts; ``family`` and ``middle`` may be empty."""

    family: str
    middle: str
    given: str

    @property
    def full(self) -> str:
        """Family, middle and given name in the usual order."""
        return " ".join(part for part in (self.family, self.middle, self.given) if part)

    @property
    def family_middle(self) -> str:
        """Họ đệm: family and middle name together, as the education forms keep them."""
        return f"{self.family} {self.middle}".strip()

    @property
    def sort_key(self) -> str:
        """Given name, then family, then middle, in Vietnamese order.

        What parts them sorts before every letter and tone: "Nga" stands before "Ngà" whatever the family name.
        """
        return "\t".join([sort_key(part) if part else "" for part in (self.given, self.family, self.middle)])


def _proper(word: str) -> str:
    return word[:1].upper() + word[1:].lower()


def proper_name(text: str) -> str:
    """Return a full name, cleaned already, as it is written: all in capitals or all in small letters is re-cased.

    Raises ValueError when there is no letter in it.
    """
    if not (text[:1].isalpha() or any(letter.isalpha() for letter in text)):
        raise ValueError(text)
    if text.isupper() or text.islower():
        return " ".join(_proper(word) for word in text.split(" "))
    return text


def split_name(value: str) -> PersonName:
    """Split a full name: first word family, last word given, the rest middle. All-capital names are re-cased.

    Raises ValueError when there is no letter in it.
    """
    return name_of(proper_name(clean(value)))


def name_of(full_name: str) -> PersonName:
    """Part a name that was cleaned and written properly before (``proper_name``)."""
    words = full_name.split(" ")
    if len(words) == 1:
        return PersonName("", "", words[0])
    return PersonName(words[0], " ".join(words[1:-1]), words[-1])


def mask_name(value: str) -> str:
    """Return the name as the public page shows it: the first letter of each word (``B** T** N**``)."""
    return " ".join(f"{word[0].upper()}**" for word in clean(value).split(" ") if word)


def mask_number(value: str, shown: int = 3) -> str:
    """Return an identity number with only its last digits (``…417``)."""
    return f"…{value[-shown:]}" if value else ""
