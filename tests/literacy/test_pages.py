"""The worklist: who has to be seen, who sees the list, who writes on it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.dates import add_months
from core.models import DatedSetting
from literacy.models import FollowUp, LiteracyCheck, Relapse
from literacy.services import record_award, record_check
from tests.factories import make_learner


@pytest.fixture
def today(reference):
    return timezone.localdate()


def literate(cast, day, name="", centre=None):
    centre = centre or cast.centre_a
    person = make_learner(centre, name)
    by = cast.lan if centre == cast.centre_a else cast.minh
    record_award(learner=person, level=1, proof="test", certified_on=day, centre=centre, by=by)
    return person


def names(page):
    return {row.learner.full_name for row in page.context["page_obj"]}


def test_each_person_is_in_the_part_of_the_list_where_they_belong(as_user, cast, today):
    literate(cast, add_months(today, -3), "Bùi Thị Quá")
    literate(cast, add_months(today, -3) + dt.timedelta(days=10), "Bùi Thị Tới")
    literate(cast, today, "Bùi Thị Sau")
    client = as_user(cast.lan)

    assert names(client.get("/literacy/")) == {"Bùi Thị Quá"}
    assert names(client.get("/literacy/?when=soon")) == {"Bùi Thị Tới"}
    assert "Bùi Thị Sau" in names(client.get("/literacy/?when=later"))
    assert names(client.get("/literacy/?when=nonsense")) == {"Bùi Thị Quá"}
    assert "0" in client.get("/literacy/?when=done").content.decode()


def test_a_person_is_on_the_list_once_with_the_latest_check_due(as_user, cast, today):
    """Three checks are overdue; one visit answers them, and the list is clear after it."""
    person = literate(cast, add_months(today, -13), "Lý Thị Vắng")
    client = as_user(cast.lan)

    assert [row.months for row in client.get("/literacy/").context["page_obj"]] == [12]
    panel = client.get(f"/literacy/learners/{person.pk}/").content.decode()
    assert panel.count("đã bỏ lỡ") == 2
    row = FollowUp.objects.get(learner=person, months=12)
    record_check(follow_up=row, outcome="holds_1", checked_on=today, by=cast.lan)
    assert names(client.get("/literacy/")) == set()
    late = FollowUp.objects.get(learner=person, months=6)
    record_check(follow_up=late, outcome="holds_1", checked_on=late.due_on, by=cast.lan)  # a paper found late


def test_a_later_check_made_early_answers_the_earlier_one(as_user, cast, today):
    person = literate(cast, add_months(today, -5))
    client = as_user(cast.lan)
    assert len(names(client.get("/literacy/"))) == 1
    row = FollowUp.objects.get(learner=person, months=6)
    record_check(follow_up=row, outcome="holds_1", checked_on=today, by=cast.lan)

    assert names(client.get("/literacy/")) == set()


def test_who_was_not_reached_at_the_latest_check_stays_on_the_list(as_user, cast, today):
    person = literate(cast, add_months(today, -13), "Lý Thị Vắng")
    row = FollowUp.objects.get(learner=person, months=12)
    record_check(follow_up=row, outcome="not_reached", checked_on=today, by=cast.lan)

    assert [found.months for found in as_user(cast.lan).get("/literacy/").context["page_obj"]] == [12]


def test_the_page_says_the_months_of_the_setting(as_user, cast, today):
    DatedSetting.objects.create(key="literacy.follow_up_months", valid_from=today, value=[4, 9])

    assert "4, 9 tháng" in as_user(cast.lan).get("/literacy/").content.decode()
    person = literate(cast, today)
    assert list(FollowUp.objects.filter(learner=person).values_list("months", flat=True)) == [4, 9]


def test_officers_choose_a_centre_and_only_read(as_user, cast, today):
    literate(cast, add_months(today, -4), "Bùi Thị Núi")
    literate(cast, add_months(today, -4), "Bùi Thị Phố", cast.centre_b)
    client = as_user(cast.tuan)

    assert names(client.get("/literacy/")) == {"Bùi Thị Núi", "Bùi Thị Phố"}
    assert names(client.get("/literacy/", {"centre": cast.centre_b.pk})) == {"Bùi Thị Phố"}
    assert "Ghi kết quả" not in client.get("/literacy/").content.decode()
    client = as_user(cast.lan)
    assert names(client.get("/literacy/", {"centre": cast.centre_b.pk})) == set()
    assert names(client.get("/literacy/", {"centre": "x"})) == {"Bùi Thị Núi"}


@pytest.mark.parametrize(("who", "status"), [("minh", 404), ("nam", 404), ("van", 403), ("hoa", 403), ("oanh", 403)])
def test_who_may_not_write_here(as_user, cast, today, who, status):
    person = literate(cast, add_months(today, -4))
    row = FollowUp.objects.get(learner=person, months=3)
    client = as_user(getattr(cast, who))

    # Whoever may follow nobody up is refused by role, before the row is looked at.
    expected = {status, 403} if who == "nam" else {status}
    assert client.get(f"/literacy/follow-ups/{row.pk}/").status_code in expected
    posted = client.post(f"/literacy/follow-ups/{row.pk}/", {"outcome": "relapsed", "checked_on": f"{today:%d/%m/%Y}"})
    assert posted.status_code in expected
    assert not LiteracyCheck.objects.exists()


def test_the_panel_of_a_person_of_another_centre_is_not_found(as_user, cast, today):
    person = literate(cast, add_months(today, -4))
    assert as_user(cast.minh).get(f"/literacy/learners/{person.pk}/").status_code == 404
    assert as_user(cast.thu).get(f"/literacy/learners/{person.pk}/").status_code == 403
    assert as_user(cast.oanh).get(f"/literacy/learners/{person.pk}/").status_code == 200


def test_from_relapse_to_recovery_on_the_pages(as_user, cast, today):
    person = literate(cast, add_months(today, -7), "Lò Văn Quên")
    row = FollowUp.objects.get(learner=person, months=3)
    client, url = as_user(cast.lan), f"/literacy/follow-ups/{row.pk}/"
    client.post(url, {"outcome": "relapsed", "checked_on": f"{add_months(today, -3):%d/%m/%Y}"})

    assert names(client.get("/literacy/?when=relapsed")) == {"Lò Văn Quên"}
    assert names(client.get("/literacy/")) == set()
    assert "Kiểm tra lại" in client.get(f"/literacy/learners/{person.pk}/").content.decode()
    assert "đóng hồ sơ tái mù chữ" in client.get(url).content.decode()
    assert client.post(url, {"outcome": "holds_1", "checked_on": f"{today:%d/%m/%Y}"}).status_code == 302

    assert Relapse.objects.get().recovered_on == today
    assert names(client.get("/literacy/?when=relapsed")) == set()
    assert "Lò Văn Quên" in names(client.get("/literacy/?when=later"))
    assert client.get(url).status_code == 409  # it has its result: the form is not offered a second time


def test_what_was_found_is_the_check_that_met_the_person(as_user, cast, today):
    """Two tries in vain, a relapse, and a look at it later: the list of what was found says relapse."""
    person = literate(cast, add_months(today, -7))
    row = FollowUp.objects.get(learner=person, months=3)
    for outcome, months in (("not_reached", -4), ("not_reached", -3), ("relapsed", -2), ("holds_1", -1)):
        record_check(follow_up=row, outcome=outcome, checked_on=add_months(today, months), by=cast.lan)

    (found,) = as_user(cast.lan).get("/literacy/?when=done").context["page_obj"]
    assert (found.result.outcome, found.attempts) == ("relapsed", 2)
    assert "Tái mù chữ" in as_user(cast.lan).get("/literacy/?when=done").content.decode()


def test_who_left_is_not_on_the_list_of_relapses(as_user, cast, today):
    person = literate(cast, add_months(today, -7))
    row = FollowUp.objects.get(learner=person, months=3)
    for outcome in ("relapsed", "moved"):
        record_check(follow_up=row, outcome=outcome, checked_on=today, by=cast.lan)

    assert names(as_user(cast.lan).get("/literacy/?when=relapsed")) == set()


def test_unknown_is_not_no(as_user, cast, today):
    person = literate(cast, add_months(today, -4))
    row = FollowUp.objects.get(learner=person, months=3)
    data = {"outcome": "holds_1", "checked_on": f"{today:%d/%m/%Y}", "reads": "yes", "writes": "no", "counts": ""}
    as_user(cast.lan).post(f"/literacy/follow-ups/{row.pk}/", data)

    check = LiteracyCheck.objects.get()
    assert (check.reads, check.writes, check.counts) == (True, False, None)


def test_a_second_click_records_nothing_twice(as_user, cast, today):
    person = literate(cast, add_months(today, -4))
    row = FollowUp.objects.get(learner=person, months=3)
    data = {"outcome": "holds_1", "checked_on": f"{today:%d/%m/%Y}"}
    client = as_user(cast.lan)
    assert client.post(f"/literacy/follow-ups/{row.pk}/", data).status_code == 302
    again = client.post(f"/literacy/follow-ups/{row.pk}/", data)

    assert again.status_code in (409, 422)
    assert "đã có kết quả" in again.content.decode()
    assert LiteracyCheck.objects.count() == 1


@pytest.mark.parametrize("when", ["due", "soon", "later", "relapsed", "done"])
def test_queries_do_not_grow_with_people(as_user, cast, today, when):
    def people(count):
        for months in (-4, -7):
            for _ in range(count):
                literate(cast, add_months(today, months) + dt.timedelta(days=10))
        due = list(FollowUp.objects.due(today).order_by("pk"))
        for place, row in enumerate(due):
            outcome = ("holds_1", "relapsed", "not_reached")[place % 3]
            record_check(follow_up=row, outcome=outcome, checked_on=today, by=cast.lan)

    client = as_user(cast.tuan)
    people(3)
    client.get(f"/literacy/?when={when}")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/literacy/?when={when}")
    people(6)
    with CaptureQueriesContext(connection) as many:
        client.get(f"/literacy/?when={when}")
    assert len(few) == len(many)
