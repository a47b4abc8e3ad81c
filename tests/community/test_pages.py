"""The pages: who opens them, what they say, that a form keeps what was typed; the paper and its code."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from centres.choices import UnitKind
from centres.models import AdminUnit, Centre, CentreLocation, UnitLineage
from core.errors import Conflict
from indicators.community.files import make_paper
from indicators.community.selectors import overview_of
from indicators.community.titles import recognise_community
from indicators.models import CommunityTitle, Criterion, Evaluation, EvaluationPaper, ReportRun, Rubric
from indicators.rubric.papers import attach_paper
from tests.cast import NEW_START, make_user
from tests.community.conftest import PDF
from tests.factories import finished_class


def at(name, *args, **asked):
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    return reverse(f"indicators:{name}", args=args) + (f"?{query}" if query else "")


def typed(file, level=1):
    data = {}
    for pk, mark in file.marks(level).items():
        data |= {f"p_{pk}": str(mark.points.normalize() + 0), f"d_{pk}": mark.paper, f"w_{pk}": ""}
    return data


READS = ("nam", "tuan", "oanh")
NOT_FOUND = ("lan", "minh", "hai", "duc", "van", "hoa")


def test_who_opens_what(as_user, file, cast):
    """Officers of the commune and above read its file; people of centres see the list, teachers nothing."""
    page, everybody = at("community", file.unit.pk), at("community-list")
    for who in READS:
        assert as_user(cast.users[who]).get(page).status_code == 200, who
    for who in NOT_FOUND:
        assert as_user(cast.users[who]).get(page).status_code == 404, who
        assert as_user(cast.users[who]).get(everybody).status_code == 200, who
    for address in (page, everybody, at("community-list-file"), at("community-pdf", file.unit.pk)):
        assert as_user(cast.thu).get(address).status_code == 403
    assert as_user(cast.tuan).get(at("community", cast.city.pk)).status_code == 404
    assert as_user(cast.tuan).get(at("community", cast.district_a.pk)).status_code == 404


def test_posts_by_strangers_change_nothing(as_user, file, cast):
    paper = attach_paper(
        unit=file.unit, year=file.year, criterion=file.line("1.1").criterion, title="KH 12", content=PDF,
        file_name="a.pdf", by=cast.nam,
    )  # fmt: skip
    sent = file.send()
    unit, criterion = file.unit.pk, paper.criterion_id
    for name, args, may in (
        ("community-take-back", [unit], {"nam"}), ("community-review", [unit], {"tuan"}),
        ("community-reopen", [unit], {"tuan"}), ("community-recognise", [unit], {"tuan"}),
        ("community-papers", [unit, criterion], {"nam"}), ("community-paper-drop", [paper.pk], {"nam"}),
    ):  # fmt: skip
        for who in set(cast.users) - may - {"linh"}:
            answer = as_user(cast.users[who]).post(at(name, *args), {"version": sent.version})
            assert answer.status_code in (403, 404), (name, who)
    sent.refresh_from_db()
    assert sent.state == "submitted"
    assert EvaluationPaper.objects.filter(pk=paper.pk).exists()
    for who in ("lan", "minh", "hoa", "thu"):
        assert as_user(cast.users[who]).get(at("community-paper", paper.pk)).status_code in (403, 404)
    answer = as_user(cast.tuan).get(at("community-paper", paper.pk))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_from_the_first_word_to_the_title(as_user, file, cast):
    page = at("community", file.unit.pk)
    client = as_user(cast.nam)
    body = client.get(page).content.decode()
    assert "lời văn chưa xác nhận" in body
    assert "theo bài tóm tắt" in body
    assert "15 / 15 chỉ tiêu chưa đối chiếu" in body
    data = typed(file)
    first = file.line("1.1").criterion.pk
    wrong = client.post(page, data | {"version": "0", f"p_{first}": "", f"w_{first}": "Ba buổi", "submit": "1"})
    assert wrong.status_code == 422
    assert "Ba buổi" in wrong.content.decode()
    assert not Evaluation.objects.exists()
    assert client.post(page, data | {"version": "0", "save": "1"}).status_code == 302
    upload = SimpleUploadedFile("kế hoạch.pdf", PDF, content_type="application/pdf")
    papers = at("community-papers", file.unit.pk, first, year=file.year)
    assert client.get(papers).status_code == 200
    assert client.post(papers, {"title": "", "file": upload}).status_code == 422
    upload = SimpleUploadedFile("kế hoạch.pdf", PDF, content_type="application/pdf")
    assert client.post(papers, {"title": "KH 12/KH-UBND", "file": upload}).status_code == 302
    assert "KH 12/KH-UBND" in client.get(page).content.decode()
    assert client.post(page, data | {"version": "1", "submit": "1"}).status_code == 302
    row = Evaluation.objects.get()
    assert (row.state, row.total) == ("submitted", 1)

    client = as_user(cast.tuan)
    assert "Thẩm định xong, khóa" in client.get(page).content.decode()
    review = at("community-review", file.unit.pk)
    assert client.post(review, {"version": row.version, "return": "1"}).status_code == 422
    assert client.post(review, {"version": row.version, "accept": "1"}).status_code == 302
    row.refresh_from_db()
    decide = at("community-recognise", file.unit.pk)
    assert client.get(decide).status_code == 200
    given = {"version": row.version, "level": "1", "number": "12/QĐ", "decided_on": f"{timezone.localdate():%d/%m/%Y}"}
    assert client.post(decide, given).status_code == 422
    assert client.post(decide, given | {"decided_by": "Chủ tịch UBND"}).status_code == 302
    title = CommunityTitle.objects.get()
    body = client.get(page).content.decode()
    assert "12/QĐ" in body
    assert "Ghi quyết định công nhận" not in body
    end = at("community-end", title.pk)
    assert client.get(end).status_code == 200
    assert client.post(end, {"ended_on": f"{timezone.localdate():%d/%m/%Y}", "reason": ""}).status_code == 422
    gone = {"ended_on": f"{timezone.localdate():%d/%m/%Y}", "reason": "Ghi nhầm"}
    assert client.post(end, gone).status_code == 302
    assert "đã thu hồi" in client.get(at("community-list")).content.decode()


def test_the_paper_says_what_the_system_says_and_its_code_proves_it(as_user, client, file, cast):
    with pytest.raises(Conflict):
        make_paper(unit=file.unit, year=file.year, by=cast.nam)
    assert as_user(cast.nam).get(at("community-pdf", file.unit.pk)).status_code == 404
    row = file.locked()
    answer = as_user(cast.nam).get(at("community-pdf", file.unit.pk))
    assert answer.content.startswith(b"%PDF")
    run = ReportRun.objects.get()
    assert run.totals == {"targets": 15, "first": 15, "second": 9, "unmet": 0, "level": 1, "title": 0}
    client.logout()
    page = f"/T/{run.token}"
    body = client.get(page).content.decode()
    assert "số liệu vẫn đúng" in body
    assert file.unit.name in body
    recognise_community(
        unit=file.unit, evaluation=row, level=1, number="12/QĐ", decided_on=timezone.localdate(),
        decided_by="Chủ tịch UBND", by=cast.tuan,
    )  # fmt: skip
    body = client.get(page).content.decode()
    assert "số liệu đã thay đổi" in body
    assert body.count("đã đổi") == 1


def test_the_files_of_the_list(as_user, file, cast):
    for kind, start in (("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")):
        answer = as_user(cast.nam).get(at("community-list-file", format=kind))
        assert answer.content.startswith(start)
        assert "Ba Vì" not in answer.content.decode("utf-8", "ignore")


def test_the_set_of_levels_is_laid_down_by_pages(as_user, cast, reference):
    client = as_user(cast.tuan)
    rubric = Rubric.objects.get(code="CDHT-XA")
    body = client.get(at("rubric", rubric.pk)).content.decode()
    assert "36 tháng" in body
    assert "lời văn chưa xác nhận" in body
    client.post(at("rubric-copy", rubric.pk))
    new = Rubric.objects.get(code="CDHT-XA", version=2)
    row = Criterion.objects.get(area__rubric=new, code="4.1")
    assert client.get(at("criterion-edit", new.pk, row.pk)).status_code == 200
    given = {
        "area": row.area_id, "code": "4.1", "name": "Lời của Thông tư", "help": "", "points": "2", "scoring": "levels",
        "quantity": "commune_literacy", "beside": ["commune_learners"], "wording": "text", "source": "Điều 6 khoản 4",
        "level_1_words": "Đạt chuẩn mức độ 2", "level_1_points": "2", "level_2_words": "Đạt chuẩn mức độ 1",
        "level_2_points": "1",
    }  # fmt: skip
    assert client.post(at("criterion-edit", new.pk, row.pk), given | {"level_2_points": "3"}).status_code == 422
    assert client.post(at("criterion-edit", new.pk, row.pk), given).status_code == 302
    row.refresh_from_db()
    assert (row.wording, row.source, row.beside) == ("text", "Điều 6 khoản 4", ["commune_learners"])
    assert client.get(at("rubric-edit", new.pk)).status_code == 200
    client.post(at("rubric-start", new.pk))
    new.refresh_from_db()
    assert new.state == "in_force"
    add = {
        "code": "X1", "name": "Bộ khác", "kind": "levels", "from_year": "2026", "period_kind": "calendar_year",
        "valid_months": "24", "note": "",
    }  # fmt: skip
    assert client.post(at("rubric-add"), add | {"valid_months": ""}).status_code == 422
    assert client.post(at("rubric-add"), add).status_code == 302


def _grow(cast, numbers):
    for number in numbers:
        unit = AdminUnit.objects.create(
            code=f"7{number:04d}", level="commune", kind=UnitKind.XA, name=f"Xã Thêm {number}", parent=cast.city,
            valid_from=NEW_START,
        )  # fmt: skip
        UnitLineage.objects.create(effective_on=NEW_START, old=cast.old_commune_a, new=unit, old_is_split=True)
        CommunityTitle.objects.create(
            unit=unit, level=1, number=str(number), decided_on=dt.date(2025, 8, 1), valid_to=dt.date(2028, 8, 1),
            decided_by="A", recorded_by=cast.tuan,
        )  # fmt: skip


def test_the_list_costs_the_same_for_many_communes(as_user, cast, reference):
    client, counts = as_user(cast.tuan), []
    for numbers in (range(3), range(3, 40)):
        _grow(cast, numbers)
        client.get(at("community-list"))
        with CaptureQueriesContext(connection) as log:
            answer = client.get(at("community-list"))
        counts.append((len(log), answer.content.decode().count("<tr>")))
    assert counts[0][0] == counts[1][0]
    assert counts[1][1] == counts[0][1] + 37
    assert len(overview_of(user=cast.tuan, year=2026).communes) == 42


def test_the_file_costs_the_same_for_many_centres_and_classes(as_user, file, cast):
    client, page, counts = as_user(cast.nam), at("community", file.unit.pk), []
    for numbers in (range(1), range(1, 9)):
        for number in numbers:
            centre = Centre.objects.create(
                code=f"HN-X{number}", name=f"Trung tâm {number}", established_on=dt.date(2020, 1, 1), director_name=""
            )
            CentreLocation.objects.create(centre=centre, unit=file.unit, valid_from=NEW_START)
            make_user(f"nhieu{number}", f"Nguyễn Thị Nhiều {number}", Role.CENTRE_STAFF, centre=centre)
            finished_class(centre, passing=2, failing=0, sessions=2)
        file.send(submit=False, version=len(counts))
        client.get(page)
        with CaptureQueriesContext(connection) as log:
            answer = client.get(page)
        counts.append(len(log))
    assert counts[0] == counts[1]
    assert "10 trung tâm" in answer.content.decode()
