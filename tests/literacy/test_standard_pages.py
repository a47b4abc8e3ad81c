"""Pages of the standards, the files they hand out, and the command."""

import datetime as dt
import io
import json

import pypdfium2
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEvent
from literacy.standards.tables import CODES
from tests.factories import make_learner
from tests.literacy.test_standards import resident

PAGE, PEOPLE = reverse("literacy:standards"), reverse("literacy:standards-people")


@pytest.fixture
def people(cast, reference):
    """Eight of level 2, one below level 1, one unknown."""
    for age in range(20, 28):
        resident(cast, age, 2, full_name=f"Lý Văn Biết {age}")
    resident(cast, 30, 0, full_name="Bàn Thị Chưa")
    resident(cast, 31, full_name="Đặng Thị Lạ")
    return cast


def test_a_commune_sees_what_is_missing(people, as_user):
    body = as_user(people.lan).get(PAGE, {"year": 2026}).content.decode()
    assert "Xã Ba Vì" in body
    assert "chưa kết luận được" in body
    assert "8 trong 10 người đã đạt mức độ 1" in body
    assert "Thấp nhất 80,0%, cao nhất 90,0%" in body
    assert "Còn thiếu 1 người để chắc chắn đạt." in body


def test_the_city_sees_all_communes_and_who_may_see_which_unit(people, as_user):
    body = as_user(people.tuan).get(PAGE, {"year": 2026}).content.decode()
    assert "Phường Ba Đình" in body
    assert "thiếu 1 người" in body
    assert "Cần ít nhất 100% số phường, xã đạt chuẩn." in body
    district = as_user(people.hoa).get(PAGE).content.decode()
    assert "30/06/2025" in district  # the district as it was on its last day
    for user, unit, status in (
        (people.lan, people.city, 404), (people.lan, people.commune_b, 404), (people.nam, people.commune_b, 200),
        (people.nam, people.commune_a, 404), (people.tuan, people.commune_a, 200), (people.thu, people.commune_a, 403),
    ):  # fmt: skip
        assert as_user(user).get(PAGE, {"unit": unit.pk}).status_code == status, (user, unit)
    for nonsense in ("abc", "-1", "9" * 30, "²"):
        assert as_user(people.lan).get(PAGE, {"unit": nonsense}).status_code == 404
    assert as_user(people.lan).get(PAGE, {"year": "9999"}).status_code == 200


def test_who_is_missing(people, as_user):
    client = as_user(people.lan)
    given = {"year": 2026, "level": 1}
    both = client.get(PEOPLE, given).content.decode()
    assert "Bàn Thị Chưa" in both
    assert "Đặng Thị Lạ" in both
    assert "Lý Văn Biết" not in both
    below = client.get(PEOPLE, given | {"what": "below"}).content.decode()
    assert "Bàn Thị Chưa" in below
    assert "Đặng Thị Lạ" not in below
    unknown = client.get(PEOPLE, given | {"what": "unknown"}).content.decode()
    assert "Bàn Thị Chưa" not in unknown
    assert "chưa rõ" in unknown
    # Known to another centre only: counted, not named.
    resident(people, 33, 0, full_name="Phàn Thị Khác", centre=people.centre_b)
    body = client.get(PEOPLE, given).content.decode()
    assert "Tính được 3 người; danh sách có 2 người bạn được xem." in body
    assert "Phàn Thị Khác" not in body
    for user, status in ((people.minh, 404), (people.nam, 404), (people.thu, 403), (people.tuan, 200)):
        assert as_user(user).get(PEOPLE, given | {"unit": people.commune_a.pk}).status_code == status
    assert as_user(people.tuan).get(PEOPLE).status_code == 404  # people are asked for by commune


def test_the_files(people, as_user):
    client = as_user(people.lan)
    for code, kind, start in (*((code, "xlsx", b"PK") for code in CODES), ("CMC-2", "pdf", b"%PDF")):
        response = client.get(reverse("literacy:standards-form", args=[code, kind]), {"year": 2026})
        assert response.content.startswith(start)
        assert f"{code}_09700_2026.{kind}" in response["Content-Disposition"]
    assert AuditEvent.objects.filter(verb="literacy.export_form").count() == len(CODES) + 1
    url = reverse("literacy:standards-form", args=["CMC-1", "xlsx"])
    assert client.get(reverse("literacy:standards-form", args=["CMC-9", "xlsx"])).status_code == 404
    assert client.get(reverse("literacy:standards-form", args=["CMC-1", "doc"])).status_code == 404
    assert as_user(people.minh).get(url, {"unit": people.commune_a.pk}).status_code == 404
    assert as_user(people.thu).get(url).status_code == 403


def test_paper_says_whose_it_is_and_that_it_is_not_final(people, as_user):
    made = as_user(people.tuan).get(reverse("literacy:standards-form", args=["XMC-4", "pdf"]), {"year": 2026}).content
    with pypdfium2.PdfDocument(io.BytesIO(made)) as paper:
        assert paper[0].get_width() > paper[0].get_height()
        text = "".join(page.get_textpage().get_text_bounded() for page in paper)
    for words in (
        "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI",
        "Độc lập - Tự do - Hạnh phúc",
        "2025–2026",
        "chưa khóa",
        "Xã Ba Vì",
    ):
        assert words in text


def test_the_command_writes_eight_files(people, tmp_path, capsys):
    given = {"unit": people.commune_a.code, "year": 2026, "out": tmp_path / "bieu"}
    call_command("literacy_forms", as_json=True, **given)
    told = json.loads(capsys.readouterr().out)
    assert (told["as_of"], told["version"], len(told["files"])) == ("2026-09-30", None, 8)
    assert {path.name for path in given["out"].iterdir()} == {
        f"{code}_09700_2026.{kind}" for code in CODES for kind in ("xlsx", "pdf")
    }
    for wrong in ({"year": 2199}, {"year": 3}, {"unit": "99999"}, {"out": given["out"] / "CMC-1_09700_2026.pdf" / "x"}):
        with pytest.raises(SystemExit):
            call_command("literacy_forms", as_json=True, **(given | wrong))
        assert "error" in json.loads(capsys.readouterr().out)


def test_years_a_unit_was_not_there_in_have_no_tables(people, as_user, tmp_path, capsys):
    """A district ended on 30 June 2025: tables of a year that began later would be those of nobody."""
    given = {"unit": people.district_a.code, "out": tmp_path / "bieu"}
    call_command("literacy_forms", as_json=True, year=2025, **given)
    assert json.loads(capsys.readouterr().out)["as_of"] == "2025-06-30"
    for year, unit, code in ((2026, given["unit"], "unit_ended"), (2019, "01", "no_standard_yet")):
        with pytest.raises(SystemExit):
            call_command("literacy_forms", as_json=True, year=year, **(given | {"unit": unit}))
        assert json.loads(capsys.readouterr().out)["error"]["code"] == code
    page = as_user(people.hoa).get(PAGE, {"year": 2026}).content.decode()
    assert "năm xóa mù chữ 2024–2025, tính đến ngày 30/06/2025" in page


def test_pages_cost_the_same_for_few_and_many(people, as_user):
    def queries():
        found = []
        for user, url, given in (
            (people.lan, PAGE, {}), (people.tuan, PAGE, {}), (people.lan, PEOPLE, {"level": 2, "year": 2026}),
        ):  # fmt: skip
            client = as_user(user)
            with CaptureQueriesContext(connection) as log:
                assert client.get(url, given).status_code == 200
            found.append(len(log))
        return found

    resident(people, 40, 1, on=dt.date(2026, 10, 5))
    queries()
    few = queries()
    for age in range(15, 45):
        resident(people, age, age % 3, on=dt.date(2026, 10, 5))
        make_learner(people.centre_a, unit=people.commune_a)
    assert queries() == few
    assert max(few) < 30
