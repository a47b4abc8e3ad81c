"""Forgetting survey sheets that were looked at and never committed: they hold personal data nobody asked us to keep."""

from django.db import transaction
from django.utils import timezone

from core import audit
from core.models import Job
from courses.choices import ImportStatus
from literacy.models import SurveyImport
from literacy.services.surveys import COMMIT_JOB


def survey_job(survey: SurveyImport) -> Job | None:
    """Return the latest job that commits a sheet, if it is a long one that somebody set going."""
    return Job.objects.filter(kind=COMMIT_JOB, params__import=survey.pk).order_by("-pk").first()


def sweep_surveys() -> int:
    """Throw away every sheet that waited longer than ``SurveyImport.KEPT_FOR``; return how many."""
    due = SurveyImport.objects.filter(
        status=ImportStatus.PREVIEW, created_at__lt=timezone.now() - SurveyImport.KEPT_FOR
    ).order_by("pk")
    return sum(_throw_away(pk) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _throw_away(pk: int) -> bool:
    row = SurveyImport.objects.select_for_update().get(pk=pk)
    job = survey_job(row)
    if row.status != ImportStatus.PREVIEW or (job and not job.is_finished):
        return False
    name = row.file.name
    row.status, row.file = ImportStatus.DISCARDED, ""
    row.save(update_fields=["status", "file", "updated_at"])
    audit.record("literacy.sweep_survey", row, by=None, centre_id=row.centre_id)
    if name:
        # After the commit: a row that is still there must still have its file.
        transaction.on_commit(lambda: row.file.storage.delete(name))
    return True
