"""Figures for other programs: each format read back by a plain reader equals the figures in the tables."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from indicators.choices import FigureState
from indicators.exchange.observations import area_code, plain
from indicators.exchange.open_data import open_figures
from indicators.exchange.writers import ADX_NAMESPACE, SDMX_COLUMNS, duration
from indicators.models import Figure, Indicator, Plan
from indicators.services import approve_figure, report_figure

ADX = f"{{{ADX_NAMESPACE}}}"


def computed(code, unit, numerator, denominator, **more):
    """A kept computed figure."""
    today = timezone.localdate()
    given = {
        "period_kind": "calendar_year", "starts_on": dt.date(today.year, 1, 1), "ends_on": today, "source": "computed",
        "state": FigureState.APPROVED, "value": Decimal(100 * numerator) / denominator, "numerator": numerator,
        "denominator": denominator, "definition_version": "test-1", "evidence_hash": "e" * 64,
        "computed_at": timezone.now(),
    } | more  # fmt: skip
    return Figure.objects.create(indicator=Indicator.objects.get(code=code), unit=unit, **given)


def report(cast, code, unit, *, value=None, status="", by=None, approve=True, **more):
    given = {
        "indicator": Indicator.objects.get(code=code), "unit": unit, "value": value, "status_value": status,
        "source_name": "Sở <GD&ĐT>", "document": '=BC "12"', "document_on": None, "ends_on": timezone.localdate(),
        "by": by or cast.nam,
    } | more  # fmt: skip
    figure = report_figure(**given)
    if approve:
        approve_figure(figure=figure, by=cast.tuan)
    return figure


@pytest.fixture
def figures(cast, reference):
    """Approved, waiting, computed and proxy figures of two areas."""
    report(cast, "D1", cast.commune_b, value=Decimal("71.25"))
    report(cast, "A5", cast.commune_b, status="maintain")
    report(cast, "D3", cast.commune_b, value=Decimal(60), approve=False)
    computed("A3", cast.city, 190, 200, coverage=Decimal(98), lower=Decimal(94), upper=Decimal(96))
    computed("C3", cast.city, 3, 4, state=FigureState.DRAFT)
    computed("D2", cast.commune_b, 3, 400)
    return timezone.localdate().year


def written(kind, year, tmp_path, capsys):
    out = tmp_path / "file"
    call_command("exchange", "--format", kind, "--period", str(year), "--out", str(out), "--json")
    return out.read_bytes(), json.loads(capsys.readouterr().out)


def test_dhis2_holds_every_approved_value_once(cast, figures, tmp_path, capsys):
    content, said = written("dhis2", figures, tmp_path, capsys)
    body = json.loads(content)
    assert body["dataSet"] == "KH-23NQTU"
    values = {(row["dataElement"], row["orgUnit"]): row["value"] for row in body["dataValues"]}
    assert len(values) == len(body["dataValues"]) == said["values"]
    assert {row["period"] for row in body["dataValues"]} == {str(figures)}
    city, commune = cast.city.code, cast.commune_b.code
    assert values == {
        ("A3", city): "95", ("A3_NUM", city): "190", ("A3_DEN", city): "200", ("A3_COVERAGE", city): "98",
        ("A3_LOWER", city): "94", ("A3_UPPER", city): "96", ("A5", commune): "maintain",
        ("C3", city): "75", ("C3_NUM", city): "3", ("C3_DEN", city): "4", ("D1", commune): "71.25",
        ("D2_PROXY", commune): "0.75", ("D2_PROXY_NUM", commune): "3", ("D2_PROXY_DEN", commune): "400",
    }  # fmt: skip
    assert {row["dataElement"][:2] for row in body["dataValues"] if row["followup"]} == {"C3"}
    assert AuditEvent.objects.filter(verb="indicators.exchange", data__values=said["values"]).exists()


def test_adx_groups_by_area_and_period_and_annotates_words(cast, figures, tmp_path, capsys):
    content, said = written("adx", figures, tmp_path, capsys)
    root = ElementTree.fromstring(content)  # noqa: S314 - our own file
    assert root.tag == f"{ADX}adx"
    groups = {group.get("orgUnit"): group for group in root}
    assert set(groups) == {cast.city.code, cast.commune_b.code}
    assert all(group.tag == f"{ADX}group" and group.get("dataSet") == "KH-23NQTU" for group in groups.values())
    values = [value for group in groups.values() for value in group]
    assert len(values) == said["values"] == 14
    assert all(Decimal(value.get("value")) >= 0 for value in values)
    (words,) = [value for value in values if value.get("dataElement") == "A5"]
    assert (words.get("value"), words.find(f"{ADX}annotation").text) == ("0", "maintain")


def test_sdmx_csv_is_one_row_an_observation(cast, figures, tmp_path, capsys):
    content, said = written("sdmx-csv", figures, tmp_path, capsys)
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert tuple(rows[0]) == SDMX_COLUMNS
    assert len(rows) == said["values"] == 5
    found = {row["INDICATOR"]: row for row in rows}
    assert (found["D1"]["OBS_VALUE"], found["D1"]["OBS_STATUS"], found["D1"]["SOURCE_KIND"]) == (
        "71.25", "A", "REPORTED",
    )  # fmt: skip
    assert found["D1"]["DATA_SOURCE"] == "Sở <GD&ĐT>"
    assert found["D1"]["DOCUMENT"] == '\'=BC "12"'  # no spreadsheet takes it for a formula
    assert (found["A5"]["OBS_VALUE"], found["A5"]["STATUS_VALUE"]) == ("", "maintain")
    assert (found["C3"]["OBS_STATUS"], found["D2"]["OBS_STATUS"]) == ("P", "E")
    assert {row["STRUCTURE"] for row in rows} == {"dataflow"}


def test_the_last_version_counts_and_a_correction_that_waits_does_not(cast, reference, tmp_path, capsys):
    year = timezone.localdate().year
    report(cast, "D1", cast.commune_b, value=Decimal(40))
    report(cast, "D1", cast.commune_b, value=Decimal(41), note="sửa")
    report(cast, "D1", cast.commune_b, value=Decimal(99), note="gõ nhầm", approve=False)
    values = json.loads(written("dhis2", year, tmp_path, capsys)[0])["dataValues"]
    assert [row["value"] for row in values] == ["41"]
    assert json.loads(written("dhis2", year - 1, tmp_path, capsys)[0])["dataValues"] == []


def test_a_code_that_was_given_again_is_two_areas(cast):
    assert area_code(cast.commune_b) == cast.commune_b.code
    assert area_code(cast.old_commune_b) == f"{cast.old_commune_b.code}-20250630"


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "words"),
    [
        (dt.date(2025, 12, 1), dt.date(2026, 11, 30), "2025-12-01/P1Y"),
        (dt.date(2026, 1, 1), dt.date(2026, 3, 31), "2026-01-01/P3M"),
        (dt.date(2026, 1, 1), dt.date(2026, 11, 20), "2026-01-01/P324D"),
        (dt.date(2026, 2, 28), dt.date(2026, 2, 28), "2026-02-28/P1D"),
    ],
)
def test_periods_as_adx_writes_them(starts_on, ends_on, words):
    assert duration(starts_on, ends_on) == words


def test_numbers_for_programs():
    given = (Decimal("71.2500"), Decimal("0.0000"), Decimal("100.0000"), 120, None)
    assert [plain(value) for value in given] == ["71.25", "0", "100", "120", ""]


def test_a_plan_year_bears_the_year_it_ends_in(cast, reference):
    december = {"period_kind": "plan_year", "starts_on": dt.date(2025, 12, 1), "ends_on": dt.date(2025, 12, 15)}
    assert computed("C3", cast.city, 1, 2, **december).year == 2026
    assert computed("A3", cast.city, 1, 2, **december | {"period_kind": "custom"}).year == 2025


@pytest.mark.parametrize("words", [["--format", "dhis2", "--period", "12"], ["--format", "adx", "--period", "2026",
                                                                              "--plan", "không-có"]])  # fmt: skip
def test_refusals_leave_no_file(cast, reference, tmp_path, words):
    with pytest.raises(SystemExit) as stop:
        call_command("exchange", *words, "--out", str(tmp_path / "file"))
    assert stop.value.code == 1
    assert not (tmp_path / "file").exists()


def test_the_page_shows_and_hands_out_what_one_may_see(cast, figures, as_user):
    report(cast, "D4", cast.district_a, value=Decimal(31), by=cast.hoa, approve=False)
    page = as_user(cast.nam).get(reverse("indicators:exchange")).content.decode()
    assert "71,3" in page or "71,2" in page
    assert "D2_PROXY" in page
    answer = as_user(cast.nam).get(reverse("indicators:exchange-file"), {"format": "dhis2", "year": figures})
    assert {row["orgUnit"] for row in json.loads(answer.content)["dataValues"]} == {
        cast.city.code, cast.commune_b.code,
    }  # fmt: skip
    elsewhere = as_user(cast.hoa).get(reverse("indicators:exchange-file"), {"format": "dhis2", "year": figures})
    assert {row["orgUnit"] for row in json.loads(elsewhere.content)["dataValues"]} == {cast.city.code}
    assert as_user(cast.nam).get(reverse("indicators:exchange-file"), {"format": "exe"}).status_code == 422
    empty = as_user(cast.nam).get(reverse("indicators:exchange"), {"year": "2024"}).content.decode()
    assert "chưa có số liệu" in empty


def test_open_data_shows_what_is_approved_and_tells_of_no_few_people(cast, figures, client):
    rows = {(item.observation.element, item.observation.area): item for item in open_figures(
        plan=Plan.objects.get(), year=figures
    )}  # fmt: skip
    city, commune = cast.city.code, cast.commune_b.code
    assert set(rows) == {("A3", city), ("A5", commune), ("D1", commune), ("D2_PROXY", commune)}
    a3, proxy = rows["A3", city], rows["D2_PROXY", commune]
    assert (a3.value, a3.numerator, a3.denominator, a3.is_rounded) == (Decimal(95), 190, 200, True)
    assert (proxy.value, proxy.numerator, proxy.denominator) == (None, None, 400)
    page = client.get(reverse("open-data"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "không công bố: ít người" in text
    assert "60 %" not in text  # waits for approval
    assert "Set-Cookie" not in page.headers
    body = client.get(reverse("open-data-file", args=["json"]), {"year": figures}).json()
    assert {(row["code"], row["value"]) for row in body["figures"]} == {
        ("A3", 95.0), ("A5", None), ("D1", 71.25), ("D2", None),
    }  # fmt: skip
    lines = client.get(reverse("open-data-file", args=["csv"]), {"year": figures}).content
    assert lines.startswith(b"\xef\xbb\xbf")
    assert len(list(csv.reader(io.StringIO(lines.decode("utf-8-sig"))))) == 1 + 4
    for wrong in ({"year": "1999"}, {"year": "x"}):
        assert client.get(reverse("open-data"), wrong).status_code == 404
    assert client.get(reverse("open-data-file", args=["exe"])).status_code == 404


def test_open_data_without_anything_approved_says_so(cast, reference, client):
    assert "Chưa có số liệu nào được công bố" in client.get(reverse("open-data")).content.decode()
    assert client.get(reverse("open-data-file", args=["csv"])).status_code == 404


@pytest.mark.parametrize("many", [False, True])
def test_pages_cost_the_same_whatever_the_figures(cast, figures, as_user, client, django_assert_max_num_queries, many):
    if many:
        for code in ("B1", "B2", "B5", "B6", "C2", "C4", "D4", "D5", "D6"):
            report(cast, code, cast.commune_b, value=Decimal(50))
    with django_assert_max_num_queries(6):
        client.get(reverse("open-data"))
    member = as_user(cast.nam)
    with django_assert_max_num_queries(16):
        member.get(reverse("indicators:exchange"))
