"""Write the official literacy tables of a unit and literacy year into a folder."""

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.selectors import find_unit
from core.commands import OperatorCommand
from core.dates import Period
from core.errors import InvalidInput
from literacy.standards.handing_out import KINDS, file_name, tables_of
from literacy.standards.tables import CODES


class Command(OperatorCommand):
    """A year that was closed gives the tables that were kept then; the files of four tables, each in two formats."""

    help = "CMC-1, CMC-2, XMC-3 and XMC-4 of a unit for a literacy year, as XLSX and PDF (docs/adr/0043)."

    def arguments(self, parser: CommandParser) -> None:
        """Add unit, the year in which the literacy year ends, and the folder."""
        parser.add_argument("--unit", required=True)
        parser.add_argument("--year", type=int, required=True, help="the year in which it ends, on 30 September")
        parser.add_argument("--out", type=Path, required=True)

    def perform(self, **options: Any) -> dict[str, Any]:
        """Write eight files and return their names, sizes and hashes, and what the tables rest on."""
        year, out = options["year"], options["out"]
        if not 2000 <= year <= timezone.localdate().year + 1 or (
            Period.literacy_year(year).starts_on > timezone.localdate()
        ):
            words = _("Năm xóa mù chữ %(year)s chưa bắt đầu hoặc không có. Hãy ghi năm kết thúc, ví dụ 2026.")
            raise InvalidInput("unknown_year", words % {"year": year})
        unit = find_unit(options["unit"], min(Period.literacy_year(year).ends_on, timezone.localdate()))
        handed = tables_of(unit, year)
        try:
            out.mkdir(parents=True, exist_ok=True)
            files = [self._write(handed, code, kind, out) for code in CODES for kind in KINDS]
        except OSError as error:
            words = _("Không ghi được vào thư mục %(folder)s: %(why)s.")
            raise InvalidInput("cannot_write", words % {"folder": out, "why": error.strerror}) from error
        return {
            "unit": {"code": unit.code, "level": unit.level, "name": unit.name},
            "year": year,
            "as_of": handed.head.as_of.isoformat(),
            "version": handed.closing.version if handed.closing else None,
            "files": files,
        }

    def _write(self, handed: Any, code: str, kind: str, out: Path) -> dict[str, Any]:
        content = KINDS[kind][0](handed.forms[code], handed.head)
        path = out / file_name(code, handed.head.unit, handed.head.year, kind)
        path.write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        return {"form": code, "file": str(path), "bytes": len(content), "sha256": sha256}
