"""What a wording makes of frozen content: lines, two languages, composed letters, tags; and that it all fits a page."""

import io
import unicodedata

import pikepdf
import pypdfium2
import pytest
from PIL import ImageChops

from certificates.choices import CertificateKind, PaperLanguage
from certificates.content import english_centre, english_unit
from certificates.paper.fitting import fits
from certificates.paper.rendering import Paper, Press
from certificates.wording.builtin import builtin_blocks
from certificates.wording.filling import builtin_wording, fill, wording_of
from certificates.wording.placeholders import english_day
from certificates.wording.samples import Sample, sample_paper
from tests.certificates.pictures import picture


@pytest.fixture(scope="module")
def press():
    return Press()


@pytest.mark.django_db
@pytest.mark.parametrize("language", PaperLanguage)
@pytest.mark.parametrize("kind", CertificateKind)
def test_the_programs_words_fit_with_the_longest_names_and_a_logo(press, kind, language):
    wording = builtin_wording(kind, language, picture(size=(600, 600)))
    paper = sample_paper(wording, kind=kind, centre=None, sample=Sample.LONG)
    assert len(paper.lines["name"].text) == 60
    assert fits(press, paper)


@pytest.mark.django_db
def test_what_is_not_known_takes_its_line_away():
    wording = builtin_wording(CertificateKind.COURSE, PaperLanguage.VI_EN)
    lines = sample_paper(wording, kind="course", centre=None, sample=Sample.UNKNOWN).lines
    assert not {"birth", "birth-en", "body-3", "body-3-en"} & set(lines)
    assert lines["body-2-en"].text.startswith("from 2 March")
    known = sample_paper(wording, kind="course", centre=None).lines
    assert (known["birth-en"].text, known["body-3-en"].text) == ("Born on 5 March 1984", "Result: Completed with merit")


def test_what_is_filled_in_is_not_read_again():
    line = fill("body", "đã hoàn thành {khoa_hoc}", {"khoa_hoc": "Lớp {ho_ten} {{ x }}"})
    assert line.text == "đã hoàn thành Lớp {ho_ten} {{ x }}"


def test_english_of_days_units_and_centres():
    assert [english_day(day) for day in ("05/03/1984", "03/1984", "1984", "")] == [
        "5 March 1984",
        "March 1984",
        "1984",
        "",
    ]
    assert [english_unit(name) for name in ("Xã Ba Vì", "phường Ba Đình", "Thị trấn Sóc Sơn", "Khu 5")] == [
        "Ba Vì Commune", "Ba Đình Ward", "Sóc Sơn Township", "Khu 5",
    ]  # fmt: skip
    assert english_centre("Trung tâm học tập cộng đồng xã Ba Vì") == "Community Learning Centre of Ba Vì Commune"
    assert english_centre("Nhà văn hóa Ba Vì") == "Nhà văn hóa Ba Vì"


@pytest.mark.django_db
def test_decomposed_content_prints_the_same_bilingual_paper(press):
    wording = wording_of(builtin_blocks(CertificateKind.COURSE), PaperLanguage.VI_EN)
    paper = sample_paper(wording, kind="course", centre=None, sample=Sample.LONG)
    apart = {
        name: unicodedata.normalize("NFD", value) if isinstance(value, str) else value
        for name, value in paper.content.items()
    }
    assert apart != paper.content
    pages = [
        pypdfium2.PdfDocument(press.render([row]))[0].render(scale=1.5).to_pil()
        for row in (paper, Paper(apart, paper.token, paper.verify_url, wording))
    ]
    assert ImageChops.difference(*pages).getbbox() is None


@pytest.mark.django_db
def test_the_file_is_tagged_in_vietnamese_with_words_for_its_pictures(press):
    wording = builtin_wording(CertificateKind.COURSE, PaperLanguage.VI, picture())
    paper = sample_paper(wording, kind="course", centre=None)
    with pikepdf.open(io.BytesIO(press.render([paper]))) as pdf:
        assert str(pdf.Root.Lang) == "vi"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert str(pdf.docinfo["/Title"]) == paper.title
        parts = [
            item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/StructElem"
        ]
        assert {"/H1", "/P", "/Figure"} <= {str(part.S) for part in parts}
        figures = [str(part.get("/Alt", "")) for part in parts if part.S == "/Figure"]
        assert all(figures)
        assert any("QR" in words for words in figures)
        assert any("Biểu trưng" in words for words in figures)
