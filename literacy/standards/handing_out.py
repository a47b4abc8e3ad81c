"""Which tables of a unit and year are handed out: those kept when the year was closed, else as computed now."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from centres.models import AdminUnit
from core.errors import InvalidInput
from literacy.models import YearClosing
from literacy.standards.checking import require_agreement
from literacy.standards.paper import Head, draft_state
from literacy.standards.pdf import form_pdf
from literacy.standards.roll_up import RollUp, day_of_year, last_year, roll_up
from literacy.standards.tables import Form, forms_of
from literacy.standards.xlsx import form_xlsx

KINDS: dict[str, tuple[Callable[[Form, Head], bytes], str]] = {
    "xlsx": (form_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (form_pdf, "application/pdf"),
}


@dataclass(frozen=True)
class Handed:
    """Four tables that agree, what stands above them, and the closing they were kept by (None: computed now)."""

    forms: dict[str, Form]
    head: Head
    closing: YearClosing | None


def tables_of(unit: AdminUnit, year: int, *, found: RollUp | None = None) -> Handed:
    """Return the tables to hand out. ``found``: the unit judged already, for that year's day.

    Raises FormsDisagree rather than handing out tables that contradict each other, and InvalidInput for a year in which
    the unit was no longer there: its people are those of other units.
    """
    if (last := last_year(unit)) is not None and year > last:
        words = _("%(unit)s chỉ có đến ngày %(day)s, nên không có biểu của năm %(years)s.")
        years = f"{year - 1}–{year}"
        raise InvalidInput("unit_ended", words % {"unit": unit, "day": f"{unit.valid_to:%d/%m/%Y}", "years": years})
    today = timezone.localdate()
    as_of = day_of_year(year, today)
    closing = YearClosing.objects.latest(unit, year)
    if closing is not None:
        forms = {kept["code"]: Form.from_json(kept) for kept in closing.tables}
        state = closed_state(closing)
    else:
        found = found or roll_up(unit, as_of)
        forms, as_of, state = forms_of(found), found.as_of, draft_state(today)
    require_agreement(forms)
    return Handed(forms, Head(unit, year, as_of, state), closing)


def closed_state(closing: YearClosing) -> str:
    """What is said of tables that were kept: when, and which version they are."""
    day: dt.date = timezone.localdate(closing.closed_at)
    again = f" (lần {closing.version})" if closing.version > 1 else ""
    return f"đã khóa ngày {day:%d/%m/%Y}{again}"


def file_name(code: str, unit: AdminUnit, year: int, kind: str) -> str:
    """``CMC-1_09700_2026.xlsx``."""
    return f"{code}_{unit.code}_{year}.{kind}"
