"""Writing the annual report: place-holders, two people at once, versions that stay, next year's from this year's."""

import hashlib

import pytest
from django.db import DatabaseError, transaction

from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from indicators.annual import services
from indicators.annual.composing import Text, names_of
from indicators.annual.gathering import gather
from indicators.annual.subjects import Subject, starting_text
from indicators.annual.values import values_of
from indicators.models import ReportSection, ReportVersion, SectionText, VersionSending
from indicators.selectors import current_plan
from tests.indicators import annual_world
from tests.indicators.annual_world import YEAR, begin
from tests.race import race

world = annual_world.world


@pytest.fixture
def no_pdf(monkeypatch):
    """Making the PDF takes seconds; what it says is tested with the files."""
    monkeypatch.setattr(services, "write_pdf", lambda document, token: b"%PDF")


def first(report):
    section = report.sections.first()
    return section, section.texts.first()


def write(report, body, *, by, number=1):
    section, text = first(report)
    return services.save_section(section=section, heading=text.heading, body=body, number=number, by=by)


def test_first_texts_use_only_place_holders_there_are(world):
    """Every level's text can be filled in, and every name has a value."""
    places = {"city": world.city, "district": world.district_a, "commune": world.commune_a}
    for level in ("city", "district", "commune", "centre"):
        centre = world.centre_a if level == "centre" else None
        subject = Subject(current_plan(), YEAR, places.get(level), centre)
        names = names_of(subject)
        assert [names.problems(Text(*row)) for row in starting_text(level)] == [[]] * len(starting_text(level))
        assert set(values_of(gather(subject))) == set(names.inline)


def test_unknown_place_holders_are_named_with_their_line(world):
    report = begin(world.commune_a, by=world.tuan)
    body = "Dòng đầu {{year}}.\nKết quả {{A3.figur}} và {{la.lung}}.\n{{lines.table}} thừa\n{{hở"
    with pytest.raises(InvalidInput) as refused:
        write(report, body, by=world.tuan)
    said = refused.value.fields["body"]
    assert said[0] == "Dòng 2: không có chỗ điền số tên {{A3.figur}}. Có phải {{A3.figure}}?"
    assert said[1].startswith("Dòng 2: không có chỗ điền số tên {{la.lung}}.")
    assert said[2].startswith("Dòng 3: {{lines.table}} là bảng")
    assert said[3] == "Dòng 4: có dấu {{ hoặc }} không thành cặp."
    assert first(report)[1].number == 1
    # What a line of the plan was called may be gone by the time a version is made.
    current_plan().indicators.filter(code="D8").update(code="D9")
    section, text = first(report)
    SectionText.objects.create(section=section, number=2, heading=text.heading, body="{{D8.figure}}")
    with pytest.raises(InvalidInput) as late:
        services.make_version(report=report, by=world.tuan)
    assert "D8.figure" in str(late.value.message)
    assert text.heading in str(late.value.message)


def test_the_second_of_two_gets_both_texts(world):
    report = begin(world.commune_b, by=world.nam)
    mine = write(report, "Của Nam {{year}}.", by=world.nam)
    with pytest.raises(Conflict) as refused:
        write(report, "Của Tuấn {{year}}.", by=world.tuan)
    assert refused.value.code == "changed_meanwhile"
    assert refused.value.data["theirs"] == mine
    assert world.nam.full_name in str(refused.value.message)
    write(report, "Gộp {{year}}.", by=world.tuan, number=2)
    section, _text = first(report)
    bodies = list(section.texts.order_by("number").values_list("body", flat=True))
    assert bodies[1:] == ["Của Nam {{year}}.", "Gộp {{year}}."]
    with pytest.raises(DatabaseError), transaction.atomic():
        SectionText.objects.filter(section=section).update(body="khác")


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment(world):
    report = begin(world.commune_b, by=world.nam)
    results = race(*(lambda who=who: write(report, f"Của {who.username}", by=who) for who in (world.nam, world.tuan)))
    saved = [result for result in results if isinstance(result, SectionText)]
    refused = [result for result in results if isinstance(result, Conflict)]
    assert (len(saved), len(refused)) == (1, 1)
    assert refused[0].data["theirs"].body == saved[0].body


def test_versions_stay_and_only_what_changed_makes_one(world, no_pdf):
    report = begin(world.commune_b, by=world.nam)
    one, is_new = services.make_version(report=report, by=world.nam)
    assert (one.number, is_new) == (1, True)
    assert services.make_version(report=report, by=world.nam) == (one, False)
    write(report, "Lời khác {{learners.count}}.", by=world.nam)
    two, _new = services.make_version(report=report, by=world.nam)
    assert (two.number, ReportVersion.objects.count()) == (2, 2)
    assert one.token != two.token
    with one.docx.open("rb") as kept:
        assert hashlib.sha256(kept.read()).hexdigest() == one.docx_sha256
    for attempt in (
        lambda: ReportVersion.objects.filter(pk=one.pk).update(number=7), one.delete,
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    services.send_version(version=two, by=world.nam)
    with pytest.raises(Conflict, match="đã gửi"):
        services.send_version(version=two, by=world.nam)
    with pytest.raises(Conflict, match="mới hơn"):
        services.send_version(version=one, by=world.nam)
    assert VersionSending.objects.get().sent_to == "Ủy ban nhân dân Thành phố (qua Sở Giáo dục và Đào tạo)"
    verbs = AuditEvent.objects.filter(object_type="indicators.annualreport").values_list("verb", flat=True)
    assert {"indicators.start_annual_report", "indicators.send_annual_version"} <= set(verbs)


def test_next_year_begins_with_this_years_text(world):
    before = begin(world.commune_b, by=world.nam, year=YEAR - 1)
    write(before, "Lời của chúng tôi năm {{year}}.", by=world.nam)
    report = begin(world.commune_b, by=world.nam)
    assert report.copied_from == before
    assert first(report)[1].body == "Lời của chúng tôi năm {{year}}."
    assert begin(world.commune_b, by=world.nam) == report
    assert ReportSection.objects.filter(report=report).count() == before.sections.count()


def test_who_writes_for_whom(world):
    subjects = {"city": world.city, "commune": world.commune_b, "district": world.district_a}
    may = {("tuan", "city"), ("tuan", "commune"), ("tuan", "district"), ("nam", "commune"), ("hoa", "district")}
    for who in ("tuan", "nam", "hoa", "oanh", "lan", "linh"):
        for level, unit in subjects.items():
            user = getattr(world, who)
            assert services.may_write(user, Subject(current_plan(), YEAR, unit)) == ((who, level) in may), (who, level)
    for who, refusal in (("minh", OutOfScope), ("oanh", Forbidden), ("tuan", Forbidden), ("van", Forbidden)):
        with pytest.raises(refusal):
            begin(centre=world.centre_a, by=getattr(world, who))
    assert begin(centre=world.centre_a, by=world.duc).centre == world.centre_a
    for year in (2022, YEAR + 60):
        with pytest.raises(InvalidInput):
            begin(world.city, by=world.tuan, year=year)
