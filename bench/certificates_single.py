"""Certificates as single files: as ``bench.certificates``, without the joined file."""

from typing import Any

from bench import certificates

NAME = "certificates_single"
TARGET = 40


def measure() -> dict[str, Any]:
    """What ``manage.py bench certificates_single`` prints."""
    return certificates.run(name=NAME, target=TARGET, joined=False)
