"""Templates and logos. A version is never changed or deleted: what was issued by it stays what it is (rule 6)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from certificates.choices import CertificateKind, PaperLanguage
from certificates.wording.querysets import LogoQuerySet, TemplateQuerySet


class CertificateTemplate(models.Model):
    """One version of a kind's wording in one language: the city's, or a centre's own. Triggers refuse change.

    ``blocks`` is {"vi": {block: text}, "en": {…}}; empty when this version gives the word back: a centre to the city,
    the city to the program.
    """

    centre = models.ForeignKey(
        Centre, models.PROTECT, null=True, blank=True, related_name="certificate_templates", verbose_name=_("trung tâm")
    )
    kind = models.CharField(_("loại"), max_length=20, choices=CertificateKind)
    language = models.CharField(_("ngôn ngữ"), max_length=5, choices=PaperLanguage)
    version = models.PositiveIntegerField(_("bản"))
    blocks = models.JSONField(_("nội dung"), default=dict, blank=True)
    reason = models.CharField(_("lý do"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người sửa"))
    at = models.DateTimeField(_("lúc"), default=timezone.now)

    objects: ClassVar[TemplateQuerySet] = TemplateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("mẫu chứng nhận")
        verbose_name_plural = _("mẫu chứng nhận")
        ordering = ("kind", "language", "-version")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["centre", "kind", "language", "version"], name="certificates_template_version_uniq"
            ),
            models.UniqueConstraint(
                fields=["kind", "language", "version"],
                condition=Q(centre__isnull=True),
                name="certificates_template_city_uniq",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="certificates_template_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_language_display()} · {self.version}"


class CentreLogo(models.Model):
    """A centre's logo as we drew it again: PNG without metadata. The newest holds; one without picture takes it off."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="certificate_logos", verbose_name=_("trung tâm"))
    png = models.BinaryField(_("hình"), blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    width = models.PositiveSmallIntegerField(_("rộng"), default=0)
    height = models.PositiveSmallIntegerField(_("cao"), default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người tải lên"))
    at = models.DateTimeField(_("lúc"), default=timezone.now)

    objects: ClassVar[LogoQuerySet] = LogoQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("biểu trưng")
        verbose_name_plural = _("biểu trưng")
        ordering = ("centre_id", "-pk")

    def __str__(self) -> str:
        return self.sha256[:12]
