"""Signing in: nobody else gets in, guessing is slow, every success is counted."""

import pytest
from django.urls import reverse

from accounts import throttle
from accounts.models import FailedSignIn, SignIn
from tests.cast import PASSWORD

URL = "/accounts/sign-in/"


def test_right_password_opens_the_home_page_and_is_counted(client, cast):
    response = client.post(URL, {"username": "lan", "password": PASSWORD})

    assert response.status_code == 302
    assert response.url == reverse("home")
    assert SignIn.objects.filter(user=cast.lan).count() == 1


def test_user_name_is_read_without_regard_to_case(client, cast):
    assert client.post(URL, {"username": "Lan", "password": PASSWORD}).status_code == 302


def test_unknown_name_and_wrong_password_get_the_same_words(client, cast):
    wrong = client.post(URL, {"username": "lan", "password": "sai-mat-khau"})
    unknown = client.post(URL, {"username": "khong-co", "password": "sai-mat-khau"})

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()
    assert 'value="lan"' in wrong.content.decode()  # what was typed is kept


def test_inactive_user_cannot_sign_in(client, cast):
    cast.lan.is_active = False
    cast.lan.save()

    assert client.post(URL, {"username": "lan", "password": PASSWORD}).status_code == 422


def test_guessing_is_stopped_even_with_the_right_password(client, cast):
    for _ in range(throttle.PER_NAME):
        client.post(URL, {"username": "lan", "password": "sai-mat-khau"})

    response = client.post(URL, {"username": "lan", "password": PASSWORD})

    assert response.status_code == 429
    assert not SignIn.objects.filter(user=cast.lan).exists()


def test_success_clears_the_failures_of_that_name(client, cast):
    client.post(URL, {"username": "lan", "password": "sai-mat-khau"})
    client.post(URL, {"username": "minh", "password": "sai-mat-khau"})
    client.post(URL, {"username": "lan", "password": PASSWORD})

    assert FailedSignIn.objects.count() == 1


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com", "javascript:alert(1)"])
def test_next_never_leaves_the_site(client, cast, target):
    response = client.post(URL, {"username": "lan", "password": PASSWORD, "next": target})

    assert response.url == reverse("home")


def test_anonymous_is_sent_to_sign_in_and_back(client, db):
    response = client.get("/")

    assert response.status_code == 302
    assert response.url == f"{URL}?next=/"


def test_sign_out_needs_post(as_user, cast):
    client = as_user(cast.lan)

    assert client.get("/accounts/sign-out/").status_code == 405
    assert client.post("/accounts/sign-out/").status_code == 302
    assert client.get("/").status_code == 302


def test_language_is_remembered_for_browser_and_user(as_user, cast):
    client = as_user(cast.lan)

    client.post("/accounts/language/", {"language": "en", "next": "/accounts/profile/"})

    cast.lan.refresh_from_db()
    assert cast.lan.language == "en"
    assert 'lang="en"' in client.get("/accounts/profile/").content.decode()


def test_changing_the_password_needs_the_old_one(as_user, cast):
    client = as_user(cast.lan)
    new = "mot-cau-moi-de-nho"

    refused = client.post("/accounts/password/", {"old": "sai", "new": new, "again": new})
    accepted = client.post("/accounts/password/", {"old": PASSWORD, "new": new, "again": new})

    assert refused.status_code == 422
    assert accepted.status_code == 302
    cast.lan.refresh_from_db()
    assert cast.lan.check_password(new)
    assert client.get("/accounts/profile/").status_code == 200  # still signed in


def test_short_password_is_refused(as_user, cast):
    response = as_user(cast.lan).post("/accounts/password/", {"old": PASSWORD, "new": "ngan", "again": "ngan"})

    assert response.status_code == 422
    assert "new" in response.context["form"].errors


def test_a_first_password_must_be_changed_before_anything_else(as_user, cast):
    cast.lan.must_change_password = True
    cast.lan.save()
    client = as_user(cast.lan)

    assert client.get("/").url == "/accounts/password/"
    assert client.get("/learners/").url == "/accounts/password/"
    assert client.get("/c/").status_code == 200  # public pages stay open
    refused = client.get("/api/v1/classes/")
    assert (refused.status_code, refused.json()["code"]) == (403, "first_password")
    assert client.get("/api/v1/schema/").status_code == 403
    new = "mot-cau-moi-de-nho"
    client.post("/accounts/password/", {"old": PASSWORD, "new": new, "again": new})
    assert client.get("/learners/").status_code == 200
    assert client.get("/api/v1/classes/").status_code == 200
