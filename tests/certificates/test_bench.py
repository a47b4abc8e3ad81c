"""The measurements run, say what they should, and leave nothing behind."""

import pytest

from bench import certificates, certificates_single, verification
from centres.models import AdminUnit
from certificates.models import Certificate

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
def test_verification_is_measured_and_its_entries_are_gone(monkeypatch):
    monkeypatch.setattr(verification, "ENTRIES", 20)
    monkeypatch.setattr(verification, "REQUESTS", 5)
    result = verification.run(rounds=2)
    assert set(result) == KEYS
    assert result["name"] == verification.NAME == "verification"
    assert 0 < result["ratio"] < 1
    assert not Certificate.objects.exists()
    assert not AdminUnit.objects.exists()
