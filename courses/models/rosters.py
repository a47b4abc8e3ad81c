"""Uploaded rosters."""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from courses.choices import ImportStatus
from courses.models.classes import ClassGroup
from courses.querysets import HangsOnClassQuerySet


class SheetImport(TimeStamped):
    """An uploaded sheet of people: previewed, then committed or discarded; perhaps undone.

    The file is deleted once committed, and when nobody committed it within ``KEPT_FOR``; the wrong rows stay as a sheet
    of their own until they were put right. Who inherits says where ``file`` and ``wrong_file`` lie.
    """

    KEPT_FOR: ClassVar[dt.timedelta] = dt.timedelta(days=14)
    PERSONAL_FIELDS: ClassVar[frozenset[str]] = frozenset({"file", "wrong_file"})

    file_name = models.CharField(_("tên tệp"), max_length=200)
    sha256 = models.CharField(max_length=64)
    status = models.CharField(_("trạng thái"), max_length=10, choices=ImportStatus, default=ImportStatus.PREVIEW)
    new_count = models.PositiveIntegerField(_("người mới"), default=0)
    known_count = models.PositiveIntegerField(_("đã có"), default=0)
    lookalike_count = models.PositiveIntegerField(_("gần giống"), default=0)
    error_count = models.PositiveIntegerField(_("dòng sai"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người nhập")
    )
    committed_at = models.DateTimeField(_("nhập lúc"), null=True, blank=True)
    # What the commit wrote: what undoing takes back.
    made = models.JSONField(_("đã ghi"), default=dict, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("người hoàn tác"),
    )
    undone_at = models.DateTimeField(_("hoàn tác lúc"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name

    @property
    def kept_until(self) -> dt.date:
        """The last whole day the file is there to be committed."""
        return timezone.localdate(self.created_at + self.KEPT_FOR) - dt.timedelta(days=1)


class RosterImport(SheetImport):
    """One uploaded roster of a class. ``made``: whom the commit registered, tied to the centre, brought back."""

    class_group = models.ForeignKey(ClassGroup, models.PROTECT, related_name="imports", verbose_name=_("lớp"))
    file = models.FileField(_("tệp"), upload_to="rosters/%Y/%m/", blank=True, max_length=300)
    # From 1 among the sheets that hold anything; empty: the first with a header that is understood.
    sheet_number = models.PositiveSmallIntegerField(_("trang tính"), null=True, blank=True)
    committed_count = models.PositiveIntegerField(_("đã ghi danh"), default=0)
    # The wrong rows as a sheet to mend and send again.
    wrong_file = models.FileField(_("tệp dòng sai"), upload_to="rosters/%Y/%m/", blank=True, max_length=300)

    objects: ClassVar[HangsOnClassQuerySet] = HangsOnClassQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lần nhập danh sách")
        verbose_name_plural = _("lần nhập danh sách")
        ordering = ("-created_at", "-pk")


class RosterMapping(TimeStamped):
    """What a centre said the columns of one of its layouts mean; kept for the next list with the same header."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="roster_mappings", verbose_name=_("trung tâm"))
    fingerprint = models.CharField(_("dấu của tiêu đề"), max_length=64)
    # Field → number of the column, from 0.
    columns = models.JSONField(_("cột"))
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người sửa")
    )

    class Meta:
        verbose_name = _("cách đọc danh sách")
        verbose_name_plural = _("cách đọc danh sách")
        ordering = ("centre_id", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "fingerprint"], name="courses_rostermapping_layout_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.centre_id}: {self.fingerprint[:8]}"
