"""Writing the audit trail. Call inside the transaction of the change."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from core.models import AuditEvent


def record(
    verb: str,
    obj: models.Model,
    *,
    by: Any,
    centre_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write one audit row: ``verb`` is ``app.verb_noun``; ``by`` a user or None for the system itself.

    ``data`` must be JSON-ready and hold no identity numbers.
    """
    row = _event(verb, obj, by, centre_id, data)
    row.save()
    return row


def record_thing(verb: str, *, kind: str, key: str, label: str, by: Any, data: dict[str, Any]) -> AuditEvent:
    """Write one audit row about something that is no row of the database, such as a key in a file."""
    return AuditEvent.objects.create(
        actor=by,
        actor_name=getattr(by, "full_name", "") if by else "",
        verb=verb,
        object_type=kind,
        object_id=key,
        object_label=label[:200],
        data=data,
    )


def record_many(
    verb: str, deeds: Iterable[tuple[models.Model, dict[str, Any]]], *, by: Any, centre_id: int | None = None
) -> None:
    """Write one audit row for each object and its data, all at once; otherwise as ``record``."""
    AuditEvent.objects.bulk_create([_event(verb, obj, by, centre_id, data) for obj, data in deeds])


def _event(verb: str, obj: models.Model, by: Any, centre_id: int | None, data: dict[str, Any] | None) -> AuditEvent:
    return AuditEvent(
        actor=by,
        actor_name=getattr(by, "full_name", "") if by else "",
        verb=verb,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        object_label=str(obj)[:200],
        centre_id=centre_id if centre_id is not None else getattr(obj, "centre_id", None),
        data=data or {},
    )
