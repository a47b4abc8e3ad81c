"""When to look again at somebody newly literate, and what was found."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from learners.models import Learner
from literacy.choices import CheckOutcome
from literacy.models.awards import LiteracyAward
from literacy.models.volunteers import Volunteer
from literacy.querysets import CentreRowQuerySet, FollowUpQuerySet

_OPEN = Q(done_on__isnull=True, called_off_on__isnull=True)


class FollowUp(TimeStamped):
    """A check that falls due some months after a person became literate. Overdue is computed, never stored."""

    award = models.ForeignKey(LiteracyAward, models.CASCADE, related_name="follow_ups", verbose_name=_("công nhận"))
    learner = models.ForeignKey(Learner, models.PROTECT, related_name="follow_ups", verbose_name=_("học viên"))
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="follow_ups", verbose_name=_("trung tâm"))
    months = models.PositiveSmallIntegerField(_("sau (tháng)"))
    due_on = models.DateField(_("đến hạn"), db_index=True)
    done_on = models.DateField(_("đã kiểm tra ngày"), null=True, blank=True)
    # Relapse, death or leaving the city ends the plan; the row stays and says so.
    called_off_on = models.DateField(_("thôi theo dõi từ"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("số lần không gặp"), default=0)
    # Who calls on the person; when somebody retires, others take over what is open and the rest keeps the name.
    volunteer = models.ForeignKey(
        Volunteer, models.PROTECT, null=True, blank=True, related_name="follow_ups", verbose_name=_("giao cho")
    )
    assigned_on = models.DateField(_("giao ngày"), null=True, blank=True)
    # A projection, so that the list of a whole city is read in the order of an index (docs/adr/0041). Written by
    # literacy.services.worklist only; ``literacy_worklist --check`` works it out again and compares.
    risk = models.PositiveSmallIntegerField(_("điểm nguy cơ"), default=0, editable=False)
    reasons = models.JSONField(_("vì sao"), default=list, editable=False)

    objects: ClassVar[FollowUpQuerySet] = FollowUpQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lần theo dõi")
        verbose_name_plural = _("theo dõi sau biết chữ")
        ordering = ("due_on", "pk")
        indexes: ClassVar = [
            models.Index(fields=["centre", "due_on"], name="literacy_followup_centre_idx"),
            # The worklist, of a centre and of the city: what is open, the most pressing first.
            models.Index(
                "centre",
                F("risk").desc(),
                "due_on",
                "id",
                name="literacy_followup_pressing_idx",
                condition=_OPEN,
            ),
            models.Index(F("risk").desc(), "due_on", "id", name="literacy_followup_city_idx", condition=_OPEN),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["award", "months"], name="literacy_followup_months_uniq"),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True) | Q(called_off_on__isnull=True), name="literacy_followup_one_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner} +{self.months}"

    @property
    def overdue(self) -> str:
        """How long the check has been due, in words: days, from the third month on months."""
        days = (timezone.localdate() - self.due_on).days
        if days < 61:
            return _("quá hạn %(n)s ngày") % {"n": days}
        return _("quá hạn %(n)s tháng") % {"n": days * 12 // 365}

    @property
    def result(self) -> "LiteracyCheck | None":
        """The check that settled it: the first one that met the person. Later ones looked again after a relapse."""
        met = [check for check in self.checks.all() if check.outcome != CheckOutcome.NOT_REACHED]
        return min(met, key=lambda check: check.pk, default=None)

    @property
    def is_open(self) -> bool:
        """Whether the check is still to be made."""
        return self.done_on is None and self.called_off_on is None


class LiteracyCheck(TimeStamped):
    """One check that was made, or tried."""

    SENSITIVE_FIELDS: ClassVar[frozenset[str]] = frozenset({"outcome", "reads", "writes", "counts", "note"})

    learner = models.ForeignKey(Learner, models.PROTECT, related_name="literacy_checks", verbose_name=_("học viên"))
    award = models.ForeignKey(LiteracyAward, models.PROTECT, related_name="checks", verbose_name=_("công nhận"))
    follow_up = models.ForeignKey(
        FollowUp, models.PROTECT, null=True, blank=True, related_name="checks", verbose_name=_("lần theo dõi")
    )
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="literacy_checks", verbose_name=_("trung tâm"))
    checked_on = models.DateField(_("ngày"))
    outcome = models.CharField(_("kết quả"), max_length=20, choices=CheckOutcome)
    # What the person could do; None is unknown, not no.
    reads = models.BooleanField(_("đọc được"), null=True, blank=True)
    writes = models.BooleanField(_("viết được"), null=True, blank=True)
    counts = models.BooleanField(_("tính được"), null=True, blank=True)
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người ghi")
    )

    objects: ClassVar[CentreRowQuerySet] = CentreRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("lần kiểm tra")
        verbose_name_plural = _("lần kiểm tra")
        ordering = ("-checked_on", "-pk")
        indexes: ClassVar = [models.Index(fields=["award", "checked_on"], name="literacy_check_award_idx")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(outcome__in=CheckOutcome.values), name="literacy_check_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"{self.learner} {self.checked_on}: {self.get_outcome_display()}"

    @property
    def filled_in(self) -> Any:
        """The CheckSheet of the check; None where the instrument was not used."""
        return getattr(self, "sheet", None)
