"""Identity numbers and phones as offices write them. Source: Law on Identification; reference on identity, part 7."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from learners.choices import Sex

_NOT_DIGIT = re.compile(r"[\s.\-']")


def read_personal_id(value: str) -> str:
    """Return the bare digits of a 12-digit identity number or a 9-digit old one; empty for empty.

    A number of 11 (or 8) digits has lost its leading zero in Excel and gets it back.
    Raises ValueError with a Vietnamese reason.
    """
    if len(value) == 12 and value.isascii() and value.isdigit():  # as it should be
        return value
    text = _NOT_DIGIT.sub("", value.strip()).removesuffix(".0")
    if not text:
        return ""
    if not text.isascii() or not text.isdigit():
        raise ValueError(_("số định danh chỉ gồm chữ số"))
    if len(text) in (8, 11):
        text = "0" + text
    if len(text) not in (9, 12):
        raise ValueError(_("số định danh phải có 12 chữ số (CMND cũ: 9 chữ số)"))
    return text


def read_phone(value: str) -> str:
    """Return a phone number as ten or eleven digits; empty for empty. Raises ValueError with a Vietnamese reason."""
    if len(value) == 10 and value[0] == "0" and value.isascii() and value.isdigit():  # as it should be
        return value
    text = _NOT_DIGIT.sub("", value.strip()).replace("(", "").replace(")", "").removesuffix(".0")
    if not text:
        return ""
    if text.startswith("+84"):
        text = "0" + text[3:]
    elif text.startswith("84") and len(text) == 11:
        text = "0" + text[2:]
    if not text.isascii() or not text.isdigit():
        raise ValueError(_("số điện thoại chỉ gồm chữ số"))
    if len(text) == 9 and not text.startswith("0"):
        text = "0" + text  # Excel dropped the zero
    if not 8 <= len(text) <= 11:
        raise ValueError(_("số điện thoại phải có 10 chữ số"))
    return text


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What a 12-digit number says of its holder."""

    sex: Sex
    birth_year: int


def facts_of(number: str) -> NumberFacts | None:
    """Read sex and birth year from a 12-digit number (digit 4: century and sex; digits 5–6: year)."""
    if len(number) != 12:
        return None
    code = int(number[3])
    return NumberFacts(Sex.FEMALE if code % 2 else Sex.MALE, 1900 + 100 * (code // 2) + int(number[4:6]))


def contradictions(number: str, *, sex: str, birth_year: int | None) -> list[str]:
    """Return warnings where the number contradicts sex or birth year. Warnings, never a wall: records get corrected."""
    facts = facts_of(number)
    if facts is None:
        return []
    found = []
    if sex != Sex.UNKNOWN and sex != facts.sex:
        found.append(_("Số định danh ghi giới tính %(sex)s, khác với ô Giới tính.") % {"sex": facts.sex.label})
    if birth_year and birth_year != facts.birth_year:
        found.append(_("Số định danh ghi năm sinh %(year)s, khác với ô Ngày sinh.") % {"year": facts.birth_year})
    return found
