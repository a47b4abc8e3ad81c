"""The worklist: whom to see, the most pressing first, and who sees them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core import audit
from core.dates import add_months
from core.errors import Conflict, InvalidInput
from core.models import setting_on
from literacy.call_sheet import call_sheet_pdf
from literacy.choices import CheckOutcome
from literacy.models import FollowUp, Volunteer
from literacy.querysets import FollowUpQuerySet
from literacy.risk import Rule, band, words
from literacy.risk_facts import rule_on
from literacy.selectors import told_of
from literacy.services import assign, last_assigned, undo_assign, volunteer_of
from literacy.views.place import back_to_list, place_of

PER_PAGE = 50
WHEN = ("due", "month", "soon", "later", "unreached", "escalated", "relapsed", "done")
# One tap on the list; what ends the plan or leaves it open for other reasons stands behind one more.
AT_ONCE = (CheckOutcome.HOLDS_1, CheckOutcome.HOLDS_2, CheckOutcome.RELAPSED, CheckOutcome.NOT_REACHED)
SELDOM = (CheckOutcome.MOVED, CheckOutcome.DIED, CheckOutcome.REFUSED)
# In these parts people are called on now.
TO_SEE = ("due", "month", "unreached", "escalated", "relapsed")
# Whom a volunteer's sheet names, and how many of them: a bundle that can be carried, and made while one waits.
SHEET = ("due", "soon", "relapsed")
MOST_ON_A_SHEET = 45
MINE, NOBODY = "me", "none"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; anything that is not known is what nobody asked for."""

    when: str
    centre: str
    volunteer: str
    sort: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        """Read the address."""
        given = request.GET
        volunteer = given.get("volunteer", "")
        return cls(
            when=when if (when := given.get("when", "due")) in WHEN else "due",
            centre=centre if (centre := given.get("centre", "")).isdecimal() else "",
            volunteer=volunteer if volunteer in (MINE, NOBODY) or volunteer.isdecimal() else "",
            sort=sort if (sort := given.get("sort", "")) in ("risk", "due") else "",
        )

    @property
    def narrowing(self) -> str:
        """The query string of everything but the part of the list, for the tabs."""
        found = {"centre": self.centre, "volunteer": self.volunteer, "sort": self.sort}
        return urlencode({name: value for name, value in found.items() if value})

    @property
    def order(self) -> tuple[str, ...]:
        """What the list is sorted by. What lies far ahead is sorted by its day, all else by how pressing it is."""
        if self.when == "done":
            return ("-done_on", "pk")
        by = self.sort or ("due" if self.when == "later" else "risk")
        return ("-risk", "due_on", "pk") if by == "risk" else ("due_on", "pk")


@dataclass(frozen=True, slots=True)
class Line:
    """One person on the list: the check, why they are pressing, since when nobody looked after them (if told above)."""

    row: FollowUp
    band: str
    why: list[str]
    neglected_on: dt.date | None
    told: list[str]


def _rows(user: User, asked: Asked) -> FollowUpQuerySet:
    rows = FollowUp.objects.visible_to(user)
    if asked.centre:
        rows = rows.filter(centre_id=int(asked.centre))
    if asked.volunteer == MINE:
        return rows.filter(volunteer__user=user)
    if asked.volunteer == NOBODY:
        return rows.filter(volunteer__isnull=True)
    return rows.filter(volunteer_id=int(asked.volunteer)) if asked.volunteer else rows


def parts_of(rows: FollowUpQuerySet, today: dt.date) -> tuple[dict[str, FollowUpQuerySet], dict[str, int]]:
    """Return the parts of the list and how many lie in each, by the names of ``WHEN``: six queries."""
    month, times = add_months(today, 1), int(setting_on("literacy.unreached_times", today))
    numbers = rows.numbers(today, soon=month, times=times)
    parts = {
        "due": rows.due(today),
        "month": rows.in_month(today),
        "soon": rows.open().filter(due_on__gt=today, due_on__lte=month),
        "later": rows.open().filter(due_on__gt=month),
        "unreached": rows.never_met(today, times),
        "escalated": rows.escalated(today),
        "relapsed": rows.relapsed(),
        "done": rows.filter(done_on__isnull=False),
    }
    return parts, numbers


def _labels() -> dict[str, str]:
    return {
        "due": _("Đến hạn"),
        "month": _("Trong tháng này"),
        "soon": _("Trong một tháng tới"),
        "later": _("Về sau"),
        "unreached": _("Gặp mãi không được"),
        "escalated": _("Để lâu không ai gặp"),
        "relapsed": _("Đang tái mù chữ"),
        "done": _("Đã kiểm tra"),
    }


def lines_of(rows: list[FollowUp], *, rule: Rule, today: dt.date, when: str = "") -> list[Line]:
    """Return the lines of some rows: one query more, for who was told above."""
    told = told_of([row.award_id for row in rows]) if when != "done" else {}
    return [
        Line(
            row,
            band(row.risk, rule) if when != "done" else "",
            words(row.reasons, year=today.year) if when != "done" else [],
            told[row.award_id][0].since_on if row.award_id in told and row.due_on <= today else None,
            [str(item.get_told_display()) for item in told.get(row.award_id, [])],
        )
        for row in rows
    ]


def _volunteers(user: User, asked: Asked) -> list[Volunteer]:
    """The volunteers to choose from: an officer chooses a centre first."""
    rows = Volunteer.objects.visible_to(user).active().select_related("centre")
    if asked.centre:
        return list(rows.filter(centre_id=int(asked.centre)))
    return [] if scope_of(user).is_officer else list(rows)


@scoped(Verb.VIEW)
def followup_list(request: HttpRequest) -> HttpResponse:
    """The worklist: overdue first, then this month, then later; and what was done. A fixed number of queries."""
    user, scope, today = cast(User, request.user), scope_of(request.user), timezone.localdate()
    asked = Asked.of(request)
    (parts, numbers), labels = parts_of(_rows(user, asked), today), _labels()
    chosen = parts[asked.when].order_by(*asked.order)
    chosen = chosen.select_related("learner__neighbourhood", "centre", "volunteer").prefetch_related("checks")
    paginator = Paginator(chosen, PER_PAGE)
    paginator.__dict__["count"] = numbers[asked.when]  # counted for its tab already
    page: Page[FollowUp] = paginator.get_page(request.GET.get("page"))
    volunteers = _volunteers(user, asked)
    may_record = scope.may(Verb.FOLLOW_UP)
    context: dict[str, Any] = {
        "page_obj": page,
        "lines": lines_of(list(page.object_list), rule=rule_on(today), today=today, when=asked.when),
        "asked": asked,
        "when": asked.when,
        "tabs": [(name, labels[name], numbers[name]) for name in WHEN],
        "today": today,
        "months": ", ".join(str(months) for months in setting_on("literacy.follow_up_months", today)),
        "centres": Centre.objects.visible_to(user) if scope.is_officer else Centre.objects.none(),
        "volunteers": volunteers,
        "mine": any(row.user_id == user.pk for row in volunteers),
        "sheet_of": next((row for row in volunteers if _is_asked(row, asked, user)), None) if may_record else None,
        "may_record": may_record,
        "may_assign": may_record and asked.when != "done",
        "at_once": AT_ONCE if asked.when in TO_SEE else (),
        "seldom": SELDOM,
        "place": place_of(request),
        "query": f"when={asked.when}&{asked.narrowing}".rstrip("&"),
    }
    return render(request, "literacy/followup_list.html", context)


def _is_asked(row: Volunteer, asked: Asked, user: User) -> bool:
    return asked.volunteer == str(row.pk) or (asked.volunteer == MINE and row.user_id == user.pk)


@scoped(Verb.FOLLOW_UP)
@require_POST
def people_assign(request: HttpRequest) -> HttpResponse:
    """Give the people that are ticked, or all that the page shows, to a volunteer, to oneself, or to nobody."""
    user, to = cast(User, request.user), request.POST.get("to", "")
    named = "shown" if "whole" in request.POST else "pick"
    chosen = [int(text) for text in request.POST.getlist(named) if text.isdecimal()]
    try:
        if not chosen:
            raise InvalidInput("nobody_chosen", _("Hãy đánh dấu ít nhất một người."))
        volunteer = _receiver(user, to, chosen)
        count = assign(follow_ups=chosen, volunteer=volunteer, by=user)
    except InvalidInput as error:
        messages.error(request, str(error.message))
        return back_to_list(request)
    row = last_assigned(user)
    kind = "to" if isinstance(row, Volunteer) else "of"
    undo = reverse("literacy:assign-undo", args=[kind, row.pk]) if row else ""
    if volunteer:
        said = {"n": count, "name": volunteer.full_name}
        messages.success(request, _("Đã giao %(n)s người cho %(name)s.") % said, undo)
    else:
        messages.success(request, _("%(n)s người chưa giao cho ai.") % {"n": count}, undo)
    return back_to_list(request)


@scoped(Verb.FOLLOW_UP)
@require_POST
def assign_undo(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Give people back who were given to a volunteer (``to``), or of a centre to nobody (``of``), a moment ago."""
    user = cast(User, request.user)
    model: Any = Volunteer if kind == "to" else Centre
    given_to = get_object_or_404(model.objects.visible_to(user), pk=pk)
    try:
        count = undo_assign(given_to=given_to, by=user)
    except Conflict as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Đã hoàn tác: %(n)s người trở về người phụ trách trước.") % {"n": count})
    return back_to_list(request)


def _receiver(user: User, to: str, chosen: list[int]) -> Volunteer | None:
    """Whom the people go to. Raises InvalidInput when nobody is named, 404 for a volunteer of others."""
    if to == NOBODY:
        return None
    if to == MINE:
        first = get_object_or_404(FollowUp.objects.visible_to(user).select_related("centre"), pk=chosen[0])
        return volunteer_of(user=user, centre=first.centre)
    if not to.isdecimal():
        raise InvalidInput("no_volunteer", _("Hãy chọn người nhận."))
    row: Volunteer = get_object_or_404(Volunteer.objects.visible_to(user), pk=int(to))
    return row


@scoped(Verb.FOLLOW_UP, Verb.VIEW)
def call_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """A volunteer's people who are due, fall due within a month or relapsed, on paper. Printing leaves a trace."""
    user, today = cast(User, request.user), timezone.localdate()
    volunteer = get_object_or_404(Volunteer.objects.visible_to(user).select_related("centre"), pk=pk)
    require(user, Verb.FOLLOW_UP, volunteer.centre_id)
    parts, _numbers = parts_of(FollowUp.objects.visible_to(user).filter(volunteer=volunteer), today)
    keys = {pk for name in SHEET for pk in parts[name].values_list("pk", flat=True)}
    rows = FollowUp.objects.filter(pk__in=keys).order_by("-risk", "due_on", "pk")
    if not keys:
        text = _("%(name)s không phụ trách ai đến hạn trong một tháng tới, nên chưa có gì để in.")
        messages.error(request, text % {"name": volunteer.full_name})
        return redirect(f"{reverse('literacy:followup-list')}?volunteer={volunteer.pk}")
    people = list(rows.select_related("learner__neighbourhood", "learner__unit")[:MOST_ON_A_SHEET])
    lines = lines_of(people, rule=rule_on(today), today=today)
    pdf = call_sheet_pdf(volunteer, lines, all_count=len(keys))
    audit.record("literacy.call_sheet", volunteer, by=user, centre_id=volunteer.centre_id, data={"people": len(people)})
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="phieu-di-tham-{volunteer.pk}-{today:%Y%m%d}.pdf"'
    return response
