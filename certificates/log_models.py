"""The published log in the database: a leaf for each register event, and where a checkpoint placed it.

All append-only. What counts is outside the database too: the tiles in LOG_DIR and the checkpoints that witnesses keep.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LogSalt(models.Model):
    """What makes an entry's hash in the log unguessable. Deleting it unlinks the person from the log for ever.

    Triggers refuse a change; a deletion is the law's erasure.
    """

    certificate = models.OneToOneField(
        "certificates.Certificate", models.PROTECT, primary_key=True, related_name="log_salt",
        verbose_name=_("chứng nhận"),
    )  # fmt: skip
    salt = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("muối của nhật ký")
        verbose_name_plural = _("muối của nhật ký")

    def __str__(self) -> str:
        return f"{self.certificate_id}"


class LogLeaf(models.Model):
    """One event as the log publishes it (tlog.leaves), written in the event's own transaction."""

    event = models.OneToOneField(
        "certificates.RegisterEvent", models.PROTECT, primary_key=True, related_name="leaf", verbose_name=_("sự kiện")
    )
    data = models.TextField(_("dòng công bố"))

    class Meta:
        verbose_name = _("dòng nhật ký")
        verbose_name_plural = _("dòng nhật ký")

    def __str__(self) -> str:
        return self.data


class LogCheckpoint(models.Model):
    """A tree that was signed and published."""

    size = models.PositiveBigIntegerField(_("số dòng"), unique=True)
    root = models.CharField(_("gốc của cây"), max_length=64)
    note = models.TextField(_("mốc công bố"))
    at = models.DateTimeField(_("lúc"))

    class Meta:
        verbose_name = _("mốc công bố")
        verbose_name_plural = _("mốc công bố")
        ordering = ("-size",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(size__gte=1), name="certificates_checkpoint_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.size}"

    @property
    def published(self) -> str:
        """The checkpoint as it is published: what the log signed, and the lines of its witnesses."""
        return self.note + "".join(each.line for each in self.cosignatures.all())

    @property
    def witnesses(self) -> "list[LogCosignature]":
        """The lines of hosts elsewhere. A line with ``+`` in its name is the log's own, made when a key was lost."""
        return [each for each in self.cosignatures.all() if "+" not in each.name]


class LogCosignature(models.Model):
    """What a witness said of a checkpoint: it continues the history that the witness had seen before.

    Or what a new key of the log says of one that a compromised key had signed (services.sequencing).
    """

    checkpoint = models.ForeignKey(
        LogCheckpoint, models.PROTECT, related_name="cosignatures", verbose_name=_("mốc công bố")
    )
    name = models.CharField(_("máy làm chứng"), max_length=200)
    line = models.TextField(_("chữ ký xác nhận"))
    at = models.DateTimeField(_("lúc"))

    class Meta:
        verbose_name = _("chữ ký của máy làm chứng")
        verbose_name_plural = _("chữ ký của máy làm chứng")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["checkpoint", "name"], name="certificates_cosignature_once"),
        ]

    def __str__(self) -> str:
        return self.name


class LogPlace(models.Model):
    """Where a leaf stands in the tree, given when the first checkpoint over it was made."""

    index = models.PositiveBigIntegerField(_("vị trí"), primary_key=True)
    leaf = models.OneToOneField(LogLeaf, models.PROTECT, related_name="place", verbose_name=_("dòng nhật ký"))
    checkpoint = models.ForeignKey(LogCheckpoint, models.PROTECT, related_name="places", verbose_name=_("mốc công bố"))
    # Hashes of 32 bytes from the leaf's sibling up, for the event that set an entry in force; empty for others.
    proof = models.BinaryField(_("bằng chứng"))

    class Meta:
        verbose_name = _("vị trí trong nhật ký")
        verbose_name_plural = _("vị trí trong nhật ký")

    def __str__(self) -> str:
        return f"{self.index}"
