"""The keys that sign certificates: list, create, rotate, retire, declare compromised."""

import datetime as dt
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import find_user
from certificates.services import signing
from certificates.signing.keys import BrokenKeyList, CannotSign, KeyUse, SigningKey, key_folder
from core.commands import OperatorCommand
from core.errors import InvalidInput, Unavailable

ABOUT_A_KEY = {"retire", "compromise"}


def moment(text: str) -> dt.datetime:
    """Return the instant of ``2026-11-23T08:00`` (this system's time without a zone) or of the beginning of a day."""
    try:
        at = parse_datetime(text)
        if at is None and (day := parse_date(text)):
            at = dt.datetime.combine(day, dt.time())
    except ValueError:
        at = None
    if at is None:
        words = _("%(text)s không phải là thời điểm. Ví dụ: 2026-11-23T08:00 hoặc 2026-11-23.")
        raise InvalidInput("bad_moment", words % {"text": text})
    return at if timezone.is_aware(at) else timezone.make_aware(at)


class Command(OperatorCommand):
    """Private keys are files outside the database; only this command makes, retires and deletes them."""

    help = "List, create, rotate and retire the keys that sign certificates, or declare one compromised."

    def arguments(self, parser: CommandParser) -> None:
        """Add the step, the key and, for a compromised one, since when."""
        parser.add_argument(
            "step", choices=["list", "create", "rotate", "retire", "compromise"], default="list", nargs="?"
        )
        parser.add_argument("kid", nargs="?", help="The key that retire and compromise are about.")
        parser.add_argument(
            "--use", choices=list(KeyUse), default=KeyUse.CERTIFICATE, help="create, rotate: what the key signs."
        )
        parser.add_argument("--since", "--at", dest="since", help="compromise: from this moment on (default: now).")
        parser.add_argument("--by", help="Who decides it, for the audit log.")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Do the step and return the keys."""
        try:
            by = find_user(options["by"]) if options["by"] else None
            return self._step(options["step"], options["kid"], options["since"], KeyUse(options["use"]), by)
        except (BrokenKeyList, OSError) as error:
            words = _("Không đọc hay ghi được thư mục khóa %(folder)s: %(why)s")
            raise Unavailable("key_folder", words % {"folder": key_folder().path, "why": error}) from error

    def _step(self, step: str, kid: str | None, since: str | None, use: KeyUse, by: User | None) -> dict[str, Any]:
        if (step in ABOUT_A_KEY) != bool(kid):
            words = _("Hãy ghi mã khóa sau retire hoặc compromise, và chỉ ở đó.")
            raise InvalidInput("kid_expected", words)
        result: dict[str, Any] = {}
        if step == "create":
            result["created"] = signing.create_key(use=use, by=by).as_dict()
        elif step == "rotate":
            new, old = signing.rotate_key(use=use, by=by)
            result |= {"created": new.as_dict(), "retired": [key.as_dict() for key in old]}
        elif step == "retire" and kid:
            result["retired"] = [signing.retire_key(kid=kid, by=by).as_dict()]
        elif step == "compromise" and kid:
            at = moment(since) if since else timezone.now()
            key, papers = signing.compromise_key(kid=kid, since=at, by=by)
            result["compromised"] = key.as_dict()
            result["to_issue_again"] = [
                {"centre": row.centre.code, "register_number": row.register_number} for row in papers
            ]
        signs = {self._signing_kid(use) for use in KeyUse}
        keys = key_folder().known()
        return result | {"folder": str(key_folder().path), "keys": [self._row(key, signs) for key in keys]}

    def _signing_kid(self, use: KeyUse) -> str | None:
        """The key that signs now, as the printing worker or the log finds it."""
        try:
            signer = key_folder().signer(use)
        except CannotSign as error:
            self.say(_("Khóa đang dùng không ký được: %(why)s") % {"why": error})
            return None
        return signer.kid if signer else None

    def _row(self, key: SigningKey, signs: set[str | None]) -> dict[str, Any]:
        return key.as_dict() | {"signs": key.kid in signs}

    def describe(self, result: dict[str, Any]) -> str:
        """One line a key, then what there is to do."""
        names = {"active": _("đang dùng"), "retired": _("thôi dùng"), "compromised": _("đã lộ")}
        lines = [_("Thư mục khóa: %(folder)s") % {"folder": result["folder"]}]
        for key in result["keys"]:
            since = key["compromised_at"] or key["retired_at"] or key["created_at"]
            mark = " *" if key["signs"] else ""
            use = key.get("use", KeyUse.CERTIFICATE)
            lines.append(f"{key['kid']}  {use:<11} {names[key['state']]:<10} {since}  {key['public_key']}{mark}")
        signing_uses = {key.get("use", KeyUse.CERTIFICATE) for key in result["keys"] if key["signs"]}
        if KeyUse.CERTIFICATE not in signing_uses:
            lines.append(_("Không có khóa nào ký được: việc in chứng nhận đang đợi."))
        if KeyUse.LOG not in signing_uses:
            lines.append(_("Không có khóa nhật ký nào ký được: nhật ký công khai đang đợi (create --use log)."))
        papers = result.get("to_issue_again", [])
        if papers:
            lines.append(_("Cần cấp lại, vì chữ ký trên giấy không còn đáng tin:"))
            lines += [f"  {paper['centre']} {paper['register_number']}" for paper in papers]
        return "\n".join(lines)
