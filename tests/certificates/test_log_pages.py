"""The published log for people: its page, and the proof beside a paper."""

import datetime as dt

import pytest
from django.utils import timezone

from certificates.selectors import log_state
from certificates.services.sequencing import log_origin, make_checkpoint, signed_by_us
from certificates.tlog.checkpoint import read_proof
from certificates.tlog.folder import log_folder
from certificates.tlog.leaves import read_leaf
from certificates.tlog.merkle import leaf_hash
from tests.certificates.rows import without_guards
from tests.factories import make_certificates


@pytest.fixture
def log(settings, tmp_path):
    settings.LOG_DIR = tmp_path / "log"
    return log_folder()


@pytest.mark.django_db
def test_the_page_of_the_log_says_how_far_it_is(cast, reference, log, as_user):
    client = as_user(cast.duc)
    assert "Chưa công bố lần nào" in client.get("/certificates/log/").content.decode()
    make_certificates(cast.centre_a, passing=1, failing=0)
    checkpoint = make_checkpoint()
    page = client.get("/certificates/log/").content.decode()
    assert "Công bố gần nhất lúc" in page
    assert checkpoint.root in page
    for address in ("/log/checkpoint", "/log/status", "/.well-known/clc-keys.json"):
        assert f'href="{address}"' in page

    row = make_certificates(cast.centre_a, passing=1, failing=0)[0]
    state = log_state()
    assert (state.size, state.waiting, state.late) == (2, 2, False)
    with without_guards("certificates_registerevent"):
        row.events.update(at=timezone.now() - dt.timedelta(hours=3))
    assert log_state().late
    assert "chưa được công bố. Hãy báo người quản trị máy chủ" in client.get("/certificates/log/").content.decode()


@pytest.mark.django_db
def test_a_paper_has_its_proof_to_download_once_it_is_published(cast, reference, log, as_user):
    client = as_user(cast.duc)
    row = make_certificates(cast.centre_a, passing=1, failing=0)[0]
    assert "nhật ký được công bố mỗi giờ" in client.get(f"/certificates/{row.pk}/").content.decode()
    assert client.get(f"/certificates/{row.pk}/proof/").status_code == 404
    make_checkpoint()

    assert f'href="/certificates/{row.pk}/proof/"' in client.get(f"/certificates/{row.pk}/").content.decode()
    response = client.get(f"/certificates/{row.pk}/proof/")

    assert response["Content-Disposition"] == (
        f'attachment; filename="chung-nhan-{row.register_number.replace("/", "-")}.tlog-proof"'
    )
    proof = read_proof(response.content)
    assert proof.proves(leaf_hash(proof.extra))  # it carries its own leaf
    assert read_leaf(proof.extra)["number"] == row.number
    assert signed_by_us(proof.note, log_origin())
    assert row.content["learner"] not in response.content.decode()
