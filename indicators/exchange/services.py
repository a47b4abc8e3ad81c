"""Handing figures to other programs, with an audit row."""

from typing import BinaryIO

from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from core import audit
from core.errors import Forbidden, InvalidInput
from indicators.exchange.observations import observations
from indicators.exchange.writers import WRITERS
from indicators.models import Plan

FIRST_YEAR, LAST_YEAR = 2000, 2100


def checked_year(year: int) -> int:
    """Return the year. Raises InvalidInput for one that is no year of a plan."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        words = _("Năm phải từ %(first)s đến %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise InvalidInput("year_unknown", words, fields={"period": [words]})
    return year


def export_exchange(*, plan: Plan, year: int, kind: str, out: BinaryIO, by: User | None) -> int:
    """Write what the user may see of a year's figures and return how many values there are.

    ``by=None`` is the system itself (the operator's command). Raises InvalidInput for an unknown format or year,
    Forbidden without Verb.EXPORT.
    """
    if kind not in WRITERS:
        raise InvalidInput("unknown_format", _("Chỉ có các dạng: %(kinds)s.") % {"kinds": ", ".join(WRITERS)})
    checked_year(year)
    if by is not None and not scope_of(by).may(Verb.EXPORT):
        raise Forbidden("role_may_not", _("Vai trò của bạn không xuất được số liệu."))
    count = WRITERS[kind](plan, observations(plan=plan, year=year, user=by), out)
    audit.record("indicators.exchange", plan, by=by, data={"format": kind, "year": year, "values": count})
    return count
