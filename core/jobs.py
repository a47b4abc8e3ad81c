"""Long work: a row people can watch, and a task that does it.

An app registers a function under a kind; ``start`` writes the row and enqueues one task that carries only the row's
number. The queue delivers at least once, so a registered function must be safe to repeat. A function that raises
Unavailable waits: the row says for what, and the task comes again by itself until it is there.
"""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import DomainError, Unavailable
from core.models import Job, JobStatus

logger = logging.getLogger(__name__)
ASK_AGAIN = dt.timedelta(seconds=15)
JobFunction = Callable[["Progress"], dict[str, Any] | None]
_registry: dict[str, JobFunction] = {}


def job(kind: str) -> Callable[[JobFunction], JobFunction]:
    """Register a job function (in an app's jobs.py, imported by its AppConfig.ready)."""

    def register(function: JobFunction) -> JobFunction:
        _registry[kind] = function
        return function

    return register


class Progress:
    """The handle a job function gets: its parameters, and ways to say how far it is."""

    def __init__(self, row: Job) -> None:
        self.row = row
        self.params: dict[str, Any] = row.params

    def total(self, count: int) -> None:
        """Say how many steps there are."""
        self.row.progress_total = count
        self.row.save(update_fields=["progress_total", "updated_at"])

    def done(self, count: int, message: str = "") -> None:
        """Say how many steps are done."""
        self.row.progress_done = count
        self.row.message = message[:300]
        self.row.save(update_fields=["progress_done", "message", "updated_at"])

    def log(self, line: str) -> None:
        """Add a line to the job's log."""
        self.row.log += f"{timezone.localtime():%H:%M:%S} {line}\n"
        self.row.save(update_fields=["log", "updated_at"])

    def attach(self, name: str, content: bytes) -> None:
        """Keep a file with the job; only who asked for it can download it."""
        self.row.file_name = name
        self.row.file.save(name, ContentFile(content), save=False)
        self.row.save(update_fields=["file", "file_name", "updated_at"])


def start(
    kind: str,
    *,
    title: str,
    by: Any,
    params: dict[str, Any] | None = None,
    centre_id: int | None = None,
    dedupe_key: str | None = None,
) -> Job:
    """Write a job row and enqueue it in the same transaction. The same ``dedupe_key`` returns the first job."""
    if dedupe_key and (existing := Job.objects.filter(dedupe_key=dedupe_key).first()):
        return _again(existing) if existing.status == JobStatus.FAILED else existing
    try:
        with transaction.atomic():
            row = Job.objects.create(
                kind=kind,
                title=title,
                params=params or {},
                requested_by=by,
                centre_id=centre_id,
                dedupe_key=dedupe_key,
            )
            run_job.enqueue(row.pk)
    except IntegrityError:
        if dedupe_key and (existing := Job.objects.filter(dedupe_key=dedupe_key).first()):
            return existing
        raise
    row.refresh_from_db()  # an immediate backend has finished it already
    return row


def _again(row: Job) -> Job:
    """Put a failed job back in the queue: what failed once can be asked for again."""
    with transaction.atomic():
        taken = Job.objects.filter(pk=row.pk, status=JobStatus.FAILED).update(status=JobStatus.QUEUED, message="")
        if taken:
            run_job.enqueue(row.pk)
    row.refresh_from_db()
    return row


@task()
def run_job(job_id: int) -> None:
    """Run one job row. A row that is already done is left alone (the queue may deliver twice)."""
    row = Job.objects.select_related("requested_by").get(pk=job_id)
    if row.status == JobStatus.DONE:
        return
    row.status = JobStatus.RUNNING
    row.started_at = row.started_at or timezone.now()
    row.message = ""  # what it waited for is there, or is said again
    row.save(update_fields=["status", "started_at", "message", "updated_at"])
    try:
        row.result = _registry[row.kind](Progress(row)) or {}
    except Unavailable as error:
        _wait(row, str(error.message))
    except DomainError as error:
        _finish(row, JobStatus.FAILED, str(error.message))
    except Exception:
        logger.exception("job %s (%s) failed", row.pk, row.kind)
        _finish(row, JobStatus.FAILED, _("Có lỗi trong khi làm. Hãy thử lại; nếu vẫn lỗi, báo người quản trị."))
        raise
    else:
        _finish(row, JobStatus.DONE, row.message)


@transaction.atomic
def _wait(row: Job, message: str) -> None:
    """Say what is missing, and have the queue ask again. A backend without a clock leaves that to whoever calls."""
    row.status = JobStatus.WAITING
    row.message = message[:300]
    row.save(update_fields=["status", "message", "updated_at"])
    if run_job.get_backend().supports_defer:
        run_job.using(run_after=timezone.now() + ASK_AGAIN).enqueue(row.pk)


def _finish(row: Job, status: str, message: str) -> None:
    row.status = status
    row.message = message[:300]
    row.finished_at = timezone.now()
    row.save(update_fields=["status", "message", "result", "finished_at", "updated_at"])
