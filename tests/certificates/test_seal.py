"""The authority's seal (PAdES), with a certification authority made here: other programs agree, changes are noticed."""

import io
import subprocess
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import pem
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates.badges.attaching import with_credential
from certificates.paper.copying import copy_of
from certificates.services import hand_out_copies, merged_pdf
from certificates.services.credentials import credential_of
from certificates.services.printing import render_reserved
from tests.certificates.authorities import certificate, content_of, issue_one, rsa_key, seal_of

SECRET = "mật khẩu con dấu"


@pytest.fixture(scope="module")
def authority():
    """A root and a seal below it: the root's certificate, the seal as PKCS#12."""
    root_key, key = rsa_key(), rsa_key()
    root = certificate("CA thử", root_key, None, root_key, ca=True)
    seal = certificate("UBND xã Ba Vì", key, root.subject, root_key)
    packed = pkcs12.serialize_key_and_certificates(b"seal", key, seal, [root], BestAvailableEncryption(SECRET.encode()))
    return root.public_bytes(Encoding.PEM), packed


@pytest.fixture
def sealing(settings, tmp_path, authority):
    """Sealing switched on; the trusted root."""
    root, packed = authority
    settings.SEAL_PKCS12, settings.SEAL_PASSPHRASE_FILE = tmp_path / "seal.p12", tmp_path / "seal.txt"
    settings.SEAL_PKCS12.write_bytes(packed)
    settings.SEAL_PASSPHRASE_FILE.write_text(f"{SECRET}\n")
    for path in (settings.SEAL_PKCS12, settings.SEAL_PASSPHRASE_FILE):
        path.chmod(0o600)
    (tmp_path / "root.pem").write_bytes(root)
    return load_cert_from_pemder(str(tmp_path / "root.pem"))


def test_the_printed_file_carries_the_seal_and_others_agree(cast, reference, sealing, tmp_path):
    _group, row = issue_one(cast)
    content = content_of(row)

    status = seal_of(content, sealing)
    assert status.bottom_line, status.pretty_print_details()
    assert status.trusted
    assert status.intact
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.signing_cert.subject.native["common_name"] == "UBND xã Ba Vì"
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    with pikepdf.open(io.BytesIO(content)) as paper:
        assert not paper.check_pdf_syntax()
    file = tmp_path / "paper.pdf"
    file.write_bytes(content)
    said = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=True).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    subprocess.run(["qpdf", "--check", str(file)], capture_output=True, check=True)


@pytest.mark.parametrize("tamper", ["page", "signature", "written anew"])
def test_a_change_is_noticed(cast, reference, sealing, tamper):
    _group, row = issue_one(cast)
    content = bytearray(content_of(row))
    if tamper == "page":
        content[len(content) // 3] ^= 1
    elif tamper == "signature":
        start = content.index(b"/Contents <")
        signature = bytes(content[start : content.index(b">", start)]).rstrip(b"0")  # the rest is room that was left
        place = start + len(signature) - 20
        content[place] = ord(f"{int(chr(content[place]), 16) ^ 1:x}")  # another value, whatever its case
    else:
        with pikepdf.open(io.BytesIO(bytes(content))) as paper:
            paper.docinfo["/Title"] = "Giấy khác"
            changed = io.BytesIO()
            paper.save(changed)
        content = bytearray(changed.getvalue())
    try:
        status = seal_of(bytes(content), sealing)
    except Exception:
        return
    assert not status.bottom_line


def test_a_seal_of_somebody_else_is_not_trusted(cast, reference, sealing, authority):
    _group, row = issue_one(cast)
    key = rsa_key()
    other = certificate("CA khác", key, None, key, ca=True)
    _name, _headers, der = pem.unarmor(other.public_bytes(Encoding.PEM))
    assert not seal_of(content_of(row), asn1.Certificate.load(der)).trusted


def test_copies_class_files_and_attachments_show_no_seal_that_does_not_fit(cast, reference, sealing, tmp_path):
    group, row = issue_one(cast)
    line = hand_out_copies(certificate=row, by=cast.lan, copies=2, recipient="Bùi Thị Nga", reason="")
    merged = tmp_path / "class.pdf"
    merged_pdf(class_group=group, target=merged)
    for content in (copy_of(line), merged.read_bytes(), with_credential(credential_of(row))):
        assert list(PdfFileReader(io.BytesIO(content)).embedded_signatures) == []
        with pikepdf.open(io.BytesIO(content)) as paper:
            assert not paper.check_pdf_syntax()
    assert seal_of(content_of(row), sealing).bottom_line, "the issued file keeps its seal"


@pytest.mark.parametrize("fault", ["missing", "secret", "open"])
def test_with_a_seal_that_does_not_work_nothing_is_printed(cast, reference, sealing, settings, fault):
    path: Path = settings.SEAL_PKCS12
    if fault == "missing":
        path.rename(path.with_suffix(".away"))
    elif fault == "secret":
        settings.SEAL_PASSPHRASE_FILE.write_text("sai")
    else:
        path.chmod(0o644)
    group, row = issue_one(cast)
    assert row.state == "reserved"
    assert not row.pdf

    if fault == "missing":
        path.with_suffix(".away").rename(path)
    elif fault == "secret":
        settings.SEAL_PASSPHRASE_FILE.write_text(SECRET)
    else:
        path.chmod(0o600)
    render_reserved(class_group=group)
    row.refresh_from_db()
    assert seal_of(content_of(row), sealing).bottom_line


def test_it_is_off_unless_asked_for(cast, reference):
    _group, row = issue_one(cast)
    assert list(PdfFileReader(io.BytesIO(content_of(row))).embedded_signatures) == []
