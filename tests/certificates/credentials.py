"""What tests of credentials share: papers in force without printing them, and a network that is the test client."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.test import Client
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, OB3Verifier

from certificates.models import Certificate
from certificates.services import issue_class
from tests.factories import closed_class, staff_of

DID = "did:web:localhost%3A8000"


def issue_unprinted(centre, monkeypatch, people: int, **options) -> list[Certificate]:
    """Entries in force whose paper was never rendered: a credential needs the register only."""
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    group, _report = closed_class(centre, passing=people, failing=0, sessions=1, **options)
    issue_class(class_group=group, by=staff_of(centre))
    rows = Certificate.objects.filter(enrolment__class_group=group)
    rows.update(state="issued", pdf="certificates/none.pdf", pdf_sha256="0" * 64)
    return list(rows.order_by("number"))


def fetcher(accept: str = "*/*") -> Callable[[str], bytes]:
    """Answer what a verifier fetches from the public address; each address once, as a caching verifier does."""
    kept: dict[str, bytes] = {}

    def fetch(url: str) -> bytes:
        parts = urlsplit(url)
        assert parts.netloc == "localhost:8000", url
        if url not in kept:
            response = Client().get(parts.path, headers={"Accept": accept})
            assert response.status_code == 200, (url, response.status_code)
            kept[url] = response.content
        return kept[url]

    return fetch


def verdict(credential, fetch):
    """What openbadgeslib says of both forms, with the status list and the keys fetched from the public address."""
    said = []
    for check in (
        lambda: OB3LdpVerifier.for_issuer_did(DID).verify(credential[0], check_status=True, download=fetch),
        lambda: OB3Verifier.for_issuer_did(DID, fetch).verify(credential[1], check_status=True, download=fetch),
    ):
        try:
            check()
        except OB3VerificationError as error:
            said.append("revoked" if "revocation" in str(error) else "refused")
        else:
            said.append("valid")
    return tuple(said)
