"""Reads about imported lists."""

from django.db.models import QuerySet

from core.models import Job
from courses.choices import ImportStatus
from courses.models import ClassGroup, RosterImport, RosterMapping


def class_imports(class_group: ClassGroup) -> QuerySet[RosterImport]:
    """The lists of a class that were looked at, committed or undone, latest first."""
    rows = RosterImport.objects.filter(class_group=class_group).exclude(status=ImportStatus.DISCARDED)
    return rows.select_related("created_by", "undone_by")


def import_job(roster_import: RosterImport) -> Job | None:
    """The latest job that commits this list, if it is long enough to need one."""
    return Job.objects.filter(kind="courses.commit_roster", params__import=roster_import.pk).first()


def remembered_layouts(class_group: ClassGroup) -> dict[str, dict[str, int]]:
    """What the class's centre said of its layouts: fingerprint → field → column."""
    rows = RosterMapping.objects.filter(centre_id=class_group.centre_id).order_by()
    return dict(rows.values_list("fingerprint", "columns"))
