"""The QR of the citizen identity card, read into the fields a learner's form has. Source: reference, part 7.

2021: ``number|old number|name|ddmmyyyy|Nam or Nữ|address|issued``; 2024 puts four fields more at the end (cancelled
number, father, mother, reserve). Five of them are kept; the others are dropped here and go no further. What cannot be
read is said in words that tell what to do; nothing in here raises or writes anything down (docs/adr/0015).
"""

import datetime as dt
import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from core.dates import PartialDate, parse_partial_date
from core.text import clean, search_key, split_name
from learners.choices import Sex
from learners.identity import contradictions

FIELDS = 7
FIELDS_2024 = 10
NAME_LONGEST = 120
ADDRESS_LONGEST = 200
# The longest true payload has some 400 characters: more is no card, and no work for us.
LONGEST = 4000

_NUMBER = re.compile(r"[0-9]{12}")
_SEX = {"nam": Sex.MALE, "nu": Sex.FEMALE}
_MACHINE_LINES = re.compile(r"^I[D<]?VNM[0-9A-Z<]")
_WRITTEN_DAY = re.compile(r"\d{1,2}\s*[./\- ]\s*\d{1,2}\s*[./\- ]\s*\d{4}")
# Characters a scanner puts where it has no Vietnamese letter.
_LOST = re.compile("[?\ufffd]")


@dataclass(frozen=True, slots=True)
class CardReading:
    """What a card says of its holder. ``problems``: could not be read, and what to do; ``warnings``: read, but look."""

    # Personal data stays out of ``repr``, thus out of logs and error reports.
    full_name: str = field(default="", repr=False)
    birth: PartialDate | None = field(default=None, repr=False)
    sex: str = field(default="", repr=False)
    personal_id: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    layout: str = ""
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def fields(self) -> dict[str, str]:
        """Return the values for a form's inputs; what could not be read is left out."""
        values = {
            "full_name": self.full_name,
            "birth": str(self.birth or ""),
            "sex": str(self.sex),
            "personal_id": self.personal_id,
            "address": self.address,
        }
        return {name: value for name, value in values.items() if value}


def read_card(text: str, *, today: dt.date) -> CardReading:
    """Read the payload of a card's QR. Never raises: what is wrong stands in ``problems``."""
    if len(text) > LONGEST:
        return CardReading(problems=[_("Nội dung dài hơn mã QR của một thẻ. Hãy xóa đi và quét lại một lần.")])
    payload = _once(clean(_as_utf8(text)))
    parts = [part.strip() for part in payload.split("|")]
    if len(parts) < FIELDS:
        return _no_card(payload, len(parts))
    if len(parts) > FIELDS_2024 + 3 or any(re.search(r"\d{20}$", part.replace(" ", "")) for part in parts[6:]):
        return CardReading(problems=[_("Có hai thẻ khác nhau trong một lần quét. Hãy quét lại từng thẻ một.")])
    return _read(parts, today)


def _read(parts: list[str], today: dt.date) -> CardReading:
    problems: list[str] = []
    warnings: list[str] = []
    number = _number(parts[0], problems)
    name = _name(parts[2], problems)
    birth = _birth(parts[3], today, problems)
    sex = _SEX.get(search_key(parts[4]), "")
    if not (number or birth) or not (name or birth or sex):
        return CardReading(problems=[_not_a_card()])
    if not sex:
        problems.append(_("Không đọc được giới tính. Hãy chọn theo thẻ."))
    address = _address(parts[5], problems, warnings)
    warnings += contradictions(number, sex=sex or Sex.UNKNOWN, birth_year=birth.year if birth else None)
    layout = "2024" if len(parts) >= FIELDS_2024 else "2021"
    return CardReading(name, birth, sex, number, address, layout, problems, warnings)


def _as_utf8(text: str) -> str:
    """Mend text whose UTF-8 was read byte by byte (``Nguyá»…n``), as scanners set to a Western code page do."""
    text = text.encode("utf-8", "ignore").decode()
    if text.isascii():
        return text
    try:
        mended = b"".join(_byte(letter) for letter in text).decode()
    except UnicodeError:
        return text
    return mended


def _byte(letter: str) -> bytes:
    return bytes([ord(letter)]) if ord(letter) < 256 else letter.encode("cp1252")


def _once(text: str) -> str:
    """Cut what a second pull of the trigger added: the payload begins anew where its number does."""
    found = re.match(r"\d{9,12}(?=\s?\|)", text)
    if not found:
        return text
    starts = [match.start() for match in re.finditer(re.escape(found.group()) + r"\s?\|", text)]
    turns = [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    # The same card each time; one pull may have been cut short.
    return max(turns, key=lambda turn: turn.count("|"))


def _no_card(payload: str, count: int) -> CardReading:
    if not payload:
        problem = _("Chưa có nội dung nào. Hãy quét mã QR trên thẻ căn cước, hoặc dán nội dung của mã.")
    elif re.match(r"(?i)https?:|www\.", payload):
        problem = _("Đây là địa chỉ một trang web. %(hint)s") % {"hint": _not_a_card()}
    elif _MACHINE_LINES.match(payload.replace(" ", "")):
        problem = _("Đây là dòng chữ dành cho máy đọc ở mặt sau thẻ. %(hint)s") % {"hint": _not_a_card()}
    elif _NUMBER.fullmatch(payload):
        return CardReading(
            personal_id=payload, problems=[_("Chỉ đọc được số định danh. Hãy quét mã QR, hoặc ghi tay các ô còn lại.")]
        )
    elif count > 1:
        problem = _(
            "Mã chỉ đọc được %(count)s trong %(all)s phần nên chưa điền ô nào. Hãy giữ thẻ yên, quét lại từ đầu; "
            "nếu vẫn thiếu, hãy ghi tay theo thẻ."
        ) % {"count": count, "all": FIELDS}
    else:
        problem = _not_a_card()
    return CardReading(problems=[problem])


def _not_a_card() -> str:
    return _(
        "Đây không phải mã QR của thẻ căn cước. Mã ở góc trên bên phải: thẻ cấp từ 2021 ở mặt trước, "
        "thẻ cấp từ 7/2024 ở mặt sau."
    )


def _number(text: str, problems: list[str]) -> str:
    digits = re.sub(r"[\s.]", "", text)
    if _NUMBER.fullmatch(digits):
        return digits
    problems.append(_("Số định danh trên mã không đủ 12 chữ số. Hãy quét lại, hoặc ghi tay theo thẻ."))
    return ""


def _name(text: str, problems: list[str]) -> str:
    if _LOST.search(text):
        problems.append(
            _("Máy quét làm mất dấu tiếng Việt của họ tên. Hãy ghi họ tên bằng tay, hoặc dùng máy ảnh để quét.")
        )
        return ""
    try:
        name = split_name(_cased(text)).full
    except ValueError:
        name = ""
    if not name or len(name) > NAME_LONGEST or any(letter.isdigit() for letter in name):
        problems.append(_("Không đọc được họ tên. Hãy ghi họ tên theo thẻ."))
        return ""
    return name


def _cased(text: str) -> str:
    """Undo a scanner's Caps Lock: ``nGUYỄN tHỊ`` is ``Nguyễn Thị``. Names such as K'Brôi stay as they are."""
    swapped = text.swapcase()
    turned = all(word[:1].isupper() and word[1:].islower() for word in swapped.split() if len(word) > 1)
    return swapped if turned and not text.isupper() and not text.islower() else text


def _birth(text: str, today: dt.date, problems: list[str]) -> PartialDate | None:
    try:
        birth = _day(text, today)
        if birth and birth.exact and birth.exact > today:
            birth = None
    except ValueError:
        birth = None
    if birth is None:
        problems.append(_("Không đọc được ngày sinh. Hãy ghi ngày sinh theo thẻ; chỉ biết năm thì ghi năm."))
    return birth


def _day(text: str, today: dt.date) -> PartialDate | None:
    if _WRITTEN_DAY.fullmatch(text):
        return parse_partial_date(text, today=today)
    if not (text.isascii() and text.isdigit() and len(text) in (4, 6, 8)):
        return None
    year, month, day = text[-4:], text[-6:-4], text[-8:-6]
    known = [part for part in (day, month) if part.strip("0")]
    if month and not month.strip("0") and known:
        return None  # a day without a month
    return parse_partial_date("/".join([*known, year]), today=today)


def _address(text: str, problems: list[str], warnings: list[str]) -> str:
    if _LOST.search(text):
        problems.append(_("Máy quét làm mất dấu tiếng Việt của địa chỉ. Hãy ghi địa chỉ bằng tay."))
        return ""
    address = text.strip(" ,;")
    if len(address) > ADDRESS_LONGEST:
        warnings.append(_("Địa chỉ trên thẻ quá dài nên bị cắt bớt ở cuối. Hãy xem lại."))
        address = address[:ADDRESS_LONGEST].rsplit(" ", 1)[0].strip(" ,;")
    return address
