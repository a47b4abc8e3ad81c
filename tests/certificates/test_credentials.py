"""Open Badges 3.0 credentials: another program agrees on every one; frozen, private, revocable, never self-believed."""

import base64
import copy
import datetime as dt
import gzip
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import DatabaseError, transaction
from django.utils import timezone
from openbadgeslib.ob3 import (
    OB3LdpVerifier,
    OB3VerificationError,
    OB3Verifier,
    verify_data_integrity_proof,
)
from openbadgeslib.ob3.did import resolve_verification_method

from certificates.badges import proofs
from certificates.badges.documents import LIST_BITS, Issuer, did_document
from certificates.badges.models import Credential
from certificates.services import Decision, revoke_certificate, supersede_certificate
from certificates.services.credentials import credential_of, published_files, signed_list
from certificates.signing.keys import KeyFolder, KeyState, KeyUse, SigningKey
from core.errors import Conflict
from tests.certificates.credentials import DID, fetcher, issue_unprinted, verdict
from tests.factories import AT_SERVER

# W3C vc-di-eddsa, test vectors for eddsa-rdfc-2022 (appendix B.1): the Alumni credential, its key and both hashes.
W3C_CONTEXT = "https://www.w3.org/ns/credentials/examples/v2"
W3C_DOCUMENT = {
    "@context": ["https://www.w3.org/ns/credentials/v2", W3C_CONTEXT],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
W3C_PROOF = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": "https://vc.example/issuers/5678#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
    "proofPurpose": "assertionMethod",
}
W3C_HASHES = (
    "4c4d3890a157f8d611b13c265c2c22f39aa0a567c7c7dd9ba3e45cd579784eeb"
    "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
)


@pytest.fixture
def row(cast, reference, monkeypatch):
    return issue_unprinted(cast.centre_a, monkeypatch, 1)[0]


@pytest.fixture
def own_keys(settings, tmp_path):
    """A folder of keys that the test may spoil."""
    settings.SIGNING_KEYS_DIR = tmp_path / "keys"
    folder = KeyFolder(settings.SIGNING_KEYS_DIR)
    folder.create_first(at=timezone.now())
    return folder


def tampered(credential, dice):
    """The credential with one thing changed in each form, something else each time."""
    document = json.loads(credential.document)
    change = dice.randrange(6)
    if change == 0:
        document["credentialSubject"]["identifier"][0]["identityHash"] += "a"
    elif change == 1:
        document["credentialSubject"]["achievement"]["name"] += "!"
    elif change == 2:
        document["credentialStatus"]["statusListIndex"] = str((credential.status_index + 1) % LIST_BITS)
    elif change == 3:
        document["validFrom"] = "2020-01-01T00:00:00+07:00"
    elif change == 4:
        document["credentialSubject"]["licenseNumber"] = "000999/2026"
    else:
        value = document["proof"][0]["proofValue"]
        document["proof"][0]["proofValue"] = value[:-1] + ("1" if value[-1] != "1" else "2")
    head, payload, signature = credential.jwt.split(".")
    place = dice.randrange(40, len(payload) - 4)
    letter = "A" if payload[place] != "A" else "B"
    return json.dumps(document), f"{head}.{payload[:place]}{letter}{payload[place + 1 :]}.{signature}"


def test_another_program_agrees_on_a_hundred(cast, reference, monkeypatch):
    """100 issued, 20 of them revoked afterwards; 20 credentials tampered with."""
    rows = issue_unprinted(cast.centre_a, monkeypatch, 100)
    kept = [credential_of(row) for row in rows]
    for row in rows[::5]:
        revoke_certificate(certificate=row, by=cast.duc, second=AT_SERVER, decision=Decision("Sai"))
    dice, fetch = random.Random(8), fetcher()

    said = [verdict((credential.document, credential.jwt), fetch) for credential in kept]
    forged = [verdict(tampered(credential, dice), fetch) for credential in kept[1::5]]

    assert said == [("revoked", "revoked") if place % 5 == 0 else ("valid", "valid") for place in range(100)]
    assert forged == [("refused", "refused")] * 20


def test_canonical_form_and_hashes_are_those_of_the_recommendation(monkeypatch):
    monkeypatch.setattr(proofs, "_context", proofs._context.__wrapped__)
    ours = proofs._context
    examples = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
    monkeypatch.setattr(proofs, "_context", lambda url: examples if url == W3C_CONTEXT else ours(url))
    assert proofs.hash_data(W3C_DOCUMENT, W3C_PROOF).hex() == W3C_HASHES


def test_contexts_are_the_published_ones_and_no_other_is_fetched():
    folder = Path(proofs.__file__).parent / "contexts"
    readme = (folder / "README.md").read_text()
    for file in folder.glob("*.json"):
        assert hashlib.sha256(file.read_bytes()).hexdigest() in readme, file.name
    with pytest.raises(proofs.UnknownContext):
        proofs.canonical({"@context": [proofs.CREDENTIALS_V2, "https://example.org/x"], "id": "urn:x:y"})


def test_the_proof_is_an_array_of_one_and_names_the_key_of_the_house(row):
    document = json.loads(credential_of(row).document)
    (proof,) = document["proof"]
    assert proof["cryptosuite"] == "eddsa-rdfc-2022"
    assert proof["verificationMethod"].startswith(f"{DID}#"), "never a did:key, which vouches for itself"


def test_the_jwt_names_its_key_and_brings_none(row):
    credential = credential_of(row)
    header = pyjwt.get_unverified_header(credential.jwt)
    assert header == {"alg": "EdDSA", "typ": "vc+jwt", "cty": "vc", "kid": f"{DID}#{credential.kid}"}
    payload = pyjwt.decode(
        credential.jwt, resolve_verification_method(header["kid"], fetcher()), algorithms=["EdDSA"],
        options={"verify_aud": False},
    )  # fmt: skip
    document = json.loads(credential.document)
    assert (payload["iss"], payload["jti"]) == (DID, document["id"])
    assert {name: value for name, value in document.items() if name != "proof"}.items() <= payload.items()


def test_a_stranger_who_brings_a_key_is_not_believed(row):
    """Same content, signed by somebody else who puts their key into the header or names a DID of their own."""
    credential, stranger = credential_of(row), Ed25519PrivateKey.generate()
    payload = pyjwt.decode(credential.jwt, options={"verify_signature": False})
    public = base64.urlsafe_b64encode(stranger.public_key().public_bytes_raw()).decode().rstrip("=")
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": public}
    for header in (
        {"typ": "vc+jwt", "jwk": jwk, "kid": f"{DID}#{credential.kid}"},
        {"typ": "vc+jwt", "jwk": jwk},
        {"typ": "vc+jwt", "kid": "did:web:evil.example#1"},
        {"typ": "vc+jwt", "kid": f"{DID}#ffffffff"},
    ):
        forged = pyjwt.encode(payload, stranger, algorithm="EdDSA", headers=header)
        with pytest.raises(OB3VerificationError):
            OB3Verifier.for_issuer_did(DID, fetcher()).verify(forged)


def test_a_good_signature_is_not_a_good_status(cast, row):
    """The signature of a revoked credential stays good: who stops there believes it. The bit says otherwise."""
    credential = credential_of(row)
    revoke_certificate(certificate=row, by=cast.duc, second=AT_SERVER, decision=Decision("Sai"))
    OB3LdpVerifier.for_issuer_did(DID).verify(credential.document, download=fetcher())
    assert verdict((credential.document, credential.jwt), fetcher()) == ("revoked", "revoked")


def bits_of(encoded):
    raw = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    return len(raw) * 8, {place for place in range(len(raw) * 8) if raw[place // 8] & (0x80 >> place % 8)}


def test_both_forms_of_the_status_list_are_signed_and_say_the_same(cast, reference, monkeypatch, client):
    rows = issue_unprinted(cast.centre_a, monkeypatch, 4)
    kept = [credential_of(row) for row in rows]
    revoke_certificate(certificate=rows[0], by=cast.duc, second=AT_SERVER, decision=Decision("Sai"))
    supersede_certificate(certificate=rows[1], by=cast.duc, decision=Decision("Mất"))
    supersede_certificate(certificate=rows[2], by=cast.duc, decision=Decision("Sai tên"), correct=True)
    gone = {credential.status_index for credential in kept[:3]}

    url = json.loads(kept[0].document)["credentialStatus"]["statusListCredential"].removeprefix("http://localhost:8000")
    token = client.get(url)
    document = client.get(url, headers={"Accept": "application/vc, application/ld+json"})
    assert token["Content-Type"] == "application/vc+jwt"
    assert document["Content-Type"] == "application/vc"
    assert client.get(f"{url}.jwt").content == token.content
    assert client.get(f"{url}.json")["Content-Type"] == "application/vc"
    for response in (token, document):
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "Accept" in response["Vary"]

    key = resolve_verification_method(f"{DID}#{kept[0].kid}", fetcher())
    payload = pyjwt.decode(token.content, key, algorithms=["EdDSA"], options={"verify_aud": False})
    secured = json.loads(document.content)
    assert verify_data_integrity_proof(secured, key) is not False
    for found in (payload, secured):
        assert found["id"] == f"http://localhost:8000{url}"
        assert found["validUntil"] > found["validFrom"]
        assert bits_of(found["credentialSubject"]["encodedList"]) == (LIST_BITS, gone)
    broken = copy.deepcopy(secured)
    broken["validUntil"] = "2099-01-01T00:00:00Z"
    with pytest.raises(OB3VerificationError):
        verify_data_integrity_proof(broken, key)


def test_there_is_a_first_list_and_no_second(client, reference):
    assert client.get("/vc/status/1").status_code == 200
    for path in ("/vc/status/2", "/vc/status/0", "/vc/status/1.xml"):
        assert client.get(path).status_code == 404


def test_places_in_the_list_say_nothing(cast, reference, monkeypatch):
    """Neighbours in the book are no neighbours in the list, and how many there are is not to be read from it."""
    kept = [credential_of(row) for row in issue_unprinted(cast.centre_a, monkeypatch, 12)]
    places = [credential.status_index for credential in kept]
    assert len(set(places)) == 12
    assert max(places) > LIST_BITS // 4  # of twelve drawn at random all in the first quarter: 6 in 10^8
    assert places != sorted(places)
    assert bits_of(json.loads(signed_list(1)[1])["credentialSubject"]["encodedList"]) == (LIST_BITS, set())


def test_a_full_list_is_followed_by_another(cast, reference, monkeypatch, client):
    monkeypatch.setattr("certificates.services.credentials.MOST_IN_A_LIST", 2)
    kept = [credential_of(row) for row in issue_unprinted(cast.centre_a, monkeypatch, 3)]
    assert [credential.status_list for credential in kept] == [1, 1, 2]
    assert client.get("/vc/status/2").status_code == 200
    assert [path for path, _content in published_files()] == [
        ".well-known/did.json", "vc/status/1", "vc/status/1.jwt", "vc/status/1.json",
        "vc/status/2", "vc/status/2.jwt", "vc/status/2.json",
    ]  # fmt: skip


def test_it_says_what_the_paper_says_and_little_of_the_person(row):
    credential = credential_of(row)
    learner, content = row.learner, row.content
    document = json.loads(credential.document)
    subject = document["credentialSubject"]
    assert [one["identityHash"] for one in subject["identifier"]] == [content["learner"], str(content["birth_year"])]
    assert subject["licenseNumber"] == row.register_number
    assert content["course"] in subject["achievement"]["name"]
    assert document["issuer"]["name"] == content["centre"]
    assert document["validFrom"].startswith(row.issued_on.isoformat())
    for secret in (learner.code, content["birth"], str(learner.birth), "buổi", "sessions", "ethnicity"):
        assert secret not in credential.document


def test_it_is_frozen(cast, row):
    credential = credential_of(row)
    learner = row.learner
    learner.set_name(type(learner.name)("Trần", "Văn", "Khác"))
    learner.save()
    again = credential_of(type(row).objects.get(pk=row.pk))
    assert (again.document, again.jwt) == (credential.document, credential.jwt)
    for change in (
        lambda: Credential.objects.filter(pk=credential.pk).update(kid="00000000"),
        lambda: Credential.objects.filter(pk=credential.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_only_a_paper_in_force_gets_one(cast, row):
    revoke_certificate(certificate=row, by=cast.duc, second=AT_SERVER, decision=Decision("Sai"))
    with pytest.raises(Conflict):
        credential_of(row)
    assert not Credential.objects.exists()


def test_a_retired_key_stands_a_compromised_one_does_not(cast, reference, monkeypatch, own_keys):
    rows = issue_unprinted(cast.centre_a, monkeypatch, 2)
    first = credential_of(rows[0])
    own_keys.create(at=timezone.now())
    own_keys.retire(first.kid, at=timezone.now())
    second = credential_of(rows[1])
    assert second.kid != first.kid
    assert verdict((first.document, first.jwt), fetcher()) == ("valid", "valid")
    assert verdict((second.document, second.jwt), fetcher()) == ("valid", "valid")

    own_keys.compromise(first.kid, since=timezone.now())
    assert verdict((first.document, first.jwt), fetcher()) == ("refused", "refused")
    anew = credential_of(rows[0])
    assert (anew.kid, anew.pk) != (first.kid, first.pk)
    assert verdict((anew.document, anew.jwt), fetcher()) == ("valid", "valid")
    assert credential_of(rows[0]).pk == anew.pk


def test_the_key_that_signs_comes_first_and_other_keys_not_at_all():
    """A verifier that is given no name of a key takes the first; keys of the log vouch for nobody."""
    now = timezone.now()

    def key(state, age, use=KeyUse.CERTIFICATE):
        public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        since = now if state == KeyState.COMPROMISED else None
        return SigningKey(public, state, now - dt.timedelta(days=age), compromised_at=since, use=use)

    keys = [key(KeyState.RETIRED, 1), key(KeyState.ACTIVE, 9), key(KeyState.ACTIVE, 5), key(KeyState.COMPROMISED, 2),
            key(KeyState.ACTIVE, 0, KeyUse.LOG)]  # fmt: skip
    document = did_document(Issuer("https://chungnhan.example.vn"), keys)
    wanted = [f"did:web:chungnhan.example.vn#{keys[place].kid}" for place in (2, 1, 0)]
    assert [method["id"] for method in document["verificationMethod"]] == wanted
    assert document["assertionMethod"] == wanted
    assert Issuer("http://localhost:8000").did == DID


def test_heavy_packages_are_loaded_where_they_are_used_only():
    code = (
        "import django, sys; django.setup(); import clc_manager.urls; "
        "print([name for name in ('pyld', 'pyhanko') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"DJANGO_SETTINGS_MODULE": "clc_manager.settings.test", "PATH": "/usr/bin:/bin"},
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
