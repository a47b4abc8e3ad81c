"""Certificates, reported figures, sign-ins and reports of the demo."""

import datetime as dt
import io
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import SignIn, User
from centres.models import AdminUnit
from certificates.choices import CertificateState
from certificates.models import Certificate
from certificates.services import (
    Decision,
    Second,
    issue_class,
    papers_to_issue,
    render_reserved,
    revoke_certificate,
    supersede_certificate,
    void_certificate,
)
from certificates.services.numbering import reserve
from clc_manager.demo.city import Place
from clc_manager.demo.people import create_colleague
from clc_manager.demo.teaching import Town
from courses.choices import OrganiserRole
from courses.models import ClassGroup
from indicators.models import Indicator
from indicators.services import approve_figure, compute_figure, declare, report_figure
from indicators.statistics.services import export_statistics

PEOPLE_PER_CLASS = 10
SEEDING = Second(operator="seed_demo")
STILL_WAITING = 3  # reported figures that nobody has approved yet
CERTIFICATES = 150  # each one is really rendered; more would make the first start long
# Reported lines: figures near public ones, with the body that reports them.
REPORTED: tuple[tuple[str, str, str, str], ...] = (
    ("A2", "99.7", "Sở Giáo dục và Đào tạo", "Báo cáo PCGD-XMC"),
    ("A4", "100", "Sở Giáo dục và Đào tạo", "Báo cáo PCGD-XMC"),
    ("A6", "100", "Sở Giáo dục và Đào tạo", "Báo cáo PCGD-XMC"),
    ("B1", "76.3", "Sở Nội vụ", "Báo cáo lao động"),
    ("B2", "56.1", "Sở Nội vụ", "Báo cáo lao động"),
    ("B3", "52.4", "Sở Khoa học và Công nghệ", "Báo cáo năng lực thông tin"),
    ("B6", "13.1", "Thống kê thành phố Hà Nội", "Niên giám thống kê"),
    ("B8", "92.5", "Sở Nội vụ", "Báo cáo bồi dưỡng CBCCVC"),
    ("C2", "84", "Sở Giáo dục và Đào tạo", "Báo cáo chuyển đổi số"),
    ("C4", "79.2", "Sở Giáo dục và Đào tạo", "Báo cáo trường chuẩn quốc gia"),
    ("D1", "38.4", "Hội Khuyến học thành phố", "Báo cáo công dân học tập"),
    ("D2", "47.9", "Sở Khoa học và Công nghệ", "Báo cáo Bình dân học vụ số"),
    ("D3", "71.2", "Hội Khuyến học thành phố", "Báo cáo mô hình học tập"),
    ("D5", "66.8", "Hội Khuyến học thành phố", "Báo cáo mô hình học tập"),
    ("D6", "58.3", "Hội Khuyến học thành phố", "Báo cáo mô hình học tập"),
)


def certificates(town: Town, places: list[Place]) -> None:
    """Issue for classes all over the two years until the demo has enough; then every state occurs."""
    desks = {place.centre.pk: place.desk for place in places}
    ready = [
        group
        for group in town.literacy_classes + town.certified_classes
        if group.organiser_role == OrganiserRole.LED and group.closed_on
    ]
    ready.sort(key=lambda group: (group.closed_on, group.pk))
    step = max(1, len(ready) * PEOPLE_PER_CLASS // CERTIFICATES)
    for index, group in enumerate(ready[::step]):
        _issue(group, desks[group.centre_id], spoil_one=index == 0)
    _steps(desks)


def _issue(group: ClassGroup, by: User, *, spoil_one: bool) -> None:
    """Take numbers, void one that was spoiled where asked, print the rest."""
    issued_on = (group.closed_on or group.ends_on) + dt.timedelta(days=3)
    signer = group.centre.director_name
    if spoil_one:
        with transaction.atomic():
            people = papers_to_issue(group)
            spoiled = reserve(people[:1], centre=group.centre, issued_on=issued_on, signer_name=signer, by=by)
        void_certificate(certificate=spoiled[0], by=by, decision=Decision("Giấy in hỏng, lem mực"))
    issue_class(class_group=group, by=by, issued_on=issued_on, signer_name=signer, second=SEEDING, reason="Dữ liệu mẫu")
    render_reserved(class_group=group)


def _steps(desks: dict[int, User]) -> None:
    """Revoke four, replace two that were lost, correct two with a wrong name."""
    issued = list(Certificate.objects.filter(state=CertificateState.ISSUED).select_related("centre").order_by("pk"))
    for index, certificate in enumerate(issued[:: max(1, len(issued) // 8)][:8]):
        by, day = desks[certificate.centre_id], certificate.issued_on + dt.timedelta(days=20)
        paper = (f"{index + 11}/QĐ-TTHTCĐ", day, certificate.centre.director_name)
        if index % 2 == 0:
            reason = "Cấp nhầm: học viên chưa đủ số buổi theo quy chế"
            decision = Decision(reason, *paper)
            revoke_certificate(certificate=certificate, by=by, second=SEEDING, decision=decision)
            continue
        correct = index % 4 == 1
        reason = "Ghi sai chữ đệm của học viên" if correct else "Học viên làm mất giấy"
        supersede_certificate(certificate=certificate, by=by, correct=correct, decision=Decision(reason, *paper))
        render_reserved(class_group=certificate.enrolment.class_group)


def use_of_the_system(town: Town, places: list[Place]) -> None:
    """Sign-ins month by month and produced reports: what C3 measures. Slack centres miss months or the report."""
    months = [town.today - dt.timedelta(days=30 * back) for back in range(24)]
    rows = []
    for place in places:
        for index, day in enumerate(months):
            if place.diligence == 2 or (place.diligence == 1 and index % 4):
                at = timezone.make_aware(dt.datetime.combine(day, dt.time(8, 15)))
                rows.append(SignIn(user=place.desk, at=at))
    SignIn.objects.bulk_create(rows)
    for place in places:
        if place.diligence and not place.centre.closed_on:
            year = town.today.year
            export_statistics(
                centre=place.centre,
                starts_on=dt.date(year, 1, 1),
                ends_on=town.today,
                kind="csv",
                by=place.desk,
                out=io.BytesIO(),
            )
            declare(
                centre=place.centre,
                year=year,
                applies_it=True,
                note="Điểm danh, sổ gốc và báo cáo trên hệ thống",
                by=place.desk,
            )


def figures(town: Town, users: dict[str, User], city: AdminUnit) -> User:
    """Report the lines other bodies are responsible for, and compute A3 and C3.

    A colleague enters what departments send, the city's officer approves it: the last ones still wait for him.
    Returns the colleague.
    """
    officer, colleague = users["tuan"], create_colleague(city=city)
    for index, (code, value, body, document) in enumerate(REPORTED):
        figure = report_figure(
            indicator=Indicator.objects.get(plan__is_default=True, code=code),
            unit=city,
            value=Decimal(value),
            status_value="",
            source_name=body,
            document=f"{document} năm {town.today.year}",
            document_on=town.today - dt.timedelta(days=40),
            ends_on=min(dt.date(town.today.year, 9, 30), town.today),
            by=colleague,
            note="",
        )
        if index < len(REPORTED) - STILL_WAITING:
            approve_figure(figure=figure, by=officer, reason="Đã đối chiếu với văn bản gửi kèm")
    for code in ("A3", "C3"):
        compute_figure(code=code, unit=city, as_of=town.today, by=officer)
    return colleague
