"""The yearly form says what statistics and the yearly record say, adds up, and says what is missing."""

import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from core.dates import Period
from core.errors import Forbidden, OutOfScope
from indicators.models import ReportRun
from indicators.services.resources import record_year
from indicators.statistics.selectors import statistics
from indicators.year_form.files import COLUMNS, make_form, total_of
from indicators.year_form.selectors import COUNTED, RECORDED, year_form
from learners.target_groups import TargetGroup
from tests.factories import finished_class, make_certificates


def year():
    return timezone.localdate().year


@pytest.fixture
def worked(cast, reference):
    rows = make_certificates(cast.centre_a, passing=2)
    rows[0].learner.target_groups.add(TargetGroup.objects.get(code="khuyet_tat"))
    # The same person in both centres: one person in the total.
    finished_class(cast.centre_b, people=[rows[0].learner], passing=1, sessions=2)
    record_year(centre=cast.centre_a, year=year(), by=cast.lan, managers=3, computers=4, budget_state=20_000_000)
    return cast


def test_it_agrees_with_statistics_and_the_record(worked):
    form = year_form(user=worked.tuan, year=year(), unit=worked.city)
    period = Period.calendar_year(year())
    stats = statistics(user=worked.tuan, unit=worked.city, starts_on=period.starts_on, ends_on=period.ends_on)
    assert form.stats.totals == stats.totals
    for name in COUNTED:
        assert form.total.counted(name) == stats.totals[name]
    for line in form.lines:
        alone = statistics(
            user=worked.tuan, centre=line.centre, starts_on=period.starts_on, ends_on=period.ends_on
        ).totals  # fmt: skip
        assert {name: line.counted(name) for name in COUNTED} == {name: alone[name] for name in COUNTED}
    for name in ("classes", "sessions", "participations", "certificates"):
        assert sum(line.counted(name) for line in form.lines) == form.total.counted(name)
    assert sum(classes for _topic, classes, _times in form.topics) == form.total.counted("classes")
    assert sum(times for _topic, _classes, times in form.topics) == form.total.counted("participations")
    assert sum(line.counted("disabled") for line in form.lines) == 2
    assert form.total.counted("disabled") == 1

    a, b = (next(line for line in form.lines if line.centre == one) for one in (worked.centre_a, worked.centre_b))
    assert (a.recorded("managers"), a.recorded("rooms"), b.record) == (3, None, None)
    assert form.recorded_total("computers") == (4, 1)
    assert form.recorded_total("rooms") == (None, 0)
    assert form.unwritten == [worked.centre_b]
    assert set(RECORDED) | {"disabled", *COUNTED} == {name for _heading, _source, name in COLUMNS}


def test_the_files_say_the_same(worked):
    run, data = make_form(by=worked.tuan, year=year(), kind="xlsx", unit=worked.city)
    form = year_form(user=worked.tuan, year=year(), unit=worked.city)
    assert run.totals == form.stats.totals
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    rows = [list(row) for row in book["Báo cáo năm"].iter_rows(values_only=True)]
    head = next(place for place, row in enumerate(rows) if row[0] == "Mã trung tâm")
    total, lines = rows[head + 1], rows[head + 2 :]
    assert len(lines) == len(form.lines)
    for place, (_heading, source, name) in enumerate(COLUMNS, start=4):
        assert total[place] == total_of(form, source, name)
        if source != "person":
            assert sum(row[place] or 0 for row in lines) == (total[place] or 0)
    _run, pdf = make_form(by=worked.lan, year=year(), kind="pdf", centre=worked.centre_a)
    assert pdf.startswith(b"%PDF")
    assert ReportRun.objects.count() == 2


def test_who_gets_it(as_user, worked):
    with pytest.raises(OutOfScope):
        year_form(user=worked.minh, year=year(), centre=worked.centre_a)
    with pytest.raises((Forbidden, OutOfScope)):
        make_form(by=worked.thu, year=year(), kind="pdf", centre=worked.centre_a)
    page = reverse("indicators:year-form")
    assert as_user(worked.minh).get(page, {"centre": worked.centre_a.pk}).status_code == 404
    body = as_user(worked.lan).get(page).content.decode()
    assert worked.centre_a.name in body
    assert worked.centre_b.name not in body
    assert as_user(worked.hoa).get(page).status_code == 200
