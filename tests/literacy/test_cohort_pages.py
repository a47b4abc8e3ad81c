"""The pages, files and answers of cohorts: who sees which numbers, and what stands behind each."""

import csv
import datetime as dt
import io
import re

import openpyxl
import pytest
from django.urls import reverse

from core.models import AuditEvent
from learners.models import Learner, LearnerCentre
from literacy.models import FollowUp, LiteracyAward
from literacy.services import record_award
from tests.factories import make_learner
from tests.infra.test_operator_commands import run
from tests.literacy.cohort_world import DAYS, FIRST, stage, write

ON = DAYS[0].isoformat()
PERSON = {
    "certified": 700, "place": 1, "lives": 1, "proof": "test", "checks": [], "attended": [], "phase_2": [],
    "level_2": None, "outside": None, "merged": False, "sex": "female", "birth_year": 1984,
}  # fmt: skip
KEYS = [
    "period", "certified", "continuing", "relapsed", "not_reached", "not_due", "left", "retained", "value", "lower",
    "upper", "coverage",
]  # fmt: skip


@pytest.fixture
def people(cast, reference):
    """Quarter 4 of 2025. Ba Vì: 6 retained, 2 relapsed, 3 not reached, 1 left; Ba Đình: 7 retained."""
    world = stage(cast)
    kept = {**PERSON, "checks": [(100, "holds_1", 3)], "outside": (30, 10, False)}
    here = [kept] * 6 + [{**PERSON, "checks": [(100, "relapsed", 3)]}] * 2 + [PERSON] * 3
    here.append({**PERSON, "checks": [(100, "died", 3)]})
    there = [{**kept, "place": 2, "lives": 2, "sex": "male"}] * 7
    learners = write(world, [*here, *there])
    links = [
        LearnerCentre(learner=row, centre=cast.centre_a if place < 12 else cast.centre_b)
        for place, row in enumerate(learners)
    ]
    LearnerCentre.objects.bulk_create(links)
    return learners


def look(client, page, **asked):
    return client.get(reverse(f"literacy:{page}"), {"on": ON, **asked})


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def cells(response, label):
    """The cells of the line with a label."""
    body = response.content.decode()
    line = next(row for row in re.findall(r"<tr[ >].*?</tr>", body, re.S) if f"<span>{label}</span>" in row)
    return [re.sub(r"<[^>]+>|\s", "", cell) for cell in re.findall(r"<td.*?</td>", line, re.S)]


def test_a_centre_and_those_above_it_see_every_number(as_user, cast, people):
    for who, place, expected in (
        ("lan", "", ["12", "6", "6", "0", "0", "2", "3", "0", "1", "54,5%", "81,8%", "72,7%"]),
        ("hoa", f"u{cast.district_a.pk}", None),  # of before 1 July 2025: nobody of this quarter
        ("nam", "", ["7", "7", "7", "0", "0", "0", "0", "0", "0", "100,0%", "100,0%", "100,0%"]),
        ("tuan", "", ["19", "13", "13", "0", "0", "2", "3", "0", "1", "72,2%", "88,9%", "83,3%"]),
    ):
        response = look(as_user(getattr(cast, who)), "cohort-list", place=place)
        if expected is None:
            assert "Chưa có ai được công nhận biết chữ ở đây" in response.content.decode()
            continue
        assert cells(response, "Quý 4/2025") == expected == cells(response, "Tổng cộng"), who


def test_every_number_opens_its_people_with_the_rule(as_user, cast, people):
    client = as_user(cast.tuan)
    body = look(client, "cohort-list").content.decode()
    links = re.findall(r'href="(/literacy/cohorts/people/\?[^"]+)"[^>]*>(\d+)</a>', body.replace("&amp;", "&"))
    assert len(links) == 12  # six columns with people in them, of the quarter and of the total
    for address, number in links:
        page = client.get(address)
        assert f"Số người: {number}." in text_of(page)
        assert page.content.decode().count('data-label="Vì sao được tính ở đây"') == int(number)
    page = text_of(look(client, "cohort-people", by="quarter", period="2025-Q4", column="relapsed"))
    assert page.count("tái mù chữ") == 2
    page = text_of(look(client, "cohort-people", by="quarter", period="2025-Q4", column="not_reached"))
    assert page.count("chưa có lần nào cho biết kết quả") == 3


@pytest.mark.parametrize(
    ("split", "label", "first"),
    [("sex", "Nữ", "12"), ("sex", "Nam", "7"), ("age", "36–60 tuổi", "19"), ("ethnicity", "Không rõ", "19"),
     ("centre", "Trung tâm học tập cộng đồng xã Ba Vì", "12"), ("class", "Không qua lớp của trung tâm", "19")],
)  # fmt: skip
def test_splits(as_user, cast, people, split, label, first):
    client = as_user(cast.tuan)
    response = look(client, "cohort-list", split=split, by="quarter", period="2025-Q4")
    assert cells(response, label)[0] == first
    address = re.search(rf'href="([^"]+grouped=1[^"]*column=certified)"[^>]*>{first}</a>', response.content.decode())
    page = client.get(address[1].replace("&amp;", "&"))
    assert f"Số người: {first}." in text_of(page)
    assert label in text_of(page)


def test_those_who_may_not_see_persons_see_no_exact_number_anywhere(as_user, cast, people, client):
    city = f"u{cast.city.pk}"
    page = look(as_user(cast.lan), "cohort-list", place=city)
    shown = ["20", "10", "10", "<5", "<5", "<5", "<5", "<5", "<5", "–", "–", "–"]  # of 19, 13, 13, 0, 0, 2, 3, 0, 1
    shown = [cell.replace("<", "&lt;") for cell in shown]
    assert cells(page, "Quý 4/2025") == shown == cells(page, "Tổng cộng")
    assert "làm tròn đến chục" in page.content.decode()
    assert "cohorts/people" not in page.content.decode()
    assert 'class="curve"' not in page.content.decode()
    assert look(client, "cohort-people", place=city).status_code == 403

    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(look(client, "cohort-export", place=city).streaming_content)))
    assert sheet.sheetnames == ["Nhóm mới biết chữ"]
    values = [cell for row in sheet.active.iter_rows(min_row=8, values_only=True) for cell in row[1:]]
    assert {value for value in values if value is not None} == {20, 10, "< 5"}

    answer = client.get("/api/v1/literacy/cohorts/", {"unit": "01", "as_of": ON}).json()
    assert answer["exact"] is False
    assert answer["curve"] == []
    assert answer["total"]["counts"] == {
        "certified": 20, "literate": 10, "retained": 10, "awaiting": None, "not_continuing": None, "relapsed": None,
        "not_reached": None, "not_due": None, "left": None,
    }  # fmt: skip
    # A line of a few people would say by being there that somebody is.
    Learner.objects.filter(pk__in=[person.pk for person in people[:4]]).update(sex="unknown")
    page = look(client, "cohort-list", place=city, split="sex").content.decode()
    assert "<span>Nam</span>" in page
    assert "<span>Không rõ</span>" not in page
    assert "Dòng có dưới 5 người không hiện." in page


def test_the_api_shows_every_number_to_those_who_see_the_page_so(as_user, cast, people):
    answer = as_user(cast.lan).get("/api/v1/literacy/cohorts/", {"centre": "HN-BAVI", "as_of": ON, "by": "year"}).json()
    assert (answer["exact"], [row["key"] for row in answer["cohorts"]]) == (True, ["2025"])
    assert answer["cohorts"][0]["counts"]["not_reached"] == 3
    assert answer["total"]["shares"] == {"value": 54.5455, "upper": 81.8182, "coverage": 72.7273}
    assert [(row["months"], row["at_risk"], row["relapsed"]) for row in answer["curve"]] == [(0, 12, 0), (3, 8, 2)]


@pytest.mark.parametrize("asked", [{"as_of": "hôm qua"}, {"by": "week"}, {"split": "name"}])
def test_the_api_refuses_what_it_does_not_know(as_user, cast, reference, asked):
    response = as_user(cast.lan).get("/api/v1/literacy/cohorts/", asked)
    assert response.status_code == 422
    assert list(response.json()["fields"]) == list(asked)


def test_foreign_places_are_not_found(as_user, cast, people):
    client = as_user(cast.lan)
    for place in (f"c{cast.centre_b.pk}", f"u{cast.commune_b.pk}", "x1", "u0", "c", "u999999999999999", "1"):
        for page in ("cohort-list", "cohort-people", "cohort-export"):
            assert look(client, page, place=place).status_code == 404, (place, page)
    for asked in ({"unit": "commune:00004"}, {"centre": "HN-BADINH"}, {"unit": "99999"}):
        assert client.get("/api/v1/literacy/cohorts/", asked).status_code == 404


def test_who_moves_stays_in_the_cohort_and_is_found_where_they_live(as_user, cast, people):
    """Certified in Ba Vì, moved to Ba Đình: Nam of Ba Đình is told that somebody lives there, without a name."""
    moved = people[0]
    before = cells(look(as_user(cast.lan), "cohort-list"), "Quý 4/2025")
    Learner.objects.filter(pk=moved.pk).update(unit=cast.commune_b)
    assert cells(look(as_user(cast.lan), "cohort-list"), "Quý 4/2025") == before

    def living(who, unit):
        return look(as_user(who), "cohort-people", place=f"u{unit.pk}", where="lives")

    assert moved.code in living(cast.tuan, cast.commune_b).content.decode()
    assert moved.code not in living(cast.tuan, cast.commune_a).content.decode()
    seen = living(cast.nam, cast.commune_b)
    assert moved.code not in seen.content.decode()
    assert "Còn vài người nữa sống ở đây" in text_of(seen)
    assert "Số người: 7." in text_of(seen)
    # In the list of the cohort the new home is named.
    listed = look(as_user(cast.tuan), "cohort-people", place=f"u{cast.commune_a.pk}").content.decode()
    assert moved.code in listed
    assert "Phường Ba Đình" in listed


def test_the_file_holds_the_numbers_of_the_page_and_leaves_a_trace(as_user, cast, people):
    client = as_user(cast.tuan)
    body = b"".join(look(client, "cohort-export", format="csv").streaming_content).decode("utf-8-sig")
    head, total, quarter = csv.reader(io.StringIO(body))
    assert head[1:4] == ["Được công nhận", "Còn biết chữ", "Trong đó đã học tiếp (đạt)"]
    assert total[1:10] == quarter[1:10] == ["19", "13", "13", "0", "0", "2", "3", "0", "1"]
    assert quarter[10:] == ["72.2222", "88.8889", "83.3333"]
    event = AuditEvent.objects.get(verb="literacy.export_cohorts")
    assert (event.actor, event.data["rows"], event.data["exact"]) == (cast.tuan, 2, True)
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(look(client, "cohort-export").streaming_content)))
    assert sheet.sheetnames == ["Nhóm mới biết chữ", "Đường còn biết chữ"]
    refused = look(client, "cohort-export", format="pdf")
    assert (refused.status_code, refused.url.startswith("/literacy/cohorts/?")) == (302, True)


def test_the_command_prints_what_the_issue_asks_for(cast, people, capsys):
    code, answer, _told = run(capsys, "literacy_cohorts", "--unit", "01", "--as-of", ON, "--by", "quarter", "--members")
    assert code == 0
    (row,) = answer["cohorts"]
    assert list(row) == KEYS
    assert [row[key] for key in KEYS[:8]] == ["2025-Q4", 19, 13, 2, 3, 0, 1, 13]
    assert row["lower"] == row["value"] <= row["upper"]
    assert len(answer["members"]) == 19
    assert {member["state"] for member in answer["members"]} == {"continuing", "relapsed", "not_reached", "left"}
    assert all(member["rule"] and member["period"] == "2025-Q4" for member in answer["members"])
    code, answer, _told = run(capsys, "literacy_cohorts", "--unit", "77777", "--by", "year")
    assert (code, answer["error"]["code"]) == (1, "unknown_unit")


def test_an_empty_place_a_wrong_day_and_strange_words_are_answered_kindly(as_user, cast, reference):
    client = as_user(cast.lan)
    assert "Chưa có ai được công nhận biết chữ ở đây" in look(client, "cohort-list").content.decode()
    page = client.get(reverse("literacy:cohort-list"), {"on": "32/13/2026", "by": "week", "split": "x", "period": "y"})
    assert "Không đọc được ngày" in page.content.decode()
    assert "Số người: 0." in text_of(
        look(client, "cohort-people", column="nothing", split="age", grouped="1", group="x-y")
    )


def test_the_people_of_a_cohort_cost_the_same_for_few_and_many(as_user, cast, people, django_assert_max_num_queries):
    client = as_user(cast.tuan)
    look(client, "cohort-people")
    with django_assert_max_num_queries(25):
        look(client, "cohort-people")
    assert LiteracyAward.objects.filter(certified_on__gt=FIRST).count() == 19


def test_a_day_before_everything_has_no_cohorts(cast, reference, as_user, capsys):
    code, answer, _told = run(capsys, "literacy_cohorts", "--unit", "01", "--as-of", "1900-01-01", "--by", "year")
    assert (code, answer) == (0, {"cohorts": []})
    assert as_user(cast.tuan).get(reverse("literacy:cohort-list"), {"on": "01/01/1900"}).status_code == 200


def test_a_certificate_older_than_our_rules_is_judged_by_the_first_of_them(cast, reference, capsys):
    learner = make_learner(cast.centre_a)
    record_award(
        learner=learner, level=1, proof="primary_school", certified_on=dt.date(2016, 5, 20), centre=cast.centre_a,
        by=cast.lan,
    )  # fmt: skip
    months = list(FollowUp.objects.filter(learner=learner).order_by("months").values_list("months", flat=True))
    assert months == [3, 6, 12, 24]
    _code, answer, _told = run(capsys, "literacy_cohorts", "--unit", "01", "--as-of", "2016-12-31", "--by", "year")
    assert [(row["period"], row["not_reached"]) for row in answer["cohorts"]] == [("2016", 1)]
