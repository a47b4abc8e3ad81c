"""Pages that thousands ask for a minute: the template is rendered once, then only what varies is put in.

A mark stands where each varying text will be; the rendered page is split at the marks and kept for each language and
each choice of fixed values. What is put in is escaped, and was never part of a template: it can hold no mark.
"""

import re
from functools import lru_cache
from html import escape  # Django's is the same behind a wrapper for lazy texts
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language, override

# Private-use letters: no template has them.
_MARK = "\ue0f0{}\ue0f1"
_MARKS = re.compile("\ue0f0([a-z_]+)\ue0f1")


@lru_cache(maxsize=256)
def _pieces(
    template: str, language: str, varying: tuple[str, ...], fixed: tuple[tuple[str, Any], ...]
) -> tuple[list[bytes], list[str]]:
    """Return the constant text in UTF-8, with a gap between each two, and the names of the values for the gaps."""
    context = dict(fixed) | {name: _MARK.format(name) for name in varying}
    with override(language):
        pieces = _MARKS.split(render_to_string(template, context))
    return [b"" if at % 2 else piece.encode() for at, piece in enumerate(pieces)], pieces[1::2]


@lru_cache(maxsize=2048)
def _escaped(text: str) -> bytes:
    """Most values (a course, a centre, a day) stand on many pages."""
    return escape(text).encode()


def fill(template: str, values: dict[str, str], **fixed: Any) -> bytes:
    """Return the page in the language of the thread, in UTF-8.

    ``values`` vary and are escaped as text; the template only places them (a condition on one sees a text that is
    never empty). ``fixed`` are hashable, few in number and decide what the template shows.
    """
    constant, names = _pieces(template, get_language() or "", tuple(values), tuple(fixed.items()))
    page = constant.copy()
    page[1::2] = [_escaped(values[name]) for name in names]
    return b"".join(page)
