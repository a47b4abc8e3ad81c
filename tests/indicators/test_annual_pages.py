"""Pages of the annual report: who opens what, writing without losing anything, versions, comparing, and the proof."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clc_manager.duties import duties_of
from indicators.annual import services
from indicators.annual.proof import proof_of_version
from indicators.models import AnnualReport, Indicator, ReportVersion, SectionText
from indicators.selectors import current_plan
from tests.indicators import annual_world
from tests.indicators.annual_world import YEAR, begin, report_value

world = annual_world.world
LIST = f"/plan/annual/?year={YEAR}"


@pytest.fixture(autouse=True)
def no_pdf(monkeypatch):
    """Making the PDF takes seconds; what it says is tested with the files."""
    monkeypatch.setattr(services, "write_pdf", lambda document, token: b"%PDF-1.7 as made")


def page(name, *args):
    return reverse(f"indicators:annual{name}", args=args)


def test_from_the_list_to_a_version_that_was_sent(as_user, world, django_capture_on_commit_callbacks):
    client = as_user(world.nam)
    body = client.get(LIST).content.decode()
    assert "Lập báo cáo" in body
    answer = client.post(f"{page('-begin')}?year={YEAR}", {"kind": "unit", "place": world.commune_b.pk})
    report = AnnualReport.objects.get()
    assert answer.url == page("", report.pk)
    body = client.get(answer.url).content.decode()
    assert "Chưa có bản nào" in body
    assert "I. TÌNH HÌNH CHUNG" in body
    preview = client.get(page("-preview", report.pk)).content.decode()
    assert "Ủy ban nhân dân phường Ba Đình báo cáo kết quả" in preview
    with django_capture_on_commit_callbacks(execute=True):
        made = client.post(page("-make", report.pk))
    version = ReportVersion.objects.get()
    assert (version.number, version.made_by) == (1, world.nam)
    assert "chưa gửi" in client.get(made.url).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        again = client.post(page("-make", report.pk))
    assert "không đổi so với bản 1" in client.get(again.url).content.decode()
    pdf = client.get(page("-file", version.pk, "pdf"))
    assert b"".join(pdf.streaming_content) == b"%PDF-1.7 as made"
    assert "bao-cao-nam-2026-00004-ban-1.pdf" in pdf["Content-Disposition"]
    assert client.get(page("-file", version.pk, "exe")).status_code == 404
    client.post(page("-send", version.pk))
    body = client.get(LIST).content.decode()
    assert "đã gửi bản 1" in body
    assert "đã gửi bản 1" in as_user(world.tuan).get(LIST).content.decode()
    refused = as_user(world.nam).post(page("-send", version.pk), follow=True).content.decode()
    assert "Bản này đã gửi." in refused


def test_writing_a_section_loses_nothing(as_user, world):
    report = begin(world.commune_b, by=world.nam)
    client, url = as_user(world.nam), page("-section", report.pk, 2)
    typed = {"heading": "II. KẾT QUẢ", "body": "Có {{learners.count}} người học.\n- {{khong.co}}", "number": "1"}
    wrong = client.post(url, typed)
    body = wrong.content.decode()
    assert wrong.status_code == 422
    assert "Dòng 2: không có chỗ điền số tên {{khong.co}}." in body
    assert "- {{khong.co}}" in body
    typed["body"] = "Có {{learners.count}} người học.\n{{statistics.topics}}"
    seen = client.post(url, {**typed, "preview": "1"}).content.decode()
    assert "Có 2 người học." in seen
    assert "Kỹ năng số" in seen
    assert SectionText.objects.filter(section__report=report, section__order=2).count() == 1
    assert client.post(url, typed).url == page("", report.pk)
    # A colleague read the first text as well, and saves now.
    late = as_user(world.tuan).post(url, {**typed, "body": "Lời của Tuấn."})
    body = late.content.decode()
    assert late.status_code == 422
    assert "Lời của Tuấn." in body
    assert "Có {{learners.count}} người học." in body
    assert world.nam.full_name in body
    assert 'name="number" value="2"' in body
    as_user(world.tuan).post(url, {**typed, "body": "Gộp của hai người.", "number": "2"})
    texts = SectionText.objects.filter(section__report=report, section__order=2).order_by("number")
    assert [row.body for row in texts][-1] == "Gộp của hai người."
    assert texts.count() == 3


def test_what_changed_between_two_versions_is_shown_in_words(as_user, world):
    report = begin(world.city, by=world.tuan)
    services.make_version(report=report, by=world.tuan)
    client = as_user(world.tuan)
    assert client.get(page("-compare", report.pk)).url == page("", report.pk)
    report_value("A2", world.city, 99, world.tuan)
    section = report.sections.get(order=4)
    text = section.texts.get()
    services.save_section(
        section=section, heading=text.heading, body=f"{text.body}\n- Thiếu phòng máy.", number=1, by=world.tuan
    )
    services.make_version(report=report, by=world.tuan)
    body = client.get(page("-compare", report.pk)).content.decode()
    assert "Bản 2 so với bản 1" in body
    assert "A2: kết quả của năm" in body
    assert "99% (chưa duyệt)" in body
    assert "- Thiếu phòng máy.</ins>" in body
    assert "IV. TỒN TẠI" in body
    assert "V. PHƯƠNG HƯỚNG" not in body


def test_who_opens(as_user, world):
    """Drafts are their writers' own; what was sent is read by whoever sees the unit's figures, the city's by all."""
    own = begin(world.commune_b, by=world.nam)
    centre = begin(centre=world.centre_a, by=world.duc)
    version, _new = services.make_version(report=own, by=world.nam)
    pages = [page("", own.pk), page("-preview", own.pk), page("-section", own.pk, 1), page("-file", version.pk, "docx")]

    def statuses(who):
        found = []
        for url in pages:
            answer = as_user(getattr(world, who)).get(url)
            found.append(answer.status_code)
            for close in answer._resource_closers:
                close()
        return found

    assert statuses("nam") == statuses("tuan") == [200] * 4
    assert statuses("oanh") == [404, 403, 403, 404]
    for who in ("hoa", "minh", "linh", "lan"):
        assert set(statuses(who)) <= {403, 404}, who
    services.send_version(version=version, by=world.nam)
    assert statuses("oanh") == [200, 403, 403, 200]
    assert statuses("hoa")[0] == statuses("lan")[0] == 404
    assert as_user(world.lan).get(page("", centre.pk)).status_code == 200
    assert as_user(world.minh).get(page("", centre.pk)).status_code == 404
    assert as_user(world.van).get(page("", centre.pk)).status_code == 404  # not sent, and the registrar does not write
    city = begin(world.city, by=world.tuan)
    assert as_user(world.linh).get(page("", city.pk)).status_code == 404
    sent, _new = services.make_version(report=city, by=world.tuan)
    services.send_version(version=sent, by=world.tuan)
    assert as_user(world.linh).get(page("", city.pk)).status_code == 200
    assert as_user(world.linh).get(page("-compare", city.pk)).status_code == 302


def test_posts_by_strangers_change_nothing(as_user, world):
    own = begin(world.commune_b, by=world.nam)
    version, _new = services.make_version(report=own, by=world.nam)
    for who in ("hoa", "minh", "oanh", "linh", "lan", "thu"):
        client = as_user(getattr(world, who))
        for url in (page("-make", own.pk), page("-send", version.pk), page("-section", own.pk, 1)):
            assert client.post(url, {"heading": "x", "body": "x", "number": 1}).status_code in (403, 404), (who, url)
        for kind, place in (("unit", world.commune_a), ("centre", world.centre_b)):
            if (who, kind) in {("minh", "centre")}:
                continue
            answer = client.post(f"{page('-begin')}?year={YEAR}", {"kind": kind, "place": place.pk})
            assert answer.status_code in (403, 404), (who, kind)
    assert AnnualReport.objects.get() == own
    assert ReportVersion.objects.count() == 1
    assert not hasattr(ReportVersion.objects.get(), "sending")
    assert as_user(world.nam).post(f"{page('-begin')}?year={YEAR}", {"kind": "unit", "place": "x"}).status_code == 404


def test_the_code_on_paper_proves_the_report(client, world):
    report = begin(world.city, by=world.tuan)
    one, _new = services.make_version(report=report, by=world.tuan)
    body = client.get(reverse("statistics-proof", args=[one.token])).content.decode()
    assert "Bản này chưa được gửi chính thức." in body
    assert "mọi số tổng giống lúc lập" in body
    assert one.pdf_sha256 in body
    named = Indicator.objects.get(plan__is_default=True, code="A2").name
    assert named not in body
    report_value("A2", world.city, 99, world.tuan)
    two, _new = services.make_version(report=report, by=world.tuan)
    services.send_version(version=one, by=world.tuan)
    services.send_version(version=two, by=world.tuan)
    assert (
        "Bản đang có hiệu lực là bản 2." in client.get(reverse("statistics-proof", args=[one.token])).content.decode()
    )
    body = client.get(reverse("statistics-proof", args=[two.token])).content.decode()
    assert "Đã gửi" in body
    assert named in body
    assert "99% (chưa duyệt)" in body


def test_the_list_costs_the_same_for_few_reports_and_many(as_user, world, django_assert_num_queries):
    client = as_user(world.tuan)
    services.make_version(report=begin(world.city, by=world.tuan), by=world.tuan)
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for unit in (world.commune_a, world.commune_b):
        services.make_version(report=begin(unit, by=world.tuan), by=world.tuan)
    with django_assert_num_queries(len(few)):
        body = client.get(LIST).content.decode()
    assert body.count("có bản 1, chưa gửi") == 3
    empty = as_user(world.hoa).get("/plan/annual/?year=2024&only=missing&show=units").content.decode()
    assert "Lập báo cáo" in empty


def test_officers_are_reminded_on_their_start_page(world):
    def texts(user, day):
        return [duty.text for duty in duties_of(user, day) if "Báo cáo năm" in duty.text]

    due = f"Báo cáo năm {YEAR} chưa gửi, trước 01/12"
    assert texts(world.nam, dt.date(YEAR, 11, 20)) == [due]
    assert texts(world.nam, dt.date(YEAR + 1, 1, 5)) == [due]
    assert texts(world.nam, dt.date(YEAR, 7, 1)) == []
    version, _new = services.make_version(report=begin(world.commune_b, by=world.nam), by=world.nam)
    services.send_version(version=version, by=world.nam)
    assert texts(world.nam, dt.date(YEAR, 11, 20)) == []
    assert texts(world.tuan, dt.date(YEAR, 11, 20)) == [due]
    assert texts(world.lan, dt.date(YEAR, 11, 20)) == []
    assert current_plan().annual_reports.count() == 1


def test_shares_of_persons_are_not_shown_to_everybody(client, world):
    """A3 of a commune may rest on two people: the paper has it, the public page says that it does not show it."""
    report = begin(world.city, by=world.tuan)
    version, _new = services.make_version(report=report, by=world.tuan)
    values = version.values | {
        "A3.figure": {"text": "50%", "source": {"kind": "computed"}},
        "C3.figure": {"text": "33,3%", "source": {"kind": "computed"}},
    }
    shown = proof_of_version(ReportVersion(report=report, number=9, values=values, totals=version.totals))
    assert "A3" in shown.hidden
    assert {code for code, _name, _value in shown.lines} == {"C3"}
    body = client.get(reverse("statistics-proof", args=[version.token])).content.decode()
    assert ("không hiện ở trang công khai" in body) == bool(proof_of_version(version).hidden)
