"""Every page of the product and who opens it, taken from tests/matrix/table.py: a new page is walked by itself."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from centres.models import Body
from clc_manager.help import GUIDES
from courses.models import ClassGroup, Enrolment
from indicators.annual.services import start_report
from indicators.community.titles import recognise_community
from indicators.models import CommunityTitle, Contribution, Indicator, Rubric
from indicators.rubric.editing import copy_rubric
from indicators.rubric.papers import attach_paper
from indicators.rubric.selectors import sheet
from indicators.services.contributions import save_contribution
from tests.cast import with_linh
from tests.matrix.excused import EXCUSED
from tests.matrix.table import OBJECT_LINES, PLAIN
from tests.matrix.world import World

# The first of these who may opens the page; a page without an object is opened by the first officer who may as well.
INSIDERS = ("duc", "lan", "thu", "van", "oanh")
OUTSIDERS = ("tuan", "oanh")
# Addresses of the API are read by programs; these two of it by people.
FOR_PEOPLE = {"api:docs", "api:keys"}
# Excused from the matrix, yet not a page of its own: why.
NO_PAGE = {
    "health": "for machines", "favicon": "a picture", "accounts:set-language": "POST only", "job-file": "a file",
    "indicators:keep-figure": "POST only", "api:unit-detail": "API", "api:indicator-detail": "API",
    "api:figure-detail": "API", "api:verify": "API", "verify-lower": "the same page as verify",
    "verify-manifest": "for browsers", "verify-worker": "for browsers",
    "verify-successor": "a page of a superseded paper: looked at in tests/certificates/test_verify_browser.py",
    "verify-proof": "a file",
    "literacy:phone-worker": "for browsers", "literacy:phone-manifest": "for browsers",
    "literacy:standards-form": "a file",
    "statistics-proof": "public: tests/indicators/test_statistics_files.py",
    "statistics-proof-lower": "the same page",
    "indicators:year-form-file": "a file",
    "indicators:community-pdf": "a file", "indicators:community-paper": "a file",
    "indicators:form-detail": "an upload: tests/indicators/test_report_forms.py",
    "indicators:form-fill": "a file", "indicators:form-original": "a file", "indicators:schedule-file": "a file",
    "indicators:divided-unit": "only where a commune was divided: tests/indicators/test_boundaries.py",
    "key-list": "for verifying programs", "log-status": "for verifying programs",
    "holder-lower": "the same page as holder", "holder-pdf": "a file", "holder-history": "a file",
    "certificates:credential": "a file", "holder-credential": "a file", "did": "for verifying programs",
    "credential-status": "for verifying programs", "credential-status-form": "for verifying programs",
    "certificates:template-picture": "a picture", "open-data-file": "a file",
    "indicators:annual-file": "a file",
    "indicators:annual-compare": "needs two versions: tests/indicators/test_annual_pages.py",
    "indicators:figures-preview": "an upload: tests/indicators/test_figure_import.py",
    "log-checkpoint": "for verifying programs", "log-tile": "for verifying programs",
} | {name: why for name, why in EXCUSED.items() if why.startswith("POST only")}  # fmt: skip
# Addresses of those pages that answer with a file (tests/comfort/test_english.py opens them all and looks).
FILES = {
    "certificates:centre-logo", "certificates:copy-pdf", "certificates:files", "certificates:label",
    "certificates:labels", "certificates:merged", "certificates:pdf", "certificates:proof",
    "certificates:register-export", "courses:material-file", "courses:plan-report-export",
    "courses:roster-wrong-rows", "indicators:exchange-file", "indicators:figures-template",
    "indicators:community-list-file",
    "indicators:plan-file", "indicators:quality-export", "indicators:statistics-export",
    "literacy:call-sheet", "literacy:cohort-export",
    "literacy:phone-list", "literacy:register-export", "literacy:survey-wrong-rows",
}  # fmt: skip
LONG_CLASS = "Phòng, chống lừa đảo trực tuyến và bảo vệ dữ liệu cá nhân trên không gian mạng cho người cao tuổi"
LONG_NAME = ("Nguyễn Phúc", "Tôn Nữ Hoàng Khánh", "Nghiêng")


@dataclass(frozen=True)
class Stop:
    """One page, opened by one person ("" is a visitor)."""

    name: str
    who: str
    url: str


def plan_stops(world: World) -> list[tuple[str, str, list[Any]]]:
    """Pages of laying the city's plan down, and of what is contributed to it."""
    line = Indicator.objects.get(plan__is_default=True, code="A3")
    task, linh = line.plan.tasks.filter(body__code="SGDDT")[0], with_linh(world.cast)
    contribution = Contribution.objects.first() or save_contribution(
        plan=line.plan, body=Body.objects.get(code="HKH"), unit=None, year=timezone.localdate().year, version=0,
        by=linh, words={"done": "Đã vận động 120 gia đình đăng ký."},
    )  # fmt: skip
    report = start_report(plan=line.plan, year=timezone.localdate().year, unit=world.cast.commune_b, by=world.cast.nam)
    plan, of_line = [line.plan_id], [line.plan_id, line.pk]
    return [
        ("indicators:plan-setup", "tuan", plan), ("indicators:plan-setup", "lan", plan),
        ("indicators:plan-edit", "tuan", plan), ("indicators:block-add", "tuan", plan),
        ("indicators:block-edit", "tuan", [line.plan_id, line.block_id]), ("indicators:line-add", "tuan", plan),
        ("indicators:line-edit", "tuan", of_line), ("indicators:plan-line", "tuan", of_line),
        ("indicators:plan-line", "lan", of_line), ("indicators:unit-targets", "tuan", of_line),
        ("indicators:task", "tuan", [line.plan_id, task.pk]), ("indicators:task-add", "tuan", plan),
        ("indicators:task-edit", "tuan", [line.plan_id, task.pk]),
        ("indicators:contribution", "linh", [contribution.pk]),
        ("indicators:contribution-edit", "linh", ["HKH"]),
        ("indicators:annual", "nam", [report.pk]), ("indicators:annual-preview", "nam", [report.pk]),
        ("indicators:annual-section", "nam", [report.pk, 2]),
    ]  # fmt: skip


def rubric_stops(world: World) -> list[tuple[str, str, list[Any]]]:
    """Pages of laying a set of criteria down."""
    rubric = Rubric.objects.get(code="TTHTCD", version=1)
    draft = Rubric.objects.filter(code="TTHTCD", version=2).first() or copy_rubric(rubric=rubric, by=world.cast.tuan)
    area = draft.areas.all()[0]
    criterion = area.criteria.all()[1]
    return [
        ("indicators:rubric", "lan", [rubric.pk]), ("indicators:rubric", "tuan", [draft.pk]),
        ("indicators:rubric-edit", "tuan", [draft.pk]), ("indicators:rubric-bands", "tuan", [draft.pk]),
        ("indicators:rubric-area-add", "tuan", [draft.pk]),
        ("indicators:rubric-area-edit", "tuan", [draft.pk, area.pk]),
        ("indicators:criterion-add", "tuan", [draft.pk]),
        ("indicators:criterion-edit", "tuan", [draft.pk, criterion.pk]),
    ]  # fmt: skip


def community_stops(world: World) -> list[tuple[str, str, list[Any]]]:
    """A commune's file as its officer writes it and as the city reads it, its papers, the decision and its end."""
    cast, year = world.cast, timezone.localdate().year
    unit = cast.commune_b
    seen = sheet(unit=unit, year=year, viewer=cast.nam)
    assert seen is not None
    criterion = seen.lines[0].criterion
    if seen.evaluation is None:
        attach_paper(
            unit=unit, year=year, criterion=criterion, title="Kế hoạch số 12/KH-UBND", content=b"%PDF-1.4\n%%EOF\n",
            file_name="ke-hoach.pdf", by=cast.nam,
        )  # fmt: skip
    title = CommunityTitle.objects.first() or recognise_community(
        unit=unit, level=1, number="12/QĐ-UBND", decided_on=timezone.localdate(), decided_by="Chủ tịch UBND thành phố",
        note="Quyết định trên giấy", by=cast.tuan,
    )  # fmt: skip
    rubric = Rubric.objects.get(code="CDHT-XA")
    return [
        ("indicators:community", "nam", [unit.pk]), ("indicators:community", "tuan", [unit.pk]),
        ("indicators:community", "oanh", [cast.commune_a.pk]),
        ("indicators:community-papers", "nam", [unit.pk, criterion.pk]),
        ("indicators:community-recognise", "tuan", [unit.pk]), ("indicators:community-end", "tuan", [title.pk]),
        ("indicators:rubric", "tuan", [rubric.pk]),
    ]  # fmt: skip


def excused_stops(world: World) -> list[Stop]:
    """Pages that the matrix judges elsewhere."""
    rows = world.a
    others = Enrolment.objects.filter(class_group=rows.open_class).exclude(learner=rows.learner)
    chosen: tuple[tuple[str, str, list[Any]], ...] = (
        ("accounts:sign-in", "", []),
        ("verify-ask", "", []),
        ("verify-scan", "", []),
        ("verify", "", [rows.certificate.token]),
        ("verify-log", "", [rows.certificate.token]),
        ("verify-lost", "", []),
        ("holder", "", [rows.slip.secret]),
        ("open-data", "", []),
        ("literacy:phone", "", []),
        ("literacy:standards-people", "lan", []),
        ("centres:unit-detail", "hoa", [world.cast.district_a.pk]),
        ("indicators:figure", "tuan", ["A3"]),
        ("indicators:figure", "lan", ["C3"]),
        ("indicators:figure", "nam", ["D1"]),
        ("indicators:report-figure", "tuan", ["D1"]),
        *(("indicators:evidence", "tuan", [code]) for code in ("A1", "A3", "C3", "D2")),
        ("indicators:lock-lift", "tuan", [world.lock.pk]),
        ("indicators:exception-ask", "nam", [world.lock.pk]),
        ("indicators:deadline-edit", "tuan", ["xmc-phuong-xa"]),
        ("indicators:deadline-day", "tuan", ["xmc-phuong-xa"]),
        ("indicators:title-take-back", "lan", [world.title.pk]),
        *plan_stops(world),
        *rubric_stops(world),
        *community_stops(world),
        *(("help", "lan", [topic]) for topic in GUIDES),
        ("job-status", "lan", [world.job.pk]),
        ("learners:merge", "duc", [rows.learner.pk, others.values_list("learner_id", flat=True)[0]]),
    )
    return [Stop(name, who, reverse(name, args=args)) for name, who, args in chosen]


def stops(world: World, *, files: bool = False) -> list[Stop]:
    """Every page as somebody who may open it, with real rows on it; with ``files`` also what answers with a file.

    Answers for programs are left out.
    """
    found = [
        Stop(line.name, next(who for who in (*INSIDERS, *OUTSIDERS, "hoa") if who in line.may),
             reverse(line.name, args=[line.pick(world.a)]))
        for line in OBJECT_LINES if line.method == "get" and not line.name.startswith("api:")
    ]  # fmt: skip
    for name, may in PLAIN.items():
        if name.startswith("api:") and name not in FOR_PEOPLE:
            continue
        query = "?q=Hoangyena" if name == "search" else ""
        for chosen in (INSIDERS, OUTSIDERS):
            who = next((person for person in chosen if person in may), None)
            if who:
                found.append(Stop(name, who, reverse(name) + query))
    found += [Stop("home", who, reverse("home")) for who in ("lan", "thu", "hoa", "oanh")]
    found += excused_stops(world)
    return [stop for stop in dict.fromkeys(found) if files or stop.name not in FILES]


def lengthen(world: World) -> None:
    """Names as long as they come, so that what breaks only with long words breaks here."""
    for group in (world.a.open_class, world.a.closed_class):
        ClassGroup.objects.filter(pk=group.pk).update(name=LONG_CLASS)
    learner = world.a.learner
    learner.set_name(type(learner.name)(*LONG_NAME))
    learner.save()


def unjudged(world: World) -> set[str]:
    """Excused addresses that are neither walked nor named as no page."""
    return set(EXCUSED) - set(NO_PAGE) - {stop.name for stop in excused_stops(world)}
