"""The annual report on pages: who has made theirs, one report, its text, its versions, what changed, the files."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from core.errors import Conflict, Forbidden, InvalidInput
from core.forms import add_domain_error
from core.models import Job
from indicators.annual import services
from indicators.annual.composing import Text, blocks_of, compose, names_of
from indicators.annual.gathering import gather
from indicators.annual.paper import shown
from indicators.annual.selectors import (
    asked_centres,
    asked_units,
    changed_figures,
    changed_texts,
    standings,
    state_of,
    versions_of,
)
from indicators.annual.subjects import Subject, goes_to
from indicators.annual.values import values_of
from indicators.models import AnnualReport, ReportSection, ReportVersion, SectionText
from indicators.views.asking import plan_of, user_of
from indicators.views.contributions import year_of

PER_PAGE = 30
TONES = {"draft": "warn", "sent": "ok", "replaced": "plain"}


class SectionForm(forms.Form):
    """One section's heading and text, and which text was read."""

    heading = forms.CharField(max_length=services.MAX_HEADING, required=False)
    body = forms.CharField(widget=forms.Textarea(attrs={"rows": 16}), required=False, strip=False)
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["heading"].label = _("Tiêu đề của mục")
        self.fields["body"].label = _("Nội dung")
        if kind in ("recipients", "signature"):
            del self.fields["heading"]


@scoped(Verb.VIEW_FIGURES)
def annual_list(request: HttpRequest) -> HttpResponse:
    """Who has made and sent the report of a year, and who has not."""
    user, plan = user_of(request), plan_of(request)
    year = year_of(request, plan)
    units = standings(user, plan, year, asked_units(user, year))
    centres = standings(user, plan, year, asked_centres(user, year))
    own = [row for row in units if row.place.pk in scope_of(user).unit_ids]
    only, kind = request.GET.get("only", ""), request.GET.get("show", "")
    kind = kind if kind in ("units", "centres") else "units" if units else "centres"
    rows = centres if kind == "centres" else [row for row in units if row not in own]
    if only == "missing":
        rows = [row for row in rows if row.sent is None]
    everybody = [*units, *centres]
    context = {
        "plan": plan, "year": year, "only": only, "kind": kind, "own": own, "both": bool(units and centres),
        "years": range(min(plan.ends_on.year, timezone.localdate().year), plan.starts_on.year - 1, -1),
        "rows": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "sent": sum(row.sent is not None for row in everybody), "total": len(everybody),
        "query": urlencode({"plan": plan.code, "year": str(year), "only": only, "show": kind}),
    }  # fmt: skip
    return render(request, "annual/list.html", context)


@require_POST
@scoped(Verb.REPORT_FIGURE, Verb.DECLARE)
def annual_begin(request: HttpRequest) -> HttpResponse:
    """Begin the report of a unit or centre for a year, or open the one that was begun."""
    plan, user = plan_of(request), user_of(request)
    kind, pk = request.POST.get("kind", ""), request.POST.get("place", "")
    if not (pk.isascii() and pk.isdecimal()):
        raise Http404
    unit = get_object_or_404(AdminUnit.objects.visible_to(user), pk=pk) if kind == "unit" else None
    centre = None if unit else get_object_or_404(Centre.objects.visible_to(user), pk=pk)
    try:
        report = services.start_report(plan=plan, year=year_of(request, plan), unit=unit, centre=centre, by=user)
    except InvalidInput as error:
        messages.error(request, str(error.message))
        return redirect("indicators:annual-list")
    return redirect("indicators:annual", report.pk)


def report_or_404(request: HttpRequest, pk: int) -> tuple[AnnualReport, bool]:
    """Return a report this person may look at, and whether they write it; others see it once it was sent."""
    rows = AnnualReport.objects.visible_to(request.user).select_related("plan", "unit", "centre", "copied_from")
    report = get_object_or_404(rows, pk=pk)
    writes = services.may_write(user_of(request), Subject.of(report))
    if not writes and not report.versions.filter(sending__isnull=False).exists():
        raise Http404
    return report, writes


def _own_or_refused(request: HttpRequest, pk: int) -> AnnualReport:
    report, writes = report_or_404(request, pk)
    if not writes:
        raise Forbidden("role_may_not", _("Vai trò của bạn không viết được báo cáo năm của nơi này."))
    return report


def _back(report: AnnualReport) -> str:
    query = {"plan": str(report.plan.code), "year": str(report.year)}
    return f"{reverse('indicators:annual-list')}?{urlencode(query)}"


@scoped(Verb.VIEW_FIGURES)
def annual(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: its sections, what its text asks for that does not exist, its versions."""
    report, writes = report_or_404(request, pk)
    subject, texts = Subject.of(report), services.current_texts(report)
    names = names_of(subject)
    versions = versions_of(user_of(request), report)
    shown_versions = [(version, *_state(version, versions)) for version in versions]
    problems = [(row, names.problems(services.as_text(row))) for row in texts] if writes else []
    context = {
        "report": report, "subject": subject, "writes": writes, "back": _back(report), "versions": shown_versions,
        "texts": problems, "wrong": sum(bool(found) for _row, found in problems), "goes_to": goes_to(subject),
        "pairs": len(versions) > 1, "job": _job(request),
    }  # fmt: skip
    return render(request, "annual/report.html", context)


def _job(request: HttpRequest) -> Job | None:
    asked = request.GET.get("job", "")
    if not (asked.isascii() and asked.isdecimal()):
        return None
    return Job.objects.filter(pk=asked, requested_by=user_of(request), kind=services.VERSION_JOB).first()


def _state(version: ReportVersion, versions: list[ReportVersion]) -> tuple[str, str, str]:
    state = state_of(version, versions)
    words = {"draft": _("chưa gửi"), "sent": _("đã gửi"), "replaced": _("đã thay bằng bản sau")}
    return state, TONES[state], words[state]


@scoped(Verb.REPORT_FIGURE, Verb.DECLARE)
def annual_section(request: HttpRequest, pk: int, order: int) -> HttpResponse:
    """Write a section: look at it filled in, or save it. A colleague's newer text is shown beside one's own."""
    report = _own_or_refused(request, pk)
    section = get_object_or_404(report.sections.select_related("report__plan"), order=order)
    section.report = report
    latest = section.texts.select_related("saved_by").first()
    subject = Subject.of(report)
    names, theirs, preview = names_of(subject), None, None
    initial = {"heading": latest.heading, "body": latest.body, "number": latest.number} if latest else {"number": 0}
    form = SectionForm(request.POST or None, kind=section.kind, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = services.read_typed(form.cleaned_data.get("heading", ""), form.cleaned_data["body"])
        if "preview" in request.POST:
            text = Text(section.kind, *typed)
            problems = names.problems(text)
            for problem in problems:
                form.add_error("body", str(problem))
            preview = None if problems else _filled_in(subject, text)
        else:
            try:
                services.save_section(
                    section=section, heading=typed[0], body=typed[1], number=form.cleaned_data["number"],
                    by=user_of(request),
                )  # fmt: skip
            except Conflict as error:
                theirs = error.data["theirs"]
                form = _over(request, section, theirs)
                add_domain_error(form, error)
            except InvalidInput as error:
                add_domain_error(form, error)
            else:
                messages.success(request, _("Đã lưu mục này."))
                return redirect("indicators:annual", report.pk)
    context = {
        "report": report, "section": section, "form": form, "latest": latest, "theirs": theirs, "preview": preview,
        "names": sorted(names.inline.items()), "blocks": sorted(names.blocks.items()),
    }  # fmt: skip
    return render(request, "annual/section.html", context, status=422 if form.errors else 200)


def _over(request: HttpRequest, section: ReportSection, theirs: SectionText) -> SectionForm:
    """The form as it was typed, now over the colleague's text: saving again is a choice made with both in sight."""
    typed = request.POST.copy()
    typed["number"] = str(theirs.number)
    form = SectionForm(typed, kind=section.kind)
    form.is_valid()
    return form


def _filled_in(subject: Subject, text: Text) -> Any:
    with override("vi"):
        facts = gather(subject)
        values = values_of(facts)
        if text.kind in ("recipients", "signature"):
            text = Text("text", "", text.body)
        return shown(blocks_of(text, facts, values))


@scoped(Verb.REPORT_FIGURE, Verb.DECLARE)
def annual_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole report with today's figures, before a version is made of it."""
    report = _own_or_refused(request, pk)
    texts = services.current_texts(report)
    try:
        services.check_texts(report, texts)
    except InvalidInput as error:
        messages.error(request, str(error.message))
        return redirect("indicators:annual", report.pk)
    document, _values = compose(gather(Subject.of(report)), [services.as_text(row) for row in texts])
    context = {
        "report": report, "document": document, "body": shown(document.body),
        "annexes": [shown(annex) for annex in document.annexes],
    }  # fmt: skip
    return render(request, "annual/preview.html", context)


@require_POST
@scoped(Verb.REPORT_FIGURE, Verb.DECLARE)
def annual_make(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a version made, with progress."""
    report = _own_or_refused(request, pk)
    try:
        job = services.start_version(report=report, by=user_of(request))
    except InvalidInput as error:
        messages.error(request, str(error.message))
        return redirect("indicators:annual", report.pk)
    return redirect(f"{reverse('indicators:annual', args=[report.pk])}?{urlencode({'job': job.pk})}")


def _version_or_404(request: HttpRequest, pk: int) -> tuple[ReportVersion, bool]:
    """Return a version this person sees: of one's own report any, of others what was sent."""
    version = get_object_or_404(ReportVersion.objects.select_related("sending"), pk=pk)
    report, writes = report_or_404(request, version.report_id)
    if not writes and not hasattr(version, "sending"):
        raise Http404
    version.report = report
    return version, writes


@scoped(Verb.VIEW_FIGURES)
def annual_file(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Take a version's file, the very bytes that were made."""
    version, _writes = _version_or_404(request, pk)
    if kind not in services.KINDS:
        raise Http404
    name = services.file_name(version, kind)
    kept = getattr(version, kind).open("rb")
    return FileResponse(kept, as_attachment=True, filename=name, content_type=services.KINDS[kind])


@require_POST
@scoped(Verb.REPORT_FIGURE, Verb.DECLARE)
def annual_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a version to the level above."""
    version, writes = _version_or_404(request, pk)
    if not writes:
        raise Forbidden("role_may_not", _("Vai trò của bạn không viết được báo cáo năm của nơi này."))
    try:
        sending = services.send_version(version=version, by=user_of(request))
    except Conflict as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Đã gửi bản %(n)s đến %(to)s.") % {"n": version.number, "to": sending.sent_to})
    return redirect("indicators:annual", version.report_id)


@scoped(Verb.VIEW_FIGURES)
def annual_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What changed between two versions, in figures and in words; the last two when none are named."""
    report, _writes = report_or_404(request, pk)
    versions = versions_of(user_of(request), report)
    by_number = {str(version.number): version.pk for version in versions}
    numbers = [str(version.number) for version in versions]
    if len(numbers) < 2:
        messages.info(request, _("Chưa có hai bản để so sánh."))
        return redirect("indicators:annual", report.pk)
    after = request.GET.get("to") if request.GET.get("to") in by_number else numbers[0]
    earlier = [number for number in numbers if int(number) < int(after or 0)] or numbers[-1:]
    before = request.GET.get("from") if request.GET.get("from") in by_number else earlier[0]
    old, new = (ReportVersion.objects.get(pk=by_number[str(number)]) for number in (before, after))
    names = names_of(Subject.of(report))
    context = {
        "report": report, "numbers": numbers, "before": before, "after": after,
        "figures": changed_figures(old, new, {**names.inline}), "texts": changed_texts(old, new),
    }  # fmt: skip
    return render(request, "annual/compare.html", context)
