"""The authority's seal on a printed file: a PAdES signature (ETSI EN 319 142) with its X.509 certificate.

Off unless the settings name a PKCS#12 file or a token (PKCS#11). pyHanko writes it behind the file as an incremental
update: what was printed stays byte for byte in front of it. Baseline B-B, or B-T where a time-stamp service is named.
"""

import asyncio
import datetime as dt
import io
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.paper.seal_errors import CannotSeal
from core.errors import Unavailable

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer
    from pyhanko.sign.timestamps import TimeStamper

    from certificates.paper.token import TokenKey

FIELD = "Seal"
DIGEST = "sha256"
# Bytes kept for a signature beside the certificates it carries: an RSA signature of 4,096 bits and what is signed.
BESIDE = 2048
# Time stamps of one service differ by serial number, moment and nonce.
BESIDE_STAMP = 512


class Sealer:
    """Seals files with one key. Make one per job."""

    def __init__(
        self, signer: "Signer", *, stamper: "TimeStamper | None" = None, token: "TokenKey | None" = None
    ) -> None:
        """Ask the time-stamp service once, so that a job learns before its first file. Raises CannotSeal."""
        self._signer, self._stamper, self._token = signer, stamper, token
        mine = signer.signing_cert
        assert mine is not None
        if not mine.not_valid_before <= timezone.now() <= mine.not_valid_after:
            words = _("chứng thư của con dấu chỉ dùng được từ %(since)s đến %(until)s")
            raise CannotSeal(words % {"since": _day(mine.not_valid_before), "until": _day(mine.not_valid_after)})
        carried = {mine, *signer.cert_registry}
        room = BESIDE + sum(len(one.dump()) for one in carried)
        if stamper:
            try:
                room += BESIDE_STAMP + len(_complete(stamper.async_dummy_response(DIGEST)).dump())
            except (OSError, ValueError) as error:
                raise CannotSeal(_("không xin được dấu thời gian: %(why)s") % {"why": error}) from error
        # In hexadecimal digits. Without a number pyHanko signs twice to find it out.
        self._room = 2 * room

    def seal(self, content: bytes) -> bytes:
        """Return the file with the seal behind it. It shows nothing on the page: the ink seal has its place there.

        Raises Unavailable when the token was taken out or the time-stamp service does not answer.
        """
        from pyhanko.sign.general import SigningError

        try:
            if self._token is None:
                return self._sealed(content)
            from certificates.paper import token

            with token.LOCK:
                try:
                    return self._sealed(content)
                except RuntimeError:  # PKCS11Error is one
                    token.forget(self._token)
                    raise
        except (RuntimeError, OSError, SigningError) as error:
            raise _unavailable(f"{type(error).__name__} {error}".strip()) from error

    def _sealed(self, content: bytes) -> bytes:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
        from pyhanko.sign.signers import PdfSignatureMetadata, async_sign_pdf

        meta = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        out = io.BytesIO()
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        _complete(
            async_sign_pdf(
                writer, meta, self._signer, timestamper=self._stamper, bytes_reserved=self._room, output=out,
            )
        )  # fmt: skip
        return out.getvalue()


def _complete[T](work: Coroutine[Any, Any, T]) -> T:
    """Run pyHanko's work to its end, in a thread of its own where this one has an event loop (an async server has)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _day(moment: dt.datetime) -> str:
    return f"{moment:%d/%m/%Y}"


def _unavailable(why: object) -> Unavailable:
    words = _("Chưa in được vì con dấu số không dùng được (%(why)s). Việc in tự chạy tiếp khi dùng được.")
    return Unavailable("seal_down", words % {"why": why})


def ready_sealer() -> Sealer | None:
    """Return what seals, None while sealing is off. Raises Unavailable: when it is on nothing is printed without it."""
    file, module = settings.SEAL_PKCS12, settings.SEAL_PKCS11
    if file is None and module is None:
        return None
    try:
        if file and module:
            raise CannotSeal(_("chỉ đặt một trong hai: CLC_SEAL_PKCS12 hoặc CLC_SEAL_PKCS11"))
        stamper = _stamper(settings.SEAL_TSA)
        secret = _secret(settings.SEAL_PASSPHRASE_FILE)
        if file:
            return _with_file(file, secret, stamper)
        assert module is not None
        return _with_token(module, secret, stamper)
    except CannotSeal as error:
        raise _unavailable(error) from error


def _for_owner_only(file: Path) -> None:
    if file.stat().st_mode & 0o077:
        raise CannotSeal(_("người khác đọc được tệp %(file)s: hãy chạy chmod 600") % {"file": file.name})


def _secret(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        _for_owner_only(file)
        return file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise CannotSeal(f"{file.name}: {error}") from error


def _with_file(file: Path, passphrase: str | None, stamper: "TimeStamper | None") -> Sealer:
    from pyhanko.sign.signers import SimpleSigner  # a second to import: only where files are sealed

    try:
        _for_owner_only(file)
        signer = SimpleSigner.load_pkcs12_data(
            file.read_bytes(), other_certs=[], passphrase=None if passphrase is None else passphrase.encode()
        )
    except (OSError, ValueError) as error:
        raise CannotSeal(f"{file.name}: {error}") from error
    return Sealer(signer, stamper=stamper)


def _with_token(module: Path, pin: str | None, stamper: "TimeStamper | None") -> Sealer:
    if not pin:
        raise CannotSeal(_("chưa có tệp mã PIN của token (CLC_SEAL_PASSPHRASE_FILE)"))
    from certificates.paper import token

    key = token.TokenKey(module, settings.SEAL_TOKEN, settings.SEAL_KEY)
    with token.LOCK:
        return Sealer(token.signer_of(key, pin), stamper=stamper, token=key)


def _stamper(address: str) -> "TimeStamper | None":
    if not address:
        return None
    from certificates.paper.timestamps import WebTimeStamper

    try:
        return WebTimeStamper(address)
    except ValueError as error:
        raise CannotSeal(_("CLC_SEAL_TSA phải là địa chỉ http(s)")) from error


def take_seal_off(paper: Any) -> None:
    """Take the signature out of an open pikepdf document that is about to be changed.

    A copy or a file with attachments is another document: it must not show a seal that no longer fits it. The sealed
    file stays as it was issued.
    """
    for name in ("/AcroForm", "/Perms", "/DSS"):
        if name in paper.Root:
            del paper.Root[name]
    for page in paper.pages:
        if "/Annots" in page.obj:
            kept = [note for note in page.obj.Annots if note.get("/FT") != "/Sig"]
            if kept:
                page.obj.Annots = kept
            else:
                del page.obj["/Annots"]
