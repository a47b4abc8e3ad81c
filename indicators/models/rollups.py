"""Kept statistics of standard periods, and what has changed since they were worked out (docs/adr/0051)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from indicators.choices import RollupArea


class RollupMark(models.Model):
    """Something changed that kept statistics were worked out from; written by triggers, whoever writes.

    Only ever inserted, and deleted by the rebuild that has read it. Plain numbers, no foreign keys: a mark outlives the
    row it speaks of, and an insert takes no lock that another one could wait for. What stands together narrows:

    - class and day and unit: a held session; centre, unit and day: a certificate;
    - class alone: its people, or everything about it; with a centre: the class left that centre as well;
    - learner: somebody's record; course: its topic;
    - user: what C3 asks besides classes, and no statistics: with a day sign-ins of the user, with a centre a
      membership of it;
      user 0 and a centre: a report that was produced on the day, a declaration where there is no day;
    - nothing at all: everything (triggers were installed anew, a table was emptied).
    """

    class_group_id = models.BigIntegerField(_("lớp"), null=True)
    centre_id = models.BigIntegerField(_("trung tâm"), null=True)
    unit_id = models.BigIntegerField(_("phường, xã"), null=True)
    course_id = models.BigIntegerField(_("khóa học"), null=True)
    learner_id = models.BigIntegerField(_("học viên"), null=True)
    user_id = models.BigIntegerField(_("người dùng"), null=True)
    happened_on = models.DateField(_("ngày"), null=True)

    class Meta:
        verbose_name = _("dấu thay đổi")
        verbose_name_plural = _("dấu thay đổi")

    def __str__(self) -> str:
        parts = ("class_group_id", "centre_id", "unit_id", "course_id", "learner_id", "user_id", "happened_on")
        said = [f"{part}={value}" for part in parts if (value := getattr(self, part)) is not None]
        return ", ".join(said) or "*"


class RollupSheet(models.Model):
    """Everything ``statistics`` says of one area in one standard period, worked out at one moment: one row.

    The columns are the grand total; ``body`` holds every line (``indicators.rollups.body``). One row, so that nobody
    ever reads half of an old sheet and half of a new one.
    """

    area = models.CharField(_("địa bàn"), max_length=8, choices=RollupArea)
    # Key of the centre or unit; 0 for the city.
    area_id = models.BigIntegerField(_("khóa của địa bàn"))
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến ngày"))
    # The day ages go by: the last day of the period, or the day of working out while it is running.
    aged_on = models.DateField(_("tuổi tính đến ngày"))
    # What the area consisted of and which definitions were used: other ones, and the sheet counts for nothing.
    basis = models.CharField(_("cách tính"), max_length=16)
    built_at = models.DateTimeField(_("tính lúc"))
    # What counting the whole period took: whether looking at the rows themselves can be waited for.
    build_ms = models.PositiveIntegerField(_("thời gian tính (ms)"))
    classes_led = models.PositiveIntegerField(_("lớp chủ trì"))
    classes_took_part = models.PositiveIntegerField(_("lớp phối hợp"))
    sessions = models.PositiveIntegerField(_("số buổi"))
    participations = models.PositiveIntegerField(_("lượt người học"))
    learners = models.PositiveIntegerField(_("số người học"))
    women = models.PositiveIntegerField(_("nữ"))
    sex_unknown = models.PositiveIntegerField(_("không rõ giới tính"))
    minorities = models.PositiveIntegerField(_("dân tộc thiểu số"))
    ethnicity_unknown = models.PositiveIntegerField(_("không rõ dân tộc"))
    under_15 = models.PositiveIntegerField(_("dưới 15 tuổi"))
    age_15_25 = models.PositiveIntegerField(_("15–25 tuổi"))
    age_26_35 = models.PositiveIntegerField(_("26–35 tuổi"))
    age_36_60 = models.PositiveIntegerField(_("36–60 tuổi"))
    over_60 = models.PositiveIntegerField(_("trên 60 tuổi"))
    age_unknown = models.PositiveIntegerField(_("không rõ tuổi"))
    certificates = models.PositiveIntegerField(_("chứng nhận đã cấp"))
    revoked = models.PositiveIntegerField(_("trong đó đã thu hồi"))
    body = models.BinaryField(_("các dòng"))

    class Meta:
        verbose_name = _("số liệu tính sẵn")
        verbose_name_plural = _("số liệu tính sẵn")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["starts_on", "ends_on", "area", "area_id"], name="indicators_rollupsheet_key_uniq"
            ),
            models.CheckConstraint(condition=models.Q(area__in=RollupArea.values), name="indicators_rollupsheet_area"),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.area_id} {self.starts_on}–{self.ends_on}"


class RollupState(models.Model):
    """One row: how many times sheets were written. Who read an older number has worked from older rows."""

    generation = models.BigIntegerField(_("lần ghi"), default=0)

    class Meta:
        verbose_name = _("trạng thái số liệu tính sẵn")
        verbose_name_plural = _("trạng thái số liệu tính sẵn")

    def __str__(self) -> str:
        return str(self.generation)


class RollupRevision(models.Model):
    """Names, places, topics, groups or thresholds changed (``rollups/directory.py``); written by triggers.

    Which of these rows there are says which version of them holds. Tokens are random, so that a number which was given
    out again after a rollback does not look like the change that never was.
    """

    token = models.BigIntegerField(_("số ngẫu nhiên"))

    class Meta:
        verbose_name = _("lần đổi danh mục")
        verbose_name_plural = _("lần đổi danh mục")

    def __str__(self) -> str:
        return str(self.pk)


class RollupUse(models.Model):
    """C3 of a unit (0: the city) from the beginning of the plan year to a day: the figure, and every centre behind it.

    ``basis`` stands for the centres and thresholds it was worked out with: other ones, and the row counts for nothing.
    """

    unit_id = models.BigIntegerField(_("khóa của đơn vị"))
    ends_on = models.DateField(_("đến ngày"))
    basis = models.CharField(_("cách tính"), max_length=16)
    numerator = models.PositiveIntegerField(_("tử số"))
    denominator = models.PositiveIntegerField(_("mẫu số"))
    hash = models.CharField(_("mã kiểm chứng"), max_length=64)
    body = models.BinaryField(_("các trung tâm"))

    class Meta:
        verbose_name = _("C3 tính sẵn")
        verbose_name_plural = _("C3 tính sẵn")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ends_on", "unit_id"], name="indicators_rollupuse_key_uniq"),
        ]

    def __str__(self) -> str:
        return f"C3 {self.unit_id} {self.ends_on}"
