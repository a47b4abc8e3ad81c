"""States and kinds of teaching."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganiserRole(models.TextChoices):
    """Whether the centre led a class or took part in somebody else's: participations are added up differently."""

    LED = "led", _("chủ trì")
    TOOK_PART = "took_part", _("phối hợp")


class ClassStatus(models.TextChoices):
    """The life of a class."""

    PLANNED = "planned", _("chuẩn bị")
    OPEN = "open", _("đang học")
    CLOSED = "closed", _("đã kết thúc")
    CANCELLED = "cancelled", _("đã hủy")


class SessionStatus(models.TextChoices):
    """The life of a session."""

    PLANNED = "planned", _("chưa học")
    HELD = "held", _("đã học")
    CANCELLED = "cancelled", _("nghỉ")


class EnrolmentStatus(models.TextChoices):
    """Where somebody is in a class. ``passed``/``failed`` are set by closing the class."""

    ACTIVE = "active", _("đang học")
    WITHDRAWN = "withdrawn", _("đã thôi học")
    PASSED = "passed", _("hoàn thành")
    FAILED = "failed", _("chưa hoàn thành")


class Certifies(models.TextChoices):
    """What the paper of a course says of people who reached its threshold (literacy courses say which phase)."""

    COMPLETION = "completion", _("Giấy chứng nhận hoàn thành")
    ATTENDANCE = "attendance", _("Giấy chứng nhận tham gia")


class WaitStatus(models.TextChoices):
    """Where somebody is on a waitlist. A place in the order is never given to another."""

    WAITING = "waiting", _("đang chờ")
    PLACED = "placed", _("đã được xếp vào lớp")
    LEFT = "left", _("đã thôi chờ")


class Result(models.TextChoices):
    """Assessment of Circular 10/2022: three values; empty is unknown."""

    GOOD = "good", _("Hoàn thành tốt")
    PASS = "pass", _("Hoàn thành")
    FAIL = "fail", _("Chưa hoàn thành")
    UNKNOWN = "", _("Chưa có kết quả")


class AttendanceStatus(models.TextChoices):
    """One person in one session."""

    PRESENT = "present", _("Có mặt")
    ABSENT = "absent", _("Vắng")
    EXCUSED = "excused", _("Vắng có phép")


class ImportStatus(models.TextChoices):
    """The life of a roster import."""

    PREVIEW = "preview", _("đang xem trước")
    COMMITTED = "committed", _("đã nhập")
    DISCARDED = "discarded", _("đã bỏ")
    UNDONE = "undone", _("đã hoàn tác")
