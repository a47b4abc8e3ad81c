"""The authority's seal on a printed file: a PAdES signature (ETSI EN 319 142, B-B) with its X.509 certificate.

Off unless a PKCS#12 file is named in the settings. pyHanko writes it behind the file as an incremental update: what was
printed stays byte for byte in front of it.
"""

import io
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Unavailable

FIELD = "Seal"
# Bytes kept for a signature beside the certificates it carries: an RSA signature of 4,096 bits and what is signed.
BESIDE = 2048


class CannotSeal(Exception):
    """The file with the seal's key is missing, open to others, or does not open."""


class Sealer:
    """Seals files with one key. Make one per job."""

    def __init__(self, path: Path, passphrase: Path | None) -> None:
        from pyhanko.sign.signers import SimpleSigner  # a second to import: only where files are sealed

        try:
            for file in (path, passphrase):
                if file and file.stat().st_mode & 0o077:
                    raise CannotSeal(f"{file.name} can be read by others: chmod 600")
            secret = passphrase.read_text(encoding="utf-8").strip().encode() if passphrase else None
            self._signer = SimpleSigner.load_pkcs12_data(path.read_bytes(), other_certs=[], passphrase=secret)
            carried = {self._signer.signing_cert, *self._signer.cert_registry}
        except (OSError, ValueError) as error:
            raise CannotSeal(f"{path.name}: {error}") from error

        # In hexadecimal digits. Without a number pyHanko signs twice to find it out.
        self._room = 2 * (BESIDE + sum(len(one.dump()) for one in carried))

    def seal(self, content: bytes) -> bytes:
        """Return the file with the seal behind it. It shows nothing on the page: the ink seal has its place there."""
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
        from pyhanko.sign.signers import PdfSignatureMetadata, sign_pdf

        meta = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        out = io.BytesIO()
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        sign_pdf(writer, meta, self._signer, bytes_reserved=self._room, output=out)
        return out.getvalue()


def ready_sealer() -> Sealer | None:
    """Return what seals, None while sealing is off. Raises Unavailable: when it is on nothing is printed without it."""
    if settings.SEAL_PKCS12 is None:
        return None
    try:
        return Sealer(settings.SEAL_PKCS12, settings.SEAL_PASSPHRASE_FILE)
    except CannotSeal as error:
        words = _("Chưa in được vì con dấu số không dùng được (%(why)s). Việc in tự chạy tiếp khi dùng được.")
        raise Unavailable("seal_down", words % {"why": error}) from error


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
