"""The register page of a commune, and levels written down by hand."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from centres.models import Neighbourhood
from core.dates import PartialDate
from core.errors import Conflict, InvalidInput
from learners.models import Learner
from learners.target_groups import TargetGroup
from literacy.cohorts.selectors import cohort_report
from literacy.models import FollowUp, LevelStanding, LevelStatement, LiteracyAward
from literacy.register.asking import read_asked
from literacy.register.people import level_counts
from literacy.services import record_check
from literacy.services.statements import record_statement, undo_statement
from tests.factories import make_learner

YEAR = 2026  # of the report: pinned, the page says which it is


@pytest.fixture
def people(cast, reference):
    """Five people of commune A and one of B."""
    place = Neighbourhood.objects.create(unit=cast.commune_a, name="Thôn 10")
    Neighbourhood.objects.create(unit=cast.commune_a, name="Thôn 2")
    rows = {
        "Bích": (1990, "female", "06", 0), "Cúc": (2011, "female", "01", 1), "Đào": (1966, "female", "", 2),
        "Hải": (1965, "male", "01", None), "Nam": (None, "male", "01", None),
    }  # fmt: skip
    found = {}
    for given, (year, sex, ethnicity, level) in rows.items():
        birth = PartialDate(year) if year else None
        found[given] = make_learner(
            cast.centre_a, f"Bùi Thị {given}", birth=birth, sex=sex, ethnicity=ethnicity, unit=cast.commune_a
        )
        if level is not None:
            record_statement(learner=found[given], level=level, proof="test", source="Biên bản số 1", by=cast.hoa)
    Learner.objects.filter(pk=found["Bích"].pk).update(neighbourhood=place)
    found["Bích"].target_groups.add(TargetGroup.objects.filter(asked_of_people=True).first())
    make_learner(cast.centre_b, "Bùi Thị Lạ", birth=PartialDate(1990), unit=cast.commune_b)
    return found


def names(page):
    return [line.learner.given_name for line in page.context["page_obj"]]


def test_people_of_the_commune_by_level_and_age_with_the_unknown_as_unknown(as_user, cast, people):
    client = as_user(cast.hoa)
    year = timezone.localdate().year

    def ask(**query):
        return client.get(reverse("literacy:register"), {"unit": cast.commune_a.pk, **query})

    page = ask(band="all")
    assert names(page) == ["Bích", "Cúc", "Đào", "Hải", "Nam"]
    assert {level: count for level, _label, count, _query in page.context["tabs"]} == {
        "": 5, "unknown": 2, "0": 1, "1": 1, "2": 1, "relapsed": 0,
    }  # fmt: skip
    born = {given: row.birth_year for given, row in people.items()}
    inside = [given for given in ("Bích", "Cúc", "Đào", "Hải") if 15 <= year - born[given] <= 60]
    assert names(ask()) == inside
    assert names(ask(band="unknown")) == ["Nam"]
    assert names(ask(band="all", level="unknown")) == ["Hải", "Nam"]
    assert names(ask(band="all", level="0")) == ["Bích"]
    assert names(ask(band="all", sex="male")) == ["Hải", "Nam"]
    assert names(ask(band="all", ethnicity="minority")) == ["Bích"]
    assert names(ask(band="all", ethnicity="unknown")) == ["Đào"]
    assert names(ask(band="all", place=Neighbourhood.objects.get(name="Thôn 10").pk)) == ["Bích"]
    assert names(ask(band="all", q="dao bui")) == ["Đào"]
    assert names(ask(band="all", q="1990")) == ["Bích"]
    assert names(ask(band="all", q=people["Cúc"].code)) == ["Cúc"]
    group = people["Bích"].target_groups.get()
    assert names(ask(band="all", group=group.code)) == ["Bích"]
    assert names(ask(band="?", level="?", sex="?", ethnicity="?", place="x", group="?")) == inside
    assert client.get(reverse("literacy:register"), {"unit": cast.commune_b.pk}).status_code == 404


def test_ages_go_by_the_year_of_the_report_and_bands_are_settings(cast, people):
    asked = read_asked({}, cast.commune_a)
    assert [band.label for band in asked.bands][:4] == ["15–60 tuổi", "15–25 tuổi", "26–35 tuổi", "36–60 tuổi"]
    asked.year = YEAR
    assert level_counts(asked, cast.hoa)[""] == 3  # 36, 15 and 60; 61 and unknown are not in it
    asked.year = YEAR - 1
    assert level_counts(asked, cast.hoa)[""] == 3  # 35, 59 and 60; 14 is not
    assert [place.name for place in asked.places] == ["Thôn 2", "Thôn 10"]


def test_every_commune_shows_its_own_people_only(as_user, cast, people):
    for user, unit, seen in ((cast.nam, cast.commune_b, ["Lạ"]), (cast.minh, cast.commune_b, ["Lạ"])):
        page = as_user(user).get(reverse("literacy:register"), {"unit": unit.pk, "band": "all"})
        assert names(page) == seen
    assert as_user(cast.thu).get(reverse("literacy:register")).status_code == 403


def test_a_level_is_written_down_with_its_paper_and_taken_back(as_user, cast, people):
    client, learner = as_user(cast.hoa), people["Hải"]
    url = reverse("literacy:level-add", args=[learner.pk])
    refused = client.post(url, {"level": "2", "proof": "primary_school", "stated_on": "01/06/2026"})
    assert refused.status_code == 422
    given = {
        "level": "2", "proof": "primary_school", "source": "Học bạ số 7", "since_on": "31/05/1980",
        "stated_on": "01/06/2026",
    }  # fmt: skip
    page = client.post(url, given, follow=True)

    assert "Học bạ số 7" in page.text
    standing = LevelStanding.objects.get(learner=learner)
    assert (standing.level, standing.proof, standing.since_on) == (2, "primary_school", dt.date(1980, 5, 31))
    assert not FollowUp.objects.exists()
    statement = LevelStatement.objects.get(learner=learner)
    client.post(reverse("literacy:level-undo", args=[statement.pk]))
    assert not LevelStanding.objects.filter(learner=learner).exists()


def test_a_first_certificate_from_elsewhere_opens_the_follow_up_and_goes_with_it(as_user, cast, people):
    """The equal proof of A3: primary school, or a test, certifies for the first time (docs/adr/0009)."""
    client, learner = as_user(cast.lan), people["Hải"]
    url = reverse("literacy:level-add", args=[learner.pk])
    given = {
        "level": "1", "proof": "test", "source": "Biên bản kiểm tra số 4", "stated_on": "01/06/2026", "newly": "on",
    }  # fmt: skip
    for wrong, words in (
        ({}, "lịch theo dõi tính từ ngày này"), ({"proof": "survey"}, "chỉ ghi lại, không công nhận"),
        ({"level": "0"}, "chưa phải là mới biết chữ"),
    ):  # fmt: skip
        refused = client.post(url, given | wrong)
        assert (refused.status_code, words in refused.text) == (422, True)
    given |= {"since_on": "20/05/2026"}
    client.post(url, given)
    award = LiteracyAward.objects.get()
    assert (award.learner, award.certified_on, award.proof) == (learner, dt.date(2026, 5, 20), "test")
    assert list(award.follow_ups.order_by("months").values_list("months", flat=True)) == [3, 6, 12, 24]
    assert cohort_report(as_of=dt.date(2026, 6, 30), by="year", unit=cast.commune_a).total.certified == 1
    assert "đã được công nhận mức độ này" in client.post(url, given).text
    statement = LevelStatement.objects.get(learner=learner)
    client.post(reverse("literacy:level-undo", args=[statement.pk]))
    left = [model.objects.filter(learner=learner).count() for model in (LiteracyAward, FollowUp, LevelStanding)]
    assert left == [0, 0, 0]
    # Once somebody was checked on, the certificate stays.
    client.post(url, given)
    follow_up = FollowUp.objects.get(months=3)
    record_check(follow_up=follow_up, outcome="holds_1", checked_on=dt.date(2026, 8, 20), by=cast.lan)
    client.post(reverse("literacy:level-undo", args=[LevelStatement.objects.get(learner=learner).pk]))
    assert LiteracyAward.objects.get().checks.count() == 1


def test_bad_statements_are_refused_whole(cast, people):
    learner, tomorrow = people["Hải"], timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(InvalidInput) as refusal:
        record_statement(
            learner=learner, level=3, proof="rumour", source=" ", stated_on=tomorrow,
            since_on=tomorrow + dt.timedelta(days=1), by=cast.hoa,
        )  # fmt: skip
    assert set(refusal.value.fields) == {"level", "proof", "source", "stated_on", "since_on"}
    first = record_statement(learner=learner, level=1, proof="test", source="A", by=cast.hoa)
    record_statement(learner=learner, level=2, proof="test", source="B", by=cast.lan)
    with pytest.raises(Conflict):
        undo_statement(statement=first, by=cast.hoa)
    with pytest.raises(Conflict):
        undo_statement(statement=LevelStatement.objects.latest("pk"), by=cast.hoa)


def test_the_page_costs_the_same_for_few_and_many(as_user, cast, people):
    client, url = as_user(cast.hoa), reverse("literacy:register")
    client.get(url)

    def cost():
        with CaptureQueriesContext(connection) as log:
            assert client.get(url, {"unit": cast.commune_a.pk, "band": "all"}).status_code == 200
        return len(log)

    few = cost()
    for number in range(60):
        make_learner(
            cast.centre_a, f"Bùi Thị Nhiều {'abcdefgh'[number % 8]}", birth=PartialDate(1980), unit=cast.commune_a
        )
    assert cost() == few <= 20
