"""Forgetting lists that were looked at and never committed: they hold personal data nobody asked us to keep."""

from django.db import transaction
from django.utils import timezone

from core import audit
from courses.choices import ImportStatus
from courses.models import RosterImport
from courses.selectors import import_job


def sweep_previews() -> int:
    """Throw away every list that waited longer than ``RosterImport.KEPT_FOR``; return how many.

    Each in a transaction of its own, so that nobody waits to write; a list the worker is about to commit stays.
    """
    due = RosterImport.objects.filter(
        status=ImportStatus.PREVIEW, created_at__lt=timezone.now() - RosterImport.KEPT_FOR
    ).order_by("pk")
    return sum(_throw_away(pk) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _throw_away(pk: int) -> bool:
    row = RosterImport.objects.select_for_update(of=("self",)).select_related("class_group").get(pk=pk)
    job = import_job(row)
    if row.status != ImportStatus.PREVIEW or (job and not job.is_finished):
        return False
    name = row.file.name
    row.status, row.file = ImportStatus.DISCARDED, ""
    row.save(update_fields=["status", "file", "updated_at"])
    audit.record("courses.sweep_roster", row, by=None, centre_id=row.class_group.centre_id)
    if name:
        # After the commit: a row that is still there must still have its file.
        transaction.on_commit(lambda: row.file.storage.delete(name))
    return True
