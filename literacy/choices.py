"""Levels, proofs and outcomes of literacy."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LiteracyLevel(models.IntegerChoices):
    """Levels of Decree 20/2014: 1 = phase 1 or grade 3, 2 = phase 2 or primary."""

    LEVEL_1 = 1, _("mức độ 1")
    LEVEL_2 = 2, _("mức độ 2")


class StatedLevel(models.IntegerChoices):
    """What can be said of a person who was asked: a level, or that they have not reached level 1. Unknown is no row."""

    BELOW = 0, _("chưa đạt mức độ 1")
    LEVEL_1 = 1, _("mức độ 1")
    LEVEL_2 = 2, _("mức độ 2")


class Proof(models.TextChoices):
    """How a level is known."""

    PROGRAMME = "programme", _("chương trình xóa mù chữ")
    PRIMARY_SCHOOL = "primary_school", _("tiểu học")
    TEST = "test", _("kiểm tra")
    SURVEY = "survey", _("điều tra")


class Skill(models.TextChoices):
    """What a check looks at."""

    READS = "reads", _("Đọc")
    WRITES = "writes", _("Viết")
    COUNTS = "counts", _("Tính")


class SendingState(models.TextChoices):
    """What became of a check that a telephone sent."""

    RECORDED = "recorded", _("đã ghi")
    KNOWN = "known", _("đã có, giống hệt")
    HELD = "held", _("chờ xem lại")
    DROPPED = "dropped", _("đã bỏ")


# Proofs that make a person newly literate: reached by learning, not merely noticed by a survey.
NEWLY = (Proof.PROGRAMME, Proof.PRIMARY_SCHOOL, Proof.TEST)


class StepKind(models.TextChoices):
    """What was done for somebody who fell back into illiteracy."""

    VISITED = "visited", _("Đến thăm nhà")
    CALLED = "called", _("Gọi điện")
    HELPED = "helped", _("Kèm học, hỗ trợ khác")
    DECLINED = "declined", _("Chưa muốn học lại")
    ENTERED = "entered", _("Vào lớp học lại")


class EventKind(models.TextChoices):
    """What counts as going on learning (docs/adr/0009)."""

    ATTENDED = "attended", _("lớp dự đủ số buổi")
    PHASE_2 = "phase_2", _("lớp kỳ 4, kỳ 5")
    LEVEL_2 = "level_2", _("mức độ 2 bằng cách khác")
    OUTSIDE = "outside", _("học ở nơi khác, có giấy")


class CallOutcome(models.TextChoices):
    """What came of calling on somebody who cannot read."""

    VISITED = "visited", _("Đã gặp")
    NOT_MET = "not_met", _("Không gặp")
    REFUSED = "refused", _("Từ chối")
    MOVED = "moved", _("Đã chuyển đi")
    ENROLLED = "enrolled", _("Đã vào lớp")


class CheckOutcome(models.TextChoices):
    """What a follow-up check found."""

    HOLDS_1 = "holds_1", _("Giữ mức độ 1")
    HOLDS_2 = "holds_2", _("Đạt mức độ 2")
    RELAPSED = "relapsed", _("Tái mù chữ")
    NOT_REACHED = "not_reached", _("Không gặp được")
    MOVED = "moved", _("Chuyển khỏi Hà Nội")
    DIED = "died", _("Đã mất")
    REFUSED = "refused", _("Từ chối")


# Outcomes that say how the person reads today; the others leave it unknown.
HOLDING = (CheckOutcome.HOLDS_1, CheckOutcome.HOLDS_2)
TELLING = (*HOLDING, CheckOutcome.RELAPSED)
LEAVING = (CheckOutcome.MOVED, CheckOutcome.DIED)


class EscalatedTo(models.TextChoices):
    """Who is told that nobody looked after somebody."""

    DIRECTOR = "director", _("giám đốc trung tâm")
    COMMUNE = "commune", _("phường, xã")
