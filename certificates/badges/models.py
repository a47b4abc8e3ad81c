"""The credential of a certificate, as it was first handed out."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Credential(models.Model):
    """Both forms of one credential, frozen: whoever downloads it again gets the same bytes.

    Append-only: triggers refuse update and delete. A second one is made only when the key of the first was compromised.
    """

    PERSONAL_FIELDS: ClassVar[frozenset[str]] = frozenset({"document", "jwt"})  # name and birth year are in them

    certificate = models.ForeignKey(
        "certificates.Certificate", models.PROTECT, related_name="credentials", verbose_name=_("chứng nhận")
    )
    kid = models.CharField(_("khóa ký"), max_length=8)
    # Its bit in a status list: drawn at random, so that neighbours and numbers say nothing of one another.
    status_list = models.PositiveSmallIntegerField(_("danh sách trạng thái"))
    status_index = models.PositiveIntegerField(_("vị trí trong danh sách"))
    document = models.TextField(_("chứng chỉ số (JSON-LD)"))
    jwt = models.TextField(_("chứng chỉ số (JWT)"))
    at = models.DateTimeField(_("lúc"), default=timezone.now)

    class Meta:
        verbose_name = _("chứng chỉ số")
        verbose_name_plural = _("chứng chỉ số")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["certificate", "kid"], name="certificates_credential_key_uniq"),
            models.UniqueConstraint(fields=["status_list", "status_index"], name="certificates_credential_bit_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.kid}"
