"""Witness the register's log from another host."""

import datetime as dt
import socket
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from certificates.signing.keys import BrokenKeyList
from certificates.tlog.sources import from_address, from_folder
from certificates.tlog.witness import REWRITTEN, Refused, Witness
from core.commands import OperatorCommand
from core.errors import Conflict, InvalidInput, Unavailable


class Command(OperatorCommand):
    """Needs no database of its own: a folder to remember in is enough."""

    help = "Look at a published log, and cosign it when it continues what this host saw before."

    def arguments(self, parser: CommandParser) -> None:
        """Add where the log is and where to remember."""
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--url", help="The public address, https://…")
        where.add_argument("--dir", type=Path, dest="folder", help="A folder that publish_log wrote.")
        parser.add_argument("--state", type=Path, required=True, help="Where this witness remembers what it saw.")
        parser.add_argument("--name", default="", help="The witness's name; by default that of this host.")
        parser.add_argument("--accept-key", default="", help="A new log key whose id was confirmed by a person.")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Look, and cosign or refuse."""
        name = options["name"] or f"{socket.gethostname()}/clc-witness"
        if not name.isprintable() or " " in name or "+" in name:
            raise InvalidInput("bad_name", _("Tên máy làm chứng không được có dấu cách hay dấu cộng."))
        try:
            read = from_address(options["url"]) if options["url"] else from_folder(options["folder"])
            seen = Witness(options["state"], name).look(
                read, at=dt.datetime.now(dt.UTC).replace(microsecond=0), accept=options["accept_key"]
            )
        except Refused as error:
            raise self._refusal(error) from error
        except (BrokenKeyList, OSError, ValueError) as error:
            words = _("Không đọc được nhật ký công khai: %(why)s")
            raise Unavailable("log_unreadable", words % {"why": error}) from error
        return {
            "origin": seen.checkpoint.origin,
            "size": seen.checkpoint.size,
            "root": seen.checkpoint.root.hex(),
            "before": seen.before.size if seen.before else None,
            "first_keys": seen.first_keys,
            "witness_key": seen.witness_key,
            "cosigned": str(options["state"] / "checkpoint"),
        }

    def _refusal(self, error: Refused) -> Conflict:
        if error.why in REWRITTEN:
            code, words = "rewritten_history", {
                "shrunk": _(
                    "LỊCH SỬ BỊ VIẾT LẠI: nhật ký đã có %(before)s dòng, nay chỉ còn %(now)s. Không ký xác nhận."
                ),
                "fork": _("LỊCH SỬ BỊ VIẾT LẠI: cùng %(now)s dòng nhưng nội dung khác trước. Không ký xác nhận."),
                "inconsistent": _(
                    "LỊCH SỬ BỊ VIẾT LẠI: %(now)s dòng nay không nối tiếp %(before)s dòng đã thấy. Không ký xác nhận."
                ),
                "tiles": _(
                    "LỊCH SỬ BỊ VIẾT LẠI: các tệp của nhật ký không cho ra mốc công bố đã ký. Không ký xác nhận."
                ),
            }[error.why]  # fmt: skip
        else:
            code, words = error.why, {
                "no_log": _("Chưa có nhật ký công khai ở đó."),
                "unsigned": _("Mốc công bố không có chữ ký của khóa nhật ký nào trong danh sách. Không ký xác nhận."),
                "new_key": _(
                    "Nhật ký nay ký bằng khóa khác (%(kid)s). Hãy gọi điện hỏi người quản trị; nếu đúng, chạy lại với "
                    "--accept-key %(kid)s."
                ),
                "another_log": _("Đây là nhật ký khác: trước là %(was)s, nay là %(is_now)s. Không ký xác nhận."),
            }[error.why]  # fmt: skip
        return Conflict(code, words % error.data)

    def describe(self, result: dict[str, Any]) -> str:
        """Say what was cosigned, and the keys to note down at the first look."""
        lines = [
            _("Đã ký xác nhận %(origin)s: %(size)s dòng, nối tiếp lịch sử đã thấy.") % result,
            _("Khóa của máy làm chứng: %(key)s") % {"key": result["witness_key"]},
        ]
        lines += [_("Tin khóa nhật ký từ nay: %(key)s") % {"key": key} for key in result["first_keys"]]
        return "\n".join(lines)
