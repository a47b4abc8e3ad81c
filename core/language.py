"""Names kept in both languages."""

from django.utils.translation import get_language


def in_language(name: str, name_en: str) -> str:
    """Return the English name when the page is in English and there is one, else the Vietnamese.

    For what people read on a page. What is printed or handed in takes ``name`` itself and stays Vietnamese.
    """
    return name_en if name_en and (get_language() or "").startswith("en") else name
