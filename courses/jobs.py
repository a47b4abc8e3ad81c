"""Long work of courses."""

from typing import Any

from django.tasks import task

from core.jobs import Progress, job
from courses.choices import ImportStatus
from courses.models import RosterImport
from courses.services.roster_sweep import sweep_previews
from courses.services.rosters import COMMIT_JOB, commit_roster


@job(COMMIT_JOB)
def commit_roster_job(progress: Progress) -> dict[str, Any]:
    """Commit a long roster. Running it again after it was done changes nothing: the list is committed only once."""
    row = RosterImport.objects.select_related("class_group").get(pk=progress.params["import"])
    if row.status == ImportStatus.COMMITTED:
        return {"import": row.pk, "committed": row.committed_count}

    def report(done: int, total: int, message: str) -> None:
        if progress.row.progress_total != total:
            progress.total(total)
        progress.done(done, message)

    decisions = {int(number): decision for number, decision in progress.params["decisions"].items()}
    preview = commit_roster(roster_import=row, by=progress.row.requested_by, decisions=decisions, report=report)
    report(progress.row.progress_total, progress.row.progress_total, "")
    return {"import": row.pk, "committed": preview.committed, "left_out": len(preview.left_out)}


@task()
def sweep_rosters() -> int:
    """Forget lists that nobody committed; the queue's calendar asks for it (settings ``TASKS``)."""
    return sweep_previews()
