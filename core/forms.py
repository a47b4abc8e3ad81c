"""What forms of every app share."""

from django import forms

from core.errors import DomainError


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


class DayInput(forms.DateInput):
    """A date with the picker of the browser or phone; ISO on the wire, shown in the reader's order."""

    input_type = "date"

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """A time of day with the picker of the browser or phone."""

    input_type = "time"

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")
