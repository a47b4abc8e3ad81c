"""Comparators, sources and states of figures."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Comparator(models.TextChoices):
    """How a target is compared."""

    AT_LEAST = ">=", _("từ … trở lên")
    MORE_THAN = ">", _("trên")
    EQUAL = "=", _("bằng")
    RANGE = "range", _("trong khoảng")
    STATUS = "status", _("duy trì")
    MILESTONE = "milestone", _("mốc")


class IndicatorSource(models.TextChoices):
    """Where the figure comes from."""

    COMPUTED = "computed", _("hệ thống tính")
    PROXY = "proxy", _("báo cáo, có số ước tính kèm theo")
    REPORTED = "reported", _("báo cáo")


class FigureSource(models.TextChoices):
    """How this figure came to be."""

    COMPUTED = "computed", _("tính")
    REPORTED = "reported", _("báo cáo")


class FigureState(models.TextChoices):
    """The way of a figure: who is above the unit approves what was reported, or returns it."""

    DRAFT = "draft", _("nháp")
    SUBMITTED = "submitted", _("đã nộp")
    APPROVED = "approved", _("đã duyệt")
    RETURNED = "returned", _("trả lại")
    LOCKED = "locked", _("đã khóa")


class Verdict(models.TextChoices):
    """What was decided about a reported figure."""

    APPROVED = "approved", _("đã duyệt")
    RETURNED = "returned", _("trả lại")


class PeriodKind(models.TextChoices):
    """Several years run side by side (DESIGN, rule 5)."""

    LITERACY_YEAR = "literacy_year", _("năm xóa mù chữ (01/10–30/09)")
    PLAN_YEAR = "plan_year", _("năm kế hoạch (đến 30/11)")
    CALENDAR_YEAR = "calendar_year", _("năm dương lịch")
    SCHOOL_YEAR = "school_year", _("năm học")
    CUSTOM = "custom", _("khoảng ngày tự chọn")
