"""Issue the certificates of a class and write the files into a folder."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.selectors import find_user
from certificates.models import Certificate
from certificates.selectors import qr_texts
from certificates.services import issue_class, merged_pdf, render_reserved
from certificates.services.credentials import credential_of
from certificates.services.printing import class_certificates
from core.commands import OperatorCommand
from core.errors import InvalidInput
from courses.models import ClassGroup

PROBE = ".clc-can-write"


def _write_credential(certificate: Certificate, paper: Path) -> dict[str, str]:
    """Write both forms beside the paper and say where."""
    credential = credential_of(certificate)
    document, jwt = paper.with_suffix(".json"), paper.with_suffix(".jwt")
    document.write_text(credential.document, encoding="utf-8")
    jwt.write_text(credential.jwt, encoding="ascii")
    return {"credential_json": str(document), "credential_jwt": str(jwt)}


class Command(OperatorCommand):
    """Running it again writes the same files again and takes no second number."""

    help = "Issue certificates to everybody who passed; write single files and one merged file into --out."

    def arguments(self, parser: CommandParser) -> None:
        """Add the class, who does it and where the files go."""
        parser.add_argument("--class", dest="class_code", required=True)
        parser.add_argument("--by", required=True)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--credentials", action="store_true", help="also write each credential as .jwt and .json")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Issue, print, write."""
        by = find_user(options["by"])
        group = ClassGroup.objects.visible_to(by).filter(code__iexact=options["class_code"]).first()
        if group is None:
            raise InvalidInput("unknown_class", _("Không có lớp mã %(code)s.") % {"code": options["class_code"]})
        out: Path = options["out"]
        try:  # before a number is taken: a folder that cannot be written to is no reason to fill the register
            out.mkdir(parents=True, exist_ok=True)
            (out / PROBE).touch()
            (out / PROBE).unlink()
        except OSError as error:
            raise InvalidInput("cannot_write", _("Không ghi được vào thư mục %(folder)s.") % {"folder": out}) from error
        issue_class(class_group=group, by=by)
        render_reserved(class_group=group)
        rows = []
        printed = class_certificates(group)
        texts = qr_texts(printed)
        for certificate in printed:
            target = out / f"{certificate.register_number.replace('/', '-')}.pdf"
            with certificate.pdf.open("rb") as stream:
                target.write_bytes(stream.read())
            row = {
                "register_number": certificate.register_number,
                "token": certificate.token,
                "verify_url": certificate.verify_url,
                "qr": texts[certificate.pk],
                "learner": certificate.content["learner"],
                "pdf": str(target),
            }
            if options["credentials"]:
                row |= _write_credential(certificate, target)
            rows.append(row)
        merged = None
        if rows:
            merged = out / f"{group.code}.pdf"
            merged_pdf(class_group=group, target=merged)
        return {"issued": rows, "merged_pdf": str(merged) if merged else None}
