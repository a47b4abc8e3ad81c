"""The years of a line: on the page, in the picture, its table and the PDF the same numbers as in the figures kept."""

import datetime as dt
import io
import re
from decimal import Decimal

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from indicators.models import Figure, Indicator
from indicators.selectors import plan_lines
from indicators.services import compute_figure
from indicators.trends import trends_of

VALUES = {2022: "14.8", 2023: "21.5", 2024: "27.3", 2025: "33.9", 2026: "38.4"}


def keep(cast, code, year, value, *, state="approved", version=1, unit=None, replaces=None):
    return Figure.objects.create(
        indicator=Indicator.objects.get(plan__is_default=True, code=code), unit=unit or cast.city, value=Decimal(value),
        starts_on=dt.date(year, 1, 1), ends_on=dt.date(year, 11, 30), period_kind="calendar_year", source="reported",
        state=state, source_name="Sở", document="Số 1", entered_by=cast.tuan, version=version, replaces=replaces,
        note="sửa" if replaces else "",
    )  # fmt: skip


@pytest.fixture
def years(cast, reference):
    return [keep(cast, "D1", year, value) for year, value in VALUES.items()]


def trend_of(cast, code="D1", as_of=dt.date(2026, 12, 1), unit=None):
    unit = unit or cast.city
    (trend,) = trends_of(plan_lines(unit=unit, as_of=as_of, code=code), unit=unit, as_of=as_of)
    return trend


def test_the_picture_its_table_and_the_page_say_what_is_kept(as_user, cast, years):
    trend = trend_of(cast)
    shown = [f"{value.replace('.', ',')}%" for value in VALUES.values()]
    assert [row[1] for row in trend.picture.table.rows][:5] == shown
    assert [float(point.value) for point in trend.points] == [float(value) for value in VALUES.values()]
    assert "38,4%" in re.findall(r"<text[^>]*>([^<]*)<", trend.picture.svg)
    assert "70,0%" in re.findall(r"<text[^>]*>([^<]*)<", trend.picture.svg)
    body = as_user(cast.tuan).get(reverse("indicators:figure", args=["D1"])).content.decode()
    assert all(value in body for value in shown)
    assert trend.outlook in body
    page = as_user(cast.tuan).get(reverse("indicators:plan")).content.decode()
    assert "2022: 14,8%; 2023: 21,5%; 2024: 27,3%; 2025: 33,9%; 2026: 38,4%" in page


def test_what_was_returned_or_corrected_is_not_drawn(cast, years):
    keep(cast, "D1", 2026, "99", state="returned", version=2, replaces=years[-1])
    assert trend_of(cast).points[-1].value == Decimal("38.4")
    keep(cast, "D1", 2025, "35", version=2, replaces=years[-2])
    assert [point.value for point in trend_of(cast).points][-2:] == [Decimal("35"), Decimal("38.4")]
    assert [point.year for point in trend_of(cast, as_of=dt.date(2024, 12, 31)).points] == [2022, 2023, 2024]


def test_one_units_years_are_never_anothers(cast, years):
    assert trend_of(cast, unit=cast.commune_a).figures == []
    assert trend_of(cast, unit=cast.commune_a).outlook.startswith("Chưa đủ số liệu để dự báo")


def test_a_computed_line_shows_what_was_kept_and_what_is_now(cast, reference):
    compute_figure(code="C3", unit=cast.city, as_of=dt.date(2025, 11, 30), by=cast.tuan)
    trend = trend_of(cast, code="C3")
    assert [point.year for point in trend.points] == [2025, 2027]
    assert trend.figures[-1].pk is None


def test_in_december_a_plan_years_figure_stands_for_the_year_it_closes_in(cast, reference):
    for day in (dt.date(2026, 11, 30), dt.date(2026, 12, 1)):
        compute_figure(code="C3", unit=cast.city, as_of=day, by=cast.tuan)
    drawn = trend_of(cast, "C3", dt.date(2026, 12, 1))
    assert [(point.year, figure.ends_on) for point, figure in zip(drawn.points, drawn.figures, strict=True)] == [
        (2026, dt.date(2026, 11, 30)), (2027, dt.date(2026, 12, 1)),
    ]  # fmt: skip


def test_the_plan_on_paper_is_one_sheet_and_its_pictures(as_user, cast, years):
    response = as_user(cast.tuan).get(reverse("indicators:plan-file"))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].endswith('.pdf"')
    pages = pypdfium2.PdfDocument(io.BytesIO(response.content))
    texts = [page.get_textpage().get_text_bounded() for page in pages]
    assert len(texts) == 2
    codes = set(Indicator.objects.filter(plan__is_default=True).values_list("code", flat=True))
    assert codes <= set(texts[0].split())
    assert "38,4%" in texts[0]
    assert all(value.replace(".", ",") in texts[1] for value in VALUES.values())
    assert trend_of(cast).outlook.split(".")[0] in texts[1].replace("\r\n", " ").replace("\n", " ")


def test_the_page_asks_as_often_for_one_year_as_for_ten(as_user, cast, years):
    client = as_user(cast.tuan)

    def asked():
        with CaptureQueriesContext(connection) as log:
            client.get(reverse("indicators:plan"))
        return len(log)

    asked()
    few = asked()
    for code in ("A2", "B1", "B2", "C2"):
        for year in range(2017, 2027):
            keep(cast, code, year, "50")
    assert asked() == few


def test_goals_that_are_words_have_no_forecast(cast, reference):
    trend = trend_of(cast, code="A1")
    assert (trend.outlook, trend.spark, trend.projection) == ("", None, None)
