"""The seal's key on a token (PKCS#11): a USB token, smart card or HSM that signs and never hands the key out.

Imported only where files are sealed with one. A process logs in once and keeps the session: a second log-in to the same
token is refused, so all that seal in this process share it, one signature at a time.
"""

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pkcs11
from asn1crypto import x509
from django.utils.translation import gettext as _
from pkcs11 import Attribute, Mechanism, ObjectClass, TokenFlag
from pyhanko.sign.pkcs11 import PKCS11Signer
from pyhanko.sign.signers import Signer

from certificates.paper.seal_errors import CannotSeal

LOCK = threading.RLock()
Place = tuple[Path, str]  # module and token's label
_sessions: dict[Place, Any] = {}
# PINs that a token refused, as hashes: a job that waits asks again every few seconds, and a token locks itself for good
# after three to ten wrong ones.
_refused: set[tuple[Place, bytes]] = set()


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Where the key is: the maker's module (.so), the token's label, and the label of key or certificate on it.

    Labels may be empty where there is only one.
    """

    module: Path
    token: str = ""
    label: str = ""

    @property
    def place(self) -> Place:
        """What is logged in to."""
        return self.module, self.token


def signer_of(key: TokenKey, pin: str) -> Signer:
    """Return what signs with the key. Raises CannotSeal; the caller holds ``LOCK``."""
    try:
        session = _sessions.get(key.place) or _log_in(key, pin)
        _sessions[key.place] = session
        return _signer(key, session)
    except pkcs11.PKCS11Error as error:
        forget(key)
        raise CannotSeal(f"{key.module.name}: {type(error).__name__} {error}".strip()) from error
    except CannotSeal:
        forget(key)
        raise


def forget(key: TokenKey) -> None:
    """Log out, so that the next one logs in anew: the token may have been taken out and put back."""
    session = _sessions.pop(key.place, None)
    if session is not None:
        try:
            session.close()
        except pkcs11.PKCS11Error:
            return  # the token is gone, and the session with it


def _log_in(key: TokenKey, pin: str) -> Any:
    tried = (key.place, hashlib.sha256(pin.encode()).digest())
    token = _token(key)
    if token.flags & TokenFlag.USER_PIN_LOCKED:
        raise CannotSeal(
            _("token “%(token)s” đã bị khóa PIN, hãy mở khóa bằng phần mềm của nhà cung cấp") % _name(token)
        )
    if tried in _refused:
        raise CannotSeal(_("mã PIN của token sai; không thử lại để token khỏi bị khóa, hãy sửa tệp mã PIN"))
    if token.flags & TokenFlag.USER_PIN_FINAL_TRY:
        words = _(
            "token “%(token)s” chỉ còn một lần thử PIN; hãy đăng nhập đúng một lần bằng phần mềm của nhà cung cấp"
        )
        raise CannotSeal(words % _name(token))
    try:
        return token.open(user_pin=pin)
    except (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinInvalid) as error:
        _refused.add(tried)
        raise CannotSeal(_("mã PIN của token “%(token)s” sai") % _name(token)) from error


def _name(token: Any) -> dict[str, str]:
    return {"token": token.label}


def _token(key: TokenKey) -> Any:
    if not key.module.is_file():
        raise CannotSeal(_("không có tệp mô-đun PKCS#11 %(file)s") % {"file": key.module})
    slots = pkcs11.lib(str(key.module)).get_slots(token_present=True)
    there = [token for token in (slot.get_token() for slot in slots) if token.flags & TokenFlag.TOKEN_INITIALIZED]
    found = [token for token in there if not key.token or token.label == key.token]
    if len(found) == 1:
        return found[0]
    labels = ", ".join(f"“{token.label}”" for token in there) or "–"
    if found:
        raise CannotSeal(_("có nhiều token (%(labels)s): hãy chọn bằng CLC_SEAL_TOKEN") % {"labels": labels})
    if not key.token:
        raise CannotSeal(_("chưa cắm token nào"))
    words = _("không thấy token “%(token)s” (đang có: %(labels)s)")
    raise CannotSeal(words % {"token": key.token, "labels": labels})


def _signer(key: TokenKey, session: Any) -> Signer:
    certificates = list(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}))
    keys = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.SIGN: True}))
    pairs = [
        (private, certificate)
        for private in keys
        for certificate in certificates
        if private.id == certificate[Attribute.ID]
        and (not key.label or key.label in {private.label, certificate[Attribute.LABEL]})
    ]
    if len(pairs) != 1:
        labels = ", ".join(sorted(f"“{each[Attribute.LABEL]}”" for each in certificates)) or "–"
        words = (
            _("trên token có nhiều khóa kèm chứng thư (%(labels)s): hãy chọn bằng CLC_SEAL_KEY")
            if pairs
            else _("trên token không có khóa ký kèm chứng thư cần tìm (chứng thư đang có: %(labels)s)")
        )
        raise CannotSeal(words % {"labels": labels})
    ((private, certificate),) = pairs
    loaded = x509.Certificate.load(certificate[Attribute.VALUE])
    # Where the token does not hash by itself, pyHanko does.
    hashing = Mechanism.ECDSA_SHA256 if loaded.public_key.algorithm == "ec" else Mechanism.SHA256_RSA_PKCS
    return PKCS11Signer(
        session,
        signing_cert=loaded,
        key_id=private.id,
        ca_chain=[x509.Certificate.load(each[Attribute.VALUE]) for each in certificates],
        use_raw_mechanism=hashing not in session.token.slot.get_mechanisms(),
    )
