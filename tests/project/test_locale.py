"""English is complete: every text of the pages has its translation, with the same place-holders."""

import gettext
import re
from pathlib import Path

from django.conf import settings
from django.urls import reverse

ROOT = Path(settings.BASE_DIR)
TRANSLATE = re.compile(r"{%\s*translate\s+(\"(?:[^\"\\]|\\.)*\"|'[^']*')")
PLACE = re.compile(r"%\(\w+\)s")


def catalogue():
    with (ROOT / "locale/en/LC_MESSAGES/django.mo").open("rb") as stream:
        return gettext.GNUTranslations(stream)._catalog


def test_every_text_of_a_template_is_translated():
    known = catalogue()
    missing = set()
    for path in (ROOT / "templates").rglob("*.html"):
        for match in TRANSLATE.finditer(path.read_text(encoding="utf-8")):
            text = match.group(1)[1:-1].replace('\\"', '"')
            if text not in known:
                missing.add((path.name, text))
    assert missing == set()


def test_place_holders_are_the_same_in_both_languages():
    for text, translated in catalogue().items():
        if isinstance(text, str) and text:
            assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(translated)), text


def test_the_page_speaks_the_chosen_language(as_user, cast, reference):
    client = as_user(cast.lan)
    assert "Hôm nay" in client.get("/").content.decode()
    client.post(reverse("accounts:set-language"), {"language": "en", "next": "/"})
    body = client.get("/").content.decode()
    assert "Today" in body
    assert "Hôm nay" not in body
