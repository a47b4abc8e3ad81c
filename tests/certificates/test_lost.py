"""A lost paper is found by all that stood on it, by nobody who guesses, and no miss says what was wrong."""

import datetime as dt
import re
import unicodedata

import pytest
from django.utils import timezone

from certificates import guessing
from certificates.holder.finding import same_words
from certificates.holder.models import SearchTally
from certificates.models import Certificate
from certificates.services import Decision, issue_class, revoke_certificate
from courses import services as courses
from learners.models import Learner
from tests.factories import AT_SERVER, BIRTH, closed_class, finished_class, make_certificates


@pytest.fixture
def row(cast, reference):
    return make_certificates(cast.centre_a, passing=1)[0]


def asked(row, **change):
    return {
        "register_number": row.register_number,
        "place": row.content["centre"],
        "full_name": row.content["learner"],
        "birth_year": str(BIRTH.year),
    } | change


def missed(response):
    """The body of a miss without what was typed: it must be the same for every miss."""
    assert response.status_code == 404
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def test_all_four_lead_to_the_verdict(client, row):
    response = client.post("/c/tim", asked(row))

    assert response.status_code == 302
    assert response.url == f"/c/{row.token}"
    assert not response.cookies
    assert "Chứng nhận hợp lệ" in client.get(response.url).content.decode()
    row.refresh_from_db()
    assert row.lookups == 1
    assert not SearchTally.objects.filter(count__gt=0).exists(), "only searches in vain are counted"


def test_spelling_is_forgiven(client, row):
    number, year = row.register_number.split("/")
    unit = row.unit.name
    for change in (
        {"full_name": f"  {row.content['learner'].upper()} "},
        {"full_name": unicodedata.normalize("NFD", row.content["learner"]).replace(" ", "  ")},
        {"register_number": f"Số {int(number)} / {year}"},
        {"place": unit.upper()},
        {"place": unit.removeprefix(row.unit.get_kind_display()).strip()},
        {"place": row.content["centre"].lower()},
        {"birth_year": f" {BIRTH.year} "},
    ):
        assert client.post("/c/tim", asked(row, **change)).status_code == 302, change


@pytest.mark.parametrize(("written", "typed", "same"), [
    ("Lê Thị Hoà", "lê thị hòa", True),
    ("Nguyễn Thuý", "NGUYỄN THÚY", True),
    ("Lê Thị Hòa", "Lê Thị Hoa", False),
    ("Đỗ Nga", "Đỗ Ngà", False),
    ("Đỗ Nga", "Dỗ Nga", False),
    ("Đỗ Nga", "Nga Đỗ", False),
])  # fmt: skip
def test_tones_are_part_of_a_word(written, typed, same):
    assert (same_words(written) == same_words(typed)) is same


def test_every_miss_is_one_answer(client, cast, row, monkeypatch):
    monkeypatch.setattr(guessing, "SEARCHES_A_NUMBER", 100)
    monkeypatch.setattr(guessing, "SEARCHES_A_PERSON", 100)
    other = make_certificates(cast.centre_b, passing=1)[0]
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    group = closed_class(cast.centre_a, passing=1)[0]
    reserved = Certificate.objects.get(pk=issue_class(class_group=group, by=cast.lan).certificates[0].pk)

    bodies = {
        missed(client.post("/c/tim", form))
        for form in (
            asked(row, register_number="999999/2026"),
            asked(row, register_number=row.register_number.replace("/2026", "/2025")),
            asked(row, place=other.content["centre"]),
            asked(row, place="Xã"),
            asked(row, full_name="Trần Văn Không"),
            asked(row, birth_year=str(BIRTH.year + 1)),
            asked(reserved),
        )
    }

    assert len(bodies) == 1
    assert row.content["learner"] not in bodies.pop()


def test_a_revoked_paper_is_found_too(client, cast, row):
    revoke_certificate(certificate=row, by=cast.duc, second=AT_SERVER, decision=Decision("Sai"))
    response = client.post("/c/tim", asked(row))
    assert "đã thu hồi" in client.get(response.url).content.decode()


def test_a_paper_that_names_no_birth_year_is_looked_up_at_the_centre(client, cast, reference):
    group = finished_class(cast.centre_a, passing=1)
    for learner in Learner.objects.filter(enrolments__class_group=group):
        learner.set_birth(None)
        learner.save()
    last = group.sessions.order_by("-held_on")[0].held_on
    courses.close_class(class_group=group, by=cast.lan, closed_on=last, accept_exceptions=True)
    row = issue_class(class_group=group, by=cast.lan).certificates[0]
    assert row.content["birth_year"] is None
    assert client.post("/c/tim", asked(row)).status_code == 404


def test_what_cannot_be_read_is_said_and_nothing_is_lost(client, row):
    response = client.post("/c/tim", asked(row, register_number="000123", birth_year="abc"))
    body = response.content.decode()
    assert response.status_code == 422
    assert "Hãy ghi cả số và năm" in body
    assert row.content["learner"] in body
    assert SearchTally.objects.count() == 0


def test_headers_and_no_script(client, row):
    for form in (None, asked(row), asked(row, place="x"), asked(row, birth_year="")):
        response = client.post("/c/tim", form) if form else client.get("/c/tim")
        assert response["Cache-Control"] == "no-store"
        assert "noindex" in response["X-Robots-Tag"]
        assert response["Referrer-Policy"] == "no-referrer"
        assert "<script" not in response.content.decode()
        assert len(response.content) < 30_000


def test_one_number_is_tried_a_few_times_a_day_by_whomever(client, row, monkeypatch):
    for place in range(guessing.SEARCHES_A_NUMBER):
        answer = client.post("/c/tim", asked(row, full_name=f"Tên Khác {place}"), REMOTE_ADDR=f"10.0.0.{place}")
        assert answer.status_code == 404
    refused = client.post("/c/tim", asked(row), REMOTE_ADDR="10.0.1.1")
    assert refused.status_code == 429
    assert "quá nhiều lần" in refused.content.decode()
    # Whether there is such a number makes no difference.
    for place in range(guessing.SEARCHES_A_NUMBER + 1):
        form = asked(row, register_number="777777/2026", full_name=f"Ai Đó {place}")
        last = client.post("/c/tim", form, REMOTE_ADDR="10.0.2.2")
    assert last.content == refused.content

    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + dt.timedelta(days=1))
    assert client.post("/c/tim", asked(row)).status_code == 302
    assert not SearchTally.objects.filter(tried_on__lt=timezone.localdate()).exists(), "yesterday's are forgotten"


def test_one_person_is_tried_a_few_times_whatever_the_number(client, row):
    """Who looks for a neighbour's paper by trying all numbers does not get far."""
    for number in range(guessing.SEARCHES_A_PERSON):
        form = asked(row, register_number=f"{900 + number}/2026")
        assert client.post("/c/tim", form, REMOTE_ADDR=f"10.0.0.{number}").status_code == 404
    assert client.post("/c/tim", asked(row), REMOTE_ADDR="10.0.1.1").status_code == 429


def test_an_address_that_guesses_is_stopped_and_burns_nobody_elses_tries(client, row, monkeypatch):
    monkeypatch.setattr(guessing, "SEARCHES_AN_ADDRESS", 3)
    for number in range(3):
        form = asked(row, register_number=f"{900 + number}/2026", full_name=f"Ai Đó {number}")
        assert client.post("/c/tim", form).status_code == 404
    for _ in range(guessing.SEARCHES_A_NUMBER + 1):
        assert client.post("/c/tim", asked(row, full_name="Tên Sai")).status_code == 429
    assert client.post("/c/tim", asked(row), REMOTE_ADDR="10.9.9.9").status_code == 302


def test_the_tally_tells_nobody_who_was_searched_for(client, row):
    client.post("/c/tim", asked(row, birth_year="1950"))
    kept = " ".join(f"{tally.key} {tally.count} {tally.tried_on}" for tally in SearchTally.objects.all())
    assert row.content["learner"] not in kept
    assert "127.0.0.1" not in kept
    assert {len(tally.key) for tally in SearchTally.objects.all()} == {64}
