"""The theme: legible by measure (WCAG 2.2 AA), light by weight, and its vendored script the published one."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC: Path = settings.BASE_DIR / "static"
CSS = (STATIC / "css/app.css").read_text(encoding="utf-8")
TOKENS = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{3,6})\b", CSS))
WEIGHT_LIMIT = 35_000  # bytes of style and script, compressed; leaves 25 kB for a page's own HTML

TEXT = [
    *[(text, ground) for text in ("ink", "soft", "brand") for ground in ("card", "paper", "wash")],
    *[(tone, f"{tone}-wash") for tone in ("ok", "warn", "bad", "info")],
    *[("card", ground) for ground in ("brand", "brand-deep", "ok", "warn", "bad", "soft")],
    ("brand-deep", "brand-wash"), ("ink", "brand-wash"), ("ink", "warn-wash"), ("bad", "card"),
]  # fmt: skip
SHAPES = [
    ("gold", "card"), ("gold", "paper"), ("gold", "track"), ("gold-bright", "brand-deep"), ("gold-bright", "ok"),
    ("edge", "card"), ("edge", "paper"), ("brand", "track"), ("ok", "track"), ("bad", "track"),
]  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance of ``#rgb`` or ``#rrggbb`` (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two tokens, 1 to 21."""
    light, dark = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_is_legible(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_focus_controls_and_bars_can_be_seen(shape: str, ground: str) -> None:
    assert contrast(shape, ground) >= 3


def test_style_and_script_are_light() -> None:
    files = ("css/app.css", "js/app.js", "vendor/htmx.min.js")
    assert sum(len(gzip.compress((STATIC / name).read_bytes())) for name in files) < WEIGHT_LIMIT


def test_vendored_files_are_the_published_ones() -> None:
    lines = (STATIC / "vendor/vendor.lock").read_text(encoding="utf-8").splitlines()
    locked = dict(re.findall(r"-> (\S+) sha256:([0-9a-f]{64})$", "\n".join(lines), re.M))
    vendor = STATIC / "vendor"
    files = [path for path in vendor.rglob("*") if path.is_file()]
    present = {path.relative_to(vendor).as_posix() for path in files} - {"vendor.lock"}
    assert set(locked) == present
    for name, digest in locked.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest


def test_the_style_loads_only_our_own_files() -> None:
    for target in re.findall(r"url\(([^)]+)\)", CSS):
        assert (STATIC / "css" / target).resolve().is_file()
