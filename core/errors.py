"""The error scheme: services raise these; one place makes pages of them, one API problems.

A message is Vietnamese (translatable), says what is wrong and what to do next.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.functional import Promise


class DomainError(Exception):
    """A refusal in the words of the domain.

    ``code`` is stable and machine-readable, ``message`` is for people, ``fields`` maps a form field to its messages.
    """

    status = 422

    def __init__(
        self, code: str, message: str | Promise, *, fields: dict[str, list[str]] | None = None, **data: Any
    ) -> None:
        super().__init__(str(message))
        self.code = code
        self.message = message
        self.fields = fields or {}
        self.data = data


class InvalidInput(DomainError):
    """What was given cannot be accepted as it is (HTTP 422)."""

    status = 422


class Conflict(DomainError):
    """The state has moved on: somebody else did it first, or it is closed already (HTTP 409)."""

    status = 409


class Forbidden(DomainError):
    """The row is visible, the verb is not allowed (HTTP 403)."""

    status = 403


class Unavailable(DomainError):
    """Something that is needed is not there at the moment; the same request works once it is (HTTP 503)."""

    status = 503


class OutOfScope(DomainError):
    """The row is outside what the user may see: answered like a row that does not exist (HTTP 404)."""

    status = 404


@dataclass(frozen=True, slots=True)
class RowError:
    """One wrong cell of a sheet: where it is, what stands there and why it cannot be taken."""

    sheet: str
    row: int
    column: str
    value: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return the row error as a JSON-ready dictionary."""
        return {key: str(value) if key != "row" else value for key, value in asdict(self).items()}
