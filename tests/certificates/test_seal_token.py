"""The seal from a token (PKCS#11) and with time stamps (RFC 3161): a software token and a service made here."""

import asyncio
import datetime as dt
import http.server
import io
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from certificates.paper import token as tokens
from certificates.paper.sealing import ready_sealer
from certificates.services.printing import render_reserved
from core.errors import Unavailable
from tests.certificates.authorities import certificate, content_of, ec_key, issue_one, rsa_key, seal_of
from tests.certificates.softhsm import MODULE, PIN, new_token, put

TOKEN = "UBND xã Ba Vì"


def log_out():
    for module, label in list(tokens._sessions):
        tokens.forget(tokens.TokenKey(module, label))


def as_asn1(one):
    return asn1.Certificate.load(one.public_bytes(Encoding.DER))


@pytest.fixture(scope="module")
def root():
    """The authority that everything here comes from: key and certificate."""
    key = rsa_key()
    return key, certificate("CA thử", key, None, key, ca=True)


@pytest.fixture(scope="module")
def token(root, tmp_path_factory):
    """A token with an RSA and an EC key and one whose certificate has expired; its folder."""
    root_key, above = root
    folder = tmp_path_factory.mktemp("softhsm")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", "")
        new_token(folder, TOKEN)
        for label, key, days in (
            ("rsa", rsa_key(), (-1, 30)),
            ("ec", ec_key(), (-1, 30)),
            ("old", rsa_key(), (-9, -1)),
        ):
            mine = certificate(f"Con dấu {label}", key, above.subject, root_key, days=days)
            put(TOKEN, key, mine, label=label, others=[above] if label == "rsa" else [])
        yield folder
        log_out()


@pytest.fixture
def sealing(token, settings, tmp_path):
    """Sealing switched on, with the RSA key."""
    settings.SEAL_PKCS11, settings.SEAL_TOKEN, settings.SEAL_KEY = MODULE, TOKEN, "rsa"
    settings.SEAL_PASSPHRASE_FILE = tmp_path / "pin.txt"
    settings.SEAL_PASSPHRASE_FILE.write_text(f"{PIN}\n")
    settings.SEAL_PASSPHRASE_FILE.chmod(0o600)
    return settings


@pytest.fixture
def paper():
    """A small PDF."""
    import pikepdf

    made = pikepdf.new()
    made.add_blank_page()
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def refusal():
    with pytest.raises(Unavailable) as caught:
        ready_sealer()
    assert caught.value.code == "seal_down"
    return str(caught.value)


def test_a_token_seals_what_is_printed_and_others_agree(cast, reference, sealing, root, tmp_path):
    _group, row = issue_one(cast)
    content = content_of(row)
    status = seal_of(content, as_asn1(root[1]))
    assert status.bottom_line, status.pretty_print_details()
    assert status.trusted
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.signing_cert.subject.native["common_name"] == "Con dấu rsa"
    assert status.timestamp_validity is None
    file = tmp_path / "paper.pdf"
    file.write_bytes(content)
    said = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=True).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    subprocess.run(["qpdf", "--check", str(file)], capture_output=True, check=True)


def test_a_key_on_an_elliptic_curve_seals_too(sealing, paper, root):
    sealing.SEAL_KEY = "ec"
    assert seal_of(ready_sealer().seal(paper), as_asn1(root[1])).bottom_line


def test_jobs_that_run_at_once_share_the_token(sealing, paper, root):
    sealers = [ready_sealer() for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        sealed = list(pool.map(lambda one: one.seal(paper), sealers * 2))
    assert all(seal_of(content, as_asn1(root[1])).bottom_line for content in sealed)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"SEAL_PKCS11": MODULE.with_name("nowhere.so")}, "nowhere.so"),
        ({"SEAL_PKCS11": "no module"}, "no-module.so"),
        ({"SEAL_TOKEN": "Con dấu khác"}, "không thấy token “Con dấu khác” (đang có: “UBND xã Ba Vì”)"),
        ({"SEAL_KEY": "khác"}, "không có khóa ký kèm chứng thư"),
        ({"SEAL_KEY": ""}, "CLC_SEAL_KEY"),
        ({"SEAL_KEY": "old"}, "chứng thư của con dấu chỉ dùng được từ"),
        ({"SEAL_PASSPHRASE_FILE": None}, "CLC_SEAL_PASSPHRASE_FILE"),
        ({"SEAL_PKCS12": MODULE}, "chỉ đặt một trong hai"),
        ({"SEAL_TSA": "ftp://tsa.example"}, "CLC_SEAL_TSA"),
        ({"SEAL_TSA": "http://127.0.0.1:9/"}, "không xin được dấu thời gian"),
    ],
)
def test_what_does_not_work_is_said_in_words(sealing, tmp_path, paper, change, said):
    for name, value in change.items():
        if value == "no module":
            value = tmp_path / "no-module.so"
            value.write_text("not a module")
        setattr(sealing, name, value)
    assert said in refusal()
    for name in change:
        setattr(sealing, name, {"SEAL_PKCS11": MODULE, "SEAL_TOKEN": TOKEN, "SEAL_KEY": "rsa"}.get(name))
    sealing.SEAL_TSA, sealing.SEAL_PASSPHRASE_FILE = "", tmp_path / "pin.txt"
    assert ready_sealer().seal(paper).startswith(paper), "and the next try finds what was mended"


def test_a_wrong_pin_is_tried_once_so_that_the_token_is_not_locked(sealing, cast, reference, root):
    log_out()
    tokens._refused.clear()
    sealing.SEAL_PASSPHRASE_FILE.write_text("000000")
    group, row = issue_one(cast)
    assert row.state == "reserved"
    assert not row.pdf
    assert "không thử lại" in refusal()
    assert len(tokens._refused) == 1

    sealing.SEAL_PASSPHRASE_FILE.write_text(PIN)
    render_reserved(class_group=group)
    row.refresh_from_db()
    assert seal_of(content_of(row), as_asn1(root[1])).bottom_line


def test_a_token_that_is_taken_out_stops_the_job_and_the_next_one_goes_on(sealing, paper, root):
    sealer = ready_sealer()
    for session in tokens._sessions.values():
        session.close()
    with pytest.raises(Unavailable):
        sealer.seal(paper)
    assert seal_of(ready_sealer().seal(paper), as_asn1(root[1])).bottom_line


@pytest.fixture
def stamps(root, sealing):
    """A time-stamp service on this machine; the list says what was asked of it, ``broken`` makes it answer 500."""
    key = rsa_key()
    mine = certificate("Dấu thời gian", key, root[1].subject, root[0], stamps=True)
    private = asn1_keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    service = DummyTimeStamper(as_asn1(mine), private, certs_to_embed=[as_asn1(root[1])])
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.headers["Content-Type"])
            if "broken" in asked:
                self.send_error(500)
                return
            answer = service.request_tsa_response(tsp.TimeStampReq.load(query)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sealing.SEAL_TSA = f"http://127.0.0.1:{server.server_address[1]}/"
    yield asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("key", ["token", "file"])
def test_the_seal_carries_a_time_stamp_of_the_named_service(sealing, stamps, paper, root, tmp_path, key):
    if key == "file":
        private = rsa_key()
        mine = certificate("Con dấu tệp", private, root[1].subject, root[0])
        sealing.SEAL_PKCS11, sealing.SEAL_PKCS12 = None, tmp_path / "seal.p12"
        sealing.SEAL_PKCS12.write_bytes(
            pkcs12.serialize_key_and_certificates(b"x", private, mine, [root[1]], BestAvailableEncryption(PIN.encode()))
        )
        sealing.SEAL_PKCS12.chmod(0o600)
    content = ready_sealer().seal(paper)
    status = seal_of(content, as_asn1(root[1]))
    assert status.bottom_line, status.pretty_print_details()
    stamp = status.timestamp_validity
    assert stamp.valid
    assert stamp.trusted
    assert abs(stamp.timestamp - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)
    assert set(stamps) == {"application/timestamp-query"}


def test_a_time_stamp_service_that_fails_in_the_middle_stops_the_job(sealing, stamps, paper):
    sealer = ready_sealer()
    stamps.append("broken")
    with pytest.raises(Unavailable):
        sealer.seal(paper)
    stamps.remove("broken")
    assert sealer.seal(paper).startswith(paper)


def test_seals_where_an_event_loop_is_running(sealing, paper, root):
    async def inside():
        sealer = ready_sealer()
        assert sealer is not None
        return sealer.seal(paper)

    with ThreadPoolExecutor(1) as apart:
        content = apart.submit(asyncio.run, inside()).result()
    assert seal_of(content, as_asn1(root[1])).bottom_line
