"""Survey sheets of a commune that were read in."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre
from courses.models import SheetImport
from literacy.querysets import CentreRowQuerySet


class SurveyImport(SheetImport):
    """One uploaded survey sheet of a commune. ``made``: whom the commit registered and moved, and what it stated."""

    # Where the people of the sheet live.
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="survey_imports", verbose_name=_("phường, xã"))
    # Which centre of the commune gets to know them.
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="survey_imports", verbose_name=_("trung tâm"))
    file = models.FileField(_("tệp"), upload_to="surveys/%Y/%m/", blank=True, max_length=300)
    # The day the survey speaks of.
    stated_on = models.DateField(_("ngày điều tra"), default=timezone.localdate)
    committed_count = models.PositiveIntegerField(_("người đã nhập"), default=0)
    stated_count = models.PositiveIntegerField(_("mức độ đã ghi"), default=0)
    wrong_file = models.FileField(_("tệp dòng sai"), upload_to="surveys/%Y/%m/", blank=True, max_length=300)

    objects: ClassVar[CentreRowQuerySet] = CentreRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lần nhập phiếu điều tra")
        verbose_name_plural = _("lần nhập phiếu điều tra")
        ordering = ("-created_at", "-pk")
