"""Certification authorities made here: a root and certificates below it, for seals and time stamps."""

import datetime as dt
import io
from concurrent.futures import ThreadPoolExecutor

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates.models import Certificate
from certificates.services import issue_class
from tests.factories import closed_class


def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def ec_key():
    return ec.generate_private_key(ec.SECP256R1())


def certificate(subject, key, issuer, issuer_key, *, ca=False, stamps=False, days=(-1, 30)):
    """A certificate good from ``days[0]`` to ``days[1]`` days from now; ``issuer`` None makes a root."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer or name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not ca, content_commitment=not ca, key_encipherment=False, data_encipherment=False,
                key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
    )  # fmt: skip
    if stamps:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def issue_one(cast):
    """A class with one certificate, printed where it could be."""
    group, _report = closed_class(cast.centre_a, passing=1)
    row = Certificate.objects.get(pk=issue_class(class_group=group, by=cast.lan).certificates[0].pk)
    return group, row


def content_of(row):
    with row.pdf.open("rb") as stream:
        return stream.read()


def seal_of(content, root):
    """What pyHanko says of the one seal of a file."""
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    with ThreadPoolExecutor(1) as apart:  # a browser's tests have left an event loop in this thread
        return apart.submit(validate_pdf_signature, signature, ValidationContext(trust_roots=[root])).result()
