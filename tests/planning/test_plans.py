"""Plans of the year: made from a survey, approved, revised, held against what happened."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from centres.models import Neighbourhood
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses import services as courses
from courses.models import ClassGroup, PlanLine, PlanRevision, Topic, YearPlan
from courses.planning.words import changes_of
from courses.selectors.planning import plan_report
from courses.services import planning
from learners.target_groups import TargetGroup
from tests.factories import hold, make_class, make_course, make_enrolled, make_sessions

YEAR = 2026


@pytest.fixture
def survey(cast, reference):
    Neighbourhood.objects.create(unit=cast.commune_a, name="Thôn 1")
    wanted = [make_course(cast.centre_a, name=name) for name in ("Sử dụng VNeID", "Trồng rau", "Nấu ăn")]
    survey = planning.open_survey(centre=cast.centre_a, year=YEAR, by=cast.lan, courses=wanted)
    visit = survey.visits.get()
    counts = dict(zip(((visit.pk, idea.pk) for idea in survey.ideas.order_by("pk")), (61, 12, 0), strict=True))
    planning.record_needs(survey=survey, by=cast.lan, counts=counts)
    return survey


@pytest.fixture
def plan(cast, survey):
    return planning.plan_from_survey(survey=survey, by=cast.lan)


def given(**more):
    topic = Topic.objects.get(code="suc_khoe")
    line = {"name": "Dưỡng sinh", "topic": topic, "quarter": 2, "class_count": 2, "expected_participants": 40}
    return line | more


def test_one_step_turns_wishes_into_lines_and_again_adds_only_what_is_missing(cast, survey, plan):
    lines = list(plan.lines.order_by("quarter"))
    assert [(line.name, line.quarter, line.class_count, line.expected_participants) for line in lines] == [
        ("Sử dụng VNeID", 1, 3, 61), ("Trồng rau", 2, 1, 12),
    ]  # fmt: skip
    assert all(line.course_id and line.funding == "" for line in lines)
    planning.change_line(line=lines[0], by=cast.lan, class_count=2, funding="budget")
    planning.drop_line(line=lines[1], by=cast.lan)
    again = planning.plan_from_survey(survey=survey, by=cast.lan)
    assert again == plan
    assert sorted(plan.lines.values_list("name", "class_count")) == [("Sử dụng VNeID", 2), ("Trồng rau", 1)]


def test_an_empty_survey_makes_no_plan(cast, reference):
    empty = planning.open_survey(centre=cast.centre_b, year=YEAR, by=cast.minh, courses=[make_course(cast.centre_b)])
    with pytest.raises(InvalidInput):
        planning.plan_from_survey(survey=empty, by=cast.minh)
    assert not YearPlan.objects.exists()


@pytest.mark.parametrize(
    ("who", "error"), [("lan", Forbidden), ("van", Forbidden), ("hoa", Forbidden), ("hai", OutOfScope)]
)
def test_only_the_director_of_the_centre_approves(cast, plan, who, error):
    with pytest.raises(error):
        planning.approve_plan(plan=plan, by=cast.users[who])
    plan.refresh_from_db()
    assert not plan.is_approved


def test_an_approved_plan_changes_only_with_a_reason_that_everybody_sees(cast, plan):
    line = plan.lines.get(name="Trồng rau")
    planning.change_line(line=line, by=cast.lan, partner="Hội Nông dân")  # a draft is free
    assert not PlanRevision.objects.exists()
    planning.approve_plan(plan=plan, by=cast.duc)
    with pytest.raises(Conflict):
        planning.approve_plan(plan=plan, by=cast.duc)
    with pytest.raises(Forbidden):
        planning.change_line(line=line, by=cast.lan, class_count=5, reason="Nhiều người xin học")
    with pytest.raises(InvalidInput) as refused:
        planning.change_line(line=line, by=cast.duc, class_count=5, reason="  ")
    assert "reason" in refused.value.fields
    line.refresh_from_db()
    assert line.class_count == 1
    planning.change_line(line=line, by=cast.duc, class_count=5, quarter=4, reason="Nhiều người xin học")
    planning.add_line(plan=plan, by=cast.duc, reason="Thành phố giao thêm", **given())
    planning.drop_line(line=line, by=cast.duc, reason="Trùng với huyện")
    revisions = list(plan.revisions.order_by("number"))
    assert [(row.number, row.action, row.reason) for row in revisions] == [
        (1, "changed", "Nhiều người xin học"), (2, "added", "Thành phố giao thêm"), (3, "dropped", "Trùng với huyện"),
    ]  # fmt: skip
    words = {(row.label, row.before, row.after) for row in changes_of(revisions[0])}
    assert words == {("số lớp", "1", "5"), ("quý", "Quý II", "Quý IV")}
    line.refresh_from_db()
    assert line.is_dropped  # struck out, not gone
    with pytest.raises(Conflict):
        planning.change_line(line=line, by=cast.duc, class_count=2, reason="Thôi học lại")


def test_saving_without_a_change_is_no_revision(cast, plan):
    line = plan.lines.get(name="Trồng rau")
    planning.approve_plan(plan=plan, by=cast.duc)
    planning.change_line(line=line, by=cast.duc, class_count=line.class_count, course=line.course, reason="Xem lại")
    assert not PlanRevision.objects.exists()


def test_what_cannot_be_approved_or_planned(cast, plan, reference):
    empty = planning.start_plan(centre=cast.centre_a, year=YEAR + 1, by=cast.lan)
    with pytest.raises(InvalidInput):
        planning.approve_plan(plan=empty, by=cast.duc)
    with pytest.raises(InvalidInput):
        planning.approve_plan(plan=plan, by=cast.duc, approved_on=timezone.localdate() + dt.timedelta(days=1))
    with pytest.raises(Conflict):
        planning.start_plan(centre=cast.centre_a, year=YEAR, by=cast.lan)
    for wrong, field in (
        ({"name": "  "}, "name"), ({"quarter": 5}, "quarter"), ({"class_count": 0}, "class_count"),
        ({"funding": "lottery"}, "funding"), ({"course": make_course(cast.centre_b)}, "course"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            planning.add_line(plan=plan, by=cast.lan, **given(**wrong))
        assert set(refused.value.fields) == {field}


def test_the_database_holds_what_the_services_promise(cast, plan):
    line = plan.lines.first()
    revision = {"plan": plan, "line": line, "made_by": cast.duc, "action": "changed"}
    PlanRevision.objects.create(number=1, reason="Lý do", **revision)
    for broken in (
        lambda: YearPlan.objects.create(centre=cast.centre_a, year=YEAR),
        lambda: YearPlan.objects.create(centre=cast.centre_b, year=1999),
        lambda: YearPlan.objects.filter(pk=plan.pk).update(status="approved"),
        lambda: YearPlan.objects.filter(pk=plan.pk).update(approved_on="2026-01-05"),
        lambda: PlanLine.objects.filter(pk=line.pk).update(quarter=5),
        lambda: PlanLine.objects.filter(pk=line.pk).update(class_count=0),
        lambda: PlanLine.objects.filter(pk=line.pk).update(funding="lottery"),
        lambda: PlanRevision.objects.create(number=1, reason="Lý do", **revision),
        lambda: PlanRevision.objects.create(number=2, reason="", **revision),
        lambda: PlanRevision.objects.create(number=2, reason="Lý do", **(revision | {"action": "painted"})),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


# --- held against the plan -------------------------------------------------------------------------------------------


def test_a_class_is_opened_from_a_line_of_its_own_centre_and_year(cast, plan):
    line = plan.lines.get(name="Trồng rau")
    fields = {"course": line.course, "name": "Rau thôn 1", "by": cast.lan, "plan_line": line}
    day = dt.date(YEAR, 3, 2)
    made = courses.create_class(centre=cast.centre_a, starts_on=day, ends_on=day, **fields)
    assert made.plan_line == line
    next_year = dt.date(YEAR + 1, 1, 5)
    with pytest.raises(InvalidInput) as refused:
        courses.create_class(centre=cast.centre_a, starts_on=next_year, ends_on=next_year, **fields)
    assert set(refused.value.fields) == {"plan_line"}
    theirs = fields | {"by": cast.minh, "course": make_course(cast.centre_b)}
    with pytest.raises(InvalidInput):
        courses.create_class(centre=cast.centre_b, starts_on=day, ends_on=day, **theirs)
    with pytest.raises(Conflict):
        planning.drop_line(line=line, by=cast.lan)
    event = AuditEvent.objects.filter(verb="courses.create_class").latest("id")
    assert event.object_id == str(made.pk)


def held_class(cast, people, sessions, **fields):
    group = make_class(cast.centre_a, **fields)
    make_enrolled(group, people)
    for session in make_sessions(group, sessions):
        hold(session)
    return group


def test_the_report_counts_classes_sessions_and_participations(cast, plan):
    vneid, rau = plan.lines.get(name="Sử dụng VNeID"), plan.lines.get(name="Trồng rau")
    held_class(cast, 4, 2, plan_line=vneid, course=vneid.course)
    make_enrolled(make_class(cast.centre_a, plan_line=vneid, course=vneid.course), 3)  # opened, not held yet
    gone = make_class(cast.centre_a, plan_line=rau, course=rau.course)
    courses.cancel_class(class_group=gone, by=cast.lan, reason="Không đủ người")
    extra = held_class(cast, 2, 1, name="Lớp đột xuất")
    extra.target_groups.add(TargetGroup.objects.get(code="noi_tro"))
    make_class(cast.centre_a, name="Năm khác", starts_on=dt.date(YEAR - 1, 9, 1))
    make_class(cast.centre_b, name="Nơi khác")
    withdrawn = extra.enrolments.order_by("pk")[0]
    courses.withdraw(enrolment=withdrawn, by=cast.lan, reason="Chuyển nhà")
    report = plan_report(plan)

    def counts(held):
        return held.opened, held.classes, held.sessions, held.participations

    counted = {row.line.name: counts(row.held) for row in report.lines}
    assert counted == {"Sử dụng VNeID": (2, 1, 2, 4), "Trồng rau": (0, 0, 0, 0)}
    assert report.unplanned == [extra]
    assert counts(report.total) == (3, 2, 3, 5)
    assert (report.planned_classes, report.planned_participants) == (4, 73)
    assert [(name, row.participations) for name, row in report.by_group] == [("Người nội trợ", 1)]


def test_a_bigger_year_costs_the_same_queries(client, cast, plan):
    client.force_login(cast.lan)
    line = plan.lines.get(name="Trồng rau")
    pages = [reverse("courses:plan-report", args=[plan.pk]), reverse("courses:plan-detail", args=[plan.pk])]
    pages.append(reverse("courses:plan-list") + f"?year={YEAR}")

    def cost():
        found = []
        for address in pages:
            with CaptureQueriesContext(connection) as log:
                assert client.get(address).status_code == 200
            found.append(len(log))
        return found

    def grow(number):
        for _ in range(number):
            make_class(cast.centre_a, plan_line=line, course=line.course)
            make_class(cast.centre_a).target_groups.add(TargetGroup.objects.get(code="noi_tro"))
            planning.add_line(plan=plan, by=cast.duc, reason="Thêm", **given())

    planning.approve_plan(plan=plan, by=cast.duc)
    grow(2)
    cost()
    few = cost()
    grow(8)
    assert cost() == few


def test_the_report_leaves_as_excel_and_csv(client, cast, plan):
    line = plan.lines.get(name="Trồng rau")
    planning.change_line(line=line, by=cast.lan, name="=HYPERLINK(1)")
    held_class(cast, 2, 1, plan_line=line, course=line.course)
    client.force_login(cast.hoa)
    address = reverse("courses:plan-report-export", args=[plan.pk])
    response = client.get(address, {"format": "csv"})
    assert response["Content-Disposition"] == f'attachment; filename="ke-hoach-HN-BAVI-{YEAR}.csv"'
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["Nội dung", "Lĩnh vực", "Quý"]
    assert [row[0] for row in rows[1:]] == ["Sử dụng VNeID", "'=HYPERLINK(1)", "TỔNG CỘNG"]
    assert rows[-1][5:11] == ["4", "73", "1", "1", "1", "2"]
    book = openpyxl.load_workbook(io.BytesIO(client.get(address).content))
    cells = [cell.value for row in book.active.iter_rows() for cell in row]
    assert f"KẾT QUẢ THỰC HIỆN KẾ HOẠCH NĂM {YEAR}" in cells
    assert "'=HYPERLINK(1)" in cells


# --- pages ------------------------------------------------------------------------------------------------------------


def test_posts_by_strangers_change_nothing(client, cast, plan):
    line = plan.lines.first()
    for who, status in (("minh", 404), ("hai", 404), ("nam", 404), ("hoa", 403), ("van", 403), ("thu", 403)):
        client.force_login(cast.users[who])
        for address in (
            reverse("courses:plan-approve", args=[plan.pk]), reverse("courses:plan-line-add", args=[plan.pk]),
            reverse("courses:plan-line-edit", args=[line.pk]), reverse("courses:plan-line-drop", args=[line.pk]),
        ):  # fmt: skip
            assert client.post(address, {"approved_on": "01/01/2026"}).status_code == status, (who, address)
    client.force_login(cast.lan)  # staff may change the draft, not approve it
    assert (
        client.post(reverse("courses:plan-approve", args=[plan.pk]), {"approved_on": "01/01/2026"}).status_code == 403
    )
    plan.refresh_from_db()
    assert not plan.is_approved
    assert plan.lines.count() == 2


def test_another_centres_line_is_not_on_the_form(client, cast, plan):
    client.force_login(cast.minh)
    form = client.get(reverse("courses:class-add") + f"?line={plan.lines.first().pk}").context["form"]
    assert not form.fields["plan_line"].queryset.exists()
    assert form.initial == {}


def test_a_plan_is_started_without_a_survey_and_its_lines_are_written_by_hand(client, cast, reference):
    client.force_login(cast.lan)
    response = client.post(reverse("courses:plan-start"), {"year": YEAR})
    plan = YearPlan.objects.get()
    assert response["Location"] == reverse("courses:plan-detail", args=[plan.pk])
    line = {
        "name": "Dưỡng sinh", "topic": Topic.objects.get(code="suc_khoe").pk, "quarter": "3", "class_count": "2",
        "expected_participants": "50", "funding": "donation", "partner": "Hội Người cao tuổi",
    }  # fmt: skip
    add = reverse("courses:plan-line-add", args=[plan.pk])
    assert client.post(add, line | {"class_count": "0"}).status_code == 422
    assert client.post(add, line).status_code == 302
    body = client.get(reverse("courses:plan-detail", args=[plan.pk])).content.decode()
    assert "Hội Người cao tuổi" in body
    assert "chờ giám đốc duyệt" in body
    for wrong in ("", "1999", "abc"):
        client.post(reverse("courses:plan-start"), {"year": wrong})
    assert YearPlan.objects.count() == 1
    assert ClassGroup.objects.count() == 0
