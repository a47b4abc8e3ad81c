"""What literacy does by itself, and its long work."""

from typing import Any

from django.tasks import task

from core.jobs import Progress, job
from courses.choices import ImportStatus
from literacy.models import SurveyImport
from literacy.services import worklist
from literacy.services.survey_sweep import sweep_surveys
from literacy.services.surveys import COMMIT_JOB, commit_survey


@job(COMMIT_JOB)
def commit_survey_job(progress: Progress) -> dict[str, Any]:
    """Commit a long survey sheet. Running it again after it was done changes nothing: it is committed only once."""
    row = SurveyImport.objects.select_related("unit", "centre").get(pk=progress.params["import"])
    if row.status == ImportStatus.COMMITTED:
        return {"import": row.pk, "committed": row.committed_count}

    def report(done: int, total: int, message: str) -> None:
        if progress.row.progress_total != total:
            progress.total(total)
        progress.done(done, message)

    decisions = {int(number): decision for number, decision in progress.params["decisions"].items()}
    preview = commit_survey(survey=row, by=progress.row.requested_by, decisions=decisions, report=report)
    report(progress.row.progress_total, progress.row.progress_total, "")
    return {"import": row.pk, "committed": preview.committed, "left_out": len(preview.left_out)}


@task()
def keep_worklist() -> dict[str, Any]:
    """Renew the order of the worklist and tell of people nobody looks after; the queue's calendar asks for it every
    day (settings ``TASKS``). Asked twice, it does nothing the second time."""
    return worklist.keep_worklist()


@task()
def sweep_survey_sheets() -> int:
    """Forget sheets that nobody committed; the queue's calendar asks for it (settings ``TASKS``)."""
    return sweep_surveys()
