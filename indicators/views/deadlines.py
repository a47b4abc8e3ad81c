"""The calendar of what is due, and who has not handed it in."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import override
from django.views.decorators.http import require_POST

from centres.access import own, scope_of, scoped
from centres.choices import Verb
from core.downloads import attachment
from core.errors import DomainError
from core.forms import add_domain_error
from core.tabular.writing import CONTENT_TYPES, Cell, Column, Table, write_xlsx
from indicators import services
from indicators.calendar_forms import DeadlineDayForm, DeadlineForm
from indicators.choices import DueWhat
from indicators.deadlines import Due, Owed, dues, mine, owed, subjects_of
from indicators.models import Deadline, ReminderChoice
from indicators.selectors import current_plan
from indicators.views.asking import user_of

PAGE = 50
# Of so few units a line stands with its name; of more, with its code.
FEW = 3
SORTS = {"unit": _lazy("Đơn vị"), "line": _lazy("Chỉ tiêu"), "state": _lazy("Tình trạng")}
STATES = {"nothing": _lazy("chưa nhập"), "draft": _lazy("mới lưu nháp"), "returned": _lazy("bị trả lại")}
ORDER = ("returned", "draft", "nothing")


@scoped(Verb.VIEW_FIGURES)
def calendar(request: HttpRequest) -> HttpResponse:
    """What is due when: for me first, then everything."""
    user, today = user_of(request), timezone.localdate()
    choice, everything = ReminderChoice.objects.filter(person=user).first(), dues(today)
    context = {
        "mine": mine(user, today),
        "tables": [
            ([(due, due.days_left(today)) for due in everything if due.starts_on <= today], _("Các kỳ đã bắt đầu")),
            ([(due, due.days_left(today)) for due in everything if due.starts_on > today], _("Các kỳ sắp tới")),
        ],
        "may_set": Verb.SET_RULES in scope_of(user).city_verbs,
        "by_email": choice is None or choice.by_email,
        "has_address": bool(user.email),
        "today": today,
    }
    return render(request, "indicators/deadlines.html", context)


def _asked(request: HttpRequest) -> Due:
    """The deadline and year of the page; the latest one that has begun when none is named."""
    today = timezone.localdate()
    begun = [due for due in dues(today) if due.starts_on <= today]
    code, year = request.GET.get("deadline", ""), request.GET.get("year", "")
    fitting = [due for due in begun if (not code or due.deadline.code == code) and (not year or str(due.year) == year)]
    if not fitting:
        raise Http404
    return min(fitting, key=lambda due: (abs(due.days_left(today)), due.deadline.code))


def _sorted(rows: list[Owed], sort: str) -> list[Owed]:
    def line(row: Owed) -> int:
        return row.indicator.order if row.indicator else 0

    keys = {
        "line": lambda row: (line(row), row.sort_key),
        "state": lambda row: (ORDER.index(row.state), row.sort_key, line(row)),
    }
    return sorted(rows, key=keys.get(sort, lambda row: (row.sort_key, row.whose, line(row))))


@dataclass(frozen=True)
class Group:
    """Rows that belong together on the page: of one unit or centre, of one line, or in one state of one unit."""

    first: Owed
    rows: Sequence[tuple[Owed, Promise]]


def _grouped(rows: list[Owed], sort: str) -> list[Group]:
    """Return sorted rows by what they are sorted by; by state: the same state of the same unit."""
    keys: dict[str, Callable[[Owed], Any]] = {
        "unit": lambda row: (row.unit, row.centre),
        "line": lambda row: row.indicator,
        "state": lambda row: (row.state, row.unit, row.centre),
    }
    groups = ([(row, STATES[row.state]) for row in group] for _key, group in groupby(rows, keys[sort]))
    return [Group(group[0][0], group) for group in groups]


@scoped(Verb.VIEW_FIGURES)
def missing(request: HttpRequest) -> HttpResponse:
    """Who has not handed in: a row for each unit with its lines, or each line with its units; also as XLSX."""
    user, today = user_of(request), timezone.localdate()
    due = _asked(request)
    sort = request.GET.get("sort", "unit")
    sort = sort if sort in SORTS else "unit"
    subjects = subjects_of(due, user)
    found, total = owed(due, subjects)
    rows = _sorted(found, sort)
    if request.GET.get("format") == "xlsx":
        return _sheet(due, rows)
    asked = {"deadline": due.deadline.code, "year": due.year}
    begun = {(one.deadline.code, one.year): one for one in dues(today) if one.starts_on <= today}
    context = {
        "due": due,
        "choices": list(begun.values()),
        "page_obj": Paginator(_grouped(rows, sort), PAGE).get_page(request.GET.get("page")),
        "left": len(found),
        "total": total,
        "silent": len({(row.unit or row.centre) for row in found}),
        "subjects": len(subjects),
        "few": len(subjects) <= FEW,
        "sorts": SORTS.items(),
        "sort": sort,
        "query": urlencode(asked | {"sort": sort}),
        "asked": urlencode(asked),
        "days": due.days_left(today),
        "late_days": -due.days_left(today),
    }
    return render(request, "indicators/missing.html", context)


def _sheet(due: Due, rows: list[Owed]) -> HttpResponse:
    """The list as a file; it is handed on, so its words are Vietnamese whoever asks."""
    with override("vi"):
        columns = [
            Column(_("Đơn vị, trung tâm"), "text", 40), Column(_("Mã"), "text", 12), Column(_("Chỉ tiêu"), "text", 50),
            Column(_("Tình trạng"), "text", 16), Column(_("Hạn nộp"), "date", 14),
        ]  # fmt: skip
        period = {"a": f"{due.starts_on:%d/%m/%Y}", "b": f"{due.ends_on:%d/%m/%Y}"}
        titles = [_("Chưa nộp: %(name)s") % {"name": due.deadline.name}, _("kỳ %(a)s – %(b)s") % period]
        cells: list[list[Cell]] = [
            [
                row.whose, row.indicator.code if row.indicator else "", row.indicator.name if row.indicator else "",
                str(STATES[row.state]), due.due_on,
            ]
            for row in rows
        ]  # fmt: skip
        table = Table(titles=titles, columns=columns, rows=cells, sheet=_("Chưa nộp"))
    out = io.BytesIO()
    write_xlsx(table, out)
    return attachment(out.getvalue(), CONTENT_TYPES["xlsx"], f"chua-nop-{due.deadline.code}-{due.year}.xlsx")


@scoped(Verb.SET_RULES)
def deadline_edit(request: HttpRequest, code: str = "") -> HttpResponse:
    """Write a deadline of one's own, or change the rule of one that is there."""
    row = get_object_or_404(Deadline, code=code) if code else None
    form = DeadlineForm(row, request.POST or None)

    def act() -> None:
        values = {name: value for name, value in form.cleaned_data.items() if name != "code"}
        if values["what"] == DueWhat.FIGURES:
            values["plan"] = row.plan if row and row.plan else current_plan()
        services.save_deadline(code=form.cleaned_data["code"], by=user_of(request), values=values)

    heading = row.name if row else _("Thêm hạn nộp")
    return _shown(
        request, form, act, heading, _("Hạn của mọi năm. Muốn đổi hạn của riêng một năm, dùng “Đổi hạn một năm”.")
    )


@scoped(Verb.SET_RULES)
def deadline_day(request: HttpRequest, code: str) -> HttpResponse:
    """Give a deadline another day in one year."""
    row = get_object_or_404(Deadline, code=code)
    form = DeadlineDayForm(request.POST or None, initial={"year": request.GET.get("year")})

    def act() -> None:
        services.set_deadline_day(deadline=row, by=user_of(request), **form.cleaned_data)

    return _shown(request, form, act, _("Đổi hạn một năm"), row.name)


def _shown(request: HttpRequest, form: Any, act: Any, heading: str, text: str) -> HttpResponse:
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except DomainError as error:
            if error.status not in (409, 422):
                raise
            status = error.status
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã lưu hạn nộp."))
            return redirect("indicators:deadlines")
    context = {
        "form": form, "heading": heading, "text": text, "button": _("Lưu"), "back": "indicators:deadlines",
        "back_words": _("Lịch hạn nộp"),
    }  # fmt: skip
    status = status if status != 200 or not form.errors else 422
    return render(request, "indicators/simple_form.html", context, status=status)


@own("one's own choice")
@require_POST
def reminders_choose(request: HttpRequest) -> HttpResponse:
    """Want reminders by e-mail, or not."""
    services.choose_reminders(by_email=request.POST.get("by_email") == "yes", by=user_of(request))
    messages.success(request, _("Đã lưu lựa chọn nhận thư."))
    return redirect("indicators:deadlines")
