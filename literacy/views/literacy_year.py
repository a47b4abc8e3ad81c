"""Closing a literacy year, what changed since, and which communes are especially difficult."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from core.dates import Period
from courses.views.shared import attempt
from literacy.models import Difficulty, YearClosing
from literacy.services.year_closing import close_year, mark_difficult, may_close
from literacy.standards.closings import corrections, people_written_later
from literacy.standards.forms import CloseForm, DifficultyForm
from literacy.standards.roll_up import day_of_year, roll_up
from literacy.standards.tables import Form, forms_of
from literacy.views.standards import read_asked, units_to_choose

MOST_SHOWN = 60


@scoped(Verb.VIEW_FIGURES)
def year_closing(request: HttpRequest) -> HttpResponse:
    """What was kept of a year, in every version; what would be another number today; closing, for who reports."""
    user, asked = cast(User, request.user), read_asked(request)
    closings = list(
        YearClosing.objects.filter(unit=asked.unit, year=asked.year).select_related("closed_by").defer("tables")
    )
    form = CloseForm(request.POST or None, again=bool(closings))
    if request.method == "POST" and not may_close(user, asked.unit):
        form = CloseForm(again=bool(closings))
        status = 403
    else:
        made, status = attempt(form, close_year, unit=asked.unit, year=asked.year, by=user)
        if made:
            messages.success(request, _("Đã khóa số liệu năm xóa mù chữ %(years)s.") % {"years": asked.years})
            return redirect(f"{reverse('literacy:year-closing')}?{asked.query}")
    today = timezone.localdate()
    as_of = day_of_year(asked.year, today)
    context = {
        "asked": asked,
        "as_of": as_of,
        "closings": closings,
        "form": form,
        "is_over": Period.literacy_year(asked.year).ends_on < today,
        "may_close": may_close(user, asked.unit),
        "units": units_to_choose(user),
    }
    last = YearClosing.objects.latest(asked.unit, asked.year)
    if last is not None:
        found = roll_up(asked.unit, as_of)
        changed = corrections({kept["code"]: Form.from_json(kept) for kept in last.tables}, forms_of(found))
        context |= {"last": last, "changed": changed[:MOST_SHOWN], "changed_count": len(changed)}
        if changed and scope_of(user).may(Verb.VIEW):
            people = people_written_later(last, found.tally.places, user)
            context |= {"people": people[:MOST_SHOWN], "people_count": people.count()}
    return render(request, "literacy/year_closing.html", context, status=status)


@scoped(Verb.SET_RULES)
def difficulty(request: HttpRequest) -> HttpResponse:
    """Say whether a commune is especially difficult, from which day and by which decision."""
    user = cast(User, request.user)
    communes = [unit for unit in units_to_choose(user) if unit.level == "commune"]
    form = DifficultyForm(request.POST or None, communes=communes)
    row, status = attempt(form, mark_difficult, by=user)
    if row:
        messages.success(request, _("Đã ghi diện của %(unit)s.") % {"unit": row.unit.name})
        return redirect("literacy:difficulty")
    rows = Difficulty.objects.select_related("unit", "recorded_by")
    return render(request, "literacy/difficulty.html", {"form": form, "rows": rows}, status=status)
