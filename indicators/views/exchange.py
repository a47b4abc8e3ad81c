"""Files for other programs; a sheet of reported figures: preview, then entered."""

import io

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from centres.access import scope_of, scoped
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit
from core.downloads import attachment
from core.errors import DomainError
from core.forms import add_domain_error
from core.tabular.reading import ACCEPTED
from core.tabular.writing import CONTENT_TYPES as TABLE_TYPES
from core.tabular.writing import write_xlsx
from courses.choices import ImportStatus
from indicators.choices import PlanState
from indicators.exchange.exports import blank_table
from indicators.exchange.importing import commit_figures, discard_figures, load_preview, preview_figures
from indicators.exchange.observations import observations
from indicators.exchange.reading import HEADINGS
from indicators.exchange.services import checked_year, export_exchange
from indicators.exchange.writers import CONTENT_TYPES, SUFFIXES
from indicators.models import FigureImport, Plan
from indicators.views.asking import plan_of, user_of

SHOWN_ROWS = 200
FORMATS = {
    "dhis2": ("DHIS2", _lazy("dataValueSets dạng JSON, để nạp vào DHIS2")),
    "adx": ("ADX", _lazy("XML theo chuẩn IHE QRPH ADX, để trao đổi số liệu tổng hợp")),
    "sdmx-csv": ("SDMX-CSV", _lazy("bảng CSV theo chuẩn SDMX 3.0 của các cơ quan thống kê")),
}


class UploadForm(forms.Form):
    """A sheet of reported figures."""

    file = forms.FileField(
        label=_lazy("Tệp số liệu"),
        help_text=_lazy("Excel (.xlsx, .xls), .ods hoặc CSV; tối đa 5 MB, 500 dòng."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )


def _year(request: HttpRequest) -> int:
    text, today = request.GET.get("year", ""), timezone.localdate()
    return checked_year(int(text)) if text.isdecimal() and len(text) == 4 else today.year


@scoped(Verb.VIEW_FIGURES)
def exchange_page(request: HttpRequest) -> HttpResponse:
    """What can be handed to other programs, and the sheets this person sent in."""
    user, plan, year = user_of(request), plan_of(request), _year(request)
    scope = scope_of(user)
    found = list(observations(plan=plan, year=year, user=user))
    context = {
        "plan": plan,
        "plans": Plan.objects.exclude(state=PlanState.DRAFT),
        "year": year,
        "years": sorted({year, *range(plan.starts_on.year, timezone.localdate().year + 1)}, reverse=True),
        "found": found[:SHOWN_ROWS],
        "hidden": max(0, len(found) - SHOWN_ROWS),
        "total": len(found),
        "provisional": sum(not item.is_approved for item in found),
        "formats": [(kind, name, words) for kind, (name, words) in FORMATS.items()],
        "may_export": scope.may(Verb.EXPORT),
        "may_report": scope.may(Verb.REPORT_FIGURE),
        "imports": FigureImport.objects.visible_to(user)[:20] if scope.may(Verb.REPORT_FIGURE) else [],
    }
    return render(request, "indicators/exchange.html", context)


@scoped(Verb.EXPORT)
def exchange_file(request: HttpRequest) -> HttpResponse:
    """One file in a format of another program."""
    kind, year = request.GET.get("format", "dhis2"), _year(request)
    out = io.BytesIO()
    export_exchange(plan=plan_of(request), year=year, kind=kind, out=out, by=user_of(request))
    return attachment(out.getvalue(), CONTENT_TYPES[kind], f"chi-tieu-{year}-{kind}.{SUFFIXES[kind]}")


@scoped(Verb.REPORT_FIGURE)
def import_template(request: HttpRequest) -> HttpResponse:
    """The sheet to fill in: every line that others report, for the person's own units."""
    scope = scope_of(request.user)
    units = list(AdminUnit.objects.filter(pk__in=scope.unit_ids).order_by("-level", "sort_key"))
    if Verb.REPORT_FIGURE in scope.city_verbs:
        units = list(AdminUnit.objects.filter(level=UnitLevel.CITY))
    out = io.BytesIO()
    write_xlsx(blank_table(plan_of(request), units), out)
    return attachment(out.getvalue(), TABLE_TYPES["xlsx"], "mau-so-lieu-chi-tieu.xlsx")


@scoped(Verb.REPORT_FIGURE)
def import_upload(request: HttpRequest) -> HttpResponse:
    """Choose a sheet."""
    posted = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if posted else UploadForm()
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row, _preview = preview_figures(
                plan=plan_of(request), content=file.read(), file_name=file.name or "", by=user_of(request)
            )
        except DomainError as error:
            if error.status in (403, 404):
                raise
            add_domain_error(form, error)
        else:
            return redirect("indicators:figures-preview", pk=row.pk)
    headings = [_(title) for title in HEADINGS.values()]
    context = {"form": form, "headings": headings, "plan": plan_of(request)}
    return render(request, "indicators/figures_upload.html", context, status=422 if form.errors else 200)


@scoped(Verb.REPORT_FIGURE)
def import_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What a sheet would do; what it did."""
    user = user_of(request)
    row = get_object_or_404(FigureImport.objects.visible_to(user).select_related("plan"), pk=pk)
    if row.status != ImportStatus.PREVIEW:
        return render(request, "indicators/figures_done.html", {"row": row})
    if request.method == "POST":
        done = commit_figures(sheet=row, by=user)
        number = len(done.figures)
        words = ngettext("Đã ghi %(n)s số liệu, đang chờ duyệt.", "Đã ghi %(n)s số liệu, đang chờ duyệt.", number)
        messages.success(request, words % {"n": number})
        if not done.errors:
            return redirect("indicators:figures-preview", pk=row.pk)
        row.refresh_from_db()
        return render(request, "indicators/figures_done.html", {"row": row, "errors": done.errors[:SHOWN_ROWS]})
    preview = load_preview(sheet=row, by=user)
    context = {
        "row": row,
        "preview": preview,
        "shown": preview.taken[:SHOWN_ROWS],
        "hidden": max(0, len(preview.taken) - SHOWN_ROWS),
        "errors": preview.errors[:SHOWN_ROWS],
        "counts": [preview.count(name) for name in ("new", "corrected", "same")],
    }
    return render(request, "indicators/figures_preview.html", context)


@scoped(Verb.REPORT_FIGURE)
@require_POST
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw an uploaded sheet away."""
    row = get_object_or_404(FigureImport.objects.visible_to(user_of(request)), pk=pk)
    discard_figures(sheet=row, by=user_of(request))
    messages.success(request, _("Đã bỏ tệp. Không số liệu nào được ghi."))
    return redirect("indicators:exchange")
