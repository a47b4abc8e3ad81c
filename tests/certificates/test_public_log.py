"""What anybody may know of a paper's history: when it was entered, whether that was late, and the proof of it."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.utils import timezone

from certificates.models import RegisterEvent
from certificates.services import void_certificate
from certificates.services.decisions import Decision
from certificates.services.numbering import issue_class
from certificates.services.sequencing import make_checkpoint
from certificates.tlog.checkpoint import read_proof
from certificates.tlog.merkle import leaf_hash
from tests.certificates.rows import without_guards
from tests.factories import closed_class, make_certificates

LATE = "Ghi sổ muộn"


@pytest.fixture
def row(cast, reference, settings, tmp_path):
    cache.clear()
    settings.LOG_DIR = tmp_path / "log"
    return make_certificates(cast.centre_a, passing=1, failing=0)[0]


@pytest.mark.django_db
def test_a_paper_before_and_after_it_is_published(client, row):
    assert f'href="/C/{row.token}/log"' in client.get(f"/C/{row.token}").content.decode()
    page, proof = f"/C/{row.token}/log", f"/C/{row.token}/proof"
    body = client.get(page).content.decode()
    assert "Chưa công bố" in body
    assert client.get(proof).status_code == 404

    make_checkpoint()
    answer = client.get(page)
    body = answer.content.decode()
    assert proof in body
    assert LATE not in body
    assert row.content["learner"] not in body
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    answer = client.get(proof)
    found = read_proof(answer.content)
    assert found.proves(leaf_hash(found.extra))
    assert row.content["learner"] not in found.extra.decode()
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert "in the public log" in client.get(f"{page}?lang=en").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "late"), [(7, False), (8, True)])
def test_an_entry_long_after_the_day_on_the_paper_is_said_to_be_late(client, row, days, late):
    noon = timezone.make_aware(dt.datetime.combine(row.issued_on + dt.timedelta(days=days), dt.time(12)))
    with without_guards("certificates_registerevent"):
        RegisterEvent.objects.filter(certificate=row, kind="reserved").update(at=noon)
    assert (LATE in client.get(f"/C/{row.token}/log").content.decode()) == late


@pytest.mark.django_db
def test_wrong_codes_and_numbers_without_a_paper_are_one_answer(client, cast, row, monkeypatch):
    """A code that nobody has, one that cannot be one, a number that is only held, one that was voided."""
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    held = issue_class(class_group=closed_class(cast.centre_a, passing=1, failing=0)[0], by=cast.lan).certificates[0]
    unknown = client.get(f"/C/{'0' * 16}")
    for token in ("0" * 16, "khong-phai-ma", "%00", held.token):
        for what in ("log", "proof"):
            answer = client.get(f"/C/{token}/{what}")
            assert (answer.status_code, answer.content) == (404, unknown.content), (token, what)
    void_certificate(certificate=held, by=cast.duc, decision=Decision("Sai"))
    assert client.get(f"/C/{held.token}/log").content == unknown.content
