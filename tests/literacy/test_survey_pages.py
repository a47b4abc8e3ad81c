"""The pages of a survey sheet, and the register handed out in its columns and read back."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.dates import PartialDate
from core.models import AuditEvent
from learners.models import Learner, StatedSchooling
from literacy.models import LevelStanding, LevelStatement, SurveyImport
from literacy.services.statements import record_statement
from literacy.services.surveys import commit_survey, preview_survey
from literacy.survey.reading import read_survey
from tests.factories import make_learner
from tests.literacy.surveys import book, person


def upload(client, cast, content, name="phieu.xlsx", **data):
    sent = {"unit": cast.commune_a.pk, "file": SimpleUploadedFile(name, content), "stated_on": "01/10/2026", **data}
    return client.post(reverse("literacy:survey-upload"), sent, follow=True)


def test_upload_look_decide_commit_take_back(as_user, cast, reference):
    client = as_user(cast.hoa)
    make_learner(cast.centre_a, "Bùi Thị Mai", birth=PartialDate(1980))
    page = upload(client, cast, book([person("Đào", done=3), person("Nga", relapsed=1), person("Mai", done=0)]))
    row = SurveyImport.objects.get()
    assert page.redirect_chain[-1][0] == reverse("literacy:survey-preview", args=[row.pk])
    assert "chưa từng biết chữ" in page.text
    assert 'name="row-5"' in page.text
    wrong = client.get(reverse("literacy:survey-wrong-rows", args=[row.pk]))
    assert [error.row for one in read_survey(wrong.content, "x.xlsx").pages() for error in one.errors] == []

    done = client.post(reverse("literacy:survey-preview", args=[row.pk]), {"row-5": "same"}, follow=True)
    assert "Tải các dòng chưa nhập" in done.text
    assert set(LevelStanding.objects.values_list("learner__given_name", "level")) == {("Đào", 1), ("Mai", 0)}
    assert set(LevelStatement.objects.values_list("stated_on", flat=True)) == {row.stated_on}

    again = client.post(reverse("literacy:survey-preview", args=[row.pk]), follow=True)
    assert again.status_code == 200
    assert LevelStatement.objects.count() == 2
    client.post(reverse("literacy:survey-undo", args=[row.pk]))
    assert not LevelStatement.objects.exists()
    assert Learner.objects.count() == 1


def test_bad_files_are_refused_in_words_and_nothing_is_lost(as_user, cast, reference):
    client = as_user(cast.hoa)
    for content, name in ((b"%PDF-1.4", "a.pdf"), (b"PK\x03\x04 broken", "a.xlsx"), (b"a,b\n1,2\n", "a.csv")):
        page = upload(client, cast, content, name)
        assert page.status_code == 422
        assert 'class="notice bad"' in page.text or "error" in page.text
    tomorrow = timezone.localdate().replace(year=timezone.localdate().year + 1)
    page = upload(client, cast, book([person("Đào")]), stated_on=f"{tomorrow:%d/%m/%Y}")
    assert page.status_code == 422
    assert not SurveyImport.objects.exists()


def test_a_long_sheet_is_committed_by_the_worker(as_user, cast, reference, monkeypatch):
    monkeypatch.setattr("literacy.views.surveys.LONG", 1)
    client = as_user(cast.hoa)
    upload(client, cast, book([person("Đào", done=3), person("Nga", done=0)]))
    row = SurveyImport.objects.get()
    client.post(reverse("literacy:survey-preview", args=[row.pk]))
    row.refresh_from_db()
    assert (row.status, row.committed_count) == ("committed", 2)


def test_strangers_touch_no_sheet(as_user, cast, reference):
    row, _preview = preview_survey(
        unit=cast.commune_a, content=book([person("Đào")]), file_name="a.xlsx", by=cast.hoa
    )  # fmt: skip
    for user, status in ((cast.nam, 404), (cast.minh, 404), (cast.van, 403), (cast.thu, 403)):
        for name in ("survey-undo", "survey-discard"):
            assert as_user(user).post(reverse(f"literacy:{name}", args=[row.pk])).status_code == status
    as_user(cast.lan).post(reverse("literacy:survey-discard", args=[row.pk]))
    row.refresh_from_db()
    assert (row.status, row.file.name) == ("discarded", "")


@pytest.fixture
def filled(cast, reference):
    """A register in which everything occurs: all levels, relapses, unknowns, people known by year only."""
    content = book([
        person("Đào", day=1, month=2, done=3, female="x", ethnicity="Mường"), person("Bích", school="THCS", female="x"),
        person("Dung", done=0, now=1, address="Thôn 2"), person("Nga", address="Thôn 3"),
        person("Mai", done=4, relapsed=1, disabled="x"), person("Hiếu", school="TH", relapsed=2, address="Thôn 4"),
        person("Lan", school="không", address="Thôn 5"),
    ])  # fmt: skip
    row, _preview = preview_survey(unit=cast.commune_a, content=content, file_name="a.xlsx", by=cast.hoa)
    commit_survey(survey=row, by=cast.hoa)
    known = make_learner(cast.centre_a, "Trần Văn Sáu", birth=PartialDate(1970, 5, 6), sex="male", unit=cast.commune_a)
    record_statement(learner=known, level=1, proof="test", source="Biên bản", by=cast.lan)


def taken_out(client, cast):
    """The register as a file; closing the answer itself would end the test's transaction."""
    answer = client.get(reverse("literacy:register-export"), {"unit": cast.commune_a.pk, "band": "all"})
    content = b"".join(answer.streaming_content)
    for close in answer._resource_closers:
        close()
    return content


def facts():
    people = Learner.objects.order_by("pk").values("pk", "full_name", "sex", "ethnicity", "address", "updated_at")
    standings = LevelStanding.objects.order_by("pk").values()
    statements = LevelStatement.objects.order_by("pk").values()
    return [list(rows) for rows in (people, standings, statements)]


def test_what_is_handed_out_is_read_back_and_changes_nothing(as_user, cast, filled):
    content = taken_out(as_user(cast.hoa), cast)
    before, schooling = facts(), StatedSchooling.objects.count()
    assert AuditEvent.objects.filter(verb="literacy.export_register").count() == 1

    row, preview = preview_survey(unit=cast.commune_a, content=content, file_name="ra.xlsx", by=cast.hoa)
    assert (preview.errors, preview.new, preview.lookalike, preview.known) == ([], 0, 0, 8)
    done = commit_survey(survey=row, by=cast.hoa)

    assert (done.committed, done.stated) == (8, 0)
    assert facts() == before
    assert StatedSchooling.objects.count() - schooling <= 1  # of whom nothing was said before

    # In another place the same sheet brings the same people at the same levels.
    elsewhere, _preview = preview_survey(unit=cast.commune_b, content=content, file_name="ra.xlsx", by=cast.tuan)
    commit_survey(survey=elsewhere, by=cast.tuan)
    here, there = (
        list(
            Learner.objects.filter(centre_links__centre=centre)
            .order_by("sort_key")
            .values_list("full_name", "birth_year", "birth_day", "sex", "ethnicity", "level_standing__level",
                         "level_standing__relapsed")
        )
        for centre in (cast.centre_a, cast.centre_b)
    )  # fmt: skip
    assert here == there


def test_the_official_columns_stand_where_the_form_has_them(as_user, cast, filled):
    sheet = openpyxl.load_workbook(io.BytesIO(taken_out(as_user(cast.hoa), cast))).active
    places = ("B2", "C2", "G2", "W2", "AC2", "AC3", "AG2", "AH2", "AI2", "AX2", "AY2")
    assert [sheet[place].value for place in places] == [
        "TT", "Họ đệm", "Năm sinh", "Bậc tốt nghiệp", "Học xong", "Lớp", "Đang học lớp", "Hoàn thành lớp",
        "Tái mù chữ mức", "Điện thoại", "Ghi chú",
    ]  # fmt: skip
    assert sheet["AG1"].value == "Xóa mù chữ"
    assert sheet.max_row == 3 + 8
