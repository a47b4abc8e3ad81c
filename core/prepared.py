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
def _pieces(template: str, language: str, varying: tuple[str, ...], fixed: tuple[tuple[str, Any], ...]) -> list[str]:
    """Return constant text and names of varying values, in turn."""
    context = dict(fixed) | {name: _MARK.format(name) for name in varying}
    with override(language):
        return _MARKS.split(render_to_string(template, context))


def fill(template: str, values: dict[str, str], **fixed: Any) -> bytes:
    """Return the page in the language of the thread, in UTF-8.

    ``values`` vary and are escaped as text; the template only places them (a condition on one sees a text that is
    never empty). ``fixed`` are hashable, few in number and decide what the template shows.
    """
    pieces = _pieces(template, get_language() or "", tuple(values), tuple(fixed.items()))
    page = pieces.copy()
    page[1::2] = [escape(values[name]) for name in pieces[1::2]]
    return "".join(page).encode()
