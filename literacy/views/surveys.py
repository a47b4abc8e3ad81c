"""Pages for survey sheets: upload, look, decide, commit, take back. Everything works without a script."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scoped
from centres.choices import Verb
from centres.permissions import require
from core.downloads import attachment
from core.errors import DomainError
from core.forms import add_domain_error
from core.tabular.writing import CONTENT_TYPES
from courses.choices import ImportStatus
from courses.services.roster_writing import Decision
from literacy.models import SurveyImport
from literacy.register.forms import SurveyUploadForm
from literacy.services.survey_sweep import survey_job
from literacy.services.survey_undo import undo_survey
from literacy.services.surveys import (
    LONG,
    commit_survey,
    discard_survey,
    load_survey,
    preview_survey,
    start_commit,
    wrong_survey_rows,
)
from literacy.survey.preview import SHOWN_ROWS
from literacy.views.register import chosen_commune

SHOWN_IMPORTS = 20
_ORDER = {"lookalike": 0, "new": 1, "known": 2}


def _survey_or_404(request: HttpRequest, pk: int) -> SurveyImport:
    """A sheet in scope, of a centre where the person keeps the register."""
    rows = SurveyImport.objects.visible_to(request.user).select_related("unit", "centre", "created_by", "undone_by")
    row: SurveyImport = get_object_or_404(rows, pk=pk)
    require(request.user, Verb.SURVEY, row.centre_id)
    return row


@scoped(Verb.SURVEY)
def survey_upload(request: HttpRequest) -> HttpResponse:
    """Take a sheet of the commune and show what it holds."""
    user = cast(User, request.user)
    unit, communes = chosen_commune(request)
    form = SurveyUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and unit is not None:
        file, day = form.cleaned_data["file"], form.cleaned_data["stated_on"]
        try:
            row, _preview = preview_survey(
                unit=unit, content=file.read(), file_name=file.name, by=user, stated_on=day
            )  # fmt: skip
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect("literacy:survey-preview", pk=row.pk)
    imports = SurveyImport.objects.visible_to(user).filter(unit=unit).select_related("created_by")
    context = {
        "form": form,
        "unit": unit,
        "communes": communes,
        "imports": imports[:SHOWN_IMPORTS],
        "kept_days": SurveyImport.KEPT_FOR.days,
    }
    return render(request, "literacy/survey_upload.html", context, status=422 if form.errors else 200)


@scoped(Verb.SURVEY, Verb.VIEW)
def survey_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show new, known, look-alike and wrong rows; POST commits the good ones. Afterwards: what came of it."""
    user, row = cast(User, request.user), _survey_or_404(request, pk)
    if row.status != ImportStatus.PREVIEW:
        return _done(request, row)
    job = survey_job(row)
    if job and not job.is_finished:
        return render(request, "literacy/survey_job.html", {"row": row, "job": job})
    refusal = str(job.message) if job and request.method == "GET" else ""
    status = 200
    if request.method == "POST":
        try:
            if sum((row.new_count, row.known_count, row.lookalike_count)) > LONG:
                start_commit(survey=row, by=user, decisions=_decisions(request))
                return redirect("literacy:survey-preview", pk=row.pk)
            done = commit_survey(survey=row, by=user, decisions=_decisions(request))
        except DomainError as error:
            refusal, status = str(error.message), error.status
            row.refresh_from_db()
        else:
            number = done.committed
            words = ngettext("Đã nhập %(n)s người vào sổ biết chữ.", "Đã nhập %(n)s người vào sổ biết chữ.", number)
            messages.success(request, words % {"n": number})
            if done.refused():
                return redirect("literacy:survey-preview", pk=row.pk)
            return redirect(f"{reverse('literacy:register')}?unit={row.unit_id}")
    preview = load_survey(row)
    shown = sorted(preview.rows, key=lambda item: (_ORDER[item.kind], item.read.person.row))[:SHOWN_ROWS]
    context = {
        "row": row,
        "preview": preview,
        "shown": shown,
        "hidden": preview.counts.total() - len(shown),
        "errors": preview.errors[:SHOWN_ROWS],
        "hidden_errors": max(0, len(preview.errors) - SHOWN_ROWS),
        "odd": preview.odd[:SHOWN_ROWS],
        "refusal": refusal,
    }
    return render(request, "literacy/survey_preview.html", context, status=status)


def _done(request: HttpRequest, row: SurveyImport, *, refusal: str = "", status: int = 200) -> HttpResponse:
    context = {"row": row, "refusal": refusal, "may_undo": row.status == ImportStatus.COMMITTED}
    return render(request, "literacy/survey_done.html", context, status=status)


def _decisions(request: HttpRequest) -> dict[int, Decision]:
    found: dict[int, Decision] = {}
    for name, value in request.POST.items():
        number = name.removeprefix("row-")
        if name.startswith("row-") and number.isdecimal() and value in ("same", "new", "skip"):
            found[int(number)] = cast(Decision, value)
    return found


@scoped(Verb.SURVEY, Verb.VIEW)
def survey_wrong_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were not taken, as the same sheet with a column of reasons."""
    row = _survey_or_404(request, pk)
    name = row.file_name.rpartition(".")[0] or row.file_name
    return attachment(wrong_survey_rows(row), CONTENT_TYPES["xlsx"], f"{name}-dong-sai.xlsx")


@scoped(Verb.SURVEY, Verb.VIEW)
@require_POST
def survey_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the whole import back."""
    row = _survey_or_404(request, pk)
    try:
        forgotten = undo_survey(survey=row, by=cast(User, request.user))
    except DomainError as error:
        return _done(request, row, refusal=str(error.message), status=error.status)
    words = _("Đã hoàn tác: bỏ hồ sơ của %(n)s người mới và mọi mức độ phiếu này đã ghi.")
    messages.success(request, words % {"n": forgotten})
    return redirect(f"{reverse('literacy:survey-upload')}?unit={row.unit_id}")


@scoped(Verb.SURVEY, Verb.VIEW)
@require_POST
def survey_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the uploaded sheet away."""
    row = _survey_or_404(request, pk)
    discard_survey(survey=row, by=cast(User, request.user))
    messages.success(request, _("Đã bỏ phiếu. Không ai được thêm."))
    return redirect(f"{reverse('literacy:survey-upload')}?unit={row.unit_id}")
