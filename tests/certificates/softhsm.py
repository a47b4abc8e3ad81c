"""A token in software (SoftHSM 2, BSD-2-Clause) with keys and certificates of the test."""

import os
import subprocess
from pathlib import Path

import pkcs11
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11 import Attribute, ObjectClass
from pkcs11.util.ec import decode_ec_private_key
from pkcs11.util.rsa import decode_rsa_private_key
from pkcs11.util.x509 import decode_x509_certificate

PIN = "250618"
PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/lib/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so",
)  # fmt: skip
MODULE = next((Path(place) for place in PLACES if Path(place).exists()), Path(PLACES[0]))


def new_token(folder, label):
    """Make a token; the module knows it from now on."""
    folder.mkdir(exist_ok=True)
    conf = folder / "softhsm2.conf"
    if not conf.exists():
        (folder / "tokens").mkdir()
        conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "8888"],
        capture_output=True, check=True,
    )  # fmt: skip
    pkcs11.lib(str(MODULE)).reinitialize()


def put(token_label, key, certificate, *, label, others=()):
    """Put a key with its certificate, and others' certificates, on a token."""
    plain = key.private_bytes(
        Encoding.DER,
        PrivateFormat.TraditionalOpenSSL,
        NoEncryption(),
    )
    decode = decode_rsa_private_key if isinstance(key, rsa.RSAPrivateKey) else decode_ec_private_key
    named = {Attribute.LABEL: label, Attribute.ID: label.encode(), Attribute.TOKEN: True}
    token = next(
        token for slot in pkcs11.lib(str(MODULE)).get_slots() if (token := slot.get_token()).label == token_label
    )
    with token.open(rw=True, user_pin=PIN) as session:
        session.create_object({**decode(plain), **named, Attribute.PRIVATE: True, Attribute.SENSITIVE: True})
        for number, each in enumerate((certificate, *others)):
            own = {} if number == 0 else {Attribute.LABEL: f"{label} CA {number}", Attribute.ID: b"ca"}
            session.create_object(
                {**decode_x509_certificate(each.public_bytes(Encoding.DER)), **named, **own,
                 Attribute.CLASS: ObjectClass.CERTIFICATE}
            )  # fmt: skip
