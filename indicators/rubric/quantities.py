"""What the system itself knows of a centre's year: the evidence beside criteria, worked out at each look.

Nothing here is typed a second time: classes and people come from statistics (docs/adr/0011), staff and money from the
yearly record, plans and surveys from their own tables. What nobody wrote down is unknown (None), never zero.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from core.dates import Period
from core.templatetags.clc import num
from courses.choices import EnrolmentStatus
from courses.models import NeedsSurvey, YearPlan
from courses.selectors.planning import plan_report, survey_totals
from indicators.c3 import CentreUse, use_of
from indicators.choices import PeriodKind
from indicators.models import CentreYear, QualityResult
from indicators.populations import population_on
from indicators.quality.rules import Share, score_of
from indicators.statistics.lines import Statistics
from indicators.statistics.selectors import counted_enrolments, look_up, statistics

FRESH = dt.timedelta(days=60)  # the nightly look is of the last 365 days: it says nothing about a year long past


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the system has: a number (None: unknown), the same in words, and where it comes from ("" : nowhere)."""

    value: Decimal | None
    words: str
    url: str = ""


def period_of(kind: str, year: int) -> Period:
    """Return the days a year's evaluation looks at."""
    if kind == PeriodKind.PLAN_YEAR:
        return Period.plan_year(year)
    return Period.school_year(year) if kind == PeriodKind.SCHOOL_YEAR else Period.calendar_year(year)


def _share(part: int, whole: int) -> Decimal | None:
    """Percent with at most one place; None of nothing."""
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole else None


class Facts:
    """A centre's year as somebody sees it. Each thing is asked for once, when a criterion wants it."""

    def __init__(self, *, centre: Centre, period: Period, year: int, viewer: User) -> None:
        self.centre, self.period, self.year, self.viewer = centre, period, year, viewer
        self.last = min(period.ends_on, timezone.localdate())

    @cached_property
    def stats(self) -> Statistics:
        """Statistics of the centre alone."""
        return statistics(
            user=self.viewer, centre=self.centre, starts_on=self.period.starts_on, ends_on=self.period.ends_on
        )

    @property
    def stats_url(self) -> str:
        """The page of the same statistics."""
        asked = {
            "centre": self.centre.pk, "preset": "custom", "from": self.period.starts_on.isoformat(),
            "to": self.period.ends_on.isoformat(),
        }  # fmt: skip
        return f"{reverse('indicators:statistics')}?{urlencode(asked)}"

    @cached_property
    def record(self) -> CentreYear | None:
        """The yearly record of the centre."""
        return CentreYear.objects.filter(centre=self.centre, year=self.year).first()

    @property
    def record_url(self) -> str:
        """Where the centre writes its record; "" for everybody else."""
        own = scope_of(self.viewer).main_centre_id == self.centre.pk
        if not (own and scope_of(self.viewer).may(Verb.DECLARE, self.centre.pk)):
            return ""
        return f"{reverse('indicators:centre-year')}?year={self.year}"

    @cached_property
    def plan(self) -> YearPlan | None:
        """The centre's own plan of the year."""
        return YearPlan.objects.filter(centre=self.centre, year=self.year).first()

    @cached_property
    def use(self) -> CentreUse | None:
        """Use of the system in the plan year, as C3 measures it."""
        day = self.last.replace(month=11, day=30) if self.last.month == 12 else self.last
        return use_of(self.centre.pk, day)


def _counted(name: str, words: Callable[[int], str]) -> Callable[[Facts], Evidence]:
    def look(facts: Facts) -> Evidence:
        value = facts.stats.totals[name]
        return Evidence(Decimal(value), words(value), facts.stats_url)

    return look


def _recorded(names: tuple[str, ...], words: Callable[[Decimal], str], per: int = 1) -> Callable[[Facts], Evidence]:
    """The sum of fields of the yearly record; unknown as soon as one of them is empty."""

    def look(facts: Facts) -> Evidence:
        row = facts.record
        values = [getattr(row, name, None) for name in names]
        known = [value for value in values if value is not None]
        if row is None or len(known) < len(values):
            return Evidence(None, _("Hồ sơ năm chưa ghi."), facts.record_url)
        total = Decimal(sum(known)) / per
        return Evidence(total, words(total), facts.record_url)

    return look


def _topics(facts: Facts) -> Evidence:
    names = [
        str(line.topic) for line in facts.stats.lines if line.centre is None and line.topic and line.counts.classes
    ]
    words = _("%(n)s lĩnh vực") % {"n": len(names)}
    return Evidence(Decimal(len(names)), f"{words}: {', '.join(names)}" if names else words, facts.stats_url)


def _over_60(facts: Facts) -> Evidence:
    total = facts.stats.total
    words = _("%(part)s trong %(all)s người học trên 60 tuổi, %(unknown)s người chưa rõ năm sinh") % {
        "part": num(total.over_60), "all": num(total.learners), "unknown": num(total.age_unknown),
    }  # fmt: skip
    return Evidence(_share(total.over_60, total.learners), words, facts.stats_url)


def _reached(facts: Facts) -> Evidence:
    commune = AdminUnit.objects.filter(
        Q(locations__valid_to__isnull=True) | Q(locations__valid_to__gte=facts.last),
        locations__centre=facts.centre, locations__valid_from__lte=facts.last,
    ).first()  # fmt: skip
    people = population_on(unit=commune, code="D1", day=facts.period.ends_on) if commune else None
    if people is None:
        return Evidence(None, _("Chưa có số dân từ 18 tuổi của phường, xã."), reverse("indicators:populations"))
    words = _("%(part)s người học trên %(all)s người từ 18 tuổi của %(unit)s (%(source)s, %(day)s)") % {
        "part": num(facts.stats.total.learners), "all": num(people.people), "unit": commune,
        "source": people.source_name, "day": f"{people.counted_on:%d/%m/%Y}",
    }  # fmt: skip
    return Evidence(_share(facts.stats.total.learners, people.people), words, facts.stats_url)


def _completed(facts: Facts) -> Evidence:
    asked = look_up(
        user=facts.viewer, centre=facts.centre, starts_on=facts.period.starts_on, ends_on=facts.period.ends_on
    )  # fmt: skip
    rows = counted_enrolments(asked).aggregate(
        passed=Count("pk", filter=Q(status=EnrolmentStatus.PASSED)),
        failed=Count("pk", filter=Q(status=EnrolmentStatus.FAILED)),
    )
    judged = rows["passed"] + rows["failed"]
    words = _("%(part)s trong %(all)s lượt đã có kết quả là hoàn thành") % {
        "part": num(rows["passed"]), "all": num(judged),
    }  # fmt: skip
    return Evidence(_share(rows["passed"], judged), words, facts.stats_url)


def _plan_approved(facts: Facts) -> Evidence:
    plan = facts.plan
    if plan is None:
        return Evidence(Decimal(0), _("Chưa lập kế hoạch năm trên hệ thống."), reverse("courses:plan-list"))
    url = reverse("courses:plan-detail", args=[plan.pk])
    if not plan.is_approved or plan.approved_on is None:
        return Evidence(Decimal(0), _("Kế hoạch năm còn là bản nháp."), url)
    return Evidence(Decimal(1), _("Giám đốc duyệt ngày %(day)s") % {"day": f"{plan.approved_on:%d/%m/%Y}"}, url)


def _plan_done(facts: Facts) -> Evidence:
    if facts.plan is None:
        return Evidence(None, _("Chưa lập kế hoạch năm trên hệ thống."), reverse("courses:plan-list"))
    lines = [row for row in plan_report(facts.plan).lines if not row.line.is_dropped]
    planned = sum(row.line.class_count for row in lines)
    held = sum(min(row.held.classes, row.line.class_count) for row in lines)
    words = _("%(part)s trong %(all)s lớp của kế hoạch đã mở và có buổi học") % {"part": held, "all": planned}
    return Evidence(_share(held, planned), words, reverse("courses:plan-report", args=[facts.plan.pk]))


def _surveyed(facts: Facts) -> Evidence:
    survey = NeedsSurvey.objects.filter(centre=facts.centre, year=facts.year).first()
    if survey is None:
        return Evidence(Decimal(0), _("Chưa khảo sát nhu cầu học tập trên hệ thống."), reverse("courses:plan-list"))
    totals = survey_totals(survey)
    words = _("%(places)s thôn, tổ dân phố đã hỏi, %(households)s hộ") % {
        "places": num(totals.places_asked), "households": num(totals.households),
    }  # fmt: skip
    return Evidence(Decimal(totals.places_asked), words, reverse("courses:survey-detail", args=[survey.pk]))


def _months_used(facts: Facts) -> Evidence:
    use = facts.use
    if use is None or not use.months_open:
        return Evidence(None, _("Chưa đủ một tháng trọn để tính."), "")
    words = _("%(part)s trong %(all)s tháng trọn của năm kế hoạch có người đăng nhập") % {
        "part": use.months_used, "all": use.months_open,
    }  # fmt: skip
    return Evidence(_share(use.months_used, use.months_open), words, reverse("indicators:figure", args=["C3"]))


def _quality(facts: Facts) -> Evidence:
    url = reverse("indicators:quality-centre", args=[facts.centre.pk])
    rows = QualityResult.objects.filter(centre=facts.centre)
    known = {row.rule: Share(row.bad, row.base) for row in rows}
    score = score_of(known)
    if score is None or timezone.localdate() - facts.last > FRESH:
        return Evidence(None, _("Chưa có điểm kiểm tra số liệu của kỳ này."), url)
    return Evidence(score, _("%(score)s điểm kiểm tra số liệu, 365 ngày gần nhất") % {"score": num(score)}, url)


def _raised(facts: Facts) -> Evidence:
    row = facts.record
    if row is None or row.budget_state is None or row.budget_raised is None:
        return Evidence(None, _("Hồ sơ năm chưa ghi."), facts.record_url)
    total = row.budget_state + row.budget_raised
    words = _("huy động %(part)s trên %(all)s đồng") % {"part": num(row.budget_raised), "all": num(total)}
    return Evidence(_share(row.budget_raised, total), words, facts.record_url)


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something the system can count for a criterion: what it is called, what thresholds are in, how it is found."""

    label: str | Promise
    unit: str | Promise
    look: Callable[[Any], Evidence]  # of Facts, or of the facts of a commune


_PERCENT = _lazy("phần trăm")
_NUMBER = _lazy("số lượng")


def _words(one: Any) -> Callable[[Any], str]:
    """A number with its unit, translated when it is asked for."""
    return lambda n: str(one) % {"n": num(n)}


# The names stand in the data of sets of criteria: never change one.
QUANTITIES: dict[str, Quantity] = {
    "classes": Quantity(_lazy("Số lớp đã dạy"), _NUMBER, _counted("classes", _words(_lazy("%(n)s lớp")))),
    "classes_together": Quantity(
        _lazy("Số lớp phối hợp với đơn vị khác"), _NUMBER,
        _counted("classes_took_part", _words(_lazy("%(n)s lớp phối hợp"))),
    ),
    "sessions": Quantity(_lazy("Số buổi đã dạy"), _NUMBER, _counted("sessions", _words(_lazy("%(n)s buổi")))),
    "topics": Quantity(_lazy("Số lĩnh vực có lớp"), _NUMBER, _topics),
    "participations": Quantity(
        _lazy("Lượt người học"), _NUMBER, _counted("participations", _words(_lazy("%(n)s lượt")))
    ),
    "learners": Quantity(_lazy("Số người học"), _NUMBER, _counted("learners", _words(_lazy("%(n)s người")))),
    "certificates": Quantity(
        _lazy("Chứng nhận đã cấp"), _NUMBER, _counted("certificates", _words(_lazy("%(n)s giấy")))
    ),
    "over_60_share": Quantity(_lazy("Tỷ lệ người học trên 60 tuổi"), _PERCENT, _over_60),
    "reached_share": Quantity(_lazy("Tỷ lệ người từ 18 tuổi của phường, xã đã học"), _PERCENT, _reached),
    "completed_share": Quantity(_lazy("Tỷ lệ lượt học hoàn thành"), _PERCENT, _completed),
    "plan_approved": Quantity(_lazy("Kế hoạch năm đã duyệt (1: có)"), _NUMBER, _plan_approved),
    "plan_done_share": Quantity(_lazy("Tỷ lệ lớp của kế hoạch năm đã mở"), _PERCENT, _plan_done),
    "places_surveyed": Quantity(_lazy("Số thôn, tổ dân phố đã khảo sát nhu cầu"), _NUMBER, _surveyed),
    "months_used_share": Quantity(_lazy("Tỷ lệ tháng có dùng hệ thống"), _PERCENT, _months_used),
    "quality_score": Quantity(_lazy("Điểm kiểm tra số liệu"), _NUMBER, _quality),
    "people": Quantity(
        _lazy("Số báo cáo viên, cộng tác viên"), _NUMBER,
        _recorded(("rapporteurs", "collaborators"), _words(_lazy("%(n)s người"))),
    ),
    "computers": Quantity(_lazy("Số máy tính"), _NUMBER, _recorded(("computers",), _words(_lazy("%(n)s máy")))),
    "books": Quantity(
        _lazy("Số đầu sách, tài liệu"), _NUMBER, _recorded(("books",), _words(_lazy("%(n)s đầu sách, tài liệu")))
    ),
    "raised_share": Quantity(_lazy("Tỷ lệ kinh phí huy động trên tổng kinh phí"), _PERCENT, _raised),
    "budget_millions": Quantity(
        _lazy("Kinh phí trong năm (triệu đồng)"), _NUMBER,
        _recorded(("budget_state", "budget_raised"), _words(_lazy("%(n)s triệu đồng")), 1_000_000),
    ),
}  # fmt: skip


def evidence(names: set[str], facts: Any, known: Mapping[str, Quantity] = QUANTITIES) -> dict[str, Evidence]:
    """Return what the system has for each name; names that ``known`` does not have (any more) are left out."""
    return {name: known[name].look(facts) for name in sorted(names) if name in known}
