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


class ReviewStage(models.TextChoices):
    """Where a submitted figure waits: first with the district or group above the commune, where there is one."""

    MIDDLE = "middle", _("quận, huyện hoặc cụm")
    CITY = "city", _("thành phố")


class Verdict(models.TextChoices):
    """What was decided about a reported figure."""

    PASSED = "passed", _("chuyển lên thành phố")
    APPROVED = "approved", _("đã duyệt")
    RETURNED = "returned", _("trả lại")


class PopulationGroup(models.TextChoices):
    """Whom a share is a share of; ages as the proxies count them."""

    WORKING_AGE = "working_age", _("người trong độ tuổi lao động (15–61)")
    ADULTS = "adults", _("người từ 18 tuổi")


class ExceptionState(models.TextChoices):
    """What became of a request to enter into a locked period."""

    ASKED = "asked", _("chờ trả lời")
    GRANTED = "granted", _("được phép")
    REFUSED = "refused", _("không cho phép")


class DueWhat(models.TextChoices):
    """What a deadline asks for."""

    FIGURES = "figures", _("số liệu báo cáo của kế hoạch")
    CENTRE_REPORT = "centre_report", _("báo cáo thống kê của trung tâm")
    DECLARATION = "declaration", _("tự khai ứng dụng CNTT")
    LITERACY_YEAR = "literacy_year", _("khóa năm xóa mù chữ")


class DueLevel(models.TextChoices):
    """Who hands it in."""

    CENTRE = "centre", _("trung tâm")
    COMMUNE = "commune", _("phường, xã")
    CITY = "city", _("thành phố")


class ReminderStage(models.TextChoices):
    """When somebody is reminded."""

    SOON = "soon", _("còn 14 ngày")
    NEAR = "near", _("còn 3 ngày")
    LATE = "late", _("quá hạn")


class PeriodKind(models.TextChoices):
    """Several years run side by side (DESIGN, rule 5)."""

    LITERACY_YEAR = "literacy_year", _("năm xóa mù chữ (01/10–30/09)")
    PLAN_YEAR = "plan_year", _("năm kế hoạch (đến 30/11)")
    CALENDAR_YEAR = "calendar_year", _("năm dương lịch")
    SCHOOL_YEAR = "school_year", _("năm học")
    CUSTOM = "custom", _("khoảng ngày tự chọn")


class Boundaries(models.TextChoices):
    """Which map a statistic is drawn on: units of each event's own day, or those on one side of 1 July 2025."""

    THEN = "then", _("theo ngày của sự kiện")
    OLD = "old", _("địa giới cũ (trước 01/7/2025)")
    NEW = "new", _("địa giới mới (từ 01/7/2025)")


class WeightedMeasure(models.TextChoices):
    """What a table of weights shares out; a table for one kind goes before the one for all."""

    ALL = "", _("mọi số liệu")
    TEACHING = "teaching", _("lớp, buổi, giờ học")
    PEOPLE = "people", _("lượt và số người học")
    PAPERS = "papers", _("chứng nhận")
