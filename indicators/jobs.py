"""Long work of statistics, and what figures do by themselves."""

import dataclasses
import datetime as dt
import io
from typing import Any

from django.conf import settings
from django.tasks import task
from django.utils import timezone

from centres.models import AdminUnit, Centre
from core.jobs import Progress, job
from indicators.annual.services import VERSION_JOB, make_version
from indicators.models import AnnualReport, ReportRun, ReportVersion
from indicators.rollups.rebuilding import rebuild
from indicators.services.deadlines import send_reminders
from indicators.services.locks import release_ended
from indicators.statistics.questions import Question
from indicators.statistics.schedules import run_schedules
from indicators.statistics.services import EXPORT_JOB, export_statistics, file_name


@job(EXPORT_JOB)
def export_statistics_job(progress: Progress) -> dict[str, Any]:
    """Make a statistics file for who asked. Delivered twice it finds the file it made."""
    kept = ReportRun.objects.filter(job=progress.row).first()
    if kept is not None:
        return {"run": kept.pk, "rows": kept.rows}
    asked = progress.params
    question = Question(
        dt.date.fromisoformat(asked["from"]),
        dt.date.fromisoformat(asked["to"]),
        AdminUnit.objects.get(pk=asked["unit"]) if asked["unit"] else None,
        Centre.objects.get(pk=asked["centre"]) if asked["centre"] else None,
        asked["boundaries"],
        asked["by_unit"],
    )
    progress.total(2)
    out = io.BytesIO()
    run = export_statistics(
        by=progress.row.requested_by, kind=asked["kind"], out=out, boundaries=question.boundaries,
        by_unit=question.by_unit, **question.what,
    )  # fmt: skip
    progress.done(1)
    progress.attach(file_name(question, asked["kind"]), out.getvalue())
    ReportRun.objects.filter(pk=run.pk).update(job=progress.row)
    progress.done(2)
    return {"run": run.pk, "rows": run.rows}


@task()
def run_scheduled_exports() -> dict[str, int]:
    """Make the statistics files that are due; the queue's calendar asks for it every hour (settings ``TASKS``). Asked
    twice, it makes nothing the second time."""
    return run_schedules()


@task()
def keep_rollups() -> dict[str, Any]:
    """Work out kept statistics that are stale; the queue's calendar asks for it (settings ``TASKS``).

    Asked twice, it does nothing the second time.
    """
    return dataclasses.asdict(rebuild())


@task()
def keep_calendar() -> dict[str, Any]:
    """Open locks whose end has passed and remind of deadlines; the queue's calendar asks for it every day
    (settings ``TASKS``). Asked twice, it does nothing the second time."""
    freed = release_ended(timezone.localdate())
    sent = send_reminders() if settings.MAIL_HOST else {}
    return {"freed": freed, **sent}


@job(VERSION_JOB)
def annual_version_job(progress: Progress) -> dict[str, Any]:
    """Make a version of an annual report for who asked. Delivered twice it finds the version it made."""
    report = AnnualReport.objects.select_related("plan", "unit", "centre").get(pk=progress.params["report"])
    made, is_new = ReportVersion.objects.filter(job_id=progress.row.pk).first(), True
    if made is None:
        progress.total(4)
        made, is_new = make_version(
            report=report, by=progress.row.requested_by, job_id=progress.row.pk, say=progress.done
        )
        progress.done(4)
    return {"report": report.pk, "version": made.number, "new": is_new}
