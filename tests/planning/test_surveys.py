"""Surveys of learning needs: rules of the services, constraints, pages."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from centres.models import Neighbourhood
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses.models import NeedsSurvey, SurveyIdea, SurveyNeed, SurveyVisit, Topic
from courses.selectors.planning import natural_order, needs_of, survey_totals
from courses.services import planning
from tests.factories import make_course

YEAR = 2027


def places(cast, *names):
    return [Neighbourhood.objects.create(unit=cast.commune_a, name=name) for name in names]


@pytest.fixture
def survey(cast, reference):
    places(cast, "Thôn 10", "Thôn 2")
    courses = [make_course(cast.centre_a, name=name) for name in ("Sử dụng VNeID", "Trồng rau an toàn")]
    return planning.open_survey(centre=cast.centre_a, year=YEAR, by=cast.lan, courses=courses)


def cells(survey):
    """(visits by natural order, ideas)."""
    return natural_order(survey.visits.select_related("neighbourhood")), list(survey.ideas.order_by("pk"))


def test_opening_asks_every_neighbourhood_of_the_commune_of_today(cast, survey):
    Neighbourhood.objects.create(unit=cast.commune_b, name="Tổ dân phố 1")
    visits, ideas = cells(survey)
    assert [str(visit) for visit in visits] == ["Thôn 2", "Thôn 10"]
    assert [idea.name for idea in ideas] == ["Sử dụng VNeID", "Trồng rau an toàn"]
    assert survey.unit == cast.commune_a
    assert AuditEvent.objects.filter(verb="courses.open_survey", centre_id=cast.centre_a.pk).count() == 1


def test_one_survey_a_year_and_next_year_asks_the_same_again(cast, survey):
    with pytest.raises(Conflict, match="đã có khảo sát"):
        planning.open_survey(centre=cast.centre_a, year=YEAR, by=cast.lan)
    planning.add_idea(survey=survey, by=cast.lan, name="Sửa chữa xe máy", topic=Topic.objects.get(code="nghe_ngan_han"))
    again = planning.open_survey(centre=cast.centre_a, year=YEAR + 1, by=cast.lan)
    assert [idea.name for idea in cells(again)[1]] == ["Sử dụng VNeID", "Trồng rau an toàn", "Sửa chữa xe máy"]


@pytest.mark.parametrize(
    ("who", "error"), [("hoa", Forbidden), ("van", Forbidden), ("thu", Forbidden), ("minh", OutOfScope)]
)
def test_only_the_staff_of_the_centre_enter(cast, survey, who, error):
    visits, ideas = cells(survey)
    user = cast.users[who]
    with pytest.raises(error):
        planning.open_survey(centre=cast.centre_a, year=YEAR + 1, by=user)
    with pytest.raises(error):
        planning.record_needs(survey=survey, by=user, counts={(visits[0].pk, ideas[0].pk): 3})
    assert not SurveyNeed.objects.exists()


def test_numbers_are_entered_corrected_and_taken_back(cast, survey):
    visits, ideas = cells(survey)
    cell, other = (visits[0].pk, ideas[0].pk), (visits[1].pk, ideas[1].pk)
    day = timezone.localdate()
    count = planning.record_needs(
        survey=survey, by=cast.lan, counts={cell: 12, other: 0},
        visits={visits[0].pk: {"households_asked": 80, "asked_by": "  Bà Bùi Thị Én ", "asked_on": day}},
    )  # fmt: skip
    assert count == 5
    assert needs_of(survey) == {cell: 12, other: 0}  # zero was asked, an empty box was not
    visit = SurveyVisit.objects.get(pk=visits[0].pk)
    assert (visit.households_asked, visit.asked_by, visit.asked_on) == (80, "Bà Bùi Thị Én", day)
    assert planning.record_needs(survey=survey, by=cast.lan, counts={cell: 12}) == 0
    planning.record_needs(survey=survey, by=cast.lan, counts={cell: 15, other: None})
    assert needs_of(survey) == {cell: 15}
    event = AuditEvent.objects.filter(verb="courses.record_needs").latest("id")
    assert event.data["cells"][f"{cell[0]}/{cell[1]}"] == [12, 15]


def test_cells_of_another_survey_and_numbers_out_of_reason_are_refused(cast, survey):
    visits, ideas = cells(survey)
    foreign = planning.open_survey(centre=cast.centre_b, year=YEAR, by=cast.minh, courses=[make_course(cast.centre_b)])
    theirs = cells(foreign)[1][0]
    for counts in ({(visits[0].pk, theirs.pk): 1}, {(visits[0].pk, ideas[0].pk): -1}, {(999_999, ideas[0].pk): 1}):
        with pytest.raises(InvalidInput):
            planning.record_needs(survey=survey, by=cast.lan, counts=counts)
    with pytest.raises(InvalidInput):
        planning.record_needs(
            survey=survey, by=cast.lan, counts={},
            visits={visits[0].pk: {"asked_on": timezone.localdate() + timezone.timedelta(days=1)}},
        )  # fmt: skip
    with pytest.raises(InvalidInput):
        planning.add_idea(survey=survey, by=cast.lan, course=make_course(cast.centre_b))
    assert needs_of(survey) == {}


def test_a_closed_survey_takes_no_numbers_until_it_is_opened_again(cast, survey):
    visits, ideas = cells(survey)
    planning.close_survey(survey=survey, by=cast.lan)
    with pytest.raises(Conflict):
        planning.record_needs(survey=survey, by=cast.lan, counts={(visits[0].pk, ideas[0].pk): 1})
    with pytest.raises(Conflict):
        planning.close_survey(survey=survey, by=cast.lan)
    planning.reopen_survey(survey=survey, by=cast.lan)
    assert planning.record_needs(survey=survey, by=cast.lan, counts={(visits[0].pk, ideas[0].pk): 1}) == 1


def test_a_question_that_was_answered_stays(cast, survey):
    visits, ideas = cells(survey)
    planning.record_needs(survey=survey, by=cast.lan, counts={(visits[0].pk, ideas[0].pk): 0})
    with pytest.raises(Conflict):
        planning.drop_idea(idea=ideas[0], by=cast.lan)
    planning.drop_idea(idea=ideas[1], by=cast.lan)
    assert survey.ideas.count() == 1
    with pytest.raises(InvalidInput):
        planning.add_idea(survey=survey, by=cast.lan, name="  su dung  vneid", topic=ideas[0].topic)


def test_totals_by_idea_topic_and_neighbourhood(cast, survey):
    (two, ten), (vneid, rau) = cells(survey)
    extra = planning.add_idea(survey=survey, by=cast.lan, name="Làm nem", topic=Topic.objects.get(code="kinh_te"))
    counts = {
        (two.pk, vneid.pk): 5, (ten.pk, vneid.pk): 0, (two.pk, rau.pk): 9, (ten.pk, rau.pk): 4, (ten.pk, extra.pk): 1,
    }  # fmt: skip
    households = {two.pk: {"households_asked": 30}, ten.pk: {"households_asked": 45}}
    planning.record_needs(survey=survey, by=cast.lan, counts=counts, visits=households)
    totals = survey_totals(survey)
    assert [(row.idea.name, row.people, row.places) for row in totals.ideas] == [
        ("Trồng rau an toàn", 13, 2), ("Sử dụng VNeID", 5, 1), ("Làm nem", 1, 1),
    ]  # fmt: skip
    assert [(topic.code, people) for topic, people in totals.topics] == [("ky_nang_so", 18), ("kinh_te", 1)]
    assert [(str(row.visit), row.people, row.answered) for row in totals.visits] == [
        ("Thôn 2", 14, 2),
        ("Thôn 10", 5, 3),
    ]
    assert (totals.wishes, totals.households, totals.places_asked) == (19, 75, 2)


def test_the_database_holds_what_the_services_promise(cast, survey):
    visits, ideas = cells(survey)
    SurveyNeed.objects.create(visit=visits[0], idea=ideas[0], people=1)
    for broken in (
        lambda: NeedsSurvey.objects.create(centre=cast.centre_a, unit=cast.commune_a, year=YEAR, opened_by=cast.lan),
        lambda: NeedsSurvey.objects.create(centre=cast.centre_b, unit=cast.commune_b, year=1999, opened_by=cast.minh),
        lambda: NeedsSurvey.objects.filter(pk=survey.pk).update(closed_on="2001-01-01"),
        lambda: SurveyIdea.objects.create(survey=survey, topic=ideas[0].topic, name="SỬ DỤNG vneid"),
        lambda: SurveyVisit.objects.create(survey=survey, neighbourhood=visits[0].neighbourhood),
        lambda: SurveyNeed.objects.create(visit=visits[0], idea=ideas[0], people=2),
        lambda: SurveyNeed.objects.filter(visit=visits[0]).update(people=-1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_page_saves_what_was_changed_and_leaves_a_colleagues_numbers_alone(client, cast, survey):
    (two, ten), (vneid, rau) = cells(survey)
    address = reverse("courses:survey-entry", args=[survey.pk])
    client.force_login(cast.lan)
    seen = client.get(address).context["seen"]
    # Meanwhile the director enters the other village.
    planning.record_needs(survey=survey, by=cast.duc, counts={(ten.pk, rau.pk): 7})
    blank = {f"c_{place.pk}_{idea.pk}": "" for place in (two, ten) for idea in (vneid, rau)}
    sent = blank | {f"c_{two.pk}_{vneid.pk}": "12", f"h_{two.pk}": "40", f"w_{two.pk}": "Ông Lực", "seen": seen}
    assert client.post(address, sent).status_code == 302
    assert needs_of(survey) == {(two.pk, vneid.pk): 12, (ten.pk, rau.pk): 7}


def test_a_box_that_cannot_be_read_is_shown_again_and_the_others_are_kept(client, cast, survey):
    (two, ten), (vneid, _rau) = cells(survey)
    client.force_login(cast.lan)
    sent = {f"c_{two.pk}_{vneid.pk}": "mười", f"c_{ten.pk}_{vneid.pk}": "3", "seen": "{}"}
    response = client.post(reverse("courses:survey-entry", args=[survey.pk]), sent)
    body = response.content.decode()
    assert response.status_code == 422
    assert 'value="mười"' in body
    assert "aria-invalid" in body
    assert needs_of(survey) == {(ten.pk, vneid.pk): 3}


def test_one_box_saves_itself_and_a_wrong_one_says_so(client, cast, survey):
    (two, _ten), (vneid, _rau) = cells(survey)
    address = reverse("courses:survey-cell", args=[survey.pk])
    client.force_login(cast.lan)
    assert "Đã lưu lúc" in client.post(address, {f"c_{two.pk}_{vneid.pk}": "8"}).content.decode()
    assert needs_of(survey) == {(two.pk, vneid.pk): 8}
    assert "Chưa lưu" in client.post(address, {f"c_{two.pk}_{vneid.pk}": "tám"}).content.decode()
    assert "Chưa lưu" in client.post(address, {f"c_999999_{vneid.pk}": "8"}).content.decode()
    assert client.post(address, {f"c_{two.pk}_{vneid.pk}": ""}).status_code == 200
    assert needs_of(survey) == {}  # emptied: not asked
    planning.close_survey(survey=survey, by=cast.lan)
    assert "đã chốt" in client.post(address, {f"c_{two.pk}_{vneid.pk}": "8"}).content.decode()


def test_staff_add_questions_and_places_officers_read(client, cast, survey):
    client.force_login(cast.lan)
    page = reverse("courses:survey-detail", args=[survey.pk])
    topic = Topic.objects.get(code="suc_khoe")
    add = reverse("courses:survey-idea-add", args=[survey.pk])
    assert client.post(add, {"name": "Dưỡng sinh", "topic": topic.pk}).status_code == 302
    refused = client.post(add, {"name": "Dưỡng sinh", "topic": topic.pk})
    assert refused.status_code == 422
    assert "đã hỏi nội dung này" in refused.content.decode()
    assert client.post(add, {"name": "Không có lĩnh vực"}).status_code == 422
    client.post(reverse("courses:survey-place-add", args=[survey.pk]), {"name": "Thôn 3"})
    body = client.get(page).content.decode()
    assert "Dưỡng sinh" in body
    assert "Thôn 3" in body
    client.force_login(cast.hoa)
    body = client.get(page).content.decode()
    assert "Dưỡng sinh" in body
    assert "Thêm nội dung" not in body
    assert "Chốt khảo sát" not in body


def test_posts_by_strangers_change_nothing(client, cast, survey):
    idea = cells(survey)[1][0]
    posts = [
        reverse(f"courses:{name}", args=[survey.pk])
        for name in ("survey-cell", "survey-idea-add", "survey-place-add", "survey-close", "survey-to-plan")
    ] + [reverse("courses:survey-idea-drop", args=[idea.pk])]
    for who, status in (("minh", 404), ("nam", 404), ("hoa", 403), ("van", 403), ("thu", 403)):
        client.force_login(cast.users[who])
        for address in posts:
            assert client.post(address, {"name": "Thôn 9"}).status_code == status, (who, address)
    survey.refresh_from_db()
    assert (survey.is_open, survey.ideas.count(), survey.visits.count()) == (True, 2, 2)


def test_a_survey_of_many_villages_costs_as_many_queries_as_one_of_two(client, cast, survey):
    client.force_login(cast.lan)

    def cost():
        found = []
        for name in ("survey-detail", "survey-entry"):
            with CaptureQueriesContext(connection) as log:
                client.get(reverse(f"courses:{name}", args=[survey.pk]))
            found.append(len(log))
        return found

    cost()
    few = cost()
    _visits, ideas = cells(survey)
    for number in range(20, 60):
        visit = planning.add_neighbourhood(survey=survey, name=f"Thôn {number}", by=cast.lan)
        planning.record_needs(survey=survey, by=cast.lan, counts={(visit.pk, ideas[0].pk): number})
    assert cost() == few
