"""A commune and a city with classes, papers, figures in every state, and a contribution: what a report tells of."""

import datetime as dt
import re
import zipfile
from io import BytesIO

import docx
import pypdfium2
import pytest

from centres.models import Body
from indicators.annual import services
from indicators.choices import FigureState
from indicators.models import Figure, Indicator
from indicators.selectors import current_plan
from indicators.services import report_figure
from indicators.services.contributions import decide_contribution, save_contribution
from tests.cast import with_linh
from tests.factories import hold, make_class, make_course, make_enrolled, make_sessions, make_topic

YEAR = 2026
HELD = dt.date(2026, 3, 2)


@pytest.fixture
def world(cast, reference):
    """Plan year 2026 of the cast's two centres."""
    for centre, people in ((cast.centre_a, 6), (cast.centre_b, 2)):
        group = make_class(centre, course=make_course(centre, topic=make_topic("ky_nang_so")), starts_on=HELD)
        make_enrolled(group, people, sex="female")
        for session in make_sessions(group, 2):
            hold(session)
    linh = with_linh(cast)
    sent = save_contribution(
        plan=current_plan(), body=Body.objects.get(code="HKH"), unit=None, year=YEAR, version=0, by=linh, send=True,
        words={"done": "Vận động 120 gia đình học tập.", "proposals": "Hỗ trợ kinh phí tập huấn."},
    )  # fmt: skip
    decide_contribution(contribution=sent, accept=True, by=cast.tuan)
    return cast


def report_value(code, unit, value, by, *, ends_on=dt.date(2026, 10, 31), approved=False):
    """A reported figure of the plan, approved or waiting."""
    figure = report_figure(
        indicator=Indicator.objects.get(plan__is_default=True, code=code), unit=unit, value=value, by=by,
        status_value="", ends_on=ends_on, source_name="Sở Giáo dục và Đào tạo", document="BC 12",
        document_on=ends_on,
    )  # fmt: skip
    if approved:
        Figure.objects.filter(pk=figure.pk).update(state=FigureState.APPROVED)
    return figure


def begin(unit=None, *, by=None, centre=None, year=YEAR):
    """A report with its first text."""
    return services.start_report(plan=current_plan(), year=year, unit=unit, centre=centre, by=by)


def words_of_docx(content):
    """Every text of a Word file in reading order: paragraphs and cells of tables."""
    body = docx.Document(BytesIO(content)).element.body
    texts = []
    for paragraph in body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"):
        texts.append("".join(node.text or "" for node in paragraph.iter() if node.tag.endswith("}t")))
    # Rules below the names of offices are drawn as dashes in Word, as lines on paper.
    return [text for text in texts if text and not (len(text) > 4 and set(text) == {"–"})]


def words_of_pdf(content):
    """The text of each page of a PDF."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def squeezed(text):
    """A text without spaces: lines break in other places on paper and in Word."""
    return re.sub(r"\s|\u00ad|\ufffe|\x02", "", text)


def members(content):
    """The parts of a Word file by name."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}
