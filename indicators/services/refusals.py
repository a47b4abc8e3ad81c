"""Refused attempts leave a row in the audit trail: who tried what, and why it was not done."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import models, transaction

from core import audit
from core.errors import Conflict, DomainError, Forbidden, OutOfScope

RECORDED = (Conflict, Forbidden, OutOfScope)


def refusals_recorded[Result](
    verb: str, subject: Callable[[dict[str, Any]], models.Model]
) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Run a service in a transaction of its own; what it refuses is written down after everything was rolled back.

    ``verb``: as the audit row of the deed is called, without the app; ``subject``: from the service's arguments to the
    row it was about. Wrong input (InvalidInput) is no refusal: the person corrects it and goes on. Called inside
    another transaction, the row stays only when that one does.
    """

    def wrap(service: Callable[..., Result]) -> Callable[..., Result]:
        @wraps(service)
        def run(**given: Any) -> Result:
            try:
                with transaction.atomic():
                    return service(**given)
            except RECORDED as error:
                record_refusal(verb, subject(given), by=given.get("by"), error=error)
                raise

        return run

    return wrap


def record_refusal(verb: str, row: models.Model, *, by: Any, error: DomainError) -> None:
    """Write down that somebody was refused, in a transaction of its own."""
    data = {"refused": error.code, "why": str(error.message)[:300], **error.data.get("audit", {})}
    audit.record(f"indicators.{verb}_refused", row, by=by, data=data)
