"""What made a figure can be listed, recomputed and hashed again from what is listed; small numbers stay hidden."""

import datetime as dt
import hashlib
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.dates import add_months
from courses.models import Topic
from indicators.evidence import CODES, evidence_of
from indicators.evidence.cells import hidden_cells
from indicators.models import FigureDefinition
from indicators.reference import DEFINITIONS
from indicators.services import record_population, record_title
from literacy.models import FollowUp
from literacy.services import record_award, record_check
from tests.factories import closed_class, make_course, make_learner, use_system

TODAY = timezone.localdate()


@pytest.fixture
def busy(cast, reference):
    """People newly literate in both communes, graduates of digital skills, a title, a centre that works."""
    certified = add_months(TODAY, -15)
    for centre, by, number in ((cast.centre_a, cast.lan, 3), (cast.centre_b, cast.minh, 2)):
        for place in range(number):
            person = make_learner(centre)
            record_award(learner=person, level=1, proof="test", certified_on=certified, centre=centre, by=by)
            if place == 0:
                row = FollowUp.objects.get(learner=person, months=6)
                record_check(follow_up=row, outcome="relapsed", checked_on=row.due_on, by=by)
    course = make_course(cast.centre_b, topic=Topic.objects.get(code="ky_nang_so"))
    closed_class(cast.centre_b, course=course, passing=4, failing=1)
    use_system(cast.centre_a)
    record_population(
        unit=cast.city, group="adults", people=1000, counted_on=TODAY, source_name="Cục Thống kê", by=cast.tuan
    )
    record_title(learner=person, recognised_on=dt.date(2026, 1, 5), decided_by="UBND", document="QĐ 7", by=cast.minh)
    return cast


def listed(capsys, code, unit="01"):
    call_command("figure_evidence", code, "--unit", unit, "--as-of", str(TODAY), "--json")
    return json.loads(capsys.readouterr().out)


def sha(body):
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


# How to take the hash again from what the command lists: the key of the rows, and the facts of each in order.
RECIPES = {
    "A3": ("rows", ["certified_on", "placement", "outcome", "checked_on", "event_on"]),
    "C3": ("centres", ["classes", "months_used", "months_open", "reports", "counts"]),
    "D1": ("people", ["recognised_on"]),
    "A1": (
        "communes",
        ["reached", "below", "unknown", "undated_reached", "undated_below", "undated_unknown", "verdict"],
    ),
}


@pytest.mark.parametrize("code", CODES)
def test_the_hash_can_be_taken_again_from_what_is_listed(busy, capsys, code):
    found = listed(capsys, code)
    if code in RECIPES:
        key, names = RECIPES[code]
        ages = (lambda row: row["facts"]["ages"]) if code == "A1" else (lambda row: [])
        rows = sorted([row["code"], *ages(row), *(row["facts"][name] for name in names)] for row in found["rows"])
    else:
        key, rows = "people", sorted(row["code"] for row in found["rows"])
    assert sha(found["header"] | {key: rows}) == found["hash"]
    assert sum(bool(row["counts"]["numerator"]) for row in found["rows"]) == found["numerator"]
    if code in ("A1", "A3", "C3"):
        assert sum(row["counts"]["denominator"] for row in found["rows"]) == found["denominator"]
    assert found["definition_words"]["numerator"]
    assert found["header"]["definition"] == found["definition"]


def test_the_rows_are_what_the_tables_hold(busy, capsys):
    """Plain SQL beside the listed evidence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.code FROM learners_learner l JOIN literacy_literacyaward a ON a.learner_id = l.id "
            "WHERE a.level = 1 ORDER BY l.code"
        )
        newly = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT DISTINCT l.code FROM courses_enrolment e JOIN learners_learner l ON l.id = e.learner_id "
            "JOIN courses_classgroup g ON g.id = e.class_group_id JOIN courses_course c ON c.id = g.course_id "
            "JOIN courses_topic t ON t.id = c.topic_id "
            "WHERE e.status = 'passed' AND t.code = 'ky_nang_so' AND g.closed_on <= %s AND l.birth_year <= %s "
            "ORDER BY l.code",
            [TODAY, TODAY.year - 18],
        )
        skilled = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT code FROM centres_centre WHERE closed_on IS NULL ORDER BY code")
        centres = [row[0] for row in cursor.fetchall()]
    assert sorted(row["code"] for row in listed(capsys, "A3")["rows"]) == newly
    d2 = listed(capsys, "D2")
    assert sorted(row["code"] for row in d2["rows"]) == skilled
    assert (d2["numerator"], d2["denominator"], d2["value"]) == (len(skilled), 1000, len(skilled) / 10)
    assert sorted(row["code"] for row in listed(capsys, "C3")["rows"]) == centres
    assert listed(capsys, "D1")["numerator"] == 1


def test_a_share_without_a_population_is_none(busy, capsys):
    assert listed(capsys, "B3")["denominator"] is None
    assert listed(capsys, "B3")["value"] is None
    call_command("figure_evidence", "C3", "--unit", "01")
    assert "C3 01" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("figure_evidence", "D7", "--unit", "01", "--json")
    assert "not_computed" in capsys.readouterr().out


@pytest.mark.parametrize("code", ["A3", "C3", "D2"])
def test_each_step_down_is_the_figure_of_that_unit(as_user, busy, code):
    page = as_user(busy.tuan).get(f"/plan/figures/{code}/evidence/")
    places = page.context["places"]
    assert places
    assert sum(place.counted for place in places) == page.context["found"].numerator
    for place in places:
        below = as_user(busy.tuan).get(f"/plan/figures/{code}/evidence/?{place.query}")
        assert below.context["found"].numerator == place.counted
        (centre,) = below.context["places"]
        people = as_user(busy.tuan).get(f"/plan/figures/{code}/evidence/?{centre.query}")
        assert people.context["counted"] == centre.counted
        assert len(people.context["people"]) == (0 if code == "C3" else centre.whole)


def test_who_sees_what(as_user, busy):
    """Lan and Nam see their own people by name; of others only counts, and small ones not at all."""
    page = as_user(busy.nam).get("/plan/figures/A3/evidence/")
    seen = {place.name: place.hidden for place in page.context["places"]}
    assert seen == {"Xã Ba Vì": True, "Phường Ba Đình": False}
    assert "ít, không hiện" in page.content.decode()
    assert as_user(busy.nam).get(f"/plan/figures/A3/evidence/?unit={busy.commune_a.pk}").status_code == 404
    assert as_user(busy.nam).get(f"/plan/figures/A3/evidence/?centre={busy.centre_a.pk}").status_code == 404
    own = as_user(busy.lan).get(f"/plan/figures/A3/evidence/?centre={busy.centre_a.pk}")
    assert len(own.context["people"]) == 3
    assert as_user(busy.thu).get("/plan/figures/A3/evidence/").status_code == 403
    assert as_user(busy.lan).get("/plan/figures/B1/evidence/").status_code == 404
    communes = as_user(busy.tuan).get("/plan/figures/A1/evidence/").context["communes"]
    assert [row["unit"].name for row in communes] == ["Phường Ba Đình", "Xã Ba Vì"]


def test_pages_cost_the_same_for_few_and_many(as_user, busy):
    client = as_user(busy.tuan)

    def queries():
        found = []
        for code in ("A1", "A3", "C3", "D1", "D2"):
            client.get(f"/plan/figures/{code}/evidence/")
            with CaptureQueriesContext(connection) as log:
                client.get(f"/plan/figures/{code}/evidence/")
            found.append(len(log))
        return found

    few = queries()
    certified = add_months(TODAY, -15)
    for _ in range(3):
        person = make_learner(busy.centre_a)
        record_award(learner=person, level=1, proof="test", certified_on=certified, centre=busy.centre_a, by=busy.lan)
        record_title(learner=person, recognised_on=dt.date(2026, 2, 1), decided_by="UBND", document="QĐ 8", by=busy.lan)
    course = make_course(busy.centre_a, topic=Topic.objects.get(code="ky_nang_so"))
    closed_class(busy.centre_a, course=course, passing=3, failing=0)
    assert queries() == few


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=12))
def test_no_single_small_number_can_be_worked_out_from_the_total(cells):
    counts, seen = [count for count, _open in cells], [open_ for _count, open_ in cells]
    hidden = hidden_cells(counts, seen)
    for count, open_, gone in zip(counts, seen, hidden, strict=True):
        assert not (gone and open_)
        assert gone or open_ or not 0 < count < 5
    others = [count for count, open_ in cells if count and not open_]
    assert sum(hidden) != 1 or len(others) == 1


def test_what_a_name_of_a_definition_means_is_kept(as_user, busy):
    assert {row[:2] for row in DEFINITIONS} == set(FigureDefinition.objects.values_list("version", "code"))
    for code in CODES:
        version = evidence_of(code=code, unit=busy.city, as_of=TODAY).definition
        assert FigureDefinition.objects.filter(version=version, code=code).exists()
    as_user(busy.tuan).post(f"/plan/figures/C3/keep/?unit={busy.city.pk}")
    page = as_user(busy.tuan).get("/plan/figures/C3/").content.decode()
    assert "Trung tâm đang mở vào ngày tính" in page


def test_the_centre_sees_what_it_lacks_and_where_to_do_it(as_user, busy):
    home = as_user(busy.hai).get("/").content.decode()
    assert "Còn thiếu gì để được tính" in home
    assert 'href="/plan/statistics/?preset=plan"' in home
    assert "Còn thiếu:" in as_user(busy.hai).get("/plan/declare/").content.decode()
    assert as_user(busy.hai).get("/").context["page"].c3.centre == busy.centre_b
    assert as_user(busy.oanh).get("/").context["page"].c3 is None
