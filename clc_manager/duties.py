"""What waits for somebody beside the calendar of deadlines: decisions, confirmations, reports, what was sent back."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit
from certificates.models import Proposal
from core.dates import Period, report_year_of
from indicators.choices import ContributionState, EvaluationState, FigureState, IndicatorSource
from indicators.community.selectors import expiring_for
from indicators.contributions import addressees
from indicators.models import AnnualReport, Contribution, Evaluation, Figure, Plan
from indicators.statistics.schedules import broken_schedules, new_files
from literacy.models import CheckSending

MOST_RETURNED = 5


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to hand in: what, for whom, and where it is done."""

    text: str
    whose: str
    label: str
    url: str
    late_days: int = 0


def duties_of(user: User, day: dt.date) -> list[Duty]:
    """Return what waits for the user: to be decided, confirmed, written or reported anew. A fixed number of queries.

    What has a day in the calendar of deadlines is not here: ``indicators.deadlines.pressing``.
    """
    scope, year = scope_of(user), report_year_of(day)
    found: list[Duty] = []
    if scope.unit_ids and scope.may(Verb.REPORT_FIGURE):
        for unit in AdminUnit.objects.filter(pk__in=scope.unit_ids).on(day).order_by("level", "sort_key"):
            found += _sent_back_of(unit, year)
        found += _annual_reports(scope.unit_ids, day)
    if scope.may(Verb.APPROVE_FIGURE) and (waiting := Figure.objects.to_decide_by(user).count()):
        text = _("%(n)s số liệu chờ duyệt") % {"n": waiting}
        found.insert(0, Duty(text, scope.label, _("Duyệt"), reverse("indicators:inbox")))
    found = [*_contributions(user, day), *_titles(user, day), *found]
    own = CheckSending.objects.filter(scope.centre_q("follow_up__centre_id", Verb.FOLLOW_UP))
    if scope.may(Verb.FOLLOW_UP) and (held := own.held().count()):
        text = _("%(n)s kết quả kiểm tra gửi từ điện thoại chờ xem lại") % {"n": held}
        found.insert(0, Duty(text, scope.label, _("Xem"), reverse("literacy:held")))
    if files := new_files(user):
        text = _("%(n)s tệp thống kê định kỳ mới") % {"n": files}
        found.insert(0, Duty(text, scope.label, _("Lấy tệp"), reverse("indicators:schedule-list")))
    if broken := broken_schedules(user):
        text = _("%(n)s tệp thống kê định kỳ không làm được") % {"n": broken}
        found.insert(0, Duty(text, scope.label, _("Xem"), reverse("indicators:schedule-list")))
    if asked := Proposal.objects.to_settle_by(user).count():
        text = _("%(n)s đề nghị về chứng nhận chờ bạn xác nhận") % {"n": asked}
        found.insert(0, Duty(text, scope.label, _("Xem"), reverse("certificates:proposals")))
    return found


def _contributions(user: User, day: dt.date) -> list[Duty]:
    """What one's own body still has to send on the main plan; for who accepts, what waits."""
    scope = scope_of(user)
    concerned = scope.body_ids or Verb.SET_RULES in scope.city_verbs
    plan = Plan.objects.in_force_on(day).first() if concerned else None
    if plan is None:
        return []
    year = report_year_of(day)
    number = year.ends_on.year
    there = Contribution.objects.filter(plan=plan, year=number)
    pages = f"?{urlencode({'plan': plan.code, 'year': str(number)})}"
    if scope.body_ids:
        sent = there.filter(state__in=[ContributionState.SENT, ContributionState.ACCEPTED], unit__isnull=True)
        bodies = addressees(plan).filter(pk__in=scope.body_ids).exclude(pk__in=sent.values("body"))
        text = _("Báo cáo phần của cơ quan năm %(year)s, trước 01/12") % {"year": number}
        page = "indicators:contribution-edit"
        return [
            Duty(text, body.name, _("Viết"), reverse(page, args=[body.code]) + pages, _late(year, day))
            for body in bodies
        ]
    waiting = there.filter(state=ContributionState.SENT).count()
    if not waiting:
        return []
    text = _("%(n)s cơ quan đã gửi phần của mình, chờ nhận") % {"n": waiting}
    return [Duty(text, scope.label, _("Xem"), reverse("indicators:contribution-list") + pages)]


def _titles(user: User, day: dt.date) -> list[Duty]:
    """Titles "Cộng đồng học tập" that end within six months; for who looks at files, how many wait."""
    scope, found, page = scope_of(user), [], reverse("indicators:community-list")
    ending = expiring_for(user, day)
    if Verb.APPROVE_FIGURE in scope.city_verbs:
        if ending:
            text = _("%(n)s danh hiệu Cộng đồng học tập hết hạn trong 6 tháng") % {"n": len(ending)}
            found.append(Duty(text, scope.label, _("Xem"), f"{page}?only=expiring"))
        waiting = Evaluation.objects.filter(unit__isnull=False, state=EvaluationState.SUBMITTED)
        for year, count in waiting.order_by("year").values_list("year").annotate(count=Count("pk")):
            text = _("%(n)s hồ sơ Cộng đồng học tập năm %(year)s chờ xem xét") % {"n": count, "year": year}
            found.append(Duty(text, scope.label, _("Xem"), f"{page}?only=waiting&year={year}"))
        return found
    for row in ending:
        words = _("Danh hiệu Cộng đồng học tập mức độ %(level)s hết hạn ngày %(day)s")
        text = words % {"level": row.title.level, "day": f"{row.title.valid_to:%d/%m/%Y}"}
        url = reverse("indicators:community", args=[row.title.unit_id])
        found.append(Duty(text, row.title.unit.name, _("Mở hồ sơ"), url))
    return found


def _annual_reports(unit_ids: frozenset[int], day: dt.date) -> list[Duty]:
    """The annual report of one's own units, from October to the end of March: due before 1 December, late after it."""
    period = report_year_of(day)
    year = period.ends_on.year
    plan = Plan.objects.in_force_on(period.ends_on).first() if day.month >= 10 or day.month <= 3 else None
    if plan is None:
        return []
    sent = AnnualReport.objects.filter(plan=plan, year=year, versions__sending__isnull=False)
    units = (
        AdminUnit.objects.filter(pk__in=unit_ids).on(day).exclude(pk__in=sent.filter(unit__isnull=False).values("unit"))
    )
    text = _("Báo cáo năm %(year)s chưa gửi, trước 01/12") % {"year": year}
    url = f"{reverse('indicators:annual-list')}?{urlencode({'plan': plan.code, 'year': str(year)})}"
    late = _late(period, day)
    return [Duty(text, unit.name, _("Viết báo cáo"), url, late) for unit in units.order_by("level", "sort_key")]


def _late(period: Period, day: dt.date) -> int:
    """Days since the last one of a plan year: its report was due by then."""
    return max((day - period.ends_on).days, 0)


def _sent_back_of(unit: AdminUnit, year: Period) -> list[Duty]:
    """What came back to be reported anew, of the year people report on and later.

    Of the city's main plan: others are asked for on their own pages.
    """
    there = (
        Figure.objects.select_related("indicator__plan")
        .prefetch_related("decisions")
        .filter(unit=unit, ends_on__gte=year.starts_on, indicator__plan__is_default=True)
        .exclude(indicator__source=IndicatorSource.COMPUTED)
    )
    return [_sent_back(row, unit) for row in there.latest().filter(state=FigureState.RETURNED)[:MOST_RETURNED]]


def _sent_back(figure: Figure, unit: AdminUnit) -> Duty:
    """A figure to report anew, with why it was returned."""
    reason = next((row.reason for row in figure.decisions.all()), "")
    text = _("%(code)s bị trả lại: %(reason)s") % {"code": figure.indicator.code, "reason": reason}
    url = reverse("indicators:report-figure", args=[figure.indicator.code]) + f"?unit={unit.pk}"
    return Duty(text, unit.name, _("Nhập lại"), url)
