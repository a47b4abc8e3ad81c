"""Filters of every template: numbers and dates as Vietnamese readers write them."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()
NOTHING = "–"


@register.filter
def num(value: float | Decimal | None, places: int | None = None) -> str:
    """1234.5 → ``1.234,5``; None → ``–``."""
    return NOTHING if value is None or value == "" else str(number_format(value, places, force_grouping=True))


@register.filter
def plain(value: Decimal | None) -> str:
    """7.50 → ``7,5``, 5.00 → ``5``; None → ``–``."""
    if value is None:
        return NOTHING
    text = f"{Decimal(value):f}"
    places = len(text.partition(".")[2].rstrip("0"))
    return str(number_format(Decimal(value), places, force_grouping=True))


@register.filter
def percent(value: float | Decimal | None) -> str:
    """91.84 → ``91,8%``; None → ``chưa có``."""
    if value is None:
        return _("chưa có")
    # Rounded here: number_format cuts digits off, and 52.17 is 52,2.
    return f"{number_format(Decimal(str(value)).quantize(Decimal('0.1'), ROUND_HALF_UP), 1)}%"


@register.filter
def vdate(value: dt.date | None) -> str:
    """``31/12/2026``."""
    return NOTHING if not value else f"{value:%d/%m/%Y}"


@register.filter
def vdatetime(value: dt.datetime | None) -> str:
    """``09:12, 23/11/2026`` in local time."""
    return NOTHING if not value else f"{timezone.localtime(value):%H:%M, %d/%m/%Y}"
