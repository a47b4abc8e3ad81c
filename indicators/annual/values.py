"""What may stand in a report's text: names, what they mean, and what they come to for a unit or centre and a year.

A value is the text as the report prints it, with where it came from. What is not known says so and is never nought;
what nobody approved yet says so as well.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from indicators.annual.gathering import Facts, ReportLine
from indicators.annual.subjects import Subject, office_of
from indicators.choices import Measure, TaskState
from indicators.models import CentreYear, Indicator, Plan

UNKNOWN = "chưa có số liệu"
UNAPPROVED = "chưa duyệt"
NOTHING = "không có"


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it is printed, and its source, JSON-ready."""

    text: str
    source: dict[str, Any]


def number(value: Decimal | int | None) -> str:
    """``1.234``, ``84,5``; at most two decimals, rounded half up. Unknown says so."""
    if value is None:
        return UNKNOWN
    exact = Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)
    text = f"{exact:,}".rstrip("0").rstrip(".") if exact % 1 else f"{exact:,.0f}"
    return text.translate(str.maketrans(",.", ".,"))


def with_unit(text: str, indicator: Indicator) -> str:
    """Put the percent sign behind a share."""
    return f"{text}%" if indicator.measure == Measure.PERCENT and text[-1:].isdigit() else text


def figure_text(line: ReportLine, *, marked: bool = True) -> str:
    """The figure as printed; ``marked``: with a word when nobody approved it yet."""
    figure = line.figure
    if figure is None or (figure.value is None and not figure.status_value):
        return UNKNOWN
    shown = figure.status_words if figure.value is None else with_unit(number(figure.value), line.indicator)
    return f"{shown} ({UNAPPROVED})" if marked and line.is_unapproved else shown


def target_text(line: ReportLine) -> str:
    """What is asked for by the end of the year: the plan's own goal, or the value on the way to the next one."""
    goal = line.trajectory.goals.get(line.year)
    if goal is not None:
        return with_unit(goal.words(), line.indicator)
    if line.needed is not None:
        return with_unit(number(line.needed), line.indicator)
    due = line.trajectory.goal_due(line.year)
    return due.words() if due else NOTHING


def status_text(line: ReportLine) -> str:
    """How the line stands, in words."""
    return line.assessment.words if line.has_figure else UNKNOWN


def figure_source(line: ReportLine) -> dict[str, Any]:
    """Where a line's figure came from: the reported figure's version, or the definition and hash it was computed by."""
    figure = line.figure
    if figure is None or not line.has_figure:
        return {"kind": "missing"}
    days = {"from": str(figure.starts_on), "to": str(figure.ends_on)}
    if line.is_computed:
        return {"kind": "computed", "definition": figure.definition_version, "hash": figure.evidence_hash, **days}
    return {
        "kind": "reported", "figure": figure.pk, "version": figure.version, "state": figure.state,
        "source_name": figure.source_name, "document": figure.document,
        "document_on": str(figure.document_on or ""), **days,
    }  # fmt: skip


Of = Callable[[Facts], str]
# Attributes of every line of the plan: {{A3.figure}}.
LINE_PARTS: dict[str, tuple[str | Promise, Callable[[ReportLine], str]]] = {
    "figure": (_("kết quả của năm"), figure_text),
    "target": (_("chỉ tiêu phải đạt của năm"), target_text),
    "status": (_("đánh giá"), status_text),
    "name": (_("tên chỉ tiêu"), lambda line: line.indicator.name),
}
COUNTS: dict[str, str | Promise] = {
    "classes": _("số lớp"), "classes_led": _("lớp chủ trì"), "classes_took_part": _("lớp phối hợp"),
    "sessions": _("số buổi"), "participations": _("lượt người học"), "learners": _("số người học"), "women": _("nữ"),
    "minorities": _("người dân tộc thiểu số"), "under_15": _("dưới 15 tuổi"), "age_15_25": _("15–25 tuổi"),
    "age_26_35": _("26–35 tuổi"), "age_36_60": _("36–60 tuổi"), "over_60": _("trên 60 tuổi"),
    "certificates": _("chứng nhận đã cấp"),
}  # fmt: skip


def _listed(codes: tuple[str, ...]) -> Of:
    def words(facts: Facts) -> str:
        found = [f"{line.indicator.code} ({line.indicator.name})" for line in facts.lines if line.standing in codes]
        return "; ".join(found) or NOTHING

    return words


def _standing(*codes: str) -> Of:
    return lambda facts: number(sum(line.standing in codes for line in facts.lines))


def _tasks(state: TaskState | None) -> Of:
    return lambda facts: number(sum(state is None or task.shown_state == state for task in facts.tasks))


def _score(facts: Facts) -> str:
    return "chưa đủ dữ liệu để tính" if facts.score is None else f"{number(facts.score)}/100 điểm"


# Everything about the text itself.
COMMON: dict[str, tuple[str | Promise, Of]] = {
    "year": (_("năm báo cáo"), lambda facts: str(facts.subject.year)),
    "next_year": (_("năm sau"), lambda facts: str(facts.subject.year + 1)),
    "from": (_("ngày đầu năm kế hoạch"), lambda facts: f"{facts.subject.period.starts_on:%d/%m/%Y}"),
    "to": (_("ngày lấy số liệu"), lambda facts: f"{facts.subject.as_of:%d/%m/%Y}"),
    "plan.name": (_("tên kế hoạch"), lambda facts: facts.subject.plan.name),
    "plan.document": (_("văn bản của kế hoạch"), lambda facts: facts.subject.plan.document or "không số"),
    "unit.name": (_("tên đơn vị hoặc trung tâm"), lambda facts: str(facts.subject.place)),
    "quality.mean": (_("điểm chất lượng dữ liệu"), _score),
}
OF_UNIT: dict[str, tuple[str | Promise, Of]] = {
    "unit.of": (_("cơ quan báo cáo"), lambda facts: office_of(facts.subject.unit) if facts.subject.unit else ""),
    "centres.count": (_("số trung tâm đang hoạt động"), lambda facts: number(facts.statistics.centre_count)),
    "lines.total": (_("số chỉ tiêu của kế hoạch"), lambda facts: number(len(facts.lines))),
    "lines.reached": (_("số chỉ tiêu đạt"), _standing("reached")),
    "lines.on_track": (_("số chỉ tiêu đúng tiến độ"), _standing("on_track", "no_target")),
    "lines.behind": (_("số chỉ tiêu chưa đạt, chậm"), _standing("behind")),
    "lines.missing": (_("số chỉ tiêu chưa có số liệu"), _standing("missing")),
    "lines.reached_list": (_("các chỉ tiêu đạt"), _listed(("reached",))),
    "lines.on_track_list": (_("các chỉ tiêu đúng tiến độ"), _listed(("on_track", "no_target"))),
    "lines.behind_list": (_("các chỉ tiêu chưa đạt, chậm"), _listed(("behind",))),
    "lines.missing_list": (_("các chỉ tiêu chưa có số liệu"), _listed(("missing",))),
    "contributions.count": (_("số cơ quan, đơn vị có báo cáo đã nhận"), lambda facts: number(len(facts.contributions))),
    "contributions.expected": (_("số cơ quan, đơn vị phải báo cáo"), lambda facts: number(facts.expected)),
    "tasks.total": (_("số nhiệm vụ"), _tasks(None)),
    "tasks.done": (_("nhiệm vụ đã xong"), _tasks(TaskState.DONE)),
    "tasks.under_way": (_("nhiệm vụ đang làm"), _tasks(TaskState.UNDER_WAY)),
    "tasks.late": (_("nhiệm vụ chậm"), _tasks(TaskState.LATE)),
    "tasks.not_begun": (_("nhiệm vụ chưa bắt đầu"), _tasks(TaskState.NOT_BEGUN)),
    "tasks.given_up": (_("nhiệm vụ không làm nữa"), _tasks(TaskState.GIVEN_UP)),
}  # fmt: skip
# What a centre wrote down of its year: people, things, and đồng.
RESOURCES = ("managers", "seconded_teachers", "rapporteurs", "collaborators", "rooms", "computers", "books",
             "budget_state", "budget_raised", "spent")  # fmt: skip
MONEY = frozenset({"budget_state", "budget_raised", "spent"})


def _resource(name: str) -> Of:
    def words(facts: Facts) -> str:
        value = getattr(facts.resources, name) if facts.resources else None
        return UNKNOWN if value is None else f"{number(value)} đồng" if name in MONEY else number(value)

    return words


def _premises(facts: Facts) -> str:
    return str(facts.resources.get_premises_display()) if facts.resources else UNKNOWN


def _director(facts: Facts) -> str:
    return (facts.subject.centre.director_name if facts.subject.centre else "") or "chưa ghi"


def _c3(facts: Facts) -> str:
    use = facts.use
    if use is None:
        return "chưa có trong danh sách trung tâm hoạt động"
    if use.counts:
        return "đạt tiêu chí ứng dụng công nghệ thông tin"
    return "chưa đạt tiêu chí ứng dụng công nghệ thông tin: " + "; ".join(str(part) for part in use.missing)


def _called(name: str) -> str | Promise:
    field = CentreYear._meta.get_field(name)
    return getattr(field, "verbose_name", name)


OF_CENTRE: dict[str, tuple[str | Promise, Of]] = {
    "centre.director": (_("giám đốc trung tâm"), _director),
    "centre.c3": (_("trung tâm đạt C3 hay còn thiếu gì"), _c3),
    "resources.premises": (_called("premises"), _premises),
    **{f"resources.{name}": (_called(name), _resource(name)) for name in RESOURCES},
}


def _fixed(is_centre: bool) -> dict[str, tuple[str | Promise, Of]]:
    return {**COMMON, **(OF_CENTRE if is_centre else OF_UNIT)}


def inline_names(plan: Plan, *, is_centre: bool) -> dict[str, str]:
    """Return every name that may stand inside a line, with what it means: one query, none for a centre."""
    names = {name: str(label) for name, (label, _words) in _fixed(is_centre).items()}
    names |= {f"{name}.count": str(label) for name, label in COUNTS.items()}
    if not is_centre:
        for code in plan.indicators.order_by("order").values_list("code", flat=True):
            names |= {f"{code}.{part}": f"{code}: {label}" for part, (label, _words) in LINE_PARTS.items()}
    return names


def _statistics_source(subject: Subject) -> dict[str, Any]:
    question = subject.question
    return {
        "kind": "statistics", "from": str(question.starts_on), "to": str(question.ends_on),
        "boundaries": str(question.boundaries),
    }  # fmt: skip


def _pairs(facts: Facts) -> Iterator[tuple[str, Value]]:
    subject = facts.subject
    counted = _statistics_source(subject)
    kinds = {"tasks": "tasks", "contributions": "contributions", "quality": "quality", "resources": "centre_year",
             "lines": "lines", "centres": "statistics"}  # fmt: skip
    for name, (_label, words) in _fixed(subject.centre is not None).items():
        group = name.partition(".")[0]
        yield name, Value(words(facts), counted if group == "centres" else {"kind": kinds.get(group, "report")})
    totals = facts.statistics.totals
    for name in COUNTS:
        yield f"{name}.count", Value(number(totals[name]), counted)
    for line in facts.lines:
        for part, (_label, of_line) in LINE_PARTS.items():
            source = figure_source(line) if part in ("figure", "status") else {"kind": "plan"}
            yield f"{line.indicator.code}.{part}", Value(of_line(line), source)


def values_of(facts: Facts) -> dict[str, Value]:
    """Return the value of every name ``inline_names`` gives. Call it with Vietnamese switched on."""
    return dict(_pairs(facts))
