"""Statistics: recomputed in plain Python for random data, people apart from participations, nobody else's rows."""

import csv
import datetime as dt
import hashlib
import io
import json
import random
import re

import openpyxl
import pytest
import python_calamine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from certificates.services import Decision, issue_class, revoke_certificate
from core.errors import Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from core.tabular.writing import Column, Table, harmless, write_csv, write_xlsx
from courses.models import ClassGroup, Enrolment, Session
from indicators.models import ReportRun
from indicators.statistics.selectors import statistics
from indicators.statistics.services import export_statistics
from learners.models import Learner
from tests.factories import (
    AT_SERVER,
    closed_class,
    hold,
    make_class,
    make_course,
    make_enrolled,
    make_learner,
    make_sessions,
    make_topic,
)

FROM, TO = dt.date(2026, 1, 1), dt.date(2026, 6, 30)


@pytest.fixture
def busy(cast, reference):
    """Two centres, some classes in and out of the period, people in several classes, much unknown."""
    rng = random.Random(7)
    for centre in (cast.centre_a, cast.centre_b):
        people = [
            make_learner(
                centre,
                birth=None,
                sex=rng.choice(["female", "male", "unknown"]),
                ethnicity=rng.choice(["01", "06", "09", "", "55"]),
            )
            for _ in range(14)
        ]
        for person in people:
            person.birth_year = rng.choice([None, 1950, 1966, 1990, 1991, 2000, 2001, 2011, 2012])
            person.save()
        for topic in ("ky_nang_so", "suc_khoe"):
            course = make_course(centre, topic=make_topic(topic))
            for start in (dt.date(2025, 12, 22), dt.date(2026, 2, 2), dt.date(2026, 6, 29)):
                partner = rng.choice(["", "Trạm y tế"])
                group = make_class(
                    centre,
                    course=course,
                    starts_on=start,
                    partner=partner,
                    organiser_role="took_part" if partner else "led",
                )
                rows = make_enrolled(group, rng.sample(people, 6))
                for session in make_sessions(group, 4)[: rng.randint(0, 4)]:
                    hold(session)
                if rng.random() < 0.5:
                    Enrolment.objects.filter(pk=rows[0].pk).update(status="withdrawn", withdrawn_on=start)
    return cast


def recount(centre_ids):
    """The same figures by plain loops over the tables."""
    held = [s for s in Session.objects.all() if s.status == "held" and FROM <= s.held_on <= TO]
    groups = {g.pk: g for g in ClassGroup.objects.select_related("course") if g.centre_id in centre_ids}
    held = [s for s in held if s.class_group_id in groups]
    taught = {s.class_group_id for s in held}
    rows = [e for e in Enrolment.objects.all() if e.class_group_id in taught and e.status != "withdrawn"]
    people = {e.learner_id: Learner.objects.get(pk=e.learner_id) for e in rows}
    ages = [None if p.birth_year is None else TO.year - p.birth_year for p in people.values()]
    return {
        "classes": len(taught),
        "classes_led": sum(groups[pk].organiser_role == "led" for pk in taught),
        "classes_took_part": sum(groups[pk].organiser_role == "took_part" for pk in taught),
        "sessions": len(held),
        "participations": len(rows),
        "learners": len(people),
        "women": sum(p.sex == "female" for p in people.values()),
        "sex_unknown": sum(p.sex == "unknown" for p in people.values()),
        "minorities": sum(p.ethnicity in ("06", "09") for p in people.values()),
        "ethnicity_unknown": sum(p.ethnicity == "" for p in people.values()),
        "under_15": sum(age is not None and age < 15 for age in ages),
        "age_15_25": sum(age is not None and 15 <= age <= 25 for age in ages),
        "age_26_35": sum(age is not None and 26 <= age <= 35 for age in ages),
        "age_36_60": sum(age is not None and 36 <= age <= 60 for age in ages),
        "over_60": sum(age is not None and age > 60 for age in ages),
        "age_unknown": sum(age is None for age in ages),
    }


def test_every_figure_equals_a_plain_recount(busy):
    both = {busy.centre_a.pk, busy.centre_b.pk}
    for user, unit, centres in (
        (busy.tuan, busy.city, both),
        (busy.hoa, busy.district_a, {busy.centre_a.pk}),
        (busy.nam, busy.commune_b, {busy.centre_b.pk}),
    ):
        found = statistics(user=user, unit=unit, starts_on=FROM, ends_on=TO)
        expected = recount(centres)
        assert {name: found.totals[name] for name in expected} == expected
        assert found.centre_count == len(centres)
        assert found.totals["participations"] > found.totals["learners"]


def test_lines_add_up_where_they_may_and_people_never(busy):
    found = statistics(user=busy.tuan, unit=busy.city, starts_on=FROM, ends_on=TO, topics_of_centres=True)
    topics = [line for line in found.lines if line.topic and line.centre]
    for name in ("sessions", "participations", "classes_led", "classes_took_part"):
        assert sum(getattr(line.counts, name) for line in topics) == getattr(found.total, name)
    assert sum(line.counts.learners for line in topics) > found.total.learners


def test_a_centre_that_moved_leaves_its_events_where_they_happened(cast, reference):
    group = make_class(cast.centre_a, starts_on=dt.date(2025, 6, 23))
    make_enrolled(group, 2)
    for session in make_sessions(group, 4):  # 23 and 26 June, 30 June, 3 July
        hold(session)

    def sessions(user, unit, starts, ends):
        return statistics(user=user, unit=unit, starts_on=starts, ends_on=ends).total.sessions

    year = dt.date(2025, 1, 1), dt.date(2025, 12, 31)
    assert sessions(cast.tuan, cast.old_commune_a, *year) == 3
    assert sessions(cast.tuan, cast.commune_a, *year) == 1
    assert sessions(cast.tuan, cast.city, *year) == 4
    assert sessions(cast.tuan, cast.district_a, dt.date(2025, 1, 1), dt.date(2025, 6, 30)) == 3
    later = statistics(user=cast.hoa, unit=cast.district_a, starts_on=year[0], ends_on=year[1])
    assert later.total.sessions == 4  # by the centres of the old district, and it says so
    assert "kết thúc 30/06/2025" in later.notes[0]


def test_foreign_units_and_centres_are_out_of_scope(busy):
    for user, target in (
        (busy.hoa, {"unit": busy.district_b}),
        (busy.nam, {"unit": busy.commune_a}),
        (busy.lan, {"centre": busy.centre_b}),
        (busy.hoa, {"centre": busy.centre_b}),
    ):
        with pytest.raises(OutOfScope):
            statistics(user=user, starts_on=FROM, ends_on=TO, **target)
    with pytest.raises(Forbidden):
        export_statistics(by=busy.thu, centre=busy.centre_a, starts_on=FROM, ends_on=TO, kind="csv", out=io.BytesIO())
    with pytest.raises(InvalidInput):
        export_statistics(by=busy.tuan, unit=busy.city, starts_on=TO, ends_on=FROM, kind="csv", out=io.BytesIO())
    assert not ReportRun.objects.exists()


def test_queries_do_not_grow(cast, reference):
    def queries():
        with CaptureQueriesContext(connection) as log:
            statistics(user=cast.tuan, unit=cast.city, starts_on=FROM, ends_on=TO)
        return len(log)

    closed_class(cast.centre_a)
    queries()  # the scope is known from now on
    few = queries()
    for _ in range(3):
        closed_class(cast.centre_a)
        closed_class(cast.centre_b)
    assert queries() == few


def exported(busy, kind):
    out = io.BytesIO()
    run = export_statistics(by=busy.tuan, unit=busy.city, starts_on=FROM, ends_on=TO, kind=kind, out=out)
    return run, out.getvalue()


def test_both_formats_hold_the_same_and_other_programs_read_them(busy):
    run, text = exported(busy, "csv")
    _run, book = exported(busy, "xlsx")
    assert text.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(book), data_only=True).active
    top = next(row for row in range(1, 12) if sheet.cell(row, 1).value == "Mã trung tâm")
    for index, line in enumerate(lines):
        cells = [sheet.cell(top + index, column + 1).value for column in range(len(line))]
        assert ["" if cell is None else str(cell) for cell in cells] == line
    written = openpyxl.load_workbook(io.BytesIO(book)).active
    formulas = [cell.value for row in written.iter_rows() for cell in row if cell.data_type == "f"]
    assert all(re.fullmatch(r"=SUM(IF)?\([$A-Z0-9:,]+\)", formula) for formula in formulas)
    again = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert any("Hà Nội" in str(cell) for cell in again[1])
    assert len(lines) - 1 == run.rows
    assert lines[1][lines[0].index("Số người học")] == str(run.totals["learners"])


def test_certificates_are_counted_by_day_and_revoked_apart(cast, reference):
    group = closed_class(cast.centre_a, passing=3)[0]
    issue_class(class_group=group, by=cast.duc, issued_on=group.closed_on, second=AT_SERVER)
    found = statistics(user=cast.tuan, unit=cast.commune_a, starts_on=group.closed_on, ends_on=group.closed_on)
    assert (found.total.certificates, found.total.revoked) == (3, 0)
    assert statistics(user=cast.tuan, unit=cast.commune_b, starts_on=FROM, ends_on=TO).total.certificates == 0


@pytest.mark.parametrize("text", ["=1+1", "+84", "-x", "@SUM(A1)", " =1", "\u00a0=1", "\t=1", "a\n=1"])
def test_text_never_becomes_a_formula(text):
    assert str(harmless(text)).startswith("'")
    table = Table(["t"], [Column("Tên", "text")], [[text]])
    out = io.BytesIO()
    write_xlsx(table, out)
    assert openpyxl.load_workbook(io.BytesIO(out.getvalue())).active["A4"].data_type == "s"
    out = io.BytesIO()
    write_csv(table, out)
    assert "'" + text[0] in out.getvalue().decode("utf-8-sig")


def test_harmless_text_stays(busy):
    assert [harmless(value) for value in ("Nguyễn", 5, None, "a-b")] == ["Nguyễn", 5, None, "a-b"]


def test_two_clicks_for_the_district_officer(as_user, busy):
    client = as_user(busy.hoa)
    home = client.get("/").content.decode()
    page = f"/plan/statistics/?unit={busy.district_a.pk}"
    assert page in home
    body = client.get(page).content.decode()
    link = "/plan/statistics/export/?format=xlsx"
    assert link in body
    response = client.get(f"{link}&unit={busy.district_a.pk}")
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content).startswith(b"PK")
    for close in response._resource_closers:
        close()
    assert ReportRun.objects.get().made_by == busy.hoa
    assert client.get(f"/plan/statistics/?unit={busy.commune_b.pk}").status_code == 404
    assert client.get(f"/plan/statistics/export/?centre={busy.centre_b.pk}").status_code == 404


def test_page_totals_are_the_files_totals(as_user, busy):
    body = as_user(busy.tuan).get("/plan/statistics/", {"preset": "custom", "from": "2026-01-01", "to": "2026-06-30"})
    run, _bytes = exported(busy, "csv")
    assert body.context["stats"].totals == run.totals
    empty = as_user(busy.lan).get("/plan/statistics/", {"preset": "custom", "from": "2020-01-01", "to": "2020-06-30"})
    assert "Chưa có hoạt động" in empty.content.decode()


def asked_period(client, **asked):
    stats = client.get("/plan/statistics/", asked).context["stats"]
    return stats.starts_on, stats.ends_on


def test_the_period_counted_is_the_one_on_the_screen(as_user, busy):
    """Days without a preset count, and so do days changed below a preset that stays as it was."""
    client = as_user(busy.tuan)
    days = {"from": "01/01/2025", "to": "31/03/2025"}
    expected = (dt.date(2025, 1, 1), dt.date(2025, 3, 31))
    assert asked_period(client, **days) == expected
    assert asked_period(client, preset="custom", **days) == expected
    assert asked_period(client, preset="year", shown="year", **days) == expected
    # Another preset chosen: the days on the screen are those of the one before.
    shown = asked_period(client, preset="year")
    left_over = {"from": f"{shown[0]:%d/%m/%Y}", "to": f"{shown[1]:%d/%m/%Y}"}
    last = asked_period(client, preset="last", shown="year", **left_over)
    assert last == (dt.date(shown[0].year - 1, 1, 1), dt.date(shown[0].year - 1, 12, 31))
    assert asked_period(client, preset="year", shown="year", **left_over) == shown


@pytest.mark.parametrize(
    "days",
    [
        {"from": "30/06/2026", "to": "01/01/2026"},
        {"from": "31/02/2026", "to": "30/06/2026"},
        {"from": "01/01/2026"},
        {"preset": "custom"},
    ],
)
def test_no_file_of_another_period_than_asked_for(as_user, busy, days):
    client = as_user(busy.hoa)
    page = client.get("/plan/statistics/", days)
    assert page.status_code == 200
    assert any(word in page.content.decode() for word in ("Ngày cuối kỳ", "Không đọc được ngày"))
    response = client.get("/plan/statistics/export/", {"format": "csv", "unit": busy.district_a.pk, **days})
    assert response.status_code == 302
    assert f"unit={busy.district_a.pk}" in response["Location"]
    assert not ReportRun.objects.exists()


def test_first_and_last_day_count_and_their_neighbours_do_not(cast, reference):
    group = make_class(cast.centre_a, starts_on=dt.date(2026, 3, 2))
    make_enrolled(group, 2)
    first, second, third, _fourth = make_sessions(group, 4)
    for session in (first, second, third):
        hold(session)

    def count(starts, ends):
        found = statistics(user=cast.tuan, unit=cast.city, starts_on=starts, ends_on=ends).total
        return found.sessions, found.learners

    day = dt.timedelta(days=1)
    assert count(first.held_on, third.held_on) == (3, 2)
    assert count(first.held_on + day, third.held_on - day) == (1, 2)
    assert count(second.held_on, second.held_on) == (1, 2)
    assert count(second.held_on + day, third.held_on - day) == (0, 0)
    assert count(dt.date(2026, 1, 1), dt.date(2026, 12, 31)) == (3, 2)  # the fourth is planned, not held


def test_somebody_who_learns_in_two_centres_is_one_person(cast, reference):
    person = make_learner(cast.centre_a, sex="female")
    for centre in (cast.centre_a, cast.centre_b):
        group = make_class(centre)
        make_enrolled(group, [person])
        hold(make_sessions(group, 2)[0])
    found = statistics(user=cast.tuan, unit=cast.city, starts_on=FROM, ends_on=TO)
    assert (found.total.participations, found.total.learners, found.total.women) == (2, 1, 1)
    totals = [line.counts.learners for line in found.lines if line.centre and not line.topic]
    assert totals == [1, 1]


def test_a_revoked_paper_was_issued_and_is_counted_apart(cast, reference):
    group = closed_class(cast.centre_a, passing=3)[0]
    issued = issue_class(class_group=group, by=cast.duc, issued_on=group.closed_on, second=AT_SERVER).certificates
    revoke_certificate(certificate=issued[0], by=cast.duc, second=AT_SERVER, decision=Decision("Ghi sai người", "1/QĐ"))
    for target in ({"unit": cast.commune_a}, {"unit": cast.district_a}, {"centre": cast.centre_a}):
        found = statistics(user=cast.hoa if "unit" not in target else cast.tuan, starts_on=FROM, ends_on=TO, **target)
        assert (found.total.certificates, found.total.revoked) == (3, 1), target
    before = statistics(user=cast.tuan, unit=cast.city, starts_on=FROM, ends_on=group.closed_on - dt.timedelta(days=1))
    assert before.total.certificates == 0


def test_the_file_says_how_a_district_that_ended_was_counted(busy):
    def file_of(kind, ends):
        out = io.BytesIO()
        export_statistics(
            by=busy.hoa, unit=busy.district_a, starts_on=dt.date(2025, 1, 1), ends_on=ends, kind=kind, out=out
        )
        return out.getvalue()

    text = file_of("csv", TO).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert "kết thúc 30/06/2025" in lines[0]["Ghi chú"]
    assert "địa bàn cũ" in lines[0]["Ghi chú"]
    assert {line["Ghi chú"] for line in lines[1:]} == {""}
    sheet = openpyxl.load_workbook(io.BytesIO(file_of("xlsx", TO))).active
    assert any("địa bàn cũ" in str(sheet.cell(row, 1).value) for row in range(1, 8))
    assert "địa bàn cũ" not in file_of("csv", dt.date(2025, 6, 30)).decode("utf-8-sig")


def test_every_export_is_kept_with_its_hash_and_its_trace(busy):
    run, content = exported(busy, "xlsx")
    assert run.sha256 == hashlib.sha256(content).hexdigest()
    assert (run.unit, run.centre, run.starts_on, run.ends_on, run.format) == (busy.city, None, FROM, TO, "xlsx")
    event = AuditEvent.objects.get(verb="indicators.export_statistics")
    assert (event.actor, event.object_id, event.data["sha256"]) == (busy.tuan, str(run.pk), run.sha256)
    out = io.BytesIO(b"before")
    out.seek(0, io.SEEK_END)
    later = export_statistics(by=busy.lan, centre=busy.centre_a, starts_on=FROM, ends_on=TO, kind="csv", out=out)
    assert later.sha256 == hashlib.sha256(out.getvalue()[len(b"before") :]).hexdigest()
    assert AuditEvent.objects.filter(verb="indicators.export_statistics", centre_id=busy.centre_a.pk).count() == 1
    with pytest.raises(InvalidInput):
        export_statistics(by=busy.tuan, unit=busy.city, starts_on=FROM, ends_on=TO, kind="doc", out=io.BytesIO())


def test_command(busy, tmp_path, capsys):
    target = tmp_path / "tk.csv"
    args = [
        "export_statistics",
        "--from",
        "2026-01-01",
        "--to",
        "2026-06-30",
        "--format",
        "csv",
        "--out",
        str(target),
        "--json",
    ]
    call_command(*args, "--unit", "01", "--by", "tuan")
    done = json.loads(capsys.readouterr().out)
    assert done["totals"]["learners"] == recount({busy.centre_a.pk, busy.centre_b.pk})["learners"]
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    target.unlink()
    with pytest.raises(SystemExit) as left:
        call_command(*args, "--unit", "001", "--by", "hoa")
    assert left.value.code == 1
    assert not target.exists()
