"""Say whether a certificate stands."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.selectors import doubt, look_up, token_in
from certificates.signing.keys import BrokenKeyList, instant_text, key_folder
from certificates.tlog.offline import OfflineVerdict, fragment_of, judge_offline
from certificates.tlog.sources import from_folder
from core.commands import OperatorCommand
from core.errors import Unavailable


class Command(OperatorCommand):
    """Answers what the public page answers; an unknown code is an answer, not a refusal."""

    help = "Verify a certificate by its token or address; with --offline by published files alone."

    def arguments(self, parser: CommandParser) -> None:
        """Add the token or address, and where published files are."""
        parser.add_argument("token", metavar="TOKEN_OR_URL")
        parser.add_argument(
            "--offline", type=Path, metavar="DIR", help="Judge by a folder that publish_log wrote; asks no database."
        )

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return the verdict."""
        if options["offline"]:
            return self._offline(options["offline"], options["token"])
        verdict = look_up(options["token"])
        answer = {
            "status": verdict.status,
            "register_number": verdict.register_number,
            "kind": verdict.kind,
            "centre": verdict.centre,
            "issued_on": verdict.issued_on,
        }
        if fragment := fragment_of(options["token"]):  # overrules the register, as it does on the public page
            try:
                overruled = doubt(verdict, options["token"], fragment)
            except (BrokenKeyList, OSError) as error:
                words = _("Không đọc hay ghi được thư mục khóa %(folder)s: %(why)s")
                raise Unavailable("key_folder", words % {"folder": key_folder().path, "why": error}) from error
            if overruled:
                answer |= {"status": overruled[0], "reason": overruled[1]}
        return answer

    def _offline(self, folder: Path, address: str) -> dict[str, Any]:
        token, now = token_in(address.partition("#")[0]), timezone.now()
        try:
            verdict = (
                judge_offline(token, fragment_of(address), from_folder(folder), now=now)
                if token
                else OfflineVerdict("unknown", "no_code")
            )
        except (BrokenKeyList, OSError) as error:
            words = _("Thư mục %(folder)s không có danh sách khóa đọc được: %(why)s")
            raise Unavailable("no_key_list", words % {"folder": folder, "why": error}) from error
        claims = verdict.claims
        as_of, signed_at = verdict.list_as_of, verdict.log_as_of
        return {
            "status": verdict.status,
            "reason": verdict.reason or None,
            "register_number": claims.register_number if claims else None,
            "kind": claims.kind if claims else None,
            "centre": claims.centre if claims else None,
            "issued_on": claims.issued_on if claims else None,
            "name": claims.name if claims else None,
            "birth_year": claims.birth_year if claims else None,
            "kid": verdict.kid,
            "list_as_of": instant_text(as_of) if as_of else None,
            "list_age_hours": round((now - as_of).total_seconds() / 3600, 1) if as_of else None,
            "log_size": verdict.log_size,
            "log_as_of": instant_text(signed_at) if signed_at else None,
        }
