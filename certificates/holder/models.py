"""The link a centre prints for a holder, and the tally of searches for lost papers (docs/adr/0037)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from certificates.holder.querysets import HolderLinkQuerySet
from learners.models import Learner


class HolderLink(models.Model):
    """A secret address that opens all certificates of one person. Of the secret only a hash is kept.

    One in force per person and centre; a new one takes the place of the old.
    """

    # The slip was given to a person: it goes on working when their record is merged into another one.
    STAYS_WHEN_MERGED: ClassVar[bool] = True

    learner = models.ForeignKey(Learner, models.PROTECT, related_name="holder_links", verbose_name=_("học viên"))
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="holder_links", verbose_name=_("trung tâm"))
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người lập"))
    made_at = models.DateTimeField(_("lập lúc"), default=timezone.now)
    expires_on = models.DateField(_("dùng được đến hết ngày"))
    revoked_at = models.DateTimeField(_("hủy lúc"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người hủy")
    )
    opened = models.PositiveIntegerField(_("số lần mở"), default=0)

    objects: ClassVar[HolderLinkQuerySet] = HolderLinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("liên kết của người có chứng nhận")
        verbose_name_plural = _("liên kết của người có chứng nhận")
        ordering = ("-made_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["learner", "centre"], condition=Q(revoked_at__isnull=True),
                name="certificates_holderlink_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="certificates_holderlink_revoked_whole",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.learner_id} {self.made_at:%d/%m/%Y}"

    @property
    def expired(self) -> bool:
        """Whether its last day is over."""
        return self.expires_on < timezone.localdate()


class SearchTally(models.Model):
    """How often a lost paper was searched for in vain. ``key`` is a keyed hash: whom and where from is not kept."""

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveSmallIntegerField(_("số lần"), default=0)
    tried_on = models.DateField(_("ngày"))

    class Meta:
        verbose_name = _("số lần tìm giấy")
        verbose_name_plural = _("số lần tìm giấy")
        ordering = ("tried_on", "pk")
        indexes: ClassVar = [models.Index(fields=["tried_on"], name="certificates_tally_day_idx")]

    def __str__(self) -> str:
        return f"{self.tried_on} {self.count}"
