"""The measurements run, say what they should, and leave nothing behind."""

import pytest

from bench import certificates, verification
from centres.models import AdminUnit
from certificates.models import Certificate

KEYS = {"name", "ours", "floor", "ratio", "target", "ok"}


def test_certificates_are_measured_against_the_naive_loop(monkeypatch):
    monkeypatch.setattr(certificates, "PAPERS", 1)
    result = certificates.run(rounds=1)
    assert set(result) == KEYS
    assert result["name"] == certificates.NAME == "certificates"
    assert result["ours"] > 0 < result["floor"]


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
