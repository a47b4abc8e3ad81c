"""Figures and their versions: what is computed, what is reported, by whom, and what the verdict says."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from core.dates import add_months
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from indicators.models import Figure, Indicator
from indicators.rules import NOT_MET, Goal, Trajectory, assess, reached, required_on
from indicators.selectors import plan_lines
from indicators.services import compute_figure, report_figure
from literacy.models import FollowUp
from literacy.services import record_award, record_check
from tests.factories import make_learner, use_system

D = Decimal
PERCENT = st.decimals(min_value=0, max_value=100, places=2)
ON = dt.date(2026, 6, 1)


def report(cast, code, **changes):
    given = {
        "indicator": Indicator.objects.get(code=code), "unit": cast.city, "value": None, "status_value": "",
        "source_name": "Sở Giáo dục và Đào tạo", "document": "BC 12", "document_on": None,
        "ends_on": dt.date(2026, 9, 30), "by": cast.tuan,
    }  # fmt: skip
    return report_figure(**(given | changes))


# --- the verdict ------------------------------------------------------------------------------------------------------


@given(low=PERCENT, high=PERCENT, value=PERCENT, year=st.integers(2023, 2032))
def test_a_verdict_follows_from_the_straight_line(low, high, value, year):
    low, high = sorted((low, high))
    first, last, day = Goal(">=", low), Goal(">=", high), dt.date(year, 6, 1)
    straight = Trajectory({2025: first, 2030: last})
    needed = required_on(day, straight)

    assert low <= needed <= high
    found = assess(trajectory=straight, value=value, status_value="", day=day)
    assert (found.code == "reached") == reached(last, value)
    assert (found.code == "behind") == (value < needed)


def test_who_is_hardly_behind_is_not_behind_by_nothing():
    straight = Trajectory({2025: Goal(">=", D(95)), 2030: Goal(">=", D(96))})
    found = assess(trajectory=straight, value=D("95.19"), status_value="", day=ON)
    with translation.override("vi"):
        assert found.code == "behind"
        assert found.words == "Chậm 0,1 điểm"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (Goal("status", status="maintain"), Goal("status", status="maintain")),
        (Goal("milestone", status="registered"), Goal("milestone", status="recognised")),
        (Goal("milestone", status="deploy"), Goal("milestone", status="continue")),
    ],
)
@pytest.mark.parametrize("year", [2025, 2026, 2030])
def test_a_status_can_be_reported_as_not_met(first, last, year):
    ladder = Trajectory({2025: first, 2030: last})
    found = assess(trajectory=ladder, value=None, status_value=NOT_MET, day=dt.date(year, 6, 1))
    assert (found.code, found.tone) == ("behind", "bad")


# --- reported ---------------------------------------------------------------------------------------------------------


def test_statuses_are_those_of_the_plan_and_not_met(cast, reference):
    assert report(cast, "A1", status_value="maintain").status_value == "maintain"
    assert report(cast, "A5", status_value=NOT_MET).status_value == NOT_MET
    for wrong in ("", "tốt lắm"):
        with pytest.raises(InvalidInput):
            report(cast, "D8", status_value=wrong)
    with pytest.raises(InvalidInput):
        report(cast, "D1", status_value="maintain")


def test_an_older_day_shows_the_figure_of_that_day(cast, reference):
    report(cast, "D1", value=D(30), ends_on=dt.date(2025, 12, 31))
    report(cast, "D1", value=D(40), ends_on=dt.date(2026, 9, 30))

    def value(day):
        figure = plan_lines(unit=cast.city, as_of=day, code="D1")[0].figure
        return figure and figure.value

    assert value(dt.date(2025, 12, 30)) is None
    assert value(dt.date(2026, 9, 29)) == 30
    assert value(dt.date(2026, 9, 30)) == 40


def test_only_the_latest_version_is_shown_and_the_old_one_stays(cast, reference):
    first = report(cast, "D1", value=D(30))
    report(cast, "D1", value=D(31), note="Cộng nhầm một xã")

    assert plan_lines(unit=cast.city, as_of=timezone.localdate(), code="D1")[0].figure.value == 31
    first.refresh_from_db()
    assert first.value == 30
    assert AuditEvent.objects.filter(verb="indicators.report_figure").count() == 2


def test_a_locked_period_cannot_be_changed(cast, reference):
    report(cast, "D1", value=D(30))
    Figure.objects.update(state="locked")
    with pytest.raises(Conflict):
        report(cast, "D1", value=D(31), note="Sửa")


def test_figures_of_one_unit_do_not_show_in_another(cast, reference):
    report(cast, "D1", value=D(30), unit=cast.commune_b, by=cast.nam)

    assert plan_lines(unit=cast.city, as_of=timezone.localdate(), code="D1")[0].figure is None
    with pytest.raises(OutOfScope):
        report(cast, "D1", value=D(30), unit=cast.commune_b, by=cast.hoa)
    with pytest.raises(Forbidden):
        report(cast, "D1", value=D(30), by=cast.nam)


# --- computed ---------------------------------------------------------------------------------------------------------


def test_a3_is_kept_with_everything_that_made_it(cast, reference):
    today = timezone.localdate()
    certified = add_months(today, -15)
    people = [make_learner(cast.centre_a) for _ in range(3)]
    for person in people:
        record_award(learner=person, level=1, proof="test", certified_on=certified, centre=cast.centre_a, by=cast.lan)
    for person, outcome in ((people[0], "holds_1"), (people[1], "relapsed")):
        row = FollowUp.objects.get(learner=person, months=6)
        record_check(follow_up=row, outcome=outcome, checked_on=row.due_on, by=cast.lan)
    record_award(
        learner=people[0], level=2, proof="test", certified_on=add_months(today, -9), centre=cast.centre_a, by=cast.lan
    )

    first = compute_figure(code="A3", unit=cast.city, as_of=today, by=cast.tuan)

    assert (first.numerator, first.denominator) == (1, 3)
    assert (first.value, first.lower, first.upper) == (D("33.3333"), D("33.3333"), D("66.6667"))
    assert first.coverage == D("66.6667")
    assert len(first.evidence_hash) == 64
    assert first.definition_version
    assert first.computed_at
    row = FollowUp.objects.get(learner=people[2], months=12)
    record_check(follow_up=row, outcome="not_reached", checked_on=row.due_on, by=cast.lan)
    assert compute_figure(code="A3", unit=cast.city, as_of=today, by=cast.tuan) == first  # nothing known is new
    record_check(follow_up=row, outcome="holds_1", checked_on=row.due_on, by=cast.lan)

    second = compute_figure(code="A3", unit=cast.city, as_of=today, by=cast.tuan)

    assert (second.version, second.replaces, bool(second.note)) == (2, first, True)
    assert second.coverage == 100


def test_the_system_computes_for_all_but_people_only_what_they_report(cast, reference):
    today = timezone.localdate()
    assert compute_figure(code="C3", unit=cast.commune_a, as_of=today).entered_by is None
    assert compute_figure(code="C3", unit=cast.commune_b, as_of=today, by=cast.nam).entered_by == cast.nam
    for user in (cast.lan, cast.oanh, cast.hoa, cast.nam):
        with pytest.raises(Forbidden):
            compute_figure(code="C3", unit=cast.city, as_of=today, by=user)


@pytest.mark.parametrize("code", ["D1", "B3", "A1"])
def test_what_nobody_here_can_know_is_not_computed(cast, reference, code):
    with pytest.raises(Indicator.DoesNotExist):
        compute_figure(code=code, unit=cast.city, as_of=timezone.localdate())


# --- pages ------------------------------------------------------------------------------------------------------------


def test_choosing_a_unit(as_user, cast, reference):
    """The city chooses everything of today and the old districts; an officer the own area and what is below it."""
    page = as_user(cast.tuan).get("/plan/")
    chosen = {unit.pk for unit in page.context["units"]}
    assert chosen == {cast.city.pk, cast.district_a.pk, cast.district_b.pk, cast.commune_a.pk, cast.commune_b.pk}
    page = as_user(cast.hoa).get("/plan/", {"unit": cast.old_commune_a.pk})
    assert page.status_code == 200
    assert {unit.pk for unit in page.context["units"]} == {cast.city.pk, cast.district_a.pk, cast.old_commune_a.pk}
    for foreign in (cast.district_b, cast.old_commune_b, cast.commune_b):
        assert as_user(cast.hoa).get("/plan/", {"unit": foreign.pk}).status_code == 404
        assert as_user(cast.lan).get("/plan/figures/D1/", {"unit": foreign.pk}).status_code == 404


def test_a_day_as_people_write_it_and_as_links_do(as_user, cast, reference):
    for written in ("30/09/2026", "2026-09-30"):
        assert as_user(cast.tuan).get("/plan/", {"on": written}).context["as_of"] == dt.date(2026, 9, 30)


@pytest.mark.parametrize("day", ["abc", "2026-02-31", "", "31/12/2999"])
def test_a_day_that_is_none_is_today(as_user, cast, reference, day):
    page = as_user(cast.tuan).get("/plan/", {"on": day})
    assert page.status_code == 200
    assert page.context["as_of"] == timezone.localdate()


def test_names_of_a_cohort_only_for_those_who_see_the_people(as_user, cast, reference):
    person = make_learner(cast.centre_a, "Phùng Thị Ngát")
    certified = add_months(timezone.localdate(), -15)
    record_award(learner=person, level=1, proof="test", certified_on=certified, centre=cast.centre_a, by=cast.lan)

    for user, sees in ((cast.lan, True), (cast.tuan, True), (cast.minh, False), (cast.nam, False)):
        page = as_user(user).get("/plan/figures/A3/")
        assert page.status_code == 200
        assert ("Ngát" in page.content.decode()) == sees, user
        # A count of one is a person: it is shown to those who may see everybody counted, the officer of the city.
        exact = user == cast.tuan
        assert page.context["counts"] == {"unknown": 1 if exact else None}
        text = " ".join(page.content.decode().split())
        assert ("1 chưa rõ" in text, "Cách tính: &lt; 5 người" in text) == (exact, not exact)


def test_kept_figures_show_their_counts_to_those_who_see_the_people(as_user, cast, reference):
    for number in range(3):
        record_award(
            learner=make_learner(cast.centre_a), level=1, proof="test", centre=cast.centre_a, by=cast.lan,
            certified_on=add_months(timezone.localdate(), -15 - number),
        )  # fmt: skip
    compute_figure(code="A3", unit=cast.city, as_of=timezone.localdate(), by=cast.tuan)
    for user, sees in ((cast.tuan, True), (cast.lan, False)):
        page = as_user(user).get("/plan/figures/A3/").content.decode()
        assert "SHA-256" in page or not sees
        assert ("· 0/3" in page) == sees, user
        assert ("tính · 0/3" in as_user(user).get("/plan/").content.decode()) == sees, user
        (row,) = as_user(user).get("/api/v1/figures/").json()["results"]
        assert (row["numerator"], row["denominator"]) == ((0, 3) if sees else (None, None))


def test_keeping_a_figure_is_a_post_of_those_who_report(as_user, cast, reference):
    url = f"/plan/figures/C3/keep/?unit={cast.city.pk}"
    assert as_user(cast.tuan).get(url).status_code == 302
    assert not Figure.objects.exists()
    assert as_user(cast.tuan).post(url).status_code == 302
    assert Figure.objects.get().version == 1
    assert as_user(cast.oanh).post(url).status_code == 403
    assert as_user(cast.nam).post(url).status_code == 404


def test_figure_pages_ask_the_same_number_of_queries(as_user, cast, reference):
    client = as_user(cast.tuan)
    counts = {}
    for round_ in range(3):
        for code in ("A3", "C3"):
            client.get(f"/plan/figures/{code}/")
            with CaptureQueriesContext(connection) as found:
                client.get(f"/plan/figures/{code}/")
            counts.setdefault(code, []).append(len(found))
        certified = add_months(timezone.localdate(), -15)
        for centre, by in ((cast.centre_a, cast.lan), (cast.centre_b, cast.minh)):
            if not round_:
                use_system(centre)
            for _ in range(3):
                person = make_learner(centre)
                record_award(learner=person, level=1, proof="test", certified_on=certified, centre=centre, by=by)
    # The cohort that was empty asks for its checks, learning and names: a fixed number more, whatever its size.
    assert len(set(counts["C3"])) == 1
    assert counts["A3"][0] < counts["A3"][1] == counts["A3"][2] < counts["A3"][0] + 15
