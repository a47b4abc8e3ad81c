"""People: found however they are written, seen by their own centres only, their number looked at with a trace."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.dates import PartialDate
from core.errors import Conflict, Forbidden, OutOfScope
from core.models import AuditEvent
from learners import services
from learners.matching import births_agree
from learners.models import Learner, LearnerCentre
from learners.selectors import match_person
from tests.factories import make_class, make_enrolled, make_learner

NUMBER = "001180000417"


def register(cast, **changes):
    given = {"full_name": "Bùi Thị Nga", "birth": PartialDate(1980, 5, 3), "sex": "female", "ethnicity": "06"}
    return services.register_learner(**{"centre": cast.centre_a, "by": cast.lan, **given, **changes})


def found(client, **query):
    page = client.get(reverse("learners:learner-list"), query)
    return [learner.full_name for learner in page.context["page_obj"]]


@pytest.mark.parametrize(
    "text", ["nga bui", "Bùi Nga", "NGA", "bui thi", "0963855860", "0963", NUMBER, "hv0000001", " Nga  Bùi "]
)
def test_people_are_found_however_they_are_asked_for(cast, as_user, text):
    register(cast, personal_id=NUMBER, phone="0963855860")
    register(cast, full_name="Đinh Văn Lực")

    assert found(as_user(cast.lan), q=text) == ["Bùi Thị Nga"]


@pytest.mark.parametrize("text", ["ga bui", "001180000418", "%", "_", "' OR 1=1 --", "0964", "x" * 5000])
def test_others_are_not_found(cast, as_user, text):
    register(cast, personal_id=NUMBER, phone="0963855860")

    assert found(as_user(cast.lan), q=text) == []


def test_names_are_listed_in_vietnamese_order(cast, as_user):
    for name in ("Đỗ Thị An", "Lê Văn Ân", "Trần Ăn", "Bùi Thị Bê", "Dương Đào", "Vũ Duy", "Hà Á"):
        register(cast, full_name=name, birth=None)

    assert found(as_user(cast.lan)) == [
        "Hà Á", "Đỗ Thị An", "Trần Ăn", "Lê Văn Ân", "Bùi Thị Bê", "Vũ Duy", "Dương Đào",
    ]  # fmt: skip


def test_a_filter_by_a_foreign_centre_says_nothing(cast, as_user):
    """Somebody who goes to both centres: staff of the one must not learn of the other."""
    both = make_learner(cast.centre_a, "Bùi Thị Nga")
    LearnerCentre.objects.create(learner=both, centre=cast.centre_b)

    assert found(as_user(cast.lan), centre=cast.centre_b.pk) == []
    assert found(as_user(cast.hoa), centre=cast.centre_b.pk) == []
    assert found(as_user(cast.hoa), centre=cast.centre_a.pk) == ["Bùi Thị Nga"]
    assert found(as_user(cast.tuan), centre=cast.centre_b.pk) == ["Bùi Thị Nga"]
    assert found(as_user(cast.tuan), centre="9" * 40) == []


def test_the_list_costs_the_same_for_few_and_many(cast, as_user):
    client = as_user(cast.lan)

    def queries():
        with CaptureQueriesContext(connection) as log:
            shown = found(client)
        return len(log), len(shown)

    for number in range(3):
        register(cast, full_name=f"Bùi Thị {chr(65 + number)}", neighbourhood=f"Thôn {number}")
    queries()
    few = queries()
    for number in range(20):
        register(cast, full_name=f"Đinh Văn {chr(65 + number)}", neighbourhood=f"Thôn {number}")
    assert (few[1], queries()) == (3, (few[0], 23))


def test_teachers_see_the_people_of_their_own_classes(cast, reference, as_user):
    own = make_enrolled(make_class(cast.centre_a, teacher=cast.thu), 1)[0].learner
    other = make_enrolled(make_class(cast.centre_a), 1)[0].learner
    client = as_user(cast.thu)

    assert client.get(reverse("learners:learner-detail", args=[own.pk])).status_code == 200
    assert client.get(reverse("learners:learner-detail", args=[other.pk])).status_code == 404
    assert client.get(reverse("learners:learner-edit", args=[own.pk])).status_code == 403
    assert client.post(reverse("learners:reveal-id", args=[own.pk])).status_code == 403


def test_looking_at_the_number_is_asked_for_and_leaves_a_trace(cast, as_user):
    learner = register(cast, personal_id=NUMBER)
    client = as_user(cast.lan)
    page = client.get(reverse("learners:learner-detail", args=[learner.pk]))
    assert NUMBER not in page.content.decode()
    assert not AuditEvent.objects.filter(verb="learners.reveal_personal_id").exists()

    shown = client.post(reverse("learners:reveal-id", args=[learner.pk]))

    assert NUMBER in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    trace = AuditEvent.objects.get(verb="learners.reveal_personal_id")
    assert (trace.actor, trace.object_id) == (cast.lan, str(learner.pk))
    assert NUMBER not in repr(trace.data)
    assert client.get(reverse("learners:reveal-id", args=[learner.pk])).status_code == 405


def test_officers_see_no_numbers(cast, as_user):
    learner = register(cast, personal_id=NUMBER)
    assert as_user(cast.hoa).post(reverse("learners:reveal-id", args=[learner.pk])).status_code == 403


def test_editing_keeps_the_number_and_says_what_changed(cast, as_user):
    learner = register(cast, personal_id=NUMBER, phone="0963855860")
    client = as_user(cast.lan)
    form = client.get(reverse("learners:learner-edit", args=[learner.pk])).context["form"]
    sent = {name: form.initial.get(name) or "" for name in form.fields} | {"full_name": "Bùi Thị Ngà", "birth": "1980"}

    client.post(reverse("learners:learner-edit", args=[learner.pk]), sent)

    learner.refresh_from_db()
    assert (learner.full_name, str(learner.birth), learner.phone) == ("Bùi Thị Ngà", "1980", "0963855860")
    assert learner.open_personal_id() == NUMBER
    changed = AuditEvent.objects.get(verb="learners.update_learner").data["changed"]
    assert changed == {"full_name": ["Bùi Thị Nga", "Bùi Thị Ngà"], "birth": ["03/05/1980", "1980"]}


def test_a_wrong_form_comes_back_whole(cast, as_user):
    sent = {"full_name": "Bùi Thị Nga", "birth": "31/02/1980", "sex": "female", "phone": "12", "personal_id": "123456"}

    page = as_user(cast.lan).post(reverse("learners:learner-add"), sent)

    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"birth", "phone", "personal_id"}
    assert "Bùi Thị Nga" in page.content.decode()
    assert not Learner.objects.exists()


def test_a_number_contradicting_sex_or_birth_is_a_warning_not_a_wall(cast, as_user):
    sent = {"full_name": "Bùi Văn Nam", "birth": "1991", "sex": "male", "ethnicity": "01", "personal_id": NUMBER}

    page = as_user(cast.lan).post(reverse("learners:learner-add"), sent, follow=True)

    assert Learner.objects.get().open_personal_id() == NUMBER
    assert "hãy kiểm tra lại" in page.content.decode()


def test_one_number_is_one_person(cast):
    register(cast, personal_id=NUMBER)
    with pytest.raises(Conflict) as refused:
        register(cast, full_name="Đinh Văn Lực", personal_id=NUMBER)

    assert "personal_id" in refused.value.fields
    assert Learner.objects.count() == 1
    assert register(cast, full_name="Đinh Văn Lực").code == "HV0000002"  # the refused one left no gap


def test_foreign_people_are_not_found_and_foreign_roles_refused(cast):
    learner = register(cast)
    values = {"full_name": "X Y", "birth": None, "sex": "unknown", "ethnicity": ""}
    with pytest.raises(OutOfScope):
        services.update_learner(learner=learner, by=cast.minh, **values)
    with pytest.raises(OutOfScope):
        services.reveal_personal_id(learner=learner, by=cast.minh)
    with pytest.raises(Forbidden):
        services.update_learner(learner=learner, by=cast.tuan, **values)
    learner.refresh_from_db()
    assert learner.full_name == "Bùi Thị Nga"


@pytest.mark.parametrize(
    ("name", "birth", "number", "phone", "kind"),
    [
        ("Bùi Thị Nga", "1980-05-03", "", "", "known"),
        ("Người Khác", None, NUMBER, "", "known"),  # the number decides
        ("BÙI THỊ NGA", "1980-05-03", NUMBER, "", "known"),
        ("Bùi Thị Nga", "1980", "", "", "lookalike"),
        ("Bùi Thị Nga", None, "", "", "lookalike"),
        ("Bui Thi Nga", "1980-05-03", "", "", "lookalike"),  # without tones it may be Ngà or Ngã
        ("Bùi Thị Ngà", "1980-05-03", "", "", "lookalike"),
        ("Bùi Thị Nga", "1981-05-03", "", "", "lookalike"),  # a slip of the year
        ("Bùi Thị Nga", "1980-03-05", "", "", "lookalike"),  # day and month changed places
        ("Nga Bùi Thị", "1980", "", "", "lookalike"),
        ("Bùi Nga", "1980", "", "", "lookalike"),  # people leave the middle name out
        ("Bùi Thị Nga", "1993-05-04", "", "", "new"),
        ("Bùi Văn Nga", "1980-05-03", "", "", "new"),  # a man and a woman
        ("Bùi Thị Nga", "1980-05-03", "001180000999", "", "new"),  # two numbers, two people
        ("Đinh Thúy Nga", None, "", "0963855860", "lookalike"),
        ("Đinh Văn Lực", None, "", "0963855860", "new"),  # families share a telephone
    ],
)
def test_who_is_known(cast, name, birth, number, phone, kind):
    learner = register(cast, personal_id=NUMBER, phone="0963855860")
    parts = [int(part) for part in birth.split("-")] if birth else []

    match = match_person(
        name=name, birth=PartialDate(*parts) if parts else None, personal_id=number, phone=phone, centre=cast.centre_a
    )

    assert match.kind == kind
    assert match.learner == (None if kind == "new" else learner)
    assert bool(match.reason) == (kind != "new")


def test_other_centres_people_are_known_by_number_only(cast):
    register(cast, personal_id=NUMBER)

    def ask(number):
        return match_person(
            name="Bùi Thị Nga", birth=PartialDate(1980, 5, 3), personal_id=number, phone="", centre=cast.centre_b
        ).kind

    assert (ask(NUMBER), ask("")) == ("known", "new")


def test_what_is_unknown_contradicts_nothing():
    day, month, year = PartialDate(1980, 5, 3), PartialDate(1980, 5), PartialDate(1980)
    assert all(births_agree(one, other) for one in (day, month, year, None) for other in (day, month, year, None))
    assert not births_agree(day, PartialDate(1981))
    assert not births_agree(month, PartialDate(1980, 6, 3))
