"""What bodies contribute to the annual report: own words only, sent, taken back, returned, accepted, never lost."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from centres.models import Body
from clc_manager.demo import plans as demo
from core.errors import Conflict, Forbidden, InvalidInput
from indicators.contributions import addressees, contributions, standings
from indicators.models import Contribution, ContributionEvent
from indicators.selectors import current_plan
from indicators.services.contributions import (
    decide_contribution,
    save_contribution,
    take_back_contribution,
)
from tests.cast import with_linh


@pytest.fixture
def plan(cast, reference):
    return current_plan()


def year():
    return timezone.localdate().year


def write(plan, by, *, body="HKH", unit=None, version=0, send=True, done="Đã vận động 120 gia đình"):
    return save_contribution(
        plan=plan, body=Body.objects.get(code=body), unit=unit, year=year(), words={"done": done}, version=version,
        by=by, send=send,
    )  # fmt: skip


def test_from_draft_to_the_annual_report(cast, plan):
    linh = with_linh(cast)
    draft = write(plan, linh, send=False)
    assert (draft.state, contributions(plan, year())) == ("draft", [])
    with pytest.raises(InvalidInput):
        write(plan, linh, version=1, done=" ")
    sent = write(plan, linh, version=1)
    with pytest.raises(Conflict):
        write(plan, linh, version=2)
    with pytest.raises(InvalidInput):
        decide_contribution(contribution=sent, accept=False, by=cast.tuan)
    returned = decide_contribution(contribution=sent, accept=False, by=cast.tuan, reason="Thiếu số liệu")
    again = write(plan, linh, version=returned.version, done="Đã vận động 120 gia đình, 30 dòng họ")
    accepted = decide_contribution(contribution=again, accept=True, by=cast.tuan)
    with pytest.raises(Conflict):
        take_back_contribution(contribution=accepted, by=linh)
    assert contributions(plan, year()) == [accepted]
    kept = list(ContributionEvent.objects.order_by("pk").values_list("state", "words__done"))
    assert [state for state, _words in kept] == ["sent", "returned", "sent", "accepted"]
    assert kept[0][1] != kept[-1][1]
    with pytest.raises(DatabaseError), transaction.atomic():
        ContributionEvent.objects.all().delete()


def test_nobody_writes_for_another(cast, plan):
    linh = with_linh(cast)
    for by, given in (
        (linh, {"body": "SGDDT"}), (cast.tuan, {}), (cast.lan, {}),
        (cast.hoa, {"body": "UBND", "unit": cast.commune_a}),
        (linh, {"body": "UBND", "unit": cast.commune_a}),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            write(plan, by, **given)
    assert write(plan, cast.nam, body="UBND", unit=cast.commune_b).whose == "Phường Ba Đình"
    with pytest.raises(Forbidden):
        decide_contribution(contribution=Contribution.objects.get(), accept=True, by=linh)


def test_two_people_of_one_body_do_not_overwrite_each_other(cast, plan):
    linh = with_linh(cast)
    write(plan, linh, send=False)
    with pytest.raises(Conflict) as refused:
        write(plan, linh, send=False, done="khác")
    assert refused.value.code == "changed_meanwhile"
    assert Contribution.objects.get().done == "Đã vận động 120 gia đình"


def test_who_has_sent_and_who_has_not(as_user, cast, plan):
    linh = with_linh(cast)
    assert len(addressees(plan)) == 21
    rows = standings(plan, year(), linh)
    assert rows[0].is_own
    assert len(rows) == 20 + 2  # every body, and both communes of the cast in place of the one that stands for units
    page = reverse("indicators:contribution-list")
    write(plan, linh, send=False)
    assert "0 / 22" in as_user(cast.tuan).get(page).content.decode()
    write(plan, linh, version=1)
    body = as_user(cast.tuan).get(page).content.decode()
    assert "1 / 22" in body
    assert "Hội Khuyến học" not in as_user(cast.tuan).get(page, {"only": "missing"}).content.decode().split("<main")[1]


def test_the_form_keeps_what_was_typed_and_sends(as_user, cast, plan):
    client = as_user(with_linh(cast))
    form = reverse("indicators:contribution-edit", args=["HKH"])
    wrong = client.post(form, {"done": "", "figures": "120 gia đình", "version": "0", "send": "1"})
    assert wrong.status_code == 422
    assert "120 gia đình" in wrong.content.decode()
    assert (
        client.post(form, {"done": "Xong", "figures": "120 gia đình", "version": "0", "send": "1"}).status_code == 302
    )
    row = Contribution.objects.get()
    assert "120 gia đình" in client.get(reverse("indicators:contribution", args=[row.pk])).content.decode()
    assert client.get(reverse("indicators:contribution-edit", args=["SGDDT"])).status_code == 404
    city = as_user(cast.tuan)
    decide = reverse("indicators:contribution-decide", args=[row.pk])
    refused = city.post(decide, {"return": "1", "reason": ""})
    assert refused.status_code == 422
    assert "cần bổ sung gì" in refused.content.decode()
    assert city.post(decide, {"accept": "1"}).status_code == 302
    assert [item.figures for item in contributions(plan, year())] == ["120 gia đình"]


def test_the_start_page_says_what_is_owed_and_what_waits(as_user, cast, plan):
    linh = with_linh(cast)
    start = as_user(linh).get("/").content.decode()
    assert reverse("indicators:contribution-edit", args=["HKH"]) in start
    assert reverse("indicators:plan") in start
    assert reverse("indicators:statistics") not in start  # of centres, and she has none
    write(plan, linh)
    assert reverse("indicators:contribution-edit", args=["HKH"]) not in as_user(linh).get("/").content.decode()
    assert "1 cơ quan đã gửi phần của mình" in as_user(cast.tuan).get("/").content.decode()


def test_the_demo_has_a_second_plan_parts_progress_and_words(cast, plan):
    demo.of_the_plan(timezone.localdate(), {"tuan": cast.tuan})
    assert {row.code for row in plan.__class__.objects.all()} == {plan.code, demo.FICTITIOUS}
    assert current_plan() == plan
    assert [item.body.code for item in contributions(plan, year())] == ["SNV", "HKH"]
    assert plan.tasks.exclude(state="not_begun").count() == len(demo.PROGRESS)


def test_drafts_are_nobody_elses(as_user, cast, plan):
    row = write(plan, with_linh(cast), send=False)
    url = reverse("indicators:contribution", args=[row.pk])
    for user in (cast.tuan, cast.oanh, cast.lan):
        assert as_user(user).get(url).status_code == 404
    assert as_user(with_linh(cast)).get(url).status_code == 200
    write(plan, with_linh(cast), version=1)
    client = as_user(cast.oanh)
    assert client.get(url).status_code == 200
    take_back = reverse("indicators:contribution-take-back", args=[row.pk])
    assert client.post(take_back).status_code == 403
    assert as_user(with_linh(cast)).post(take_back).status_code == 302
    assert Contribution.objects.get().state == "draft"
