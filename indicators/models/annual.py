"""The annual report: its text as people write it, and versions with their files as they were made (docs/adr/0053)."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Centre
from core.models import TimeStamped
from indicators.choices import SectionKind
from indicators.models.plan import Plan
from indicators.querysets import AnnualReportQuerySet


class AnnualReport(TimeStamped):
    """What a unit or a centre reports on a plan for one plan year (1 December to 30 November)."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="annual_reports", verbose_name=_("kế hoạch"))
    year = models.PositiveSmallIntegerField(_("năm"))
    unit = models.ForeignKey(
        AdminUnit, models.PROTECT, null=True, blank=True, related_name="annual_reports", verbose_name=_("đơn vị")
    )
    centre = models.ForeignKey(
        Centre, models.PROTECT, null=True, blank=True, related_name="annual_reports", verbose_name=_("trung tâm")
    )
    # Whose text it began with: the report of the year before.
    copied_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="copies", verbose_name=_("chép từ")
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người lập")
    )

    objects: ClassVar[AnnualReportQuerySet] = AnnualReportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("báo cáo năm")
        verbose_name_plural = _("báo cáo năm")
        ordering = ("-year", "unit__sort_key", "centre__sort_key")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, centre__isnull=True) | Q(unit__isnull=True, centre__isnull=False),
                name="indicators_annual_one_subject",
            ),
            models.UniqueConstraint(
                fields=["plan", "year", "unit"], condition=Q(unit__isnull=False), name="indicators_annual_unit_uniq"
            ),
            models.UniqueConstraint(
                fields=["plan", "year", "centre"], condition=Q(centre__isnull=False),
                name="indicators_annual_centre_uniq",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit or self.centre} {self.year}"


class ReportSection(models.Model):
    """A place for text in a report; what stands in it is the latest of its texts."""

    report = models.ForeignKey(AnnualReport, models.PROTECT, related_name="sections", verbose_name=_("báo cáo"))
    order = models.PositiveSmallIntegerField(_("thứ tự"))
    kind = models.CharField(_("loại"), max_length=10, choices=SectionKind, default=SectionKind.TEXT)

    class Meta:
        verbose_name = _("mục của báo cáo")
        verbose_name_plural = _("mục của báo cáo")
        ordering = ("report_id", "order")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "order"], name="indicators_section_order_uniq"),
            models.CheckConstraint(condition=Q(kind__in=SectionKind.values), name="indicators_section_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.report}: {self.order}"


class SectionText(models.Model):
    """What somebody saved into a section. Append-only: triggers refuse update and delete, so nothing is overwritten.

    The number is the section's version: two people who read the same one cannot both write the next.
    """

    section = models.ForeignKey(ReportSection, models.PROTECT, related_name="texts", verbose_name=_("mục"))
    number = models.PositiveIntegerField(_("lần lưu"))
    heading = models.CharField(_("tiêu đề"), max_length=300, blank=True)
    body = models.TextField(_("nội dung"), blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người lưu")
    )
    saved_at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("lời của mục")
        verbose_name_plural = _("lời của mục")
        ordering = ("section_id", "-number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["section", "number"], name="indicators_sectiontext_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.section} ({self.number})"


class ReportVersion(models.Model):
    """The report as it was made: text, every figure with its source, and both files. Append-only by triggers."""

    report = models.ForeignKey(AnnualReport, models.PROTECT, related_name="versions", verbose_name=_("báo cáo"))
    number = models.PositiveIntegerField(_("bản số"))
    # [{"kind", "heading", "body"}] as typed, place-holders included.
    texts = models.JSONField(_("lời"), default=list)
    # {name of a place-holder: {"text", "source"}} of all figures that may stand in it.
    values = models.JSONField(_("số liệu"), default=dict)
    # The document both files were written from.
    document = models.JSONField(_("văn bản"), default=dict)
    # What this version says, without when and by whom: the same again is no new version.
    content_sha256 = models.CharField(_("băm nội dung"), max_length=64)
    # Statistics totals of the year, for the paper to be compared with the system.
    totals = models.JSONField(_("tổng"), default=dict)
    token = models.CharField(_("mã đối chiếu"), max_length=16, unique=True)
    docx = models.FileField(_("tệp DOCX"), upload_to="annual/%Y/", max_length=300)
    docx_sha256 = models.CharField(max_length=64)
    pdf = models.FileField(_("tệp PDF"), upload_to="annual/%Y/", max_length=300)
    pdf_sha256 = models.CharField(max_length=64)
    # Number of the job that made it: done again, it makes no second version.
    job_id = models.PositiveBigIntegerField(_("công việc"), null=True, blank=True, unique=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người làm")
    )
    made_at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("bản của báo cáo")
        verbose_name_plural = _("bản của báo cáo")
        ordering = ("report_id", "-number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "number"], name="indicators_version_number_uniq"),
            models.CheckConstraint(
                condition=~Q(docx_sha256="") & ~Q(pdf_sha256="") & ~Q(content_sha256=""),
                name="indicators_version_hashed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} ({self.number})"

    def source_of(self, name: str) -> dict[str, Any]:
        """Where a value came from."""
        found: dict[str, Any] = self.values.get(name, {}).get("source", {})
        return found


class VersionSending(models.Model):
    """A version was sent to the level above; it stands until a later one is sent. Append-only by triggers."""

    version = models.OneToOneField(ReportVersion, models.PROTECT, related_name="sending", verbose_name=_("bản"))
    sent_to = models.CharField(_("nơi nhận"), max_length=200)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người gửi"))
    sent_at = models.DateTimeField(_("gửi lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("lần gửi báo cáo")
        verbose_name_plural = _("lần gửi báo cáo")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.version} → {self.sent_to}"
