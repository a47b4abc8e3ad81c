"""The periods statistics are asked for."""

import datetime as dt

from django.utils.translation import gettext as _

from core.dates import Period, plan_year_of


def presets(today: dt.date) -> dict[str, tuple[str, Period]]:
    """Return the periods people ask for, cut at today."""
    literacy = today.year + (today.month >= 10)
    school = today.year - (today.month < 9)
    found = {
        "year": (_("Năm nay"), Period.calendar_year(today.year)),
        "plan": (_("Năm kế hoạch (đến 30/11)"), plan_year_of(today)),
        "literacy": (_("Năm xóa mù chữ (01/10–30/09)"), Period.literacy_year(literacy)),
        "school": (_("Năm học"), Period.school_year(school)),
        "last": (_("Năm trước"), Period.calendar_year(today.year - 1)),
    }
    return {
        name: (label, Period(period.kind, period.starts_on, min(period.ends_on, today)))
        for name, (label, period) in found.items()
    }
