"""The yearly form of centres: the page and its files."""

import io

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from centres.access import scope_of, scoped
from centres.choices import Verb
from indicators.views.asking import user_of
from indicators.views.evaluations import year_of, years
from indicators.views.statistics import read_asked
from indicators.year_form.files import COLUMNS, KINDS, make_form, total_of
from indicators.year_form.selectors import year_form


@scoped(Verb.VIEW_FIGURES)
def form_page(request: HttpRequest) -> HttpResponse:
    """One line a centre, with what is missing said as missing."""
    user, asked, year = user_of(request), read_asked(request), year_of(request)
    form = year_form(user=user, year=year, unit=asked.unit, centre=asked.centre)
    words = {
        "classes": _("Số lớp"), "sessions": _("Số buổi"), "participations": _("Lượt người học"),
        "learners": _("Số người học"), "women": _("Nữ"), "minorities": _("Dân tộc thiểu số"),
        "disabled": _("Người khuyết tật"), "over_60": _("Trên 60 tuổi"), "certificates": _("Chứng nhận đã cấp"),
        "managers": _("cán bộ quản lý"), "seconded_teachers": _("giáo viên biệt phái"),
        "rapporteurs": _("báo cáo viên"), "collaborators": _("cộng tác viên, hướng dẫn viên"),
        "rooms": _("phòng học"), "computers": _("máy tính"), "budget_state": _("kinh phí từ ngân sách (đồng)"),
        "budget_raised": _("kinh phí huy động, xã hội hóa (đồng)"),
    }  # fmt: skip
    facts = [
        (
            capfirst(words[name]),
            total_of(form, source, name),
            form.recorded_total(name)[1] if source == "record" else None,
        )
        for _heading, source, name in COLUMNS
    ]  # fmt: skip
    context = {
        "form": form, "year": year, "years": years(), "asked": asked, "facts": facts,
        "may_export": scope_of(user).may(Verb.EXPORT), "count": len(form.lines),
    }  # fmt: skip
    return render(request, "indicators/year_form.html", context)


@scoped(Verb.EXPORT)
def form_file(request: HttpRequest) -> HttpResponseBase:
    """The form as XLSX or official PDF."""
    asked, year = read_asked(request), year_of(request)
    kind = "pdf" if request.GET.get("format") == "pdf" else "xlsx"
    _run, data = make_form(by=user_of(request), year=year, kind=kind, unit=asked.unit, centre=asked.centre)
    place = asked.unit or asked.centre
    name = f"bao-cao-nam-{place.code if place else ''}-{year}.{kind}"
    return FileResponse(io.BytesIO(data), as_attachment=True, filename=name, content_type=KINDS[kind])
