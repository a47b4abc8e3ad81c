"""The blocks of a template: their names, how much they take, and what must stand in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from certificates.choices import PaperLanguage
from certificates.wording.filling import PLACEHOLDER, placeholders_in
from certificates.wording.placeholders import PLACEHOLDERS
from core.errors import InvalidInput
from core.text import clean

_NAME = re.compile(r"[a-z_]+")


@dataclass(frozen=True, slots=True)
class Block:
    """One block that can be edited. ``length`` is letters a line, place-holders counted as they are written."""

    name: str
    label: str | Promise
    length: int
    lines: int = 1
    must: str = ""  # the place-holder without which the paper is not valid
    empty: bool = False  # may be left out
    in_english: bool = True


BLOCKS: tuple[Block, ...] = (
    Block("heading", _lazy("Tên giấy"), 40),
    Block("achievement", _lazy("Chứng nhận điều gì"), 90, empty=True),
    Block("lead", _lazy("Câu dẫn"), 110, empty=True),
    Block("name", _lazy("Tên người được cấp"), 40, must="ho_ten", in_english=False),
    Block("birth", _lazy("Ngày sinh"), 90, empty=True),
    Block("body", _lazy("Nội dung"), 120, lines=4),
    Block("number", _lazy("Số vào sổ gốc"), 48, must="so_vao_so"),
    Block("code", _lazy("Mã tra cứu"), 44, must="ma_tra_cuu"),
    Block("foot", _lazy("Cách kiểm tra"), 72, lines=2, must="dia_chi"),
    Block("role", _lazy("Chức vụ người ký"), 48, lines=2),
    Block("how", _lazy("Cách ký"), 60, empty=True),
)
BY_NAME = {block.name: block for block in BLOCKS}
LANGUAGES = {PaperLanguage.VI: ("vi",), PaperLanguage.VI_EN: ("vi", "en")}


def blocks_in(language: str) -> tuple[Block, ...]:
    """Return the blocks that have a text in that language (``vi``, ``en``)."""
    return tuple(block for block in BLOCKS if language == "vi" or block.in_english)


def tidy(text: str) -> str:
    """Return a block's text in NFC, each line cleaned, empty lines gone."""
    rows = [clean(row) for row in text.replace("\r", "").split("\n")]
    return "\n".join(row for row in rows if row)


def reasons_against(block: Block, text: str, language: str) -> list[str]:
    """Return what is wrong with a tidy text, in words; nothing when it may be printed."""
    reasons = []
    rows = text.split("\n") if text else []
    if not rows and not block.empty and (language == "vi" or block.must):
        reasons.append(_("Không được để trống."))
    if len(rows) > block.lines:
        reasons.append(_("Nhiều nhất %(n)s dòng trên giấy.") % {"n": block.lines})
    if any(len(row) > block.length for row in rows):
        reasons.append(_("Dài quá: mỗi dòng nhiều nhất %(n)s ký tự mới vừa giấy.") % {"n": block.length})
    names = placeholders_in(text)
    for name in dict.fromkeys(names):
        if name not in PLACEHOLDERS:
            reasons.append(_("Không có chỗ trống tên {%(name)s}. Hãy chọn trong danh sách bên dưới.") % {"name": name})
    if set("{}") & set(PLACEHOLDER.sub("", text)):
        reasons.append(_("Dấu ngoặc nhọn { } chỉ dùng cho chỗ trống, ví dụ {ho_ten}."))
    if rows and block.must and block.must not in names:
        reasons.append(_("Phải có chỗ trống {%(name)s}.") % {"name": block.must})
    return reasons


def problems_of(blocks: Mapping[str, Mapping[str, str]], language: str) -> list[str]:
    """Return what keeps a template from being saved, each with the name of its block."""
    found = []
    for code in LANGUAGES[PaperLanguage(language)]:
        for block in blocks_in(code):
            text = tidy(str(blocks.get(code, {}).get(block.name, "")))
            label = str(block.label) if code == "vi" else _("%(block)s (tiếng Anh)") % {"block": block.label}
            found += [f"{label}: {reason}" for reason in reasons_against(block, text, code)]
    return found


def checked(blocks: Mapping[str, Mapping[str, str]], language: str) -> dict[str, dict[str, str]]:
    """Return the tidy blocks of a template, by language.

    Raises InvalidInput with every reason at its field (``heading``, ``heading_en`` …).
    """
    kept: dict[str, dict[str, str]] = {}
    fields: dict[str, list[str]] = {}
    for code in LANGUAGES[PaperLanguage(language)]:
        kept[code] = {}
        for block in blocks_in(code):
            text = tidy(str(blocks.get(code, {}).get(block.name, "")))
            if reasons := reasons_against(block, text, code):
                fields[block.name if code == "vi" else f"{block.name}_en"] = reasons
            kept[code][block.name] = text
    if fields:
        raise InvalidInput("bad_template", _("Mẫu chưa dùng được. Hãy xem các ô báo đỏ."), fields=fields)
    return kept
