"""The card on the pages: who may read one, what is answered, and that nothing of it stays anywhere."""

import json
import logging

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEvent
from learners.models import Learner
from tests.learners.test_card import FIELDS, NEW, OLD

READ = reverse("learners:read-card")
SECRETS = ("012345678", "10052021", "15082024", "Trần Văn A", "Lê Thị B")


@pytest.mark.parametrize("text", [OLD, NEW])
def test_the_answer_fills_a_form_and_is_kept_by_nobody(cast, as_user, text, caplog):
    client = as_user(cast.lan)
    events = AuditEvent.objects.count()

    with caplog.at_level(logging.DEBUG), CaptureQueriesContext(connection) as queries:
        answer = client.post(READ, {"card_text": text})

    assert json.loads(answer.content) == {"fields": FIELDS[text], "problems": [], "warnings": []}
    assert "no-store" in answer["Cache-Control"]
    assert not any(secret in answer.content.decode() for secret in SECRETS)
    assert AuditEvent.objects.count() == events
    assert Learner.objects.count() == 0
    written = caplog.text + " ".join(query["sql"] for query in queries.captured_queries)
    assert not any(value in written for value in (*SECRETS, *FIELDS[text].values()) if value not in ("female", "male"))


def test_only_the_desk_reads_cards_and_only_by_post(cast, as_user):
    statuses = {name: as_user(getattr(cast, name)).post(READ, {"card_text": OLD}).status_code
                for name in ("lan", "duc", "van", "thu", "hoa", "tuan")}  # fmt: skip

    assert statuses == {"lan": 200, "duc": 200, "van": 403, "thu": 403, "hoa": 403, "tuan": 403}
    assert as_user(cast.lan).get(READ).status_code == 405
    assert Client().post(READ, {"card_text": OLD}).status_code == 302


def test_a_foreign_site_cannot_have_cards_read(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.lan)

    assert client.post(READ, {"card_text": OLD}).status_code == 403


@pytest.mark.parametrize("text", [OLD, NEW])
def test_without_script_the_button_fills_the_form_and_loses_nothing_typed(cast, as_user, text):
    typed = {"full_name": "", "sex": "unknown", "phone": "0963855860", "note": "đến chiều", "ethnicity": "02"}
    page = as_user(cast.lan).post(reverse("learners:learner-add"), {**typed, "card_text": text, "read_card": "1"})
    form, body = page.context["form"], page.content.decode()

    assert page.status_code == 200
    assert {name: str(form[name].value()) for name in FIELDS[text]} == FIELDS[text]
    assert [form[name].value() for name in ("phone", "note", "ethnicity")] == ["0963855860", "đến chiều", "02"]
    assert '<p class="notice ok">Đã điền từ thẻ' in body
    assert not any(secret in body for secret in SECRETS)
    assert Learner.objects.count() == 0


def test_without_script_a_wrong_code_is_explained(cast, as_user):
    page = as_user(cast.lan).post(
        reverse("learners:learner-add"), {"full_name": "Bùi Thị Nga", "card_text": OLD[:30], "read_card": "1"}
    )

    assert "trong 7 phần" in page.content.decode()
    assert '<p class="notice ok">' not in page.content.decode()
    assert page.context["form"]["full_name"].value() == "Bùi Thị Nga"


def test_enter_in_a_field_saves_even_where_the_card_button_comes_first(cast, as_user):
    page = as_user(cast.lan).post(
        reverse("learners:learner-add"),
        {"full_name": "Bùi Thị Nga", "sex": "female", "card_text": "", "read_card": "1"},
    )

    assert page.status_code == 302
    assert Learner.objects.get().full_name == "Bùi Thị Nga"


def test_a_payload_left_in_the_box_is_not_shown_again(cast, as_user):
    page = as_user(cast.lan).post(reverse("learners:learner-add"), {"full_name": "", "card_text": OLD})

    assert page.status_code == 422
    assert not any(part in page.content.decode() for part in OLD.split("|") if len(part) > 3)


def test_the_camera_is_open_on_the_form_and_shut_elsewhere(cast, as_user):
    client = as_user(cast.lan)

    assert client.get(reverse("learners:learner-add"))["Permissions-Policy"].startswith("camera=(self)")
    for name in ("home", "learners:learner-list", "accounts:profile"):
        assert client.get(reverse(name))["Permissions-Policy"].startswith("camera=(),")
    assert Client().get(reverse("accounts:sign-in"))["Permissions-Policy"].startswith("camera=(),")
