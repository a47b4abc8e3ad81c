"""Templates nobody renders are dead weight; templates with inline script or style break the security policy."""

import re
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.BASE_DIR
TEMPLATES: Path = ROOT / "templates"
# Rendered by Django itself, by this name.
FOUND_BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
INLINE = re.compile(r"<style\b|\sstyle\s*=\s*[\"']|\son[a-z]+\s*=\s*[\"']|<script\b(?![^>]*\bsrc=)", re.I)
# Data for a script is no script; print layouts are read by WeasyPrint, not by a browser under the policy.
DATA_SCRIPT = re.compile(r"<script[^>]*type=[\"']application/(ld\+)?json[\"']", re.I)


def templates() -> list[Path]:
    """Every template of the product."""
    return sorted(path for path in ROOT.glob("*/templates/**/*.html")) + sorted(TEMPLATES.rglob("*.html"))


def name_of(path: Path) -> str:
    """The name by which a template is loaded."""
    parts = path.relative_to(ROOT).parts
    return "/".join(parts[parts.index("templates") + 1 :])


def sources() -> str:
    """All the places that can name a template."""
    python = [
        path
        for path in ROOT.glob("*/**/*.py")
        if not {"tests", "migrations", ".venv"} & set(path.relative_to(ROOT).parts)
    ]
    return "\n".join(path.read_text(encoding="utf-8") for path in (*python, *templates()))


def test_every_template_is_used() -> None:
    text = sources()
    unused = [
        name
        for path in templates()
        if (name := name_of(path)) not in FOUND_BY_DJANGO
        and not name.startswith(("help/vi/", "help/en/"))  # sections: tests/comfort/test_guides.py knows each
        and not re.search(rf"[\"']{re.escape(name)}", text)
    ]
    assert not unused


def test_no_inline_script_or_style() -> None:
    guilty = [
        f"{name_of(path)}:{number}"
        for path in templates()
        if not name_of(path).startswith(("print/", "layouts/print")) and "/print/" not in name_of(path)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if INLINE.search(line) and not DATA_SCRIPT.search(line)
    ]
    assert not guilty


def test_nothing_is_loaded_from_another_host() -> None:
    pattern = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", re.I)
    assert not [name_of(path) for path in templates() if pattern.search(path.read_text(encoding="utf-8"))]
