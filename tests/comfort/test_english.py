"""English is complete: no page of it holds Vietnamese words that are not somebody's data.

Data are recognised by where they are kept: whatever text stands in a row of the database is data. Everything else on a
page, in an attribute that is read out, or in a message of Python is the product's own word and has its translation.
"""

import ast
import gettext
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client
from django.utils.translation.template import templatize

from accounts.models import User
from learners.choices import ETHNICITIES
from tests.architecture.test_code import own_python
from tests.comfort.pages import FILES, Stop, stops

ROOT = Path(settings.BASE_DIR)
VIETNAMESE = re.compile(r"[àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]", re.I)
READ_OUT = ("placeholder", "aria-label", "title", "alt", "data-confirm", "data-label", "aria-description", "content")
# Names of languages are written in their own; a sheet of the sample file has its name.
KNOWN = {"Tiếng Việt", "Danh sách"}
VOID = {"input", "br", "img", "meta", "link", "hr", "wbr", "source", "area", "col", "embed", "base", "track"}
CALLS = {
    "_",
    "_lazy",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "gettext_noop",
    "pgettext",
    "pgettext_lazy",
}


class Words(HTMLParser):
    """Texts of a page and of attributes that are read out, but for what says that it is Vietnamese (``lang="vi"``)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        foreign = bool(self.open and self.open[-1][1])
        if tag != "html" and "lang" in given:
            foreign = given["lang"] != "en"
        if not foreign:
            self.found += [given[name] or "" for name in READ_OUT if given.get(name)]
        if tag not in VOID:
            self.open.append((tag, foreign))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not (self.open and (self.open[-1][1] or self.open[-1][0] in {"script", "style"})):
            self.found.append(data)


def leaves(value: Any) -> Iterator[str]:
    """Every text in a value, also of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from leaves(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from leaves(part)


def kept_texts() -> list[str]:
    """Vietnamese texts of every row, longest first."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    found: set[str] = set()
    for model in apps.get_models():
        names = [field.attname for field in model._meta.local_fields if isinstance(field, kinds)]
        # Reference data has a name in English: the Vietnamese one is no data to an English page. A course may have one.
        if "name_en" in names and not model._meta.get_field("name_en").blank:
            names.remove("name")
        for row in model._default_manager.values_list(*names) if names else ():
            found |= {text.strip() for text in leaves(list(row)) if len(text) > 1 and VIETNAMESE.search(text)}
        if names and hasattr(model, "full_name"):
            found |= {str(row.full_name) for row in model._default_manager.all()}
    found |= {word for user in User.objects.all() for word in user.full_name.split()}  # "Hello Mr Đức"
    found |= {str(name) for _code, name in ETHNICITIES if isinstance(name, str)}
    found |= KNOWN
    found |= {text.replace("Trung tâm học tập cộng đồng", "TTHTCĐ") for text in found}
    return sorted(found, key=len, reverse=True)


def untranslated(body: str, data: re.Pattern[str]) -> list[str]:
    words = Words()
    words.feed(body)
    return [" ".join(text.split()) for text in words.found if VIETNAMESE.search(data.sub("", " ".join(text.split())))]


@pytest.mark.django_db
def test_no_page_in_english_holds_vietnamese_words_of_ours(world):
    pages: list[tuple[str, str]] = []
    files: set[str] = set()
    opened: list[tuple[Stop, Client]] = []
    for stop in stops(world, files=True):
        client = Client()
        if stop.who:
            client.force_login(world.cast.users[stop.who])
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        answer = client.get(stop.url)
        for close in answer._resource_closers:
            close()
        assert answer.status_code == 200, (stop, answer.status_code)
        opened.append((stop, client))
        if answer["Content-Type"].startswith("text/html"):
            pages.append((stop.name, answer.content.decode()))
        else:
            files.add(stop.name)
    for stop, client in opened:
        if stop.name in files or not stop.who or stop.name.startswith(("api:", "accounts:")):
            continue
        answer = client.post(stop.url)  # what a form says when it is sent empty
        if answer.status_code in (200, 422) and not answer.streaming:
            pages.append((f"{stop.name}, sent empty", answer.content.decode()))
    # Looked at last: what a form kept is data by then.
    data = re.compile("|".join(re.escape(" ".join(text.split())) for text in kept_texts()))
    left = {(name, text) for name, body in pages for text in untranslated(body, data)}
    assert not left, "\n".join(f"{name}: {text}" for name, text in sorted(left))
    assert not files & {name for name, _body in pages}
    assert files == FILES, "say in tests/comfort/pages.py what answers with a file; every other page is walked"


def test_the_reader_sees_what_it_is_for():
    page = '<html lang="vi"><p>Lớp <b lang="vi">Hội họa</b> x</p><input placeholder="Tên"><p title="Ngày">Nga Đỗ</p>'
    assert untranslated(page, re.compile("Nga Đỗ")) == ["Lớp", "Tên", "Ngày"]


def catalogue() -> set[Any]:
    """Keys with a translation: a text, or for one that counts the text and 0, which a plain look-up finds as well.

    The other way round nothing is found: a text that counts needs an entry that counts.
    """
    with (ROOT / "locale/en/LC_MESSAGES/django.mo").open("rb") as stream:
        kept = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
    found = {key for key, text in kept.items() if text}
    return found | {key[0] for key in found if isinstance(key, tuple)}


def texts_of(source: str) -> Iterator[Any]:
    """The key of each call for a translation in Python; of the kinds with a context, the text is the second."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in CALLS and node.args:
            text = node.args[1] if name.startswith("pgettext") else node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and VIETNAMESE.search(text.value):
                yield (text.value, 0) if name.startswith("ngettext") else text.value


def test_every_text_of_python_is_translated():
    known = catalogue()
    missing = {
        (path.relative_to(ROOT).as_posix(), text)
        for path in own_python()
        for text in texts_of(path.read_text(encoding="utf-8"))
        if text not in known
    }
    assert not missing, "\n".join(f"{name}: {text}" for name, text in sorted(missing))


def test_every_text_of_templates_is_translated():
    """As Django itself reads them, with the ones that count and those in blocks."""
    known = catalogue()
    missing = set()
    for path in (ROOT / "templates").rglob("*.html"):
        calls = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for match in re.finditer(r"(n?)gettext\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", calls):
            text = ast.literal_eval(match.group(2))
            if VIETNAMESE.search(text) and ((text, 0) if match.group(1) else text) not in known:
                missing.add((path.name, text))
    assert not missing, "\n".join(f"{name}: {text}" for name, text in sorted(missing))


# Vietnamese on purpose, whatever the reader's language: what is printed or handed in, names of reference data kept in
# the database, words looked for in people's files, what the command line says, and names of peoples.
VIETNAMESE_ONLY = (
    "certificates/content.py", "core/tabular/writing.py", "core/text.py", "core/reference.py",
    "*/services/reference.py", "*/services/holidays.py", "*/reference.py", "learners/target_groups.py",
    "learners/choices.py", "*/roster/*",
    "clc_manager/demo/*", "*/management/*", "*/exports.py", "*_exports.py", "clc_manager/navigation.py",
    "accounts/models.py",
    "api/schema.py", "*/apps.py", "bench/*", "certificates/signing/claims.py", "certificates/book/*",
    "certificates/wording/*", "certificates/paper/stamping/faces.py",
    "courses/programme/parts.py", "literacy/standards/handing_out.py", "literacy/standards/paper.py",
    "literacy/standards/tables.py", "literacy/standards/xlsx.py",
    "indicators/printing.py",
    "indicators/statistics/documents.py", "indicators/statistics/paper.py", "indicators/statistics/proof.py",
    "indicators/annual/blocks.py", "indicators/annual/charts.py", "indicators/annual/composing.py",
    "indicators/annual/paper.py", "indicators/annual/subjects.py", "indicators/annual/values.py",
    "indicators/annual/word.py", "indicators/year_form/files.py", "indicators/community/files.py",
)  # fmt: skip


def bare_texts(source: str) -> list[str]:
    """Vietnamese texts that stand in no call for a translation; docstrings aside."""
    tree = ast.parse(source)
    fine: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            fine |= {id(part) for part in ast.walk(node)} if name in CALLS else set()
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            fine.add(id(body[0].value))
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and id(node) not in fine and VIETNAMESE.search(node.value)
    ]  # fmt: skip


def test_no_text_of_python_is_vietnamese_without_a_call_for_its_translation():
    bare = set()
    for path in own_python():
        name = path.relative_to(ROOT).as_posix()
        if not any(fnmatch(name, allowed) for allowed in VIETNAMESE_ONLY):
            bare |= {(name, text) for text in bare_texts(path.read_text(encoding="utf-8"))}
    assert not bare, "\n".join(f"{name}: {text}" for name, text in sorted(bare))
    assert bare_texts('def f():\n    """Một."""\n    return _("Hai"), "Ba là ba"') == ["Ba là ba"]


def test_no_text_of_a_script_is_vietnamese_alone():
    """Scripts carry both languages side by side (``vi ? … : …``) or are given their words by the page (``data-…``)."""
    alone = [
        f"{path.name}:{number}"
        for path in sorted((ROOT / "static/js").glob("*.js"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if VIETNAMESE.search(line.split("//")[0]) and not re.search(r"\bvi\b", line)
    ]
    assert not alone


def test_no_text_of_a_template_stands_outside_a_translation():
    """Also in branches that no page of the walk reaches."""
    bare = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        # The certificate is printed in Vietnamese; a guide has a file for each language.
        if path.name in ("paper.html", "_paper_ground.html") or path.parent.name == "vi":
            continue
        text = re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.S)
        text = re.sub(r"{%\s*blocktranslate\b.*?endblocktranslate\s*%}|{%.*?%}|{{.*?}}", "", text, flags=re.S)
        text = re.sub(r"<(\w+)[^>]*\slang=\"vi\"[^>]*>.*?</\1>", "", text, flags=re.S)
        bare += [f"{path.name}: {line.strip()}" for line in text.splitlines() if VIETNAMESE.search(line)]
    assert not bare, "\n".join(bare)
