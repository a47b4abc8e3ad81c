"""A copy of the printed file with the credential inside. The frozen file stays as it is, byte for byte."""

import datetime as dt
import io
from typing import BinaryIO, cast

from certificates.badges.models import Credential
from certificates.paper.sealing import take_seal_off


def with_credential(credential: Credential) -> bytes:
    """Return the certificate's PDF with both forms of its credential attached.

    Made when asked for: attaching at print time would cost every paper of a batch what few people want.
    """
    import pikepdf  # a large C++ library, and it writes to the log when it is loaded

    out = io.BytesIO()
    with credential.certificate.pdf.open("rb") as stream, pikepdf.open(cast(BinaryIO, stream)) as paper:
        take_seal_off(paper)
        made = f"D:{credential.at.astimezone(dt.UTC):%Y%m%d%H%M%SZ}"
        for name, text, kind in (
            ("credential.json", credential.document, "application/vc"),
            ("credential.jwt", credential.jwt, "application/vc+jwt"),
        ):
            paper.attachments[name] = pikepdf.AttachedFileSpec(
                paper, text.encode(), filename=name, mime_type=kind, description="Open Badges 3.0", creation_date=made,
                mod_date=made,
            )  # fmt: skip
        paper.save(out)
    return out.getvalue()
