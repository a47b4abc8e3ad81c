"""Target groups of the city's plan: whom learning is meant for, in the plan's own words.

Reference rows (docs/adr/0021): parts III and V of the plan name them; ``source`` says where. Some follow from what is
known of a person anyway (sex, ethnicity, age) and are never asked twice; the rest is said by the person.
"""

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.language import in_language
from learners.choices import MINORITY_CODES, Sex


class FollowsFrom(models.TextChoices):
    """What membership follows from, for the groups that need not be asked about."""

    NOTHING = "", _("người học tự khai")
    SEX = "sex", _("giới tính")
    ETHNICITY = "ethnicity", _("dân tộc")
    YOUTH = "youth", _("từ đủ 16 đến 30 tuổi")  # Youth Law 57/2020/QH14, article 1
    ELDERLY = "elderly", _("từ đủ 60 tuổi")  # Law on the Elderly 39/2009/QH12, article 2


class TargetGroup(models.Model):
    """A group of people the plan wants to reach."""

    code = models.CharField(_("mã"), max_length=30, unique=True)
    name = models.CharField(_("tên"), max_length=150)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=150)
    source = models.CharField(_("chỗ nêu trong Kế hoạch"), max_length=60)
    follows_from = models.CharField(
        _("biết được từ"), max_length=10, choices=FollowsFrom, blank=True, default=FollowsFrom.NOTHING
    )
    # Groups that follow from other data, and those no centre registers (people in custody), are for classes only.
    asked_of_people = models.BooleanField(_("ghi cho từng người"), default=True)
    order = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        app_label = "learners"
        verbose_name = _("nhóm đối tượng")
        verbose_name_plural = _("nhóm đối tượng")
        ordering = ("order", "code")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(follows_from__in=FollowsFrom.values), name="learners_targetgroup_source_known"
            ),
            models.CheckConstraint(
                condition=Q(follows_from="") | Q(asked_of_people=False), name="learners_targetgroup_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name, self.name_en)


def members_q(group: TargetGroup, today: dt.date) -> Q:
    """Return the filter for people of a group. Who is unknown (sex, ethnicity, year of birth) is not counted in.

    Ages go by the day as far as it is known; somebody known by year only counts in the years in which it is certain.
    """
    if group.follows_from == FollowsFrom.SEX:
        return Q(sex=Sex.FEMALE)
    if group.follows_from == FollowsFrom.ETHNICITY:
        return Q(ethnicity__in=MINORITY_CODES)
    if group.follows_from == FollowsFrom.ELDERLY:
        return _reached(60, today)
    if group.follows_from == FollowsFrom.YOUTH:
        return _reached(16, today) & _below(31, today)
    return Q(target_groups=group)


def _reached(age: int, today: dt.date) -> Q:
    year = today.year - age
    by_month = Q(birth_year=year, birth_month__lt=today.month)
    by_day = Q(birth_year=year, birth_month=today.month, birth_day__lte=today.day)
    return Q(birth_year__lt=year) | by_month | by_day


def _below(age: int, today: dt.date) -> Q:
    year = today.year - age
    by_month = Q(birth_year=year, birth_month__gt=today.month)
    by_day = Q(birth_year=year, birth_month=today.month, birth_day__gt=today.day)
    return Q(birth_year__gt=year) | by_month | by_day


# code, name, name in English, where (part.section of the plan), follows from, asked of people. Lines of the plan's
# text are in docs/adr/0021.
GROUPS: tuple[tuple[str, str, str, str, str, bool], ...] = (
    ("cong_chuc", "Cán bộ công chức, viên chức", "Officials and public employees", "III.8, V.3, V.5, V.11", "", True),
    (
        "cong_chuc_xa", "Cán bộ công chức cấp xã, phường, thị trấn", "Officials of communes and wards", "III.8", "",
        True,
    ),
    ("lao_dong", "Công nhân, người lao động", "Workers and employees", "III.6, III.8, V.9", "", True),
    ("lao_dong_nong_thon", "Lao động nông thôn", "Rural workers", "V.2", "", True),
    ("nong_dan", "Nông dân", "Farmers", "V.15.e", "", True),
    ("phu_nu", "Phụ nữ", "Women", "III.8, V.2, V.15.d", FollowsFrom.SEX, False),
    ("dan_toc", "Người dân tộc thiểu số", "Ethnic minorities", "III.8, V.2", FollowsFrom.ETHNICITY, False),
    (
        "vung_dan_toc", "Người học vùng dân tộc thiểu số và miền núi", "Learners of minority and mountain areas",
        "V.10", "", True,
    ),
    (
        "chua_biet_chu", "Phụ nữ và trẻ em gái vùng đồng bào dân tộc thiểu số chưa biết chữ",
        "Women and girls of minority areas who cannot read yet", "V.15.d", "", True,
    ),
    ("khuyet_tat", "Người khuyết tật", "People with disabilities", "III.6, V.2", "", True),
    ("yeu_the", "Người bị thiệt thòi, yếu thế", "Disadvantaged and vulnerable people", "V.2", "", True),
    (
        "kho_khan", "Học sinh, học viên, sinh viên có hoàn cảnh khó khăn", "Pupils and students in hardship",
        "V.9, V.15.c", "", True,
    ),
    ("het_tuoi", "Người hết tuổi lao động", "People past working age", "III.6, V.2", "", True),
    ("noi_tro", "Người nội trợ", "Homemakers", "III.6", "", True),
    ("thanh_nien", "Thanh niên", "Young people", "V.15.c", FollowsFrom.YOUTH, False),
    ("cao_tuoi", "Người cao tuổi", "Older people", "V.15.e", FollowsFrom.ELDERLY, False),
    ("cuu_chien_binh", "Cựu chiến binh", "Veterans", "V.15.e", "", True),
    ("cuu_giao_chuc", "Cựu giáo chức", "Retired teachers", "V.15.e", "", True),
    (
        "uy_tin", "Người có uy tín, chức sắc, chức việc tôn giáo, già làng, trưởng họ tộc",
        "Respected people, religious dignitaries, village and clan elders", "V.8", "", True,
    ),
    (
        "trai_vien", "Trại viên, phạm nhân, học viên trường giáo dưỡng", "People in custody and reformatories", "V.8",
        "", False,
    ),
)  # fmt: skip


def load_target_groups() -> int:
    """Add the groups that are missing; those that exist are left as they are. Returns how many were added."""
    known = set(TargetGroup.objects.values_list("code", flat=True))
    rows = [
        TargetGroup(code=code, name=name, name_en=english, source=source, follows_from=origin, asked_of_people=asked,
                    order=order)
        for order, (code, name, english, source, origin, asked) in enumerate(GROUPS, start=1)
        if code not in known
    ]  # fmt: skip
    TargetGroup.objects.bulk_create(rows)
    return len(rows)
