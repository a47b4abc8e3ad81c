"""What is due when, who has not handed it in, and one message for each person, deadline and stage."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import Forbidden, InvalidInput
from core.models import AuditEvent
from indicators.deadlines import due_day, dues, mine, owed, pressing, subjects_of
from indicators.models import Deadline, DeadlineDay, Figure, Indicator, Reminder, ReminderChoice
from indicators.services import (
    approve_figure,
    choose_reminders,
    declare,
    report_figure,
    return_figure,
    save_draft,
    send_reminders,
    set_deadline_day,
)
from tests.race import race

TODAY = dt.date(2026, 11, 20)


def due_of(code, year, today=TODAY):
    return next(due for due in dues(today) if (due.deadline.code, due.year) == (code, year))


def report(cast, code, *, unit=None, by=None, value="40"):
    return report_figure(
        indicator=Indicator.objects.get(code=code), unit=unit or cast.commune_b, value=Decimal(value), status_value="",
        source_name="UBND", document="BC", document_on=None, ends_on=dt.date(2026, 9, 30), by=by or cast.nam,
    )  # fmt: skip


def test_every_kind_of_year_has_its_day(cast, reference):
    days = {(due.deadline.code, due.year): due for due in dues(TODAY)}
    assert days["xmc-phuong-xa", 2026].due_on == dt.date(2026, 10, 3)
    assert days["xmc-phuong-xa", 2026].starts_on == dt.date(2025, 10, 1)
    assert days["ke-hoach-phuong-xa", 2026].due_on == dt.date(2026, 11, 30)
    assert days["don-vi-hoc-tap", 2026].due_on == dt.date(2027, 1, 15)
    school = days["truong-hoc", 2026]
    assert (school.ends_on, school.due_on) == (dt.date(2027, 8, 31), dt.date(2027, 9, 30))
    assert ("xmc-phuong-xa", 2025) not in days  # before the first year
    assert [due.due_on for due in dues(TODAY)] == sorted(due.due_on for due in dues(TODAY))
    assert due_day(2027, 2, 31) == dt.date(2027, 2, 28)


def test_who_has_not_reported_by_unit_and_line(cast, reference):
    due = due_of("ke-hoach-phuong-xa", 2026)
    units = subjects_of(due, cast.tuan)
    assert units == [cast.commune_b, cast.commune_a]  # Ba Đình before Ba Vì
    found, total = owed(due, units)
    assert (len(found), total) == (20, 20)  # ten lines a commune knows, of two communes
    report(cast, "D1")
    returned = report(cast, "D3")
    return_figure(figure=returned, by=cast.tuan, reason="Thiếu văn bản")
    save_draft(indicator=Indicator.objects.get(code="D4"), unit=cast.commune_b, typed={"value": "1"}, by=cast.nam)
    found, total = owed(due, units)
    states = {(row.unit, row.indicator.code): row.state for row in found}
    assert (len(found), total) == (19, 20)
    assert (cast.commune_b, "D1") not in states
    assert states[cast.commune_b, "D3"] == "returned"
    assert states[cast.commune_b, "D4"] == "draft"
    assert states[cast.commune_a, "D1"] == "nothing"
    assert subjects_of(due, cast.nam) == [cast.commune_b]
    assert subjects_of(due, cast.lan) == []
    one, total = owed(due_of("don-vi-hoc-tap", 2026), units)
    assert (len(one), total) == (2, 2)


def test_what_is_mine_and_when_it_is_done(cast, reference):
    assert [row.due.deadline.code for row in mine(cast.lan, TODAY)] == ["ke-hoach-trung-tam", "tu-khai-cntt"]
    declare(centre=cast.centre_a, year=2026, applies_it=True, note="", by=cast.lan)
    assert [(row.due.deadline.code, row.done) for row in mine(cast.lan, TODAY)] == [
        ("ke-hoach-trung-tam", False), ("tu-khai-cntt", True),
    ]  # fmt: skip
    of_nam = {row.due.deadline.code: row for row in mine(cast.nam, TODAY) if row.due.year == 2026}
    assert set(of_nam) == {"xmc-phuong-xa", "ke-hoach-phuong-xa", "don-vi-hoc-tap"}
    assert (of_nam["xmc-phuong-xa"].late_days, of_nam["ke-hoach-phuong-xa"].days) == (48, 10)
    assert mine(cast.thu, TODAY) == mine(cast.oanh, TODAY) == []


def test_the_city_moves_a_day_of_one_year_and_writes_deadlines_of_its_own(as_user, cast, reference):
    row = Deadline.objects.get(code="ke-hoach-phuong-xa")
    for user in (cast.nam, cast.lan, cast.oanh):
        with pytest.raises(Forbidden):
            set_deadline_day(deadline=row, year=2026, due_on=dt.date(2026, 12, 5), reason="Lụt", by=user)
    with pytest.raises(InvalidInput, match="đỏ"):
        set_deadline_day(deadline=row, year=2026, due_on=dt.date(2036, 12, 5), reason=" ", by=cast.tuan)
    client = as_user(cast.tuan)
    wrong = client.post(f"/plan/deadlines/{row.code}/day/", {"year": 2026, "due_on": "31/02/2026", "reason": "Lụt"})
    assert wrong.status_code == 422
    given = {"year": 2026, "due_on": "05/12/2026", "reason": "Lụt"}
    assert client.post(f"/plan/deadlines/{row.code}/day/", given).status_code == 302
    assert due_of(row.code, 2026).due_on == dt.date(2026, 12, 5)
    assert due_of(row.code, 2027).due_on == dt.date(2027, 11, 30)
    assert AuditEvent.objects.get(verb="indicators.set_deadline_day").data["reason"] == "Lụt"
    own = {
        "code": "giua-nam", "name": "Số liệu giữa năm", "what": "figures", "level": "commune",
        "period_kind": "calendar_year", "due_day": "30", "due_month": "2", "years_later": "0", "indicators": "d1, D9",
        "first_year": "2026", "source": "Công văn 5",
    }  # fmt: skip
    page = client.post("/plan/deadlines/add/", own)
    assert page.status_code == 422
    assert "D9" in page.content.decode()
    page = client.post("/plan/deadlines/add/", own | {"indicators": "d1"})
    assert "Không có ngày này trong tháng" in page.content.decode()
    assert client.post("/plan/deadlines/add/", own | {"indicators": "d1", "due_month": "6"}).status_code == 302
    assert Deadline.objects.get(code="giua-nam").indicators == ["D1"]
    assert client.post("/plan/deadlines/giua-nam/", own | {"indicators": "", "due_month": "7"}).status_code == 302
    change = AuditEvent.objects.get(verb="indicators.change_deadline")
    assert (change.data["before"]["due_month"], change.data["now"]["due_month"]) == ("6", "7")
    centre = client.post("/plan/deadlines/add/", own | {"code": "x", "level": "centre", "indicators": ""})
    assert "do trung tâm nộp" in centre.content.decode()
    for who in (cast.nam, cast.lan):
        for page in ("add/", "giua-nam/", "giua-nam/day/"):
            assert as_user(who).get(f"/plan/deadlines/{page}").status_code == 403


def test_the_pages(as_user, cast, reference):
    report(cast, "D1")
    body = as_user(cast.nam).get("/plan/deadlines/").content.decode()
    assert "Số liệu năm của kế hoạch, phường, xã" in body
    page = as_user(cast.tuan).get("/plan/missing/", {"deadline": "ke-hoach-phuong-xa", "year": 2026, "sort": "state"})
    assert (page.context["left"], page.context["total"], page.context["silent"]) == (19, 20, 2)
    address = "/plan/missing/?deadline=ke-hoach-phuong-xa&year=2026"
    by_line = as_user(cast.tuan).get(address + "&sort=line").context["page_obj"].object_list
    assert [(group.first.indicator.code, len(group.rows)) for group in by_line[:2]] == [("A1", 2), ("A2", 2)]
    assert sum(len(group.rows) for group in by_line) == 19
    by_unit = as_user(cast.tuan).get(address).context["page_obj"].object_list
    assert [(group.first.unit, len(group.rows)) for group in by_unit] == [(cast.commune_b, 9), (cast.commune_a, 10)]
    centres = as_user(cast.tuan).get("/plan/missing/?deadline=tu-khai-cntt&year=2026")
    assert [group.first.centre for group in centres.context["page_obj"].object_list] == [cast.centre_b, cast.centre_a]
    sheet = as_user(cast.tuan).get("/plan/missing/?deadline=ke-hoach-phuong-xa&year=2026&format=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True))
    assert len(rows) == 19 + 4
    assert rows[4][0] == "Phường Ba Đình"
    own = as_user(cast.nam).get("/plan/missing/?deadline=ke-hoach-phuong-xa&year=2026")
    assert own.context["left"] == 9
    assert f"A2 · {Indicator.objects.get(code='A2').name}" in own.content.decode()
    assert as_user(cast.tuan).get("/plan/missing/?deadline=khong-co").status_code == 404
    assert as_user(cast.thu).get("/plan/deadlines/").status_code == 403


def test_lists_cost_the_same_for_few_and_many(as_user, cast, reference):
    client = as_user(cast.tuan)

    def queries(page):
        client.get(page)
        with CaptureQueriesContext(connection) as log:
            client.get(page)
        return len(log)

    pages = ("/plan/deadlines/", "/plan/missing/?deadline=ke-hoach-phuong-xa&year=2026", "/")
    few = [queries(page) for page in pages]
    for code in ("D1", "D2", "D3", "D4"):
        report(cast, code)
        report(cast, code, unit=cast.city, by=cast.tuan)
    assert [queries(page) for page in pages] == few


@pytest.fixture
def addresses(cast, reference, settings):
    settings.MAIL_HOST = "mail.test"
    for name in ("nam", "tuan", "duc", "lan"):
        user = getattr(cast, name)
        user.email = f"{name}@hanoi.test"
        user.save()
    return cast


def test_one_message_for_each_person_deadline_and_stage(addresses):
    cast = addresses
    ReminderChoice.objects.create(person=cast.duc, by_email=False)
    soon = send_reminders(today=TODAY)
    assert soon["opted_out"] == 2  # Đức: the report and the declaration
    assert soon["no_address"] == 4  # Minh and Hải, of centre B
    to = [(message.to, message.subject.split(":")[1].split("(")[0].strip()) for message in mail.outbox]
    assert sorted(to) == sorted([
        (["lan@hanoi.test"], "Báo cáo thống kê năm của trung tâm"),
        (["lan@hanoi.test"], "Trung tâm tự khai ứng dụng CNTT"),
        (["nam@hanoi.test"], "Khóa năm xóa mù chữ của phường, xã"),
        (["nam@hanoi.test"], "Số liệu năm của kế hoạch, phường, xã"),
        (["tuan@hanoi.test"], "Số liệu năm của kế hoạch, thành phố"),
    ])  # fmt: skip
    text = next(
        message.body for message in mail.outbox if "phường, xã" in message.subject and "Số liệu" in message.subject
    )
    for part in ("Kính gửi anh Nam", "hạn nộp 30/11/2026, còn 10 ngày", "- Phường Ba Đình: A1, A2", "/plan/deadlines/"):
        assert part in text
    assert "<" not in text
    assert send_reminders(today=TODAY) == {"sent": 0, "failed": 0, "no_address": 4, "opted_out": 2, "again": 5}
    assert len(mail.outbox) == 5
    assert AuditEvent.objects.filter(verb="indicators.remind").count() == 5
    near = send_reminders(today=dt.date(2026, 11, 28))
    assert near["sent"] == 4  # the next stage; the literacy year is still overdue and was told
    assert near["again"] == 1


def test_whoever_has_handed_in_is_not_reminded(addresses):
    cast = addresses
    for centre, by in ((cast.centre_a, cast.lan), (cast.centre_b, cast.minh)):
        declare(centre=centre, year=2026, applies_it=True, note="", by=by)
    send_reminders(today=TODAY)
    assert not [message for message in mail.outbox if "tự khai" in message.subject]
    assert not Reminder.objects.filter(deadline__code="tu-khai-cntt").exists()


def test_without_a_mail_server_nothing_is_claimed(cast, reference, settings, capsys):
    settings.MAIL_HOST = ""
    with pytest.raises(InvalidInput, match="CLC_EMAIL_HOST"):
        send_reminders(today=TODAY)
    with pytest.raises(SystemExit):
        call_command("send_reminders", "--json")
    assert "no_mail_server" in capsys.readouterr().out
    assert not Reminder.objects.exists()


def test_a_message_that_did_not_leave_is_tried_again(addresses, monkeypatch):
    from django.core.mail import EmailMessage

    def refuse(_message, *_args, **_kwargs):
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", refuse)
        assert send_reminders(today=TODAY)["failed"] == 7
    assert not Reminder.objects.exists()
    assert send_reminders(today=TODAY)["sent"] == 7


def test_choosing_not_to_be_written_to(as_user, cast, reference):
    client = as_user(cast.nam)
    assert client.post("/plan/deadlines/reminders/", {"by_email": "no"}).status_code == 302
    assert ReminderChoice.objects.get(person=cast.nam).by_email is False
    assert "Nhận thư nhắc" in client.get("/plan/deadlines/").content.decode()
    choose_reminders(by_email=True, by=cast.nam)
    assert ReminderChoice.objects.get(person=cast.nam).by_email is True


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_write_once(addresses):
    results = race(lambda: send_reminders(today=TODAY), lambda: send_reminders(today=TODAY))
    assert sum(result["sent"] for result in results) == Reminder.objects.count() == len(mail.outbox) == 7


def test_the_start_page_says_what_presses(as_user, cast, reference):
    today = timezone.localdate()
    row = Deadline.objects.get(code="xmc-phuong-xa")
    year = next(due.year for due in dues(today) if due.deadline == row and due.starts_on <= today)
    DeadlineDay.objects.create(
        deadline=row, year=year, due_on=today + dt.timedelta(days=5), reason="Thử", set_by=cast.tuan
    )
    body = as_user(cast.nam).get("/").content.decode()
    assert "Khóa năm xóa mù chữ của phường, xã" in body
    assert "còn 5 ngày" in body
    assert "Khóa năm xóa mù chữ của phường, xã" not in as_user(cast.lan).get("/").content.decode()


def test_what_is_late_leads_to_its_own_year_and_stays_until_march(as_user, cast, reference):
    """On 1 December the plan year that has closed is asked for, not the one that began this morning."""
    first = dt.date(2026, 12, 1)
    of_nam = [(row.due.deadline.code, row.due.year, row.late_days) for row in pressing(cast.nam, first)]
    assert ("ke-hoach-phuong-xa", 2026, 1) in of_nam
    assert all(year == 2026 for _code, year, _late in of_nam)
    assert ("ke-hoach-phuong-xa", 2026) in {(row.due.deadline.code, row.due.year) for row in pressing(
        cast.nam, dt.date(2027, 3, 31)
    )}  # fmt: skip
    assert pressing(cast.nam, dt.date(2027, 6, 1)) == []
    for user in (cast.nam, cast.lan):
        for row in mine(user, first):
            assert as_user(user).get(row.url).status_code == 200, row.url


def test_an_approved_figure_stays_handed_in(cast, reference):
    approve_figure(figure=report(cast, "D1"), by=cast.tuan)
    Figure.objects.update(state="locked")
    found, _total = owed(due_of("ke-hoach-phuong-xa", 2026), [cast.commune_b])
    assert "D1" not in {row.indicator.code for row in found}
