"""The measurements run, say what they should, and leave nothing behind."""

from contextlib import nullcontext

import pytest

from bench import certificates, certificates_single, register_log, verification
from certificates import guessing
from certificates.models import LogLeaf

KEYS = {"name", "ours", "floor", "ratio", "target", "ok"}


@pytest.mark.django_db
@pytest.mark.parametrize("joined", [True, False])
def test_certificates_are_measured_against_the_naive_loop(monkeypatch, settings, tmp_path, joined):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    monkeypatch.setattr(certificates, "PEOPLE", 3)
    monkeypatch.setattr(certificates, "NAIVE", 1)
    result = certificates.run(rounds=1, joined=joined)
    assert set(result) == KEYS
    assert result["name"] == certificates.NAME == "certificates"
    assert result["ours"] > 0 < result["floor"]
    assert (certificates_single.NAME, certificates_single.TARGET) == ("certificates_single", 40)


@pytest.mark.django_db
def test_the_audit_is_measured_beside_one_reading_of_the_rows(settings, tmp_path):
    settings.LOG_DIR = tmp_path / "log"
    result = register_log.run(rounds=1, lines=24)
    assert set(result) == KEYS
    assert result["name"] == register_log.NAME == "register_log"
    assert LogLeaf.objects.count() == 24
    assert result["ours"] > 0 < result["floor"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls("bench.served_urls")
def test_verification_is_measured_beside_the_bare_view(live_server, monkeypatch):
    """Against the server of the test in place of one of its own."""
    for name, value in {"ENTRIES": 5, "SECONDS": 0.2, "GUESSES": 20, "MANY": 4}.items():
        monkeypatch.setattr(verification, name, value)
    monkeypatch.setattr(guessing, "MISSES_PER_MINUTE", 10**9)
    port = int(live_server.url.rpartition(":")[2])
    monkeypatch.setattr(verification, "serving", lambda: nullcontext(port))
    result = verification.run(rounds=1)
    assert set(result) == KEYS | {"more"}
    assert result["name"] == verification.NAME == "verification"
    assert result["ours"] > 0 < result["floor"]
    more = result["more"]
    assert (more["hits"], more["crowd"]["server_errors"]) == (0, 0)
    assert min(more["unknown_ratio"], more["malformed_ratio"]) > 0
