"""The page a passer-by sees: light, in two languages, the same for every wrong code; look-ups counted, lookers not."""

import gzip
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates import lookups
from certificates.lookups import LookupCounter
from certificates.models import Certificate
from certificates.selectors import look_up
from certificates.services import Decision, issue_class, revoke_certificate, supersede_certificate, void_certificate
from certificates.views.public import verdict_page
from tests.certificates.signed import random_token
from tests.factories import AT_SERVER, closed_class, make_certificates

STATIC = Path(settings.BASE_DIR) / "static"
LIMIT = 30_000
# What a browser loads for the check of a signature: no font, no picture but the house's mark.
CHECKED_WITH = ("css/verify.css", "js/verify/page.js", "js/verify/judge.js", "js/verify/statuslist.js", "img/mark.svg")
FALLBACK = "vendor/noble/ed25519.js"
WRONG = ("0" * 16, "khong-phai-ma", "A" * 200, "ABCD-EFGH-JKMN-PQR", "%00", "a/b", "Đ" * 16, "U" * 16, "%F0%9F%98%80")


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def papers(cast, reference):
    return issue_class(class_group=closed_class(cast.centre_a, passing=4, failing=0)[0], by=cast.lan).certificates


def compressed(content: bytes) -> int:
    return len(gzip.compress(content, 9))


def test_with_style_script_and_keys_a_page_stays_under_30_kb(client, papers):
    page, keys = client.get(f"/C/{papers[0].token}"), client.get(reverse("key-list"))
    weight = compressed(page.content) + compressed(keys.content)
    weight += sum(compressed((STATIC / name).read_bytes()) for name in CHECKED_WITH)
    assert weight < LIMIT
    assert weight + compressed((STATIC / FALLBACK).read_bytes()) < LIMIT  # an old telephone fetches this as well
    body = page.content.decode()
    loaded = re.findall(r'(?:src|<link[^>]*href)="/static/([^"]+)"', body)
    assert set(loaded) <= set(CHECKED_WITH)
    assert "url(" not in (STATIC / "css/verify.css").read_text(encoding="utf-8")


def test_the_public_style_says_the_colours_of_the_house():
    def tokens(name):
        return dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{3,6})\b", (STATIC / name).read_text(encoding="utf-8")))

    assert tokens("css/verify.css").items() <= tokens("css/app.css").items()


def test_every_verdict_is_there_in_english_without_a_cookie(client, cast, papers):
    valid, revoked, replaced, corrected = papers
    revoke_certificate(certificate=revoked, by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm"))
    supersede_certificate(certificate=replaced, by=cast.duc, decision=Decision("Mất giấy"))
    supersede_certificate(certificate=corrected, by=cast.duc, decision=Decision("Sai tên"), correct=True)
    for row, words in (
        (valid, "The certificate stands"), (revoked, "The certificate was revoked"),
        (replaced, "The certificate was replaced"),
        (corrected, "The certificate was corrected"),
    ):  # fmt: skip
        page = client.get(f"/C/{row.token}", {"lang": "en"})
        body = page.content.decode()
        assert words in body
        assert 'lang="en"' in body
        assert page["Content-Language"] == "en"
        assert not page.cookies
        assert words not in client.get(f"/C/{row.token}").content.decode()  # Vietnamese again: nothing was kept
    assert "There is no such certificate" in client.get("/C/" + "0" * 16, {"lang": "en"}).content.decode()
    assert client.get(f"/C/{valid.token}", {"lang": "xx"})["Content-Language"] == "vi"


def test_what_is_filled_in_is_text(client, papers):
    """A centre or a course with letters that mean something in HTML."""
    row = papers[0]
    verdict = replace(look_up(row.token), course='<b>"Tin học" & \ue0f0token\ue0f1</b>')
    body = verdict_page(verdict, row.token).decode()
    assert "&lt;b&gt;&quot;Tin học&quot; &amp; \ue0f0token\ue0f1&lt;/b&gt;" in body


def test_the_way_to_the_paper_in_force_shows_it_and_not_its_code(client, cast, papers):
    old = papers[0]
    new = supersede_certificate(certificate=old, by=cast.duc, decision=Decision("Sai tên"), correct=True)
    new.refresh_from_db()
    page = client.get(f"/C/{old.token}").content.decode()
    way = f"/C/{old.token}/current"
    assert f'href="{way}"' in page
    shown = client.get(way)
    body = shown.content.decode()
    assert shown.status_code == 200
    assert new.register_number in body
    assert f"bản số {old.register_number}, bản đó không còn giá trị" in body
    assert "Chứng nhận hợp lệ" not in body  # a finder of the old paper gets no page that praises it
    assert shown["Cache-Control"] == "no-store"
    for text in (page, body, client.get(way, {"lang": "en"}).content.decode()):
        assert new.token not in text.replace("-", "")
        assert new.content["learner"] not in text

    revoke_certificate(certificate=new, by=cast.duc, second=AT_SERVER, decision=Decision("Cấp nhầm"))
    assert way not in client.get(f"/C/{old.token}").content.decode()
    dead = client.get(way)
    assert (dead.status_code, dead.content) == (404, client.get("/C/" + "0" * 16).content)
    assert client.get(f"/C/{papers[1].token}/current").status_code == 404  # in force itself: nothing came after it


def test_unknown_and_malformed_codes_are_one_answer_at_one_price(client, cast, papers, monkeypatch):
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    group = closed_class(cast.centre_a, passing=2, failing=0)[0]
    reserved, voided = issue_class(class_group=group, by=cast.lan).certificates
    void_certificate(certificate=voided, by=cast.duc, decision=Decision("In hỏng"))
    answers, prices = [], []
    for code in (reserved.token, voided.token, *WRONG):
        with CaptureQueriesContext(connection) as log:
            answer = client.get(f"/C/{code}")
        answers.append((answer.status_code, answer.content, sorted(answer.headers.items())))
        prices.append(len(log))
    assert [answer for answer in answers if answer != answers[0]] == []
    assert answers[0][0] == 404
    assert set(prices) == {1}
    assert ("Referrer-Policy", "no-referrer") in answers[0][2]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_is_opened_anew(cast, reference):
    """As after a restart of the database: the kept connection is dead, the paper is answered all the same."""
    (row,) = make_certificates(cast.centre_a, passing=1)
    seen = []

    def gone(execute, sql, params, many, context):
        seen.append(sql)
        if len(seen) == 1:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    connection.ensure_connection()
    kept = connection.connection
    with connection.execute_wrapper(gone):
        assert look_up(row.token).status == "valid"
    assert len(seen) == 2  # lost, asked again
    assert connection.connection is not kept


def test_random_codes_hit_nothing(papers):
    """Fewer than the hundred thousand that ``bench verification`` tries."""
    chance = random.Random(4)
    assert {look_up(random_token(chance)).status for _ in range(500)} == {"unknown"}


@pytest.mark.django_db(transaction=True)
def test_lookups_are_added_up_and_written_together(cast, reference):
    rows = make_certificates(cast.centre_a, passing=2)
    counter = LookupCounter()
    counter._thread = object()  # written by hand here
    for row in (*rows, rows[0]):
        counter.add(row.pk)
    with CaptureQueriesContext(connection) as log:
        assert counter.flush() == 3
    assert len([query for query in log if "UPDATE" in query["sql"]]) <= 2
    assert counter.flush() == 0
    assert [Certificate.objects.get(pk=row.pk).lookups for row in rows] == [2, 1]


@pytest.mark.django_db(transaction=True)
def test_what_a_busy_database_refused_is_kept_for_the_next_time(cast, reference, monkeypatch):
    (row,) = make_certificates(cast.centre_a, passing=1)
    counter = LookupCounter()
    counter._thread = object()
    counter.add(row.pk)

    def busy(_rows):
        raise DatabaseError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(lookups, "_write", busy)
        assert counter.flush() == 0
    counter.add(row.pk)
    counter.stop()
    row.refresh_from_db()
    assert row.lookups == 2
