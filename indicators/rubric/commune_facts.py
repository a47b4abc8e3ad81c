"""What the system itself knows of a commune's year: the evidence beside targets, worked out at each look.

Totals of the whole commune, whoever looks (docs/adr/0056): the file is the commune's. Nothing names a person or says
what one centre did. What nobody wrote down is unknown (None), never zero. Links lead to what made a figure; the pages
behind them show each reader their own part only.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import User
from centres.access import scope_of
from centres.models import AdminUnit, Centre
from core.dates import Period
from core.errors import InvalidInput
from core.templatetags.clc import num, plain
from courses.models import YearPlan
from indicators.choices import EvaluationState, FigureSource, FigureState, Premises
from indicators.models import CentreYear, Contribution, Evaluation, Figure
from indicators.querysets import grouped
from indicators.rubric.quantities import Evidence, Quantity
from indicators.statistics.groups import GroupLine, overview
from indicators.statistics.questions import with_scope
from indicators.statistics.selectors import Statistics, sessions_held
from literacy.standards.roll_up import Line, day_of_year, roll_up
from literacy.standards.rule import LEVELS, VERDICT_WORDS, Verdict

# Tuần lễ hưởng ứng học tập suốt đời: 1 to 7 October of every year (from general knowledge, docs/adr/0056).
WEEK = ((10, 1), (10, 7))
REPORTED = ("D1", "D2", "D3", "D4", "D5", "D6")
SHOWN = 4
MONEY_UNIT = 1_000_000


class CommuneFacts:
    """A commune's year. Each thing is asked for once, when a target wants it; the queries do not grow with rows."""

    def __init__(self, *, unit: AdminUnit, period: Period, year: int, viewer: User) -> None:
        self.unit, self.period, self.year, self.viewer = unit, period, year, viewer
        self.last = min(period.ends_on, timezone.localdate())
        self.everybody = with_scope(viewer, None, None)

    @cached_property
    def centres(self) -> list[int]:
        """Centres that lay in the commune on the last day looked at, and were open."""
        rows = Centre.objects.in_unit(self.unit, self.last) & Centre.objects.active_on(self.last)
        return list(rows.distinct().values_list("pk", flat=True))

    @cached_property
    def counted(self) -> tuple[Statistics, list[GroupLine]]:
        """Statistics of the commune with its target groups."""
        return overview(
            user=self.everybody, unit=self.unit, starts_on=self.period.starts_on, ends_on=self.period.ends_on
        )

    @cached_property
    def records(self) -> list[CentreYear]:
        """Yearly records of the commune's centres."""
        return list(CentreYear.objects.filter(centre__in=self.centres, year=self.year))

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """The latest approved figure of each reported line of models of learning."""
        rows = Figure.objects.filter(
            unit=self.unit, indicator__code__in=REPORTED, indicator__plan__is_default=True,
            source=FigureSource.REPORTED, state__in=[FigureState.APPROVED, FigureState.LOCKED],
            ends_on__lte=self.period.ends_on,
        )  # fmt: skip
        rows = rows.select_related("indicator").order_by("ends_on", "version")
        return {row.indicator.code: row for row in rows}

    @cached_property
    def standard(self) -> Line | None:
        """How the commune stands on literacy in the literacy year that ends in this year; None where none can be."""
        try:
            return roll_up(self.unit, day_of_year(self.year, self.last)).lines[0]
        except (InvalidInput, ValueError):
            return None

    @cached_property
    def opens_unit(self) -> bool:
        """Whether who looks may open pages of the unit's figures."""
        scope = scope_of(self.viewer)
        if scope.everything or self.unit.pk in scope.unit_ids or self.unit.parent_id in scope.unit_ids:
            return True
        return AdminUnit.objects.filter(pk=self.unit.pk).filter(pk__in=grouped(scope.unit_ids)).exists()

    @property
    def stats_url(self) -> str:
        """The page of the same statistics."""
        asked = {
            "unit": self.unit.pk, "preset": "custom", "from": self.period.starts_on.isoformat(),
            "to": self.period.ends_on.isoformat(),
        }  # fmt: skip
        return f"{reverse('indicators:statistics')}?{urlencode(asked)}"

    @property
    def form_url(self) -> str:
        """The yearly form of the commune's centres."""
        return f"{reverse('indicators:year-form')}?{urlencode({'unit': self.unit.pk, 'year': self.year})}"


Look = Callable[[CommuneFacts], Evidence]


def _counted(name: str, words: Any) -> Look:
    def look(facts: CommuneFacts) -> Evidence:
        value = facts.counted[0].totals[name]
        return Evidence(Decimal(value), str(words) % {"n": num(value)}, facts.stats_url)

    return look


def _topics(facts: CommuneFacts) -> Evidence:
    lines = [line for line in facts.counted[0].lines if line.centre is None and line.topic]
    lines = sorted((line for line in lines if line.counts.participations), key=lambda one: -one.counts.participations)
    said = ", ".join(f"{line.topic} {num(line.counts.participations)}" for line in lines[:SHOWN])
    words = _("%(n)s lĩnh vực có người học") % {"n": len(lines)}
    return Evidence(Decimal(len(lines)), f"{words}: {said}" if said else words, facts.stats_url)


def _groups(facts: CommuneFacts) -> Evidence:
    lines = sorted((one for one in facts.counted[1] if one.group and one.learners), key=lambda one: -one.learners)
    said = ", ".join(f"{line.group} {num(line.learners)}" for line in lines[:SHOWN])
    words = _("%(n)s nhóm đối tượng có người học") % {"n": len(lines)}
    return Evidence(Decimal(len(lines)), f"{words}: {said}" if said else words, facts.stats_url)


def _week(facts: CommuneFacts) -> Evidence:
    starts_on, ends_on = (dt.date(facts.period.ends_on.year, *day) for day in WEEK)
    if starts_on > facts.last:
        return Evidence(None, _("Tuần lễ của năm này chưa tới (từ 01/10)."))
    held = sessions_held(user=facts.everybody, unit=facts.unit, centre=None, starts_on=starts_on, ends_on=ends_on)
    count = held.count()
    asked = {"unit": facts.unit.pk, "preset": "custom", "from": starts_on.isoformat(), "to": ends_on.isoformat()}
    words = _("%(n)s buổi học từ 01/10 đến 07/10; hệ thống không ghi riêng hoạt động hưởng ứng Tuần lễ")
    return Evidence(Decimal(count), words % {"n": num(count)}, f"{reverse('indicators:statistics')}?{urlencode(asked)}")


def _plans(facts: CommuneFacts) -> Evidence:
    if not facts.centres:
        return Evidence(None, _("Chưa có trung tâm nào của phường, xã trên hệ thống."))
    rows = YearPlan.objects.filter(centre__in=facts.centres, year=facts.year)
    done = sum(row.is_approved for row in rows)
    words = _("%(part)s trong %(all)s trung tâm có kế hoạch năm đã duyệt") % {"part": done, "all": len(facts.centres)}
    return Evidence(Decimal(done), words, reverse("courses:plan-list"))


def _contribution(facts: CommuneFacts) -> Evidence:
    row = (
        Contribution.objects.visible_to(facts.viewer)
        .filter(unit=facts.unit, year=facts.year, plan__is_default=True)
        .first()
    )  # fmt: skip
    if row is None:
        return Evidence(None, _("Chưa có báo cáo đóng góp của phường, xã cho Kế hoạch năm nay."))
    words = _("Báo cáo đóng góp năm %(year)s: %(state)s") % {"year": row.year, "state": row.get_state_display()}
    return Evidence(None, words, reverse("indicators:contribution", args=[row.pk]))


def _recorded(names: tuple[str, ...], words: Any, per: int = 1) -> Look:
    """The sum over the commune's centres; unknown as soon as one of them left it empty, with what is known in words."""

    def look(facts: CommuneFacts) -> Evidence:
        values = [getattr(row, name) for row in facts.records for name in names]
        known = [value for value in values if value is not None]
        if not known:
            return Evidence(None, _("Hồ sơ năm của các trung tâm chưa ghi."), facts.form_url)
        total = Decimal(sum(known)) / per
        said = str(words) % {"n": plain(total)}
        if len(known) < len(facts.centres) * len(names):
            return Evidence(None, _("%(said)s; còn trung tâm chưa ghi") % {"said": said}, facts.form_url)
        return Evidence(total, said, facts.form_url)

    return look


def _premises(facts: CommuneFacts) -> Evidence:
    known = [row for row in facts.records if row.premises]
    if not known:
        return Evidence(None, _("Hồ sơ năm của các trung tâm chưa ghi."), facts.form_url)
    said = ", ".join(dict.fromkeys(str(Premises(row.premises).label) for row in known))
    rooms = sum(row.rooms or 0 for row in known)
    words = _("trụ sở: %(said)s; %(rooms)s phòng học") % {"said": said, "rooms": num(rooms)}
    whole = len(known) == len(facts.centres) and all(row.rooms is not None for row in known)
    return Evidence(Decimal(rooms) if whole else None, words, facts.form_url)


def _ratings(facts: CommuneFacts) -> Evidence:
    if not facts.centres:
        return Evidence(None, _("Chưa có trung tâm nào của phường, xã trên hệ thống."))
    rows = Evaluation.objects.filter(centre__in=facts.centres, year=facts.year, state=EvaluationState.LOCKED)
    ranks = list(rows.order_by("rank").values_list("rank", flat=True))
    url = f"{reverse('indicators:evaluation-list')}?{urlencode({'unit': facts.unit.pk, 'year': facts.year})}"
    counts = [f"{rank}: {ranks.count(rank)}" for rank in dict.fromkeys(ranks)]
    if left := len(facts.centres) - len(ranks):
        counts.append(_("chưa công nhận: %(n)s") % {"n": left})
    return Evidence(None if left else Decimal(len(ranks)), ", ".join(counts), url)


def _literacy(facts: CommuneFacts) -> Evidence:
    line = facts.standard
    url = f"{reverse('literacy:standards')}?{urlencode({'unit': facts.unit.pk, 'year': facts.year})}"
    if line is None:
        return Evidence(None, _("Chưa có tiêu chuẩn xóa mù chữ nào áp dụng cho năm này."))
    said = "; ".join(
        _("mức độ %(level)s: %(verdict)s") % {"level": level, "verdict": VERDICT_WORDS[line.verdicts[level]]}
        for level in LEVELS
    )
    return Evidence(_level_met(line.verdicts), said, url)


def _level_met(verdicts: dict[int, Verdict]) -> Decimal | None:
    """The literacy standard that is surely met: 2, 1 or 0; None while one of them cannot be said."""
    if verdicts[2] == Verdict.PASSES:
        return Decimal(2)
    if verdicts[1] == Verdict.FAILS:
        return Decimal(0)
    return Decimal(1) if verdicts[1] == Verdict.PASSES and verdicts[2] == Verdict.FAILS else None


def _reported(code: str) -> Look:
    def look(facts: CommuneFacts) -> Evidence:
        asked = urlencode({"unit": facts.unit.pk, "on": facts.last.isoformat()})
        url = f"{reverse('indicators:figure', args=[code])}?{asked}" if facts.opens_unit else ""
        row = facts.figures.get(code)
        if row is None:
            return Evidence(None, _("Chưa có số liệu được duyệt của phường, xã."), url)
        shown = row.status_words if row.value is None else f"{plain(row.value)} %"
        words = _("%(value)s (%(source)s, đến %(day)s)") % {
            "value": shown, "source": row.source_name, "day": f"{row.ends_on:%d/%m/%Y}",
        }  # fmt: skip
        return Evidence(row.value, words, url)

    return look


_PERCENT, _NUMBER, _LEVEL = _lazy("phần trăm"), _lazy("số lượng"), _lazy("mức độ 0, 1, 2")

# The names stand in the data of sets of criteria: never change one.
COMMUNE_QUANTITIES: dict[str, Quantity] = {
    "commune_classes": Quantity(_lazy("Lớp đã dạy"), _NUMBER, _counted("classes", _lazy("%(n)s lớp"))),
    "commune_together": Quantity(
        _lazy("Lớp phối hợp với đơn vị khác"), _NUMBER, _counted("classes_took_part", _lazy("%(n)s lớp phối hợp"))
    ),
    "commune_participations": Quantity(
        _lazy("Lượt người học"), _NUMBER, _counted("participations", _lazy("%(n)s lượt"))
    ),
    "commune_learners": Quantity(_lazy("Số người học"), _NUMBER, _counted("learners", _lazy("%(n)s người"))),
    "commune_certificates": Quantity(
        _lazy("Chứng nhận đã cấp"), _NUMBER, _counted("certificates", _lazy("%(n)s giấy"))
    ),
    "commune_topics": Quantity(_lazy("Lượt người học theo lĩnh vực"), _NUMBER, _topics),
    "commune_groups": Quantity(_lazy("Người học theo nhóm đối tượng"), _NUMBER, _groups),
    "commune_week": Quantity(_lazy("Tuần lễ hưởng ứng học tập suốt đời"), _NUMBER, _week),
    "commune_plans": Quantity(_lazy("Kế hoạch năm của trung tâm"), _NUMBER, _plans),
    "commune_contribution": Quantity(_lazy("Đóng góp cho Kế hoạch của thành phố"), _NUMBER, _contribution),
    "commune_budget": Quantity(
        _lazy("Ngân sách cho trung tâm (triệu đồng)"), _NUMBER,
        _recorded(("budget_state",), _lazy("%(n)s triệu đồng từ ngân sách"), MONEY_UNIT),
    ),
    "commune_raised": Quantity(
        _lazy("Huy động, xã hội hóa (triệu đồng)"), _NUMBER,
        _recorded(("budget_raised",), _lazy("%(n)s triệu đồng huy động"), MONEY_UNIT),
    ),
    "commune_people": Quantity(
        _lazy("Báo cáo viên, cộng tác viên"), _NUMBER,
        _recorded(("rapporteurs", "collaborators"), _lazy("%(n)s người")),
    ),
    "commune_premises": Quantity(_lazy("Trụ sở, phòng học (số phòng)"), _NUMBER, _premises),
    "commune_books": Quantity(
        _lazy("Sách, tài liệu"), _NUMBER, _recorded(("books",), _lazy("%(n)s đầu sách, tài liệu"))
    ),
    "commune_ratings": Quantity(_lazy("Xếp loại trung tâm (số đã công nhận)"), _NUMBER, _ratings),
    "commune_literacy": Quantity(_lazy("Chuẩn xóa mù chữ"), _LEVEL, _literacy),
    "commune_d1": Quantity(_lazy("D1 Công dân học tập"), _PERCENT, _reported("D1")),
    "commune_d2": Quantity(_lazy("D2 Kỹ năng số"), _PERCENT, _reported("D2")),
    "commune_d3": Quantity(_lazy("D3 Gia đình học tập"), _PERCENT, _reported("D3")),
    "commune_d4": Quantity(_lazy("D4 Dòng họ học tập"), _PERCENT, _reported("D4")),
    "commune_d5": Quantity(_lazy("D5 Cộng đồng học tập"), _PERCENT, _reported("D5")),
    "commune_d6": Quantity(_lazy("D6 Đơn vị học tập"), _PERCENT, _reported("D6")),
}  # fmt: skip
