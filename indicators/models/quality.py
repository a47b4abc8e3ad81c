"""What the quality rules found of each centre, and what was looked into."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped, one_of
from indicators.quality.rules import RuleCode
from indicators.querysets import CentreRowQuerySet


class QualityResult(models.Model):
    """How many of how many were wrong under a rule when a centre was last looked at: what lists of centres show."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="quality", verbose_name=_("trung tâm"))
    rule = models.CharField(_("quy tắc"), max_length=20)
    bad = models.PositiveIntegerField(_("số chỗ sai"))
    base = models.PositiveIntegerField(_("trên tổng số"))
    measured_at = models.DateTimeField(_("kiểm tra lúc"), default=timezone.now)

    objects: ClassVar[CentreRowQuerySet] = CentreRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("kết quả kiểm tra số liệu")
        verbose_name_plural = _("kết quả kiểm tra số liệu")
        ordering = ("centre_id", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "rule"], name="indicators_quality_rule_uniq"),
            models.CheckConstraint(condition=Q(bad__lte=F("base")), name="indicators_quality_bad_within_base"),
            models.CheckConstraint(
                condition=one_of("rule", [code.value for code in RuleCode]), name="indicators_quality_rule_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre_id}: {self.rule}"


class QualityAnswer(TimeStamped):
    """Somebody of the centre looked into a finding and says why it is right as it stands.

    It holds as long as the facts are those of then; saying it again after they changed replaces it.
    """

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="quality_answers", verbose_name=_("trung tâm"))
    rule = models.CharField(_("quy tắc"), max_length=20)
    key = models.CharField(_("chỗ"), max_length=60)
    facts = models.CharField(_("nội dung khi đó"), max_length=100)
    label = models.CharField(_("tên"), max_length=200)
    reason = models.CharField(_("lý do"), max_length=300)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người trả lời")
    )

    objects: ClassVar[CentreRowQuerySet] = CentreRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("giải thích số liệu")
        verbose_name_plural = _("giải thích số liệu")
        ordering = ("-updated_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "rule", "key"], name="indicators_qualityanswer_uniq"),
            models.CheckConstraint(condition=~Q(reason=""), name="indicators_qualityanswer_reasoned"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.label}"
