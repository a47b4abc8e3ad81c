"""The plan's 27 lines: their targets word for word, figures with sources, C3 from real use."""

import csv
import datetime as dt
import json
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import Forbidden, InvalidInput
from indicators.models import Figure, Indicator, Target
from indicators.rules import Goal, Trajectory, assess, required_on
from indicators.services import compute_figure, load_reference, report_figure
from indicators.services.reference import DATA
from tests.factories import use_system

D = Decimal
D38 = Decimal("38.4")


def test_all_lines_and_targets_are_those_of_the_plan(reference):
    with DATA.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == Indicator.objects.count() == 27
    for row in rows:
        indicator = Indicator.objects.get(code=row["code"])
        for year in (2025, 2030):
            target = Target.objects.filter(indicator=indicator, year=year).first()
            if not row[f"comparator_{year}"]:
                assert target is None
                continue
            assert target.quote == row[f"plan_line_{year}"]
            written = target.status or (
                f"{target.low.normalize():f}" + (f"-{target.high.normalize():f}" if target.high else "")
            )
            assert (target.comparator, written) == (row[f"comparator_{year}"], row[f"target_{year}"])
    assert set(load_reference().values()) == {0}


def at_least(value):
    return Goal(">=", D(value))


def way(first, last):
    return Trajectory({year: goal for year, goal in ((2025, first), (2030, last)) if goal})


@pytest.mark.parametrize(
    ("first", "last", "value", "day", "code"),
    [
        (at_least(95), at_least(96), None, dt.date(2026, 6, 1), "not_reported"),
        (at_least(95), at_least(96), D("96"), dt.date(2026, 6, 1), "reached"),
        (at_least(95), at_least(96), D("95.2"), dt.date(2026, 6, 1), "on_track"),
        (at_least(95), at_least(96), D("95.1"), dt.date(2026, 6, 1), "behind"),
        (at_least(50), at_least(70), D("50"), dt.date(2025, 6, 1), "on_track"),
        (at_least(50), at_least(70), D("62"), dt.date(2028, 6, 1), "on_track"),
        (at_least(50), at_least(70), D("61.9"), dt.date(2028, 6, 1), "behind"),
        (Goal("range", D(55), D(60)), Goal(">", D(60)), D("60"), dt.date(2030, 6, 1), "on_track"),
        (Goal("range", D(55), D(60)), Goal(">", D(60)), D("60.1"), dt.date(2030, 6, 1), "reached"),
        (Goal("=", D(100)), None, D("99.9"), dt.date(2026, 6, 1), "behind"),
        (Goal("=", D(100)), None, D("100"), dt.date(2026, 6, 1), "reached"),
    ],
)
def test_how_a_figure_stands(first, last, value, day, code):
    assert assess(trajectory=way(first, last), value=value, status_value="", day=day).code == code


def test_milestones_and_statuses():
    first, last = Goal("milestone", status="registered"), Goal("milestone", status="recognised")
    for status, day, code in (
        ("", 2026, "not_reported"),
        ("registered", 2025, "reached"),
        ("registered", 2027, "on_track"),
        ("recognised", 2027, "reached"),
    ):
        found = assess(trajectory=way(first, last), value=None, status_value=status, day=dt.date(day, 6, 1))
        assert found.code == code, status


def test_trajectory_is_straight():
    straight = way(at_least(50), at_least(70))
    assert [required_on(dt.date(year, 1, 1), straight) for year in (2024, 2025, 2026, 2030, 2031)] == [
        D(50), D(50), D(54), D(70), D(70),
    ]  # fmt: skip


def report(cast, code="D1", value=D38, by=None, **changes):
    given = {
        "indicator": Indicator.objects.get(code=code), "unit": cast.city, "value": value, "status_value": "",
        "source_name": "Hội Khuyến học", "document": "BC 12", "document_on": None, "ends_on": dt.date(2026, 9, 30),
        "by": by or cast.tuan,
    } | changes  # fmt: skip
    return report_figure(**given)


def test_reported_figures_need_a_source_and_a_correction_a_reason(cast, reference):
    first = report(cast)
    with pytest.raises(InvalidInput):
        report(cast, source_name=" ")
    with pytest.raises(InvalidInput, match="lý do"):
        report(cast, value=D("40"))
    second = report(cast, value=D("40"), note="Sở gửi lại số đúng")

    assert (second.version, second.replaces) == (2, first)
    assert list(Figure.objects.latest()) == [second]
    with pytest.raises(InvalidInput):
        report(cast, value=D("101"))
    with pytest.raises(InvalidInput):
        report(cast, code="A3")
    with pytest.raises(InvalidInput):
        report(cast, ends_on=timezone.localdate() + dt.timedelta(days=1))


def test_who_may_report_what(cast, reference):
    for user in (cast.lan, cast.duc, cast.oanh, cast.hoa, cast.nam):
        with pytest.raises(Forbidden):
            report(cast, by=user)
    assert report(cast, by=cast.nam, unit=cast.commune_b).entered_by == cast.nam


def test_the_database_wants_sources_and_evidence(cast, reference):
    base = {
        "indicator": Indicator.objects.get(code="A3"), "unit": cast.city, "period_kind": "custom",
        "starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 2, 1),
    }  # fmt: skip
    for wrong in ({"source": "reported"}, {"source": "computed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Figure.objects.create(**base, **wrong)


def test_computing_again_makes_a_new_version_only_when_something_changed(cast, reference):
    today = timezone.localdate()
    first = compute_figure(code="C3", unit=cast.city, as_of=today, by=cast.tuan)
    same = compute_figure(code="C3", unit=cast.city, as_of=today, by=cast.tuan)
    use_system(cast.centre_a)
    third = compute_figure(code="C3", unit=cast.city, as_of=today, by=cast.tuan)

    assert first == same
    assert (third.version, third.replaces) == (2, first)
    assert third.evidence_hash != first.evidence_hash


def test_command_prints_27_lines(cast, reference, capsys):
    report(cast)
    call_command("indicators", "--unit", "01", "--as-of", "2026-11-20", "--json")
    figures = {row["code"]: row for row in json.loads(capsys.readouterr().out)["figures"]}

    assert len(figures) == 27
    assert figures["D1"]["value"] == 38.4
    assert figures["D1"]["status"] == "behind"
    assert (figures["D1"]["target_2025"], figures["D1"]["target_2030"]) == (50, 70)
    assert figures["B1"]["target_2025"] == [75, 80]
    assert figures["B7"]["target_2030"] is None
    assert figures["A5"]["status"] == "not_reported"
    assert figures["A3"]["denominator"] == 0


def test_pages_by_role(as_user, cast, reference):
    for user in (cast.lan, cast.tuan, cast.nam, cast.oanh):
        body = as_user(user).get("/plan/")
        assert body.status_code == 200
        assert body.content.decode().count('class="plan-line"') == 27
    assert as_user(cast.thu).get("/plan/").status_code == 403
    assert as_user(cast.nam).get("/plan/", {"unit": cast.commune_a.pk}).status_code == 404
    assert as_user(cast.lan).get("/plan/figures/D1/report/").status_code == 403
    assert as_user(cast.tuan).get("/plan/figures/ZZ/").status_code == 404
    for code in ("A3", "C3", "D1", "A1", "D8"):
        assert as_user(cast.tuan).get(f"/plan/figures/{code}/").status_code == 200


def test_reporting_on_the_page_keeps_what_was_typed(as_user, cast, reference):
    client = as_user(cast.tuan)
    url = f"/plan/figures/D1/report/?unit={cast.city.pk}"
    wrong = client.post(
        url, {"value": "abc", "ends_on": "30/09/2026", "source_name": "Hội Khuyến học", "document": "BC"}
    )
    assert wrong.status_code == 422
    assert "Hội Khuyến học" in wrong.content.decode()
    good = {"value": "38,4", "ends_on": "30/09/2026", "source_name": "Hội Khuyến học", "document": "BC 12"}
    assert client.post(url, good).status_code == 302
    assert Figure.objects.get().value == D("38.4")
    assert "38,4%" in client.get("/plan/").content.decode()
    foreign = client.post("/plan/figures/D1/report/?unit=999999", good)
    assert foreign.status_code == 404


def test_evidence_names_people_only_to_those_who_see_them(as_user, cast, reference):
    use_system(cast.centre_a)
    assert "Ba Đình" not in as_user(cast.lan).get("/plan/figures/C3/").content.decode()
    assert "Ba Đình" in as_user(cast.tuan).get("/plan/figures/C3/").content.decode()


def test_declaring(as_user, cast, reference):
    client = as_user(cast.lan)
    assert client.get("/plan/declare/").status_code == 200
    assert client.post("/plan/declare/", {"applies_it": "yes", "note": "Điểm danh"}).status_code == 302
    assert "Điểm danh" in client.get("/plan/declare/").content.decode()
    assert as_user(cast.van).get("/plan/declare/").status_code == 403


def test_plan_queries_do_not_grow(as_user, cast, reference):
    client = as_user(cast.tuan)
    client.get("/plan/")
    with CaptureQueriesContext(connection) as few:
        client.get("/plan/")
    for code in ("D1", "D2", "D3", "B5"):
        report(cast, code=code)
    with CaptureQueriesContext(connection) as many:
        client.get("/plan/")
    assert len(few) == len(many)
