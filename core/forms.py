"""What forms of every app share."""

import re
from typing import Any

from django import forms

from core.errors import DomainError
from core.text import split_name

GROUPED = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?")


def add_domain_error(form: forms.BaseForm, error: DomainError) -> None:
    """Show a service's refusal in the form: by field where it names fields the form has, else on top."""
    placed = False
    for name, reasons in error.fields.items():
        shown = [reason for reason in reasons if reason] or [str(error.message)]
        for reason in shown:
            form.add_error(name if name in form.fields else None, reason)
            placed = True
    if not placed:
        form.add_error(None, str(error.message))


class DayField(forms.DateField):
    """A day typed as people write it, 31/12/2026 (also with dots, dashes or without anything between), or ISO.

    Not the browser's picker: it shows the browser's own order, and an office computer set to English would show
    12/31/2026 beside our 31/12/2026.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y", "%d%m%Y", "%Y-%m-%d"])
        attrs = {"placeholder": "dd/mm/yyyy", "inputmode": "numeric", "autocomplete": "off"}
        kwargs.setdefault("widget", forms.DateInput(attrs, format="%d/%m/%Y"))
        super().__init__(**kwargs)


class ClockField(forms.TimeField):
    """A time of day on 24 hours: 18:30, 18h30, 18.30 or 18h."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%H:%M", "%Hh%M", "%H.%M", "%Hh", "%H:%M:%S"])
        attrs = {"placeholder": "18:30", "inputmode": "numeric", "autocomplete": "off"}
        kwargs.setdefault("widget", forms.TimeInput(attrs, format="%H:%M"))
        super().__init__(**kwargs)


class GroupedDecimalField(forms.DecimalField):
    """A number as people write it here: 1.400,5 or 1400,5. Dots between groups of three are no decimal points."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(localize=True, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Take the dots between groups away before Django reads the rest."""
        if isinstance(value, str) and GROUPED.fullmatch(value.strip()):
            value = value.strip().replace(".", "")
        return super().to_python(value)


def offer_people(field: Any, people: Any) -> None:
    """Let a field choose among users (a queryset), listed in the Vietnamese order of names: by given name first."""
    field.queryset = people
    named = sorted(people, key=lambda one: split_name(one.full_name).sort_key)
    field.choices = [("", field.empty_label or ""), *((one.pk, str(one)) for one in named)]
