"""Reading a card for a form: for static/js/card.js, and for a page without script. Nothing is kept (docs/adr/0015)."""

from collections.abc import Mapping

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from centres.access import scoped
from centres.choices import Verb
from learners.card import CardReading, read_card

TEXT, BUTTON = "card_text", "read_card"


@never_cache
@sensitive_post_parameters(TEXT)
@scoped(Verb.ENROL)
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Answer with the fields of a payload, what could not be read and what to look at. No trace of it stays here."""
    reading = read_card(request.POST.get(TEXT, ""), today=timezone.localdate())
    return JsonResponse(
        {"fields": reading.fields(), "problems": reading.problems, "warnings": reading.warnings},
        json_dumps_params={"ensure_ascii": False},
    )


def posted_card(data: Mapping[str, str]) -> CardReading | None:
    """Return the card read by the button that works without script; None when the form was sent as usual.

    Enter in any field presses a form's first button, which may be this one: without a payload it means "save".
    """
    text = data.get(TEXT, "")
    return read_card(text, today=timezone.localdate()) if BUTTON in data and text.strip() else None


def with_card[F: forms.Form](form_class: type[F], data: QueryDict, reading: CardReading) -> F:
    """Return the form to look through and send: what was typed stays, what the card says is put over it."""
    typed = {
        name: data.getlist(name) if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
        else data.get(name, "")
        for name, field in form_class().fields.items()
    }  # fmt: skip
    return form_class(initial={**typed, **reading.fields()})
