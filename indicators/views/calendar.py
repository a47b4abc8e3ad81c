"""The sessions of a plan year day by day, for a centre, a commune, a district that was, or the city."""

import datetime as dt

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.access import scoped
from centres.choices import Verb
from core.dates import Period, plan_year_of
from core.errors import OutOfScope
from core.pictures import calendar_chart
from indicators.statistics.selectors import sessions_held
from indicators.views.asking import user_of
from literacy.cohorts.access import choices, place_named

YEARS = 5


@scoped(Verb.VIEW_FIGURES)
def calendar(request: HttpRequest) -> HttpResponse:
    """How many sessions were held on each day: the same sessions that the statistics of the place count."""
    user, today = user_of(request), timezone.localdate()
    try:
        place = place_named(user, request.GET.get("place", ""))
    except OutOfScope as error:
        raise Http404 from error
    newest = plan_year_of(today).ends_on.year
    years = list(range(newest, newest - YEARS, -1))
    wish = request.GET.get("year", "")
    # A plan year that has only begun has nothing to look at: the page opens with the one before.
    first = newest - 1 if (today - plan_year_of(today).starts_on).days < 28 else newest
    year = int(wish) if wish.isdecimal() and int(wish) in years else first
    period = Period.plan_year(year)
    held = sessions_held(
        user=user, unit=place.unit, centre=place.centre, starts_on=period.starts_on, ends_on=period.ends_on
    )
    counts: dict[dt.date, int] = dict(held.order_by().values_list("held_on").annotate(count=Count("pk")))
    title = _("Buổi học đã dạy, năm kế hoạch %(year)s · %(place)s") % {"year": year, "place": place.name}
    context = {
        "place": place,
        "places": choices(user),
        "year": year,
        "years": years,
        "picture": calendar_chart(title=title, starts_on=period.starts_on, ends_on=period.ends_on, counts=counts),
        "any": bool(counts),
    }
    return render(request, "indicators/calendar.html", context)
