"""The rules: what looks wrong, why it matters, what to do. No database (finders look; this says)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class RuleCode(StrEnum):
    """What a finding is about."""

    NO_SESSIONS = "no_sessions"
    UNMARKED = "unmarked"
    CROWDED_WEEK = "crowded_week"
    JUMP = "jump"
    SILENT = "silent"
    DUPLICATES = "duplicates"
    NO_UNIT = "no_unit"
    UNKNOWN_FACTS = "unknown_facts"
    ODD_AGE = "odd_age"
    NOT_CLOSED = "not_closed"
    ALL_PRESENT = "all_present"
    MARKED_BEFORE = "marked_before"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in words. ``weight``: how much it counts in the score; ``of`` says what the share is taken of."""

    code: RuleCode
    weight: int
    name: Any
    why: Any
    todo: Any
    of: Any


RULES: tuple[Rule, ...] = (
    Rule(
        RuleCode.NO_SESSIONS, 15, _("Lớp có người học mà chưa có buổi nào được điểm danh"),
        _("Lượt người học chỉ được tính khi lớp có buổi đã học, nên lớp này không có trong thống kê."),
        _("Điểm danh bù các buổi đã học, hoặc hủy lớp nếu lớp không mở."), _("lớp"),
    ),
    Rule(
        RuleCode.UNMARKED, 12, _("Buổi đã qua mà chưa điểm danh, cũng chưa báo nghỉ"),
        _("Buổi không điểm danh không được tính, và người học bị thiếu buổi khi xét hoàn thành."),
        _("Điểm danh bù, hoặc báo nghỉ buổi đó."), _("lớp"),
    ),
    Rule(
        RuleCode.SILENT, 12, _("Trung tâm không có buổi học nào trong một quý"),
        _("Không hoạt động, hoặc có hoạt động mà không ghi vào hệ thống: cấp trên không phân biệt được."),
        _("Ghi các lớp đã mở; nếu trung tâm tạm nghỉ thì ghi lý do."), _("trung tâm"),
    ),
    Rule(
        RuleCode.JUMP, 10, _("Số lượt ghi danh trong tháng tăng vọt"),
        _("Gấp nhiều lần sáu tháng trước thường là nhập dồn hoặc nhập hai lần."),
        _("Xem các lớp của tháng đó; nếu đúng thì ghi lý do."), _("tháng"),
    ),
    Rule(
        RuleCode.CROWDED_WEEK, 8, _("Quá nhiều buổi học trong một tuần"),
        _("Nhiều hơn mức một trung tâm có thể mở, thường do lặp lịch hoặc điểm danh nhầm ngày."),
        _("Xem lịch tuần đó; nếu đúng thì ghi lý do."), _("tuần"),
    ),
    Rule(
        RuleCode.DUPLICATES, 10, _("Hồ sơ giống hệt nhau: cùng họ tên, cùng năm sinh"),
        _("Một người có hai hồ sơ thì bị đếm hai lần."),
        _("Ghép hồ sơ, hoặc ghi là hai người khác nhau."), _("học viên"),
    ),
    Rule(
        RuleCode.NO_UNIT, 8, _("Học viên chưa ghi phường, xã nơi ở"),
        _("Người không có nơi ở không vào được danh sách của phường, xã nào."),
        _("Hỏi và ghi phường, xã nơi ở."), _("học viên"),
    ),
    Rule(
        RuleCode.UNKNOWN_FACTS, 6, _("Học viên chưa rõ giới tính hoặc năm sinh"),
        _("Chưa rõ thì được đếm là chưa rõ, không vào số nữ và các nhóm tuổi."),
        _("Hỏi và ghi bổ sung khi người học đến lớp."), _("học viên"),
    ),
    Rule(
        RuleCode.ODD_AGE, 4, _("Tuổi khác thường: dưới 6 hoặc trên 100"),
        _("Thường do gõ nhầm năm sinh."), _("Xem lại năm sinh; nếu đúng thì ghi lý do."), _("học viên"),
    ),
    Rule(
        RuleCode.NOT_CLOSED, 7, _("Lớp đã học xong từ lâu mà chưa kết thúc"),
        _("Chưa kết thúc thì chưa ai được công nhận hoàn thành, chưa cấp được chứng nhận."),
        _("Nhập kết quả và kết thúc lớp."), _("lớp"),
    ),
    Rule(
        RuleCode.ALL_PRESENT, 4, _("Không ai vắng buổi nào"),
        _("Lớp đông và nhiều buổi mà không ai vắng thường là điểm danh cho đủ."),
        _("Xem lại điểm danh; nếu đúng thì ghi lý do."), _("lớp"),
    ),
    Rule(
        RuleCode.MARKED_BEFORE, 4, _("Điểm danh trước ngày học"),
        _("Không thể biết ai có mặt trước khi buổi học diễn ra."),
        _("Xem lại ngày của buổi học."), _("lớp"),
    ),
)  # fmt: skip
RULE_OF: dict[str, Rule] = {rule.code.value: rule for rule in RULES}


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many are wrong under a rule; ``bad`` never exceeds ``base``."""

    bad: int
    base: int

    @property
    def good(self) -> Decimal:
        """The share that is right, 0 to 1; 1 where there is nothing to be wrong."""
        return Decimal(self.base - self.bad) / self.base if self.base else Decimal(1)


def score_of(shares: Mapping[str, Share]) -> Decimal | None:
    """Return the score of a centre, 0 to 100 in whole points; None where no rule has anything to judge.

    The weighted mean of the shares that are right, over the rules that apply. Anything wrong keeps it below 100.
    """
    judged = [(RULE_OF[code], share) for code, share in shares.items() if share.base and code in RULE_OF]
    total = sum(rule.weight for rule, _share in judged)
    if not total:
        return None
    exact = sum((rule.weight * share.good for rule, share in judged), Decimal(0)) * 100 / total
    rounded = exact.quantize(Decimal(1), ROUND_HALF_UP)
    return min(rounded, Decimal(99)) if exact < 100 else rounded


def tone_of(score: Decimal | None) -> str:
    """Return how a score is shown: ok, warn, bad or plain."""
    if score is None:
        return "plain"
    return "ok" if score >= 90 else "warn" if score >= 70 else "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that looks wrong. ``key`` names it within rule and centre; ``facts`` change when what is wrong does.

    ``subject`` is what a link leads to: ("class", id), ("learner", id), ("pair", (id, id)) or ("centre", id).
    """

    rule: RuleCode
    centre_id: int
    key: str
    label: str
    detail: str
    facts: str
    subject: tuple[str, Any]


def unanswered(findings: Iterable[Finding], answers: Mapping[tuple[str, int, str], str]) -> list[Finding]:
    """Leave out what somebody looked into and found right, as long as the facts are those of then.

    ``answers``: facts by (rule, centre, key).
    """
    return [row for row in findings if answers.get((row.rule.value, row.centre_id, row.key)) != row.facts]
