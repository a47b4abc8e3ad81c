"""Numbers and dates as readers of both languages expect them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from core.templatetags import clc


@pytest.mark.parametrize(
    ("language", "value", "shown"),
    [
        ("vi", 1234567, "1.234.567"),
        ("vi", Decimal("1234.5"), "1.234,5"),
        ("vi", 0, "0"),
        ("vi", None, "–"),
        ("en", Decimal("1234.5"), "1,234.5"),
        ("en", -4200, "-4,200"),
    ],
)
def test_num(language: str, value: int | Decimal | None, shown: str) -> None:
    with translation.override(language):
        assert clc.num(value) == shown


@pytest.mark.parametrize(
    ("language", "value", "shown"),
    [("vi", Decimal("91.84"), "91,8%"), ("vi", 0, "0,0%"), ("vi", None, "chưa có"), ("en", Decimal("91.84"), "91.8%")],
)
def test_percent(language: str, value: Decimal | None, shown: str) -> None:
    with translation.override(language):
        assert clc.percent(value) == shown


@pytest.mark.parametrize("language", ["vi", "en"])
def test_days_are_written_day_first_in_both_languages(language: str) -> None:
    with translation.override(language):
        assert clc.vdate(dt.date(2026, 12, 31)) == "31/12/2026"
        assert clc.vdate(None) == "–"


def test_instants_are_shown_in_local_time() -> None:
    assert clc.vdatetime(dt.datetime(2026, 11, 22, 17, 30, tzinfo=dt.UTC)) == "00:30, 23/11/2026"
    assert clc.vdatetime(None) == "–"
