"""Rows every app uses: audit trail, jobs, dated settings."""

import datetime as dt
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def one_of(column: str, values: Iterable[str]) -> Q:
    """A check that a column holds one of a few values, written out: SQLite builds a table in memory for ``IN``.

    It does so again for every row, which is a tenth of what writing an enrolment takes.
    """
    return reduce(or_, (Q((column, value)) for value in values))


class TimeStamped(models.Model):
    """Adds when a row was made and last changed."""

    created_at = models.DateTimeField(_("tạo lúc"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("sửa lúc"), auto_now=True)

    class Meta:
        abstract = True


class AuditEvent(models.Model):
    """Who did what to which row, written in the transaction of the service that did it. Append-only by trigger."""

    at = models.DateTimeField(_("lúc"), default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người làm")
    )
    actor_name = models.CharField(_("tên người làm"), max_length=150, blank=True)
    verb = models.CharField(_("việc"), max_length=60, db_index=True)
    object_type = models.CharField(_("loại"), max_length=60)
    object_id = models.CharField(_("mã"), max_length=40)
    object_label = models.CharField(_("tên"), max_length=200, blank=True)
    # A number and not a foreign key: core knows no centres. The centres app filters by it.
    centre_id = models.BigIntegerField(_("trung tâm"), null=True, blank=True)
    data = models.JSONField(_("chi tiết"), default=dict, blank=True)

    class Meta:
        verbose_name = _("dòng nhật ký")
        verbose_name_plural = _("nhật ký")
        ordering = ("-at", "-id")
        indexes: ClassVar = [
            models.Index(fields=["object_type", "object_id"], name="core_audit_object_idx"),
            models.Index(fields=["centre_id", "-at"], name="core_audit_centre_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"


class JobStatus(models.TextChoices):
    """How far a job is."""

    QUEUED = "queued", _("đang chờ")
    RUNNING = "running", _("đang chạy")
    WAITING = "waiting", _("đang đợi")  # for something that is not there now; asked again by itself
    DONE = "done", _("xong")
    FAILED = "failed", _("không xong")


def job_file_path(job: "Job", name: str) -> str:
    """Where a job's file is kept, outside anything served by address."""
    return f"jobs/{job.created_at:%Y/%m}/{job.pk}/{name}"


class Job(TimeStamped):
    """What people see of long work: progress, file, log and who asked for it."""

    kind = models.CharField(_("việc"), max_length=60)
    title = models.CharField(_("tên"), max_length=200)
    status = models.CharField(_("trạng thái"), max_length=10, choices=JobStatus, default=JobStatus.QUEUED)
    params = models.JSONField(_("tham số"), default=dict, blank=True)
    result = models.JSONField(_("kết quả"), default=dict, blank=True)
    progress_done = models.PositiveIntegerField(_("đã làm"), default=0)
    progress_total = models.PositiveIntegerField(_("tổng"), default=0)
    message = models.CharField(_("lời nhắn"), max_length=300, blank=True)
    log = models.TextField(_("nhật ký"), blank=True)
    file = models.FileField(_("tệp"), upload_to=job_file_path, blank=True, max_length=300)
    file_name = models.CharField(_("tên tệp khi tải"), max_length=200, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs", verbose_name=_("người yêu cầu")
    )
    centre_id = models.BigIntegerField(_("trung tâm"), null=True, blank=True)
    started_at = models.DateTimeField(_("bắt đầu lúc"), null=True, blank=True)
    finished_at = models.DateTimeField(_("kết thúc lúc"), null=True, blank=True)
    # A second click with the same key finds the first job instead of making another.
    dedupe_key = models.CharField(_("khóa chống trùng"), max_length=120, null=True, blank=True, unique=True)

    class Meta:
        verbose_name = _("công việc")
        verbose_name_plural = _("công việc")
        ordering = ("-created_at", "-id")
        indexes: ClassVar = [models.Index(fields=["requested_by", "-created_at"], name="core_job_owner_idx")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(status__in=JobStatus.values), name="core_job_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_status_display()})"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in (JobStatus.DONE, JobStatus.FAILED)

    @property
    def percent(self) -> int:
        """Progress from 0 to 100; 100 only when done."""
        if self.status == JobStatus.DONE:
            return 100
        return min(99, self.progress_done * 100 // self.progress_total) if self.progress_total else 0


class DatedSetting(models.Model):
    """A threshold, age or number of months that holds from a day on: policy as data, not code."""

    key = models.CharField(_("khóa"), max_length=80)
    valid_from = models.DateField(_("áp dụng từ"))
    value = models.JSONField(_("giá trị"))
    source = models.CharField(_("căn cứ"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("thiết lập theo ngày")
        verbose_name_plural = _("thiết lập theo ngày")
        ordering = ("key", "-valid_from")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "valid_from"], name="core_datedsetting_key_from_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.valid_from})"


def setting_on(key: str, day: dt.date) -> Any:
    """Return the value of a dated setting on a day. Raises LookupError when none holds yet."""
    row = DatedSetting.objects.filter(key=key, valid_from__lte=day).order_by("-valid_from").first()
    if row is None:
        raise LookupError(f"no value of {key} on {day}")
    return row.value


def setting_known(key: str, day: dt.date) -> Any:
    """Return the value of a dated setting on a day; before the first one holds, that one: what happened before our
    records began is judged by the first rule we know. Raises LookupError when there is none at all.
    """
    rows = DatedSetting.objects.filter(key=key).order_by("valid_from").values_list("valid_from", "value")
    found = list(rows)
    if not found:
        raise LookupError(f"no value of {key}")
    return next((value for since, value in reversed(found) if since <= day), found[0][1])
