"""The worklist: the most pressing first and why, who calls on them, the sheet on paper, who was told above."""

import datetime as dt

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.dates import PartialDate, add_months
from core.errors import Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from literacy.models import FollowUp, Mobilisation, Volunteer
from literacy.services import add_volunteer, assign, escalate, record_award, record_check, retire_volunteer
from literacy.views.worklist import WHEN
from tests.factories import make_learner

pytestmark = pytest.mark.django_db
URL = "/literacy/"


@pytest.fixture
def today(reference):
    return timezone.localdate()


def literate(cast, day, name="", centre=None, **fields):
    """The first check of somebody newly literate."""
    centre = centre or cast.centre_a
    fields = {"unit": cast.commune_a if centre == cast.centre_a else cast.commune_b} | fields
    person = make_learner(centre, name, **fields)
    by = cast.lan if centre == cast.centre_a else cast.minh
    record_award(learner=person, level=1, proof="test", certified_on=day, centre=centre, by=by)
    return FollowUp.objects.get(learner=person, months=3)


def volunteer(cast, name="Bàn Thị Sao", **fields):
    return add_volunteer(centre=cast.centre_a, by=cast.lan, full_name=name, **fields)


def names(page):
    return [line.row.learner.full_name for line in page.context["lines"]]


def test_the_most_pressing_are_first_with_the_reasons_in_words(as_user, cast, today):
    literate(cast, add_months(today, -5), "Lý Thị An", birth=PartialDate(today.year - 30))
    literate(cast, add_months(today, -4), "Lý Thị Bà", birth=PartialDate(1940))
    literate(cast, add_months(today, -4), "Lý Thị Xa", birth=PartialDate(1940), unit=cast.commune_b)
    page = as_user(cast.lan).get(URL)
    assert names(page) == ["Lý Thị Xa", "Lý Thị Bà", "Lý Thị An"]
    text = page.content.decode()
    assert f"chưa học tiếp từ khi biết chữ · {today.year - 1940} tuổi · ở phường, xã khác" in text
    assert text.index("nguy cơ cao") < text.index("Lý Thị Bà") < text.index("nguy cơ vừa")
    assert names(as_user(cast.lan).get(URL, {"sort": "due"}))[0] == "Lý Thị An"


def test_the_parts_of_this_month_and_of_who_is_never_met(as_user, cast, today):
    first = today.replace(day=1)
    rows = [literate(cast, add_months(today, -4), f"Lý Thị {name}") for name in ("Đầu", "Cuối", "Trước", "Sau")]
    last = add_months(first, 1) - dt.timedelta(days=1)
    days = (first, last, first - dt.timedelta(days=1), last + dt.timedelta(days=1))
    for row, day in zip(rows, days, strict=True):
        FollowUp.objects.filter(pk=row.pk).update(due_on=day)
        row.award.follow_ups.exclude(pk=row.pk).delete()
    client = as_user(cast.lan)
    assert set(names(client.get(URL, {"when": "month"}))) == {"Lý Thị Đầu", "Lý Thị Cuối"}
    for _visit in range(2):
        record_check(follow_up=rows[2], outcome="not_reached", checked_on=today, by=cast.lan)
    assert names(client.get(URL, {"when": "unreached"})) == []
    record_check(follow_up=rows[2], outcome="not_reached", checked_on=today, by=cast.lan)
    assert names(client.get(URL, {"when": "unreached"})) == ["Lý Thị Trước"]


def test_each_part_says_how_many_lie_in_it(as_user, cast, today):
    """The numbers of the tabs are counted together; each is what its part shows."""
    for months in (1, 3, 4, 7, 13, 25):
        literate(cast, add_months(today, -months))
        literate(cast, add_months(today, -months) + dt.timedelta(days=9))
    due = list(FollowUp.objects.due(today).order_by("pk"))
    record_check(follow_up=due[0], outcome="relapsed", checked_on=today, by=cast.lan)
    for _visit in range(3):
        record_check(follow_up=due[1], outcome="not_reached", checked_on=today, by=cast.lan)
    escalate()
    client, told = as_user(cast.lan), {}
    for when in WHEN:
        answer = client.get(URL, {"when": when})
        told = {name: number for name, _label, number in answer.context["tabs"]}
        assert told[when] == len(names(answer)), when
    assert all(told[when] for when in ("due", "soon", "later", "unreached", "escalated", "relapsed", "done")), told


def test_people_are_ticked_and_given_to_a_volunteer_with_all_their_checks(as_user, cast, today):
    one, two, other = (literate(cast, add_months(today, -4), f"Lý Thị {name}") for name in ("Một", "Hai", "Ba"))
    sao = volunteer(cast)
    client, url = as_user(cast.lan), reverse("literacy:people-assign")
    page = client.post(f"{url}?when=due&page=1", {"pick": [one.pk, two.pk], "to": str(sao.pk)}, follow=True)
    assert page.redirect_chain == [("/literacy/?when=due&page=1", 302)]
    text = page.content.decode()
    assert "Đã giao 2 người cho Bàn Thị Sao." in text
    assert text.count("Bàn Thị Sao phụ trách") == 2
    assert set(FollowUp.objects.filter(volunteer=sao).values_list("award_id", "months")) == {
        (row.award_id, months) for row in (one, two) for months in (3, 6, 12, 24)
    }
    assert set(names(client.get(URL, {"volunteer": sao.pk}))) == {"Lý Thị Một", "Lý Thị Hai"}
    assert names(client.get(URL, {"volunteer": "none"})) == ["Lý Thị Ba"]
    # A result recorded from the narrowed list comes back to it.
    posted = client.post(f"/literacy/follow-ups/{one.pk}/?when=due&volunteer={sao.pk}",
                         {"outcome": "holds_1", "checked_on": f"{today:%d/%m/%Y}"})  # fmt: skip
    assert posted["Location"] == f"/literacy/?when=due&volunteer={sao.pk}"
    # What was done keeps the name; the rest goes to whoever comes next.
    client.post(url, {"pick": [two.pk], "to": "none"})
    assert set(FollowUp.objects.filter(volunteer=sao).values_list("award_id", flat=True)) == {one.award_id}
    deeds = AuditEvent.objects.filter(verb="literacy.assign").order_by("pk")
    assert [{name: row.data[name] for name in ("volunteer", "awards")} for row in deeds] == [
        {"volunteer": sao.pk, "awards": [one.award_id, two.award_id]}, {"volunteer": None, "awards": [two.award_id]},
    ]  # fmt: skip
    assert other.award_id


def test_my_people_and_the_whole_page_at_once(as_user, cast, today):
    rows = [literate(cast, add_months(today, -4)) for _ in range(3)]
    client, url = as_user(cast.lan), reverse("literacy:people-assign")
    assert 'value="me"' not in client.get(URL).content.decode().split('id="to"')[0]
    client.post(url, {"shown": [row.pk for row in rows], "whole": "1", "to": "me"})
    mine = Volunteer.objects.get()
    assert (mine.user, mine.full_name, mine.centre) == (cast.lan, "Nguyễn Thị Lan", cast.centre_a)
    assert len(names(client.get(URL, {"volunteer": "me"}))) == 3
    client.post(url, {"pick": [rows[0].pk], "to": "me"})
    assert Volunteer.objects.count() == 1
    assert names(as_user(cast.duc).get(URL, {"volunteer": "me"})) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [({"to": "me"}, "Hãy đánh dấu ít nhất một người."), ({"pick": ["1"], "to": ""}, "Hãy chọn người nhận.")],
)
def test_a_form_that_is_not_whole_says_what_is_missing(as_user, cast, today, given, words):
    page = as_user(cast.lan).post(reverse("literacy:people-assign"), given, follow=True)
    assert words in page.content.decode()


def test_nobody_is_given_to_or_taken_from_another_centre(as_user, cast, today):
    here, there = literate(cast, add_months(today, -4)), literate(cast, add_months(today, -4), centre=cast.centre_b)
    sao = volunteer(cast)
    theirs = add_volunteer(centre=cast.centre_b, by=cast.minh, full_name="Vũ Thị Phố")
    with pytest.raises(OutOfScope):
        assign(follow_ups=[here.pk, there.pk], volunteer=sao, by=cast.lan)
    with pytest.raises(InvalidInput, match="trung tâm của tình nguyện viên"):
        assign(follow_ups=[here.pk], volunteer=theirs, by=cast.lan)
    with pytest.raises(Forbidden):
        assign(follow_ups=[here.pk], volunteer=sao, by=cast.oanh)
    url = reverse("literacy:people-assign")
    assert as_user(cast.lan).post(url, {"pick": [here.pk], "to": theirs.pk}).status_code == 404
    assert as_user(cast.minh).post(url, {"pick": [here.pk], "to": theirs.pk}).status_code == 404
    for name in ("hoa", "van", "oanh", "tuan"):
        assert as_user(getattr(cast, name)).post(url, {"pick": [here.pk], "to": sao.pk}).status_code == 403
    assert not FollowUp.objects.filter(volunteer__isnull=False).exists()
    retire_volunteer(volunteer=sao, by=cast.lan)
    with pytest.raises(InvalidInput, match="đã thôi làm"):
        assign(follow_ups=[here.pk], volunteer=sao, by=cast.lan)


def test_who_retires_hands_over_what_is_still_to_be_done(as_user, cast, today):
    done, todo = (literate(cast, add_months(today, -4)) for _ in range(2))
    sao, mai = volunteer(cast), volunteer(cast, "Lò Thị Mai")
    assign(follow_ups=[done.pk, todo.pk], volunteer=sao, by=cast.lan)
    record_check(follow_up=done, outcome="relapsed", checked_on=today, by=cast.lan)
    done.award.follow_ups.filter(months=6).update(done_on=today, called_off_on=None)
    won = make_learner(cast.centre_a)
    Mobilisation.objects.create(learner=won, centre=cast.centre_a, volunteer=sao)
    client = as_user(cast.lan)
    assert "Giao lại 3 người cho" in client.get(reverse("literacy:volunteer-edit", args=[sao.pk])).content.decode()
    retire = reverse("literacy:volunteer-retire", args=[sao.pk])
    assert "Hãy chọn một người khác" in client.post(retire, {"successor": sao.pk}, follow=True).content.decode()
    page = client.post(retire, {"successor": mai.pk}, follow=True).content.decode()
    assert "Lò Thị Mai nhận 3 người" in page
    assert Mobilisation.objects.get().volunteer == mai
    assert FollowUp.objects.get(volunteer=sao).months == 6  # done and over: it keeps the name
    assert set(FollowUp.objects.filter(volunteer=mai).values_list("award_id", flat=True)) == {
        done.award_id, todo.award_id,
    }  # fmt: skip
    assert (
        "nên chưa có gì để in"
        in client.get(reverse("literacy:call-sheet", args=[sao.pk]), follow=True).content.decode()
    )


def test_the_sheet_names_who_is_to_be_seen_and_printing_leaves_a_trace(as_user, cast, today):
    row = literate(cast, add_months(today, -4), "Quách Thị Ễnh", phone="0912345678", birth=PartialDate(1951))
    literate(cast, add_months(today, -4), "Lò Thị Khác")
    sao = volunteer(cast, phone="0912333444")
    assign(follow_ups=[row.pk], volunteer=sao, by=cast.lan)
    response = as_user(cast.lan).get(reverse("literacy:call-sheet", args=[sao.pk]))
    assert response["Content-Type"] == "application/pdf"
    said = " ".join(pypdfium2.PdfDocument(response.content)[0].get_textpage().get_text_range().split())
    for words in ("Bàn Thị Sao · 0912333444", "Quách Thị Ễnh (1951)", "0912345678", "Xã Ba Vì", "Kiểm tra 3 tháng",
                  "chưa học tiếp từ khi biết chữ", "Từ chối", "1 / 1", "nộp lại trung tâm"):  # fmt: skip
        assert words in said, words
    assert "Lò Thị Khác" not in said
    deed = AuditEvent.objects.get(verb="literacy.call_sheet")
    assert (deed.actor, deed.object_id, deed.data) == (cast.lan, str(sao.pk), {"people": 1})


def test_escalated_people_say_since_when_and_who_was_told(as_user, cast, today):
    row = literate(cast, add_months(today, -3) - dt.timedelta(days=60), "Lò Thị Quên")
    literate(cast, add_months(today, -3), "Lò Thị Mới")
    client = as_user(cast.lan)
    assert "Không để sót ai" in client.get(URL, {"when": "escalated"}).content.decode()
    escalate()
    page = client.get(URL, {"when": "escalated"})
    assert names(page) == ["Lò Thị Quên"]
    words = f"Không ai ghi gì từ {row.due_on:%d/%m/%Y}; đã báo giám đốc trung tâm, phường, xã"
    assert words in page.content.decode()
    assert words in client.get(URL).content.decode()
    assert words in as_user(cast.oanh).get(URL, {"when": "escalated"}).content.decode()


def test_an_officer_chooses_a_centre_before_a_volunteer(as_user, cast, today):
    literate(cast, add_months(today, -4))
    sao = volunteer(cast)
    client = as_user(cast.tuan)
    assert "Bàn Thị Sao" not in client.get(URL).content.decode()
    page = client.get(URL, {"centre": cast.centre_a.pk}).content.decode()
    assert f'<option value="{sao.pk}">Bàn Thị Sao</option>' in page
    assert 'name="pick"' not in page


@pytest.mark.parametrize("when", ["due", "month", "unreached", "escalated"])
def test_queries_do_not_grow_with_people_and_volunteers(as_user, cast, today, when):
    def people(count):
        for _ in range(count):
            row = literate(cast, add_months(today, -3) - dt.timedelta(days=50))
            assign(
                follow_ups=[row.pk],
                volunteer=volunteer(cast, f"Bàn Thị {'ABCDEFGH'[row.pk % 8]}", phone=f"09123{row.pk:05d}"),
                by=cast.lan,
            )
        FollowUp.objects.update(attempts=3, due_on=today.replace(day=1))
        escalate(day=today + dt.timedelta(days=40))

    client = as_user(cast.lan)
    spent = []
    for count in (2, 4):
        people(count)
        client.get(URL, {"when": when})
        with CaptureQueriesContext(connection) as log:
            client.get(URL, {"when": when})
        spent.append(len(log))
    assert spent[0] == spent[1] <= 30
