"""Taking back an import, sending the wrong rows again, and committing a long list by the worker."""

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict
from core.models import AuditEvent, Job
from courses import services
from courses.choices import EnrolmentStatus, ImportStatus
from courses.models import Enrolment, RosterImport
from courses.services import rosters
from courses.services.roster_undo import undo_roster
from courses.services.rosters import commit_roster, preview_roster, wrong_rows_of
from learners.models import Learner, LearnerCentre
from learners.services import update_learner
from tests.factories import hold, make_class, make_enrolled, make_learner, make_sessions
from tests.rosters.sheets import person, roster

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(cast, reference):
    return make_class(cast.centre_a, capacity=None)


def imported(group, rows, by, **decisions):
    row, _found = preview_roster(class_group=group, content=roster(rows), file_name="ds.xlsx", by=by)
    commit_roster(roster_import=row, by=by, **decisions)
    return row


def picture(group):
    """Everything an import could have left behind."""
    people = Enrolment.objects.filter(class_group=group).order_by("pk")
    return (
        list(people.values_list("learner_id", "status", "withdrawn_on", "withdraw_reason", "roster_import_id")),
        list(Learner.objects.order_by("pk").values_list("pk", "full_name")),
        sorted(LearnerCentre.objects.values_list("learner_id", "centre_id")),
    )


def test_an_undone_import_leaves_everything_as_it_was(cast, group):
    there = make_learner(cast.centre_b, "Bùi Thị Ngân")
    there.set_personal_id("001184000003")
    there.save()
    left = make_enrolled(group, [make_learner(cast.centre_a, "Đinh Văn Lực")])[0]
    left.learner.set_personal_id("001184000004")
    left.learner.save()
    services.withdraw(enrolment=left, by=cast.lan, reason="chuyển nhà")
    before = picture(group)

    row = imported(group, [person(n) for n in range(1, 6)], cast.lan)
    assert group.enrolments.exclude(status=EnrolmentStatus.WITHDRAWN).count() == 5
    assert picture(group) != before
    undo_roster(roster_import=row, by=cast.lan)

    assert picture(group) == before
    assert (row.status, row.undone_by) == (ImportStatus.UNDONE, cast.lan)
    audit = AuditEvent.objects.get(verb="courses.undo_roster")
    assert audit.data == {"removed": 4, "back_to_withdrawn": 1, "forgotten": 3}
    with pytest.raises(Conflict) as again:
        undo_roster(roster_import=row, by=cast.lan)
    assert again.value.code == "roster_not_undoable"
    # And the same list can be imported anew.
    assert imported(group, [person(n) for n in range(1, 6)], cast.lan).committed_count == 5


def _attendance(cast, group):
    hold(make_sessions(group, 2)[0])


def _result(cast, group):
    services.record_results(class_group=group, by=cast.lan, results={group.enrolments.first().pk: ("pass", "")})


def _another_class(cast, group):
    services.enrol(class_group=make_class(cast.centre_a), learner=group.enrolments.first().learner, by=cast.lan)


def _another_centre(cast, group):
    LearnerCentre.objects.create(learner=group.enrolments.first().learner, centre=cast.centre_b)


def _mended(cast, group):
    learner = group.enrolments.first().learner
    update_learner(
        learner=learner, by=cast.lan, full_name="Bùi Thị Khác", birth=learner.birth, sex=learner.sex,
        ethnicity=learner.ethnicity, phone="", address="", note="", personal_id=None, neighbourhood="",
    )  # fmt: skip


def _withdrawn(cast, group):
    services.withdraw(enrolment=group.enrolments.first(), by=cast.lan, reason="ốm")


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (_attendance, "điểm danh"),
        (_result, "kết quả"),
        (_another_class, "ghi danh"),
        (_another_centre, "học viên của trung tâm"),
        (_mended, "hồ sơ đã sửa (Bùi Thị Khác)"),
        (_withdrawn, "thay đổi ghi danh"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_import_that_was_built_on_stays_whole(cast, group, build, words):
    row = imported(group, [person(1), person(2)], cast.lan)
    build(cast, group)
    before = picture(group)
    with pytest.raises(Conflict) as refused:
        undo_roster(roster_import=row, by=cast.lan)
    assert refused.value.code == "undo_built_on"
    assert words in str(refused.value.message)
    assert picture(group) == before


def test_undoing_asks_the_same_number_of_questions_for_any_number_of_people(cast, group):
    def questions(count):
        row = imported(group, [person(n) for n in range(1, count + 1)], cast.lan)
        with CaptureQueriesContext(connection) as log:
            undo_roster(roster_import=row, by=cast.lan)
        return len(log)

    # One for each table that could hold something of the people.
    assert questions(3) == questions(30) < 100


def test_the_wrong_rows_come_back_as_the_same_sheet_and_can_be_mended_there(cast, group):
    rows = [person(n) for n in range(1, 9)]
    rows[2] = person(3, **{"Ngày sinh": "31/02/1984", "Số CCCD": "12345"})
    rows[5] = person(6, **{"Họ và tên": "=cmd|' /C calc'!A0"})
    row, found = preview_roster(class_group=group, content=roster(rows), file_name="ds.xlsx", by=cast.lan)
    before = wrong_rows_of(row)
    commit_roster(roster_import=row, by=cast.lan)
    content = wrong_rows_of(row)
    assert content[:2] == before[:2] == b"PK"
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert (sheet.title, sheet["A1"].value) == ("Danh sách", "UBND XÃ BA VÌ")
    assert [cell.value for cell in sheet[7]][1::8] == ["Họ và tên", "Lý do"]
    assert [sheet.cell(line, 1).value for line in (8, 9, 10)] == [3, 6, None]
    reasons = [sheet.cell(line, 10).value for line in (8, 9)]
    assert "Ngày sinh: " in reasons[0]
    assert "Số CCCD: " in reasons[0]
    assert "Họ và tên: " in reasons[1]
    assert sheet["B9"].data_type != "f"

    sheet["C8"], sheet["E8"], sheet["B9"] = "01/02/1984", None, "Bùi Thị Sáu"
    mended = io.BytesIO()
    sheet.parent.save(mended)
    again, found = preview_roster(class_group=group, content=mended.getvalue(), file_name="ds.xlsx", by=cast.lan)
    assert (found.new, found.errors) == (2, [])
    commit_roster(roster_import=again, by=cast.lan)
    assert group.enrolments.count() == 8
    with pytest.raises(Conflict):
        wrong_rows_of(again)


def test_the_pages_lead_from_the_wrong_rows_to_the_mended_file_and_back(client, cast, group):
    client.force_login(cast.lan)
    upload = reverse("courses:roster-upload", args=[group.pk])
    rows = [person(1), person(2, **{"Ngày sinh": "31/02/1984"})]
    file = io.BytesIO(roster(rows))
    file.name = "ds.xlsx"
    page = client.post(upload, {"file": file}, follow=True)
    row = RosterImport.objects.get()
    sheet = client.get(reverse("courses:roster-wrong-rows", args=[row.pk]))
    assert sheet.headers["Content-Disposition"] == 'attachment; filename="ds-dong-sai.xlsx"'
    assert reverse("courses:roster-wrong-rows", args=[row.pk]) in page.text
    done = client.post(reverse("courses:roster-preview", args=[row.pk]), follow=True)
    assert "Tải các dòng chưa nhập" in done.text
    assert "1 người vào lớp" in done.text
    assert client.get(reverse("courses:roster-wrong-rows", args=[row.pk])).content[:2] == b"PK"
    listed = client.get(upload)
    assert "đã nhập" in listed.text
    undone = client.post(reverse("courses:roster-undo", args=[row.pk]), follow=True)
    assert "không còn trong lớp" in undone.text
    assert not Enrolment.objects.exists()
    refused = client.post(reverse("courses:roster-undo", args=[row.pk]))
    assert refused.status_code == 409
    assert "đã được hoàn tác" in refused.text
    assert not Learner.objects.exists()


def test_a_long_list_is_committed_by_the_worker(client, cast, group, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr("courses.views.rosters.LONG", 3)
    client.force_login(cast.lan)
    row, _found = preview_roster(
        class_group=group, content=roster([person(n) for n in range(1, 8)]), file_name="ds.xlsx", by=cast.lan
    )
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("courses:roster-preview", args=[row.pk]))
    assert answer.status_code == 302
    job = Job.objects.get()
    assert (job.status, job.percent, job.result["committed"]) == ("done", 100, 7)
    assert job.requested_by == cast.lan
    assert group.enrolments.count() == 7
    assert "7 người vào lớp" in client.get(reverse("courses:roster-preview", args=[row.pk])).text


def test_what_the_worker_is_refused_stands_on_the_page_and_nothing_was_written(
    client, cast, group, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("courses.views.rosters.LONG", 3)
    client.force_login(cast.lan)
    row, _found = preview_roster(
        class_group=group, content=roster([person(n) for n in range(1, 8)]), file_name="ds.xlsx", by=cast.lan
    )
    type(group).objects.filter(pk=group.pk).update(capacity=5)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("courses:roster-preview", args=[row.pk]))
    page = client.get(reverse("courses:roster-preview", args=[row.pk]))
    assert "Lớp chỉ còn 5 chỗ" in page.text
    assert "Nhập 7 người vào lớp" in page.text
    assert not Learner.objects.exists()


def test_a_list_that_waits_for_the_worker_shows_how_far_it_is(client, cast, group):
    client.force_login(cast.lan)
    row, _found = preview_roster(class_group=group, content=roster([person(1)]), file_name="ds.xlsx", by=cast.lan)
    job = Job.objects.create(kind=rosters.COMMIT_JOB, title="Nhập ds.xlsx", params={"import": row.pk, "decisions": {}},
                             requested_by=cast.lan, progress_done=1, progress_total=3)  # fmt: skip
    page = client.get(reverse("courses:roster-preview", args=[row.pk]))
    assert f'id="job-{job.pk}"' in page.text
    assert "33%" in page.text
    # A second click while it waits starts no second one.
    client.post(reverse("courses:roster-preview", args=[row.pk]))
    assert Job.objects.count() == 1
    assert not Enrolment.objects.exists()


def test_the_job_run_twice_changes_nothing(cast, group):
    from core.jobs import run_job

    row, _found = preview_roster(class_group=group, content=roster([person(1)]), file_name="ds.xlsx", by=cast.lan)
    job = Job.objects.create(kind=rosters.COMMIT_JOB, title="x", params={"import": row.pk, "decisions": {}},
                             requested_by=cast.lan)  # fmt: skip
    run_job.func(job.pk)
    Job.objects.filter(pk=job.pk).update(status="running")  # killed before it could say so
    run_job.func(job.pk)
    job.refresh_from_db()
    assert (job.status, job.result["committed"], group.enrolments.count()) == ("done", 1, 1)


def test_a_list_of_people_whose_keys_lie_far_apart_is_taken_back(cast, group):
    row = imported(group, [person(1), person(2)], cast.lan)
    row.refresh_from_db()
    last = row.made["registered"][-1][1]
    far = [[last + 2 * n, last + 2 * n] for n in range(1, 1500)]
    row.made = {**row.made, "registered": [*row.made["registered"], *far], "schooling": far}
    row.save(update_fields=["made"])
    undo_roster(roster_import=row, by=cast.lan)
    assert not Learner.objects.exists()
    assert not Enrolment.objects.filter(class_group=group).exists()
