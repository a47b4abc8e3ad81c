"""Scope: who reaches which centre with which verb, on which day."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.choices import Role
from centres.access import build_scope, forget_scope, scope_of
from centres.choices import ROLE_VERBS, Verb
from centres.models import AdminUnit, Body, Centre, Membership
from centres.permissions import require
from centres.services import add_membership, move_centre
from core.errors import Forbidden, OutOfScope
from tests.cast import NEW_START, OLD_END, make_user

DAY = dt.timedelta(days=1)
# username -> the role, and the centres it reaches.
PLACES = {
    "lan": (Role.CENTRE_STAFF, "a"),
    "van": (Role.REGISTRAR, "a"),
    "thu": (Role.TEACHER, "a"),
    "duc": (Role.DIRECTOR, "a"),
    "minh": (Role.CENTRE_STAFF, "b"),
    "hai": (Role.DIRECTOR, "b"),
    "hoa": (Role.AREA_OFFICER, "a"),
    "nam": (Role.AREA_OFFICER, "b"),
    "tuan": (Role.CITY_OFFICER, "ab"),
    "oanh": (Role.AUDITOR, "ab"),
}


@pytest.mark.parametrize("name", PLACES)
def test_every_role_has_its_verbs_in_its_centres_and_none_elsewhere(cast, name):
    role, reach = PLACES[name]
    scope = build_scope(cast.users[name])
    assert scope.roles == {role}
    for letter, centre in (("a", cast.centre_a), ("b", cast.centre_b)):
        allowed = {verb for verb in Verb if scope.may(verb, centre.pk)}
        assert allowed == (ROLE_VERBS[role] if letter in reach else set()), letter
        assert scope.sees_centre(centre.pk) == (letter in reach)
        assert Centre.objects.visible_to(cast.users[name]).filter(pk=centre.pk).exists() == (letter in reach)
    assert scope.everything == (reach == "ab")
    assert scope.is_officer == (role in (Role.AREA_OFFICER, Role.CITY_OFFICER, Role.AUDITOR))


def test_a_body_reads_the_plan_and_reaches_no_centre(cast):
    body = Body.objects.create(code="HOI", name="Hội Thử nghiệm")
    scope = build_scope(make_user("linh", "Đoàn Mỹ Linh", Role.BODY_OFFICER, body=body))
    assert scope.body_ids == {body.pk}
    assert {verb for verb in Verb if scope.may(verb)} == ROLE_VERBS[Role.BODY_OFFICER]
    assert not scope.everything
    assert not any(scope.sees_centre(centre.pk) for centre in (cast.centre_a, cast.centre_b))


def test_every_role_is_judged():
    judged = {role for role, _reach in PLACES.values()} | {Role.BODY_OFFICER}
    assert judged == set(Role) == set(ROLE_VERBS)


def test_only_the_director_revokes_and_readers_change_nothing():
    holders = {verb: {role for role in Role if verb in ROLE_VERBS[role]} for verb in Verb}
    assert holders[Verb.REVOKE] == {Role.DIRECTOR}
    assert holders[Verb.READ_AUDIT] == {Role.DIRECTOR, Role.AUDITOR}
    changing = {Verb.MANAGE_CLASSES, Verb.ENROL, Verb.TEACH, Verb.CLOSE_CLASS, Verb.ISSUE, Verb.REVOKE, Verb.FOLLOW_UP}
    for role in (Role.AREA_OFFICER, Role.CITY_OFFICER, Role.AUDITOR):
        assert not ROLE_VERBS[role] & (changing | {Verb.SEE_IDENTITY}), role


def test_a_membership_holds_from_its_first_day_to_its_last(cast):
    user = make_user("mai", "Lý Thị Mai", Role.CENTRE_STAFF, centre=cast.centre_a)
    first, last = dt.date(2026, 2, 1), dt.date(2026, 2, 28)
    Membership.objects.filter(user=user).update(valid_from=first, valid_to=last)
    seen = {day: build_scope(user, day).may(Verb.VIEW) for day in (first - DAY, first, last, last + DAY)}
    assert list(seen.values()) == [False, True, True, False]


def test_two_roles_keep_their_places_apart(cast):
    """Teacher here and staff there: neither lends its verbs to the other centre."""
    user = make_user("mai", "Lý Thị Mai", Role.TEACHER, centre=cast.centre_a)
    add_membership(
        user=user, role=Role.CENTRE_STAFF, centre=cast.centre_b, by=cast.tuan, valid_from=dt.date(2026, 1, 1)
    )
    scope = scope_of(user)
    assert scope.may(Verb.ENROL, cast.centre_b.pk)
    assert not scope.may(Verb.ENROL, cast.centre_a.pk)
    assert not scope.may(Verb.VIEW, cast.centre_a.pk)
    assert scope.may(Verb.VIEW_OWN_CLASSES, cast.centre_a.pk)


def test_strangers_and_people_who_left_reach_nothing(cast):
    assert not any(build_scope(AnonymousUser()).may(verb) for verb in Verb)
    cast.tuan.is_active = False
    cast.tuan.save()
    assert not any(build_scope(cast.tuan).may(verb) for verb in Verb)
    forget_scope(cast.tuan)
    assert not Centre.objects.visible_to(cast.tuan).exists()
    assert not AdminUnit.objects.visible_to(cast.tuan).exists()
    nobody = make_user("mai", "Lý Thị Mai", Role.CENTRE_STAFF, centre=cast.centre_a)
    Membership.objects.filter(user=nobody).delete()
    assert not Centre.objects.visible_to(nobody).exists()


def test_refusals_do_not_tell_that_a_centre_exists(cast):
    require(cast.lan, Verb.ENROL, cast.centre_a.pk)
    with pytest.raises(Forbidden):
        require(cast.lan, Verb.REVOKE, cast.centre_a.pk)
    for foreign in (cast.centre_b.pk, 999_999):
        with pytest.raises(OutOfScope):
            require(cast.lan, Verb.ENROL, foreign)


def test_the_officer_of_an_old_district_keeps_its_centres_after_the_district_ended(cast):
    for day in (OLD_END, NEW_START, dt.date(2026, 11, 1)):
        assert build_scope(cast.hoa, day).centre_ids(Verb.VIEW) == {cast.centre_a.pk}


def test_a_centre_that_moves_is_reached_from_both_communes(cast):
    """The commune it left must still answer for what happened there."""
    move_centre(centre=cast.centre_b, unit=cast.commune_a, moved_on=dt.date(2026, 3, 1), by=cast.tuan)
    newcomer = make_user("mai", "Lý Thị Mai", Role.AREA_OFFICER, unit=cast.commune_a)
    assert build_scope(newcomer).centre_ids(Verb.VIEW) == {cast.centre_a.pk, cast.centre_b.pk}
    assert build_scope(cast.nam).centre_ids(Verb.VIEW) == {cast.centre_b.pk}


def test_units_one_may_open(cast):
    def units(user):
        return set(AdminUnit.objects.visible_to(user))

    assert units(cast.tuan) == set(AdminUnit.objects.all())
    assert units(cast.hoa) == {cast.district_a, cast.old_commune_a, cast.commune_a}
    assert units(cast.nam) == {cast.old_commune_b, cast.commune_b}
    assert units(cast.lan) == {cast.old_commune_a, cast.commune_a}
    assert units(cast.thu) == set()


def test_the_scope_costs_two_queries_however_many_centres(cast, django_assert_num_queries):
    for number in range(5):
        centre = Centre.objects.create(code=f"HN-{number}", name=f"TT {number}", established_on=dt.date(2020, 1, 1))
        centre.locations.create(unit=cast.old_commune_a, valid_from=dt.date(2020, 1, 1))
    with django_assert_num_queries(2):
        assert len(build_scope(cast.hoa).centre_ids(Verb.VIEW)) == 6


def test_an_officer_whose_area_has_no_centre_yet_opens_empty_pages(cast, reference, as_user):
    """A new commune without a centre: the officer works there all the same, and sees nobody else's rows."""
    unit = AdminUnit.objects.create(
        code="09999", level="commune", kind="xa", name="Xã Mới", parent=cast.city, valid_from=dt.date(2025, 7, 1)
    )
    officer = make_user("moi", "Đỗ Văn Mới", Role.AREA_OFFICER, unit=unit)
    client = as_user(officer)

    for name in ("home", "learners:learner-list", "courses:class-list", "centres:centre-list", "indicators:statistics"):
        response = client.get(reverse(name))
        assert response.status_code == 200, name
        assert cast.centre_a.name not in response.content.decode()
    assert client.get(reverse("indicators:plan")).status_code == 200
    assert client.get(reverse("courses:class-add")).status_code == 403
    assert not Centre.objects.visible_to(officer).exists()
