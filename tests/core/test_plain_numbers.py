"""Keys and years in pages are plain digits: the thousandth enrolment must be as easy to mark as the first."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from core.templatetags import clc


@pytest.mark.parametrize("language", ["vi", "en"])
def test_keys_and_years_are_not_grouped(language):
    page = Template('<input name="mark_{{ pk }}" value="{{ pk }}">{{ year }} {{ count|num }}')
    with translation.override(language):
        shown = page.render(Context({"pk": 12345, "year": 2026, "count": 12345}))
    assert shown.startswith('<input name="mark_12345" value="12345">2026 ')
    assert shown.endswith({"vi": "12.345", "en": "12,345"}[language])


@pytest.mark.parametrize(
    ("value", "shown"), [("52.1739", "52,2%"), ("91.84", "91,8%"), ("0.05", "0,1%"), ("100", "100,0%")]
)
def test_percent_is_rounded_not_cut(value, shown):
    with translation.override("vi"):
        assert clc.percent(Decimal(value)) == shown
