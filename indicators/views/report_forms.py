"""Forms with place-holders: the list, uploading, looking at one filled, taking it away."""

import io
from typing import Any, cast

import python_calamine
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from core.downloads import attachment
from core.errors import DomainError
from core.forms import add_domain_error
from core.tabular.writing import CONTENT_TYPES
from indicators.forms_report_forms import UploadForm
from indicators.models import ReportForm
from indicators.report_forms.services import fill_form, latest_forms, upload_form, withdraw_form
from indicators.report_forms.words import known_words, values_of
from indicators.report_forms.workbook import Form
from indicators.statistics.questions import Question
from indicators.views.boundaries import read_boundaries
from indicators.views.statistics import read_asked

MOST_ROWS, MOST_COLUMNS = 80, 20


@scoped(Verb.EXPORT)
def form_list(request: HttpRequest) -> HttpResponse:
    """Forms in use, to fill; the city's officers upload new ones and new versions here."""
    user, asked = cast(User, request.user), read_asked(request)
    may_set = scope_of(user).may(Verb.SET_RULES)
    posted = request.method == "POST"
    form = UploadForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        given = form.cleaned_data
        try:
            row = upload_form(name=given["name"], source=given["source"], content=given["file"].read(), by=user)
        except DomainError as error:
            if error.status == 403:
                raise
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã lưu biểu %(form)s. Hãy xem thử bên dưới.") % {"form": row})
            return redirect("indicators:form-detail", row.pk)
    context = {
        "asked": asked, "forms": latest_forms(), "form": form, "may_set": may_set, "words": known_words(),
        "old": ReportForm.objects.select_related("uploaded_by") if may_set else [],
    }  # fmt: skip
    return render(request, "indicators/form_list.html", context, status=422 if posted else 200)


@scoped(Verb.EXPORT)
def form_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One version filled with a unit's figures, as a table, before it is taken away."""
    user, row, asked = cast(User, request.user), get_object_or_404(ReportForm, pk=pk), read_asked(request)
    question = Question(**asked.what, boundaries=read_boundaries(request))
    sheets: list[tuple[str, Any]] = []
    refusal = ""
    try:
        with row.file.open("rb") as stream:
            content = Form(stream.read()).filled(values_of(question, by=user))
    except DomainError as error:
        if error.status in (403, 404):
            raise
        refusal = str(error.message)
    else:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)[:MOST_ROWS]
            sheets.append((name, [[_shown(cell) for cell in line[:MOST_COLUMNS]] for line in rows]))
    context = {
        "row": row, "asked": asked, "sheets": sheets, "refusal": refusal,
        "may_set": scope_of(user).may(Verb.SET_RULES), "boundaries": question.boundaries,
    }  # fmt: skip
    return render(request, "indicators/form_detail.html", context, status=422 if refusal else 200)


def _shown(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:,.2f}".rstrip("0").rstrip(".").translate(str.maketrans(",.", ".,"))
    return "" if cell is None else str(cell)


@scoped(Verb.EXPORT)
def form_fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the filled workbook."""
    row, asked = get_object_or_404(ReportForm, pk=pk), read_asked(request)
    try:
        if asked.problem:
            raise asked.problem
        question = Question(**asked.what, boundaries=read_boundaries(request))
        content = fill_form(form=row, question=question, by=cast(User, request.user))
    except DomainError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, str(error.message))
        return redirect(f"{reverse('indicators:form-list')}?{asked.query}")
    place = asked.unit or asked.centre
    days = f"{question.starts_on:%Y%m%d}-{question.ends_on:%Y%m%d}"
    name = f"bieu-{row.pk}-{row.version}-{place.code if place else ''}-{days}.xlsx"
    return attachment(content, CONTENT_TYPES["xlsx"], name)


@scoped(Verb.EXPORT)
def form_original(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook as it was uploaded, to change it."""
    row = get_object_or_404(ReportForm, pk=pk)
    with row.file.open("rb") as stream:
        return attachment(stream.read(), CONTENT_TYPES["xlsx"], f"bieu-{row.pk}-{row.version}-goc.xlsx")


@require_POST
@scoped(Verb.SET_RULES)
def form_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a version out of use."""
    try:
        withdraw_form(form=get_object_or_404(ReportForm, pk=pk), by=cast(User, request.user))
    except DomainError as error:
        if error.status == 403:
            raise
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Đã bỏ biểu. Bản cũ vẫn được giữ."))
    return redirect("indicators:form-list")
