"""Survey sheets of a commune that were read in."""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre
from core.models import TimeStamped
from courses.choices import ImportStatus
from literacy.querysets import CentreRowQuerySet


class SurveyImport(TimeStamped):
    """One uploaded survey sheet: previewed, then committed or discarded; perhaps undone.

    The file is deleted once committed, and when nobody committed it within ``KEPT_FOR``; the wrong rows stay as a sheet
    of their own until they were put right.
    """

    KEPT_FOR: ClassVar[dt.timedelta] = dt.timedelta(days=14)
    PERSONAL_FIELDS: ClassVar[frozenset[str]] = frozenset({"file", "wrong_file"})

    # Where the people of the sheet live.
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="survey_imports", verbose_name=_("phường, xã"))
    # Which centre of the commune gets to know them.
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="survey_imports", verbose_name=_("trung tâm"))
    file = models.FileField(_("tệp"), upload_to="surveys/%Y/%m/", blank=True, max_length=300)
    file_name = models.CharField(_("tên tệp"), max_length=200)
    sha256 = models.CharField(max_length=64)
    # The day the survey speaks of.
    stated_on = models.DateField(_("ngày điều tra"), default=timezone.localdate)
    status = models.CharField(_("trạng thái"), max_length=10, choices=ImportStatus, default=ImportStatus.PREVIEW)
    new_count = models.PositiveIntegerField(_("người mới"), default=0)
    known_count = models.PositiveIntegerField(_("đã có"), default=0)
    lookalike_count = models.PositiveIntegerField(_("gần giống"), default=0)
    error_count = models.PositiveIntegerField(_("dòng sai"), default=0)
    committed_count = models.PositiveIntegerField(_("người đã nhập"), default=0)
    stated_count = models.PositiveIntegerField(_("mức độ đã ghi"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người nhập")
    )
    committed_at = models.DateTimeField(_("nhập lúc"), null=True, blank=True)
    wrong_file = models.FileField(_("tệp dòng sai"), upload_to="surveys/%Y/%m/", blank=True, max_length=300)
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

    objects: ClassVar[CentreRowQuerySet] = CentreRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lần nhập phiếu điều tra")
        verbose_name_plural = _("lần nhập phiếu điều tra")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.file_name

    @property
    def kept_until(self) -> dt.date:
        """The last whole day the file is there to be committed."""
        return timezone.localdate(self.created_at + self.KEPT_FOR) - dt.timedelta(days=1)
