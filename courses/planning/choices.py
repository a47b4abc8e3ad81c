"""States and kinds of planning."""

from django.db import models
from django.utils.translation import gettext_lazy as _

FIRST_YEAR, LAST_YEAR = 2010, 2100


class PlanStatus(models.TextChoices):
    """The life of a plan. An approved plan still changes, but only by revisions with a reason."""

    DRAFT = "draft", _("dự thảo")
    APPROVED = "approved", _("đã duyệt")


class RevisionAction(models.TextChoices):
    """What a revision did to a line of an approved plan."""

    ADDED = "added", _("thêm dòng")
    CHANGED = "changed", _("sửa dòng")
    DROPPED = "dropped", _("bỏ dòng")


class Funding(models.TextChoices):
    """Where the money comes from: part IV of the city's plan. Empty is not known yet."""

    UNKNOWN = "", _("chưa xác định")
    BUDGET = "budget", _("ngân sách nhà nước")
    DONATION = "donation", _("tài trợ, đóng góp của doanh nghiệp, tổ chức, cá nhân")
    LEARNERS = "learners", _("học viên đóng góp")
    PROGRAMME = "programme", _("chương trình mục tiêu quốc gia")
    OTHER = "other", _("nguồn hợp pháp khác")


class Quarter(models.IntegerChoices):
    """A quarter of the year."""

    FIRST = 1, _("Quý I")
    SECOND = 2, _("Quý II")
    THIRD = 3, _("Quý III")
    FOURTH = 4, _("Quý IV")
