"""Verbs on annual reports: begin, write a section, make a version, send it. Each writes its audit row."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from core import audit, jobs
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import Job
from core.tokens import new_token
from indicators.annual.composing import Text, compose, names_of
from indicators.annual.gathering import gather
from indicators.annual.paper import write_pdf
from indicators.annual.subjects import Subject, goes_to, starting_text
from indicators.annual.word import write_docx
from indicators.models import AnnualReport, Plan, ReportSection, ReportVersion, SectionText, VersionSending

VERSION_JOB = "indicators.annual_version"
MAX_BODY, MAX_HEADING = 60_000, 300
KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pdf": "application/pdf",
}  # fmt: skip


def may_write(by: User, subject: Subject) -> bool:
    """Whether somebody writes the subject's report: a unit's officers (the city's any unit's), a centre's staff."""
    scope = scope_of(by)
    if subject.centre is not None:
        return scope.may(Verb.DECLARE, subject.centre.pk)
    assert subject.unit is not None
    own = subject.unit.pk in scope.unit_ids or Verb.REPORT_FIGURE in scope.city_verbs
    return own and scope.may(Verb.REPORT_FIGURE)


def _require(by: User | None, subject: Subject) -> None:
    """``by`` None is the system itself (a command of the operator)."""
    if by is None or may_write(by, subject):
        return
    sees = (
        scope_of(by).may(Verb.VIEW_FIGURES, subject.centre.pk) if subject.centre
        else AdminUnit.objects.visible_to(by).filter(pk=subject.place.pk).exists()
    )  # fmt: skip
    if not sees:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    raise Forbidden("role_may_not", _("Vai trò của bạn không viết được báo cáo năm của nơi này."))


def start_report(
    *, plan: Plan, year: int, unit: AdminUnit | None = None, centre: Centre | None = None, by: User | None
) -> AnnualReport:
    """Begin a report, or return the one that was begun. The text is last year's; without one, the level's first text.

    Raises InvalidInput for a year outside the plan or not begun yet, Forbidden, OutOfScope.
    """
    subject = Subject(plan, year, unit, centre)
    subject.check_year()
    _require(by, subject)
    own = AnnualReport.objects.filter(plan=plan, unit=unit, centre=centre)
    if (there := own.filter(year=year).first()) is not None:
        return there
    before = own.filter(year__lt=year).order_by("-year").first()
    if before is not None:
        texts = [(row.section.kind, row.heading, row.body) for row in current_texts(before)]
    else:
        texts = starting_text(subject.level)
    try:
        with transaction.atomic():
            report = AnnualReport.objects.create(
                plan=plan, year=year, unit=unit, centre=centre, copied_from=before, started_by=by
            )
            for order, (kind, heading, body) in enumerate(texts, start=1):
                section = ReportSection.objects.create(report=report, order=order, kind=kind)
                SectionText.objects.create(section=section, number=1, heading=heading, body=body, saved_by=by)
            data = {"plan": plan.code, "year": year, "copied_from": before.pk if before else None}
            audit.record("indicators.start_annual_report", report, by=by, data=data)
    except IntegrityError:  # a colleague began it at the same moment
        return own.get(year=year)
    return report


def current_texts(report: AnnualReport) -> list[SectionText]:
    """Return what stands in each section now, in order: one query."""
    rows = SectionText.objects.filter(section__report=report).select_related("section", "saved_by")
    latest = {row.section_id: row for row in rows.order_by("section__order", "number")}
    return list(latest.values())


def as_text(row: SectionText) -> Text:
    """Return a saved text without its history."""
    return Text(row.section.kind, row.heading, row.body)


def read_typed(heading: str, body: str) -> tuple[str, str]:
    """Return what was typed as it is kept: line ends alike, nothing at the ends."""
    return " ".join(heading.split()), body.replace("\r\n", "\n").replace("\r", "\n").strip()


def save_section(*, section: ReportSection, heading: str, body: str, number: int, by: User) -> SectionText:
    """Keep what somebody wrote over the text with that number. Nothing before it is lost.

    Raises InvalidInput with every place-holder that does not exist and its line; Conflict ``changed_meanwhile`` with
    ``theirs`` (the text a colleague saved since); Forbidden.
    """
    subject = Subject.of(section.report)
    _require(by, subject)
    heading, body = read_typed(heading, body)
    if len(body) > MAX_BODY or len(heading) > MAX_HEADING:
        words = _("Viết gọn lại: tối đa %(n)s ký tự.") % {"n": MAX_BODY if len(body) > MAX_BODY else MAX_HEADING}
        field = "body" if len(body) > MAX_BODY else "heading"
        raise InvalidInput("too_long", words, fields={field: [words]})
    problems = names_of(subject).problems(Text(section.kind, heading, body))
    if problems:
        said = [str(problem) for problem in problems]
        raise InvalidInput(
            "unknown_placeholder", _("Có chỗ điền số không dùng được; nội dung bạn viết còn nguyên."),
            fields={"body": said},
        )  # fmt: skip
    latest = section.texts.select_related("saved_by").first()
    if latest is not None and latest.number == number and (latest.heading, latest.body) == (heading, body):
        return latest
    if (latest.number if latest else 0) != number:
        raise _overtaken(section)
    try:
        with transaction.atomic():
            row = SectionText.objects.create(
                section=section, number=number + 1, heading=heading, body=body, saved_by=by
            )
            AnnualReport.objects.filter(pk=section.report_id).update(updated_at=timezone.now())
            data = {"section": section.order, "number": row.number}
            audit.record("indicators.write_annual_section", section.report, by=by, data=data)
    except IntegrityError:
        raise _overtaken(section) from None
    return row


def _overtaken(section: ReportSection) -> Conflict:
    theirs = section.texts.select_related("saved_by").first()
    who = theirs.saved_by.full_name if theirs and theirs.saved_by else _("Đồng nghiệp")
    words = _("%(who)s đã lưu mục này trong lúc bạn viết. Nội dung của bạn còn nguyên ở dưới, của đồng nghiệp ở bên "
              "cạnh: hãy gộp lại rồi lưu lần nữa.") % {"who": who}  # fmt: skip
    return Conflict("changed_meanwhile", words, theirs=theirs)


def check_texts(report: AnnualReport, texts: Sequence[SectionText]) -> None:
    """Raise InvalidInput when a section asks for what the plan no longer has, naming section and line."""
    names = names_of(Subject.of(report))
    said = [
        f"{row.heading or row.section.get_kind_display()}, {problem}"
        for row in texts
        for problem in names.problems(as_text(row))
    ]
    if said:
        words = _("Chưa làm được bản mới: %(what)s") % {"what": " · ".join(said[:5])}
        raise InvalidInput("unknown_placeholder", words, problems=said)


def make_version(
    *, report: AnnualReport, by: User | None, job_id: int | None = None,
    say: Callable[[int], Any] = lambda _step: None,
) -> tuple[ReportVersion, bool]:  # fmt: skip
    """Freeze the report as it is now, with both files; return the version and whether it is new.

    When text and figures are what the last version says, that one is returned. Files are written before the short
    transaction that keeps them. Raises InvalidInput for place-holders that do not exist, Forbidden, OutOfScope.
    """
    subject = Subject.of(report)
    _require(by, subject)
    texts = current_texts(report)
    check_texts(report, texts)
    facts = gather(subject)
    document, values = compose(facts, [as_text(row) for row in texts])
    digest = document.digest()
    last = report.versions.first()
    if last is not None and last.content_sha256 == digest:
        return last, False
    say(1)
    token, made_at = new_token(), timezone.now()
    files = {"docx": write_docx(document, token, made_at)}
    say(2)
    files["pdf"] = write_pdf(document, token)
    say(3)
    version = ReportVersion(
        report=report, number=0, token=token, content_sha256=digest, made_at=made_at, made_by=by, job_id=job_id,
        texts=[{"kind": row.section.kind, "heading": row.heading, "body": row.body} for row in texts],
        values={name: {"text": value.text, "source": value.source} for name, value in values.items()},
        document=document.as_json(), totals=facts.statistics.totals,
    )  # fmt: skip
    return _keep(version, files, made_at, by), True


def _keep(version: ReportVersion, files: dict[str, bytes], made_at: dt.datetime, by: User | None) -> ReportVersion:
    report = version.report
    with transaction.atomic():
        # Two people make a version at once: their numbers follow each other.
        AnnualReport.objects.select_for_update().get(pk=report.pk)
        last = ReportVersion.objects.filter(report=report).order_by("-number").first()
        version.number = last.number + 1 if last else 1
        for kind, content in files.items():
            name = f"{report.pk}-{version.number}-{version.token.lower()}.{kind}"
            getattr(version, kind).save(name, ContentFile(content), save=False)
            setattr(version, f"{kind}_sha256", hashlib.sha256(content).hexdigest())
        version.save(force_insert=True)
        data = {"number": version.number, "docx": version.docx_sha256, "pdf": version.pdf_sha256}
        audit.record("indicators.make_annual_version", report, by=by, data=data)
    return version


def start_version(*, report: AnnualReport, by: User) -> Job:
    """Have a version made in the background. Raises as ``make_version`` does for what can be known now."""
    subject = Subject.of(report)
    _require(by, subject)
    check_texts(report, current_texts(report))
    title = _("Báo cáo năm %(year)s: %(place)s") % {"year": report.year, "place": subject.place}
    centre_id = report.centre_id
    return jobs.start(VERSION_JOB, title=title[:200], by=by, params={"report": report.pk}, centre_id=centre_id)


def send_version(*, version: ReportVersion, by: User) -> VersionSending:
    """Send a version to the level above; earlier ones are replaced by it.

    Raises Conflict ``sent_already``, ``older_than_sent`` when a later version was sent, Forbidden, OutOfScope.
    """
    subject = Subject.of(version.report)
    _require(by, subject)
    try:
        with transaction.atomic():
            AnnualReport.objects.select_for_update().get(pk=version.report_id)
            sent = VersionSending.objects.filter(version__report=version.report_id)
            if sent.filter(version=version).exists():
                raise Conflict("sent_already", _("Bản này đã gửi."))
            if sent.filter(version__number__gt=version.number).exists():
                raise Conflict("older_than_sent", _("Đã gửi một bản mới hơn, không gửi lại bản cũ."))
            row = VersionSending.objects.create(version=version, sent_to=goes_to(subject)[:200], sent_by=by)
            data = {"number": version.number, "to": row.sent_to}
            audit.record("indicators.send_annual_version", version.report, by=by, data=data)
    except IntegrityError:
        raise Conflict("sent_already", _("Bản này đã gửi.")) from None
    return row


def file_name(version: ReportVersion, kind: str) -> str:
    """``bao-cao-nam-2026-01-ban-2.docx``."""
    place = version.report.unit or version.report.centre
    return f"bao-cao-nam-{version.report.year}-{place.code if place else ''}-ban-{version.number}.{kind}"
