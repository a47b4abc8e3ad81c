"""What pages of a centre's and a commune's evaluation do alike: showing the sheet, saving, looking at it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from indicators.choices import EvaluationState
from indicators.models import Evaluation
from indicators.rubric import evaluating
from indicators.rubric.selectors import Line
from indicators.rubric_forms import EvaluationForm, ReviewForm
from indicators.views.asking import user_of
from indicators.views.plans import done_or_told, sent


def with_fields[Area, Sum](
    parts: Iterable[tuple[Area, list[Line], Sum]], form: forms.Form | None
) -> list[tuple[Area, list[tuple[Line, list[forms.BoundField]]], Sum]]:
    """Return areas with their sums, each line with its fields of the form: none where nothing is typed."""
    typed = form if isinstance(form, EvaluationForm | ReviewForm) else None
    return [
        (area, [(line, list(typed.fields_of(line)) if typed else []) for line in lines], found)
        for area, lines, found in parts
    ]


def returned_with(row: Evaluation | None) -> Any:
    """Return the event that sent it back, when that is how it stands."""
    return row.events.first() if row and row.state == EvaluationState.RETURNED else None


def saved(
    request: HttpRequest, form: EvaluationForm, *, page: str, take_back: str, words: str, **subject: Any
) -> HttpResponse | None:
    """Save or submit a sheet (``subject``: centre or unit, and year); None when refused: the form says why."""
    submit = "submit" in request.POST

    def save() -> None:
        evaluating.save_evaluation(
            **subject, marks=form.marks(), version=form.cleaned_data["version"], by=user_of(request), submit=submit
        )

    if not sent(form, save):
        return None
    messages.success(request, _("Đã gửi để xem xét.") if submit else words, extra_tags=take_back if submit else "")
    return redirect(page)


def reviewed(
    request: HttpRequest, form: ReviewForm, row: Evaluation, *, page: str, accepted: str, returned: str
) -> HttpResponse | None:
    """Agree and lock, or return; None when refused: the form says why."""
    accept = "return" not in request.POST

    def review() -> None:
        evaluating.review_evaluation(
            evaluation=row, agreed=form.agreed(), version=form.cleaned_data["version"], by=user_of(request),
            accept=accept, reason=form.cleaned_data["reason"],
        )  # fmt: skip

    if not sent(form, review):
        return None
    messages.success(request, accepted if accept else returned)
    return redirect(page)


def taken_back(request: HttpRequest, row: Evaluation, *, page: str) -> HttpResponse:
    """Undo submitting."""
    words = _("Đã rút lại, sửa tiếp được.")
    done_or_told(request, lambda: evaluating.take_back_evaluation(evaluation=row, by=user_of(request)), words)
    return redirect(page)


def reopened(request: HttpRequest, row: Evaluation, *, page: str, words: str) -> HttpResponse:
    """Give a locked year back, with a reason."""
    reason = request.POST.get("reason", "")
    done_or_told(
        request, lambda: evaluating.reopen_evaluation(evaluation=row, by=user_of(request), reason=reason), words
    )
    return redirect(page)
