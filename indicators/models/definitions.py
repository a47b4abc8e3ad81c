"""What the name of a definition means: kept as data, so that an old figure can still be explained."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class FigureDefinition(models.Model):
    """How figures of one line are computed under one name; never changed, a new way gets a new name."""

    version = models.CharField(_("định nghĩa"), max_length=40)
    code = models.CharField(_("chỉ số"), max_length=10)
    numerator = models.TextField(_("tử số"))
    denominator = models.TextField(_("mẫu số"))
    words = models.TextField(_("cách tính"))
    # What stands in the bytes that the evidence hash is taken of.
    hashed = models.TextField(_("băm gồm"))

    class Meta:
        verbose_name = _("định nghĩa của giá trị")
        verbose_name_plural = _("định nghĩa của giá trị")
        ordering = ("code", "-version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "code"], name="indicators_definition_version_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"
