"""The plan of the year: list, lines, approval, revisions, what was held."""

import io
from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core.dates import read_year
from core.downloads import attachment
from core.errors import DomainError
from core.forms import add_domain_error
from core.tabular.writing import CONTENT_TYPES, WRITERS
from courses.models import ClassGroup, NeedsSurvey, PlanLine, YearPlan
from courses.planning.choices import FIRST_YEAR, LAST_YEAR
from courses.planning.exports import report_table
from courses.planning.forms import ApproveForm, DropForm, LineForm
from courses.planning.words import changes_of
from courses.selectors.planning import plan_lines, plan_report
from courses.services import planning as services
from courses.views.shared import centres_of, refusal_of, working_centre

PER_PAGE = 25
LINE = ("name", "topic", "course", "quarter", "class_count", "expected_participants", "funding", "partner")


@dataclass(frozen=True, slots=True)
class YearRow:
    """A centre's year at a glance."""

    centre: Centre
    survey: NeedsSurvey | None
    plan: YearPlan | None
    planned: int
    opened: int


def plan_or_404(request: HttpRequest, pk: int, verb: Verb | None = None) -> YearPlan:
    """Return a plan in scope; with ``verb``, refuse (403) who may not do it."""
    rows = YearPlan.objects.visible_to(request.user).select_related("centre", "approved_by", "survey")
    plan: YearPlan = get_object_or_404(rows, pk=pk)
    if verb:
        require(request.user, verb, plan.centre_id)
    return plan


def line_or_404(request: HttpRequest, pk: int, verb: Verb) -> PlanLine:
    """Return a line of a plan in scope."""
    rows = PlanLine.objects.filter(plan__in=YearPlan.objects.visible_to(request.user))
    line: PlanLine = get_object_or_404(rows.select_related("plan__centre", "topic", "course"), pk=pk)
    require(request.user, verb, line.plan.centre_id)
    if line.plan.is_approved:
        require(request.user, Verb.APPROVE_PLAN, line.plan.centre_id)
    return line


@scoped(Verb.VIEW)
def plan_list(request: HttpRequest) -> HttpResponse:
    """A year in the centres of the scope; those who keep a centre see first what to do for it."""
    user, scope = request.user, scope_of(request.user)
    surveys, plans = NeedsSurvey.objects.visible_to(user), YearPlan.objects.visible_to(user)
    this_year = timezone.localdate().year
    year = min(max(read_year(request.GET.get("year", ""), this_year), FIRST_YEAR), LAST_YEAR)
    years = {this_year, this_year + 1, *surveys.values_list("year", flat=True).distinct()}
    years |= set(plans.values_list("year", flat=True).distinct())
    surveys, plans = surveys.filter(year=year), plans.filter(year=year)
    busy = Q(Exists(surveys.filter(centre=OuterRef("pk")))) | Q(Exists(plans.filter(centre=OuterRef("pk"))))
    centres = Centre.objects.filter(scope.centre_q("pk")).filter(busy).order_by("sort_key", "pk")
    page = Paginator(centres, PER_PAGE).get_page(request.GET.get("page"))
    mine = working_centre(request, Verb.MANAGE_CLASSES) if scope.centre_ids(Verb.MANAGE_CLASSES) else None
    of_page = [*page.object_list, *([mine] if mine else [])]
    rows = _rows(of_page, surveys, plans)
    context = {
        "page_obj": page,
        "rows": rows[: len(page.object_list)],
        "mine": rows[-1] if mine else None,
        "centres": centres_of(request, Verb.MANAGE_CLASSES),
        "centre": mine,
        "several_centres": scope.is_officer or len(scope.centre_ids(Verb.VIEW)) > 1,
        "year": year,
        "years": sorted(years, reverse=True),
        "query": f"year={year}",
    }
    return render(request, "planning/plan_list.html", context)


def _rows(centres: list[Centre], surveys: object, plans: object) -> list[YearRow]:
    keys = [centre.pk for centre in centres]
    survey_of = {row.centre_id: row for row in NeedsSurvey.objects.filter(pk__in=surveys, centre__in=keys)}  # type: ignore[misc]
    plan_of = {row.centre_id: row for row in YearPlan.objects.filter(pk__in=plans, centre__in=keys)}  # type: ignore[misc]
    of_plans = [plan.pk for plan in plan_of.values()]
    lines = PlanLine.objects.filter(plan__in=of_plans, is_dropped=False).order_by().values("plan_id")
    planned = {row["plan_id"]: row["n"] for row in lines.annotate(n=Sum("class_count"))}
    groups = ClassGroup.objects.filter(plan_line__plan__in=of_plans).exclude(status="cancelled").order_by()
    opened = {
        row["plan_line__plan_id"]: row["n"] for row in groups.values("plan_line__plan_id").annotate(n=Count("pk"))
    }
    found = []
    for centre in centres:
        plan = plan_of.get(centre.pk)
        key = plan.pk if plan else 0
        found.append(YearRow(centre, survey_of.get(centre.pk), plan, planned.get(key, 0), opened.get(key, 0)))
    return found


@scoped(Verb.MANAGE_CLASSES)
@require_POST
def plan_start(request: HttpRequest) -> HttpResponse:
    """Start an empty plan, for a year without a survey."""
    centre = working_centre(request, Verb.MANAGE_CLASSES)
    asked = request.POST.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() else 0
    try:
        plan = services.start_plan(centre=centre, year=year, by=request.user)
    except DomainError as error:
        refusal_of(error)
        messages.error(request, str(error.message), extra_tags="bad")
        return redirect("courses:plan-list")
    return redirect("courses:plan-detail", plan.pk)


@scoped(Verb.VIEW)
def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines, the approval and every revision since."""
    return _detail(request, plan_or_404(request, pk))


def _detail(request: HttpRequest, plan: YearPlan, form: ApproveForm | None = None, status: int = 200) -> HttpResponse:
    scope = scope_of(request.user)
    lines = list(plan_lines(plan))
    kept = [line for line in lines if not line.is_dropped]
    revisions = plan.revisions.select_related("line", "made_by").order_by("-number")
    may_approve = scope.may(Verb.APPROVE_PLAN, plan.centre_id)
    may_manage = scope.may(Verb.MANAGE_CLASSES, plan.centre_id)
    context = {
        "plan": plan,
        "lines": lines,
        "classes": sum(line.class_count for line in kept),
        "participants": sum(line.expected_participants for line in kept),
        "revisions": [(row, changes_of(row)) for row in revisions],
        "may_change": may_approve if plan.is_approved else may_manage,
        "may_approve": may_approve and not plan.is_approved and bool(lines),
        "waits_for_director": may_manage and not may_approve and not plan.is_approved and bool(lines),
        "may_open": may_manage,
        "form": form or ApproveForm(),
    }
    return render(request, "planning/plan_detail.html", context, status=status)


@scoped(Verb.VIEW)
@require_POST
def plan_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The director's word."""
    plan = plan_or_404(request, pk, Verb.APPROVE_PLAN)
    form = ApproveForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            services.approve_plan(plan=plan, by=request.user, **form.cleaned_data)
        except DomainError as error:
            status = refusal_of(error)
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã duyệt kế hoạch năm %(year)s.") % {"year": plan.year})
            return redirect("courses:plan-detail", plan.pk)
    return _detail(request, plan, form, status)


@scoped(Verb.VIEW)
def plan_line_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a line."""
    plan = plan_or_404(request, pk, Verb.MANAGE_CLASSES)
    if plan.is_approved:
        require(request.user, Verb.APPROVE_PLAN, plan.centre_id)
    form = LineForm(request.POST or None, centre=plan.centre, approved=plan.is_approved)
    return _line_page(request, plan, None, form)


@scoped(Verb.VIEW)
def plan_line_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a line; an approved plan asks why."""
    line = line_or_404(request, pk, Verb.MANAGE_CLASSES)
    initial = {name: getattr(line, name) for name in LINE}
    form = LineForm(request.POST or None, centre=line.plan.centre, approved=line.plan.is_approved, initial=initial)
    return _line_page(request, line.plan, line, form)


def _line_page(request: HttpRequest, plan: YearPlan, line: PlanLine | None, form: LineForm) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if line:
                    services.change_line(line=line, by=request.user, **form.cleaned_data)
                else:
                    services.add_line(plan=plan, by=request.user, **form.cleaned_data)
            except DomainError as error:
                status = refusal_of(error)
                add_domain_error(form, error)
            else:
                messages.success(request, _("Đã lưu dòng kế hoạch."))
                return redirect("courses:plan-detail", plan.pk)
    context = {"plan": plan, "line": line, "form": form}
    return render(request, "planning/line_form.html", context, status=status)


@scoped(Verb.VIEW)
def plan_line_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a line out; an approved plan asks why and keeps it struck out."""
    line = line_or_404(request, pk, Verb.MANAGE_CLASSES)
    approved = line.plan.is_approved
    form = DropForm(request.POST or None) if approved else None
    status = 200
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            services.drop_line(line=line, by=request.user, reason=form.cleaned_data["reason"] if form else "")
        except DomainError as error:
            status = refusal_of(error)
            messages.error(request, str(error.message), extra_tags="bad")
        else:
            messages.success(request, _("Đã bỏ “%(name)s” khỏi kế hoạch.") % {"name": line.name})
        return redirect("courses:plan-detail", line.plan_id)
    status = 422 if form and form.errors else status
    context = {"plan": line.plan, "line": line, "form": form}
    return render(request, "planning/line_drop.html", context, status=status)


@scoped(Verb.VIEW)
def plan_report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What was held against the plan; prints as it is."""
    plan = plan_or_404(request, pk)
    context = {"plan": plan, "report": plan_report(plan)}
    return render(request, "planning/plan_report.html", context)


@scoped(Verb.VIEW)
def plan_report_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a spreadsheet: ``format`` is xlsx or csv."""
    plan = plan_or_404(request, pk, Verb.EXPORT)
    kind = "csv" if request.GET.get("format") == "csv" else "xlsx"
    out = io.BytesIO()
    with override("vi"):  # like every form of the office
        WRITERS[kind](report_table(plan, plan_report(plan), cast(User, request.user)), out)
    name = f"ke-hoach-{plan.centre.code}-{plan.year}.{kind}"
    return attachment(out.getvalue(), CONTENT_TYPES[kind], name)
