"""Bring witnesses' cosignatures under the published checkpoint."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from certificates.services.cosigning import Merged, merge_cosignatures
from certificates.signing.keys import instant_text
from certificates.tlog.sources import from_address
from core.commands import OperatorCommand
from core.errors import InvalidInput


class Command(OperatorCommand):
    """Takes what the ``witness`` command wrote, or any checkpoint with cosignatures in the C2SP format."""

    help = "Publish what witnesses have cosigned: files named checkpoint in their folders, or their addresses."

    def arguments(self, parser: CommandParser) -> None:
        """Add the sources."""
        parser.add_argument("sources", nargs="+", metavar="FILE_OR_URL")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Merge each."""
        merged = [merge_cosignatures(raw=self._read(source)) for source in options["sources"]]
        return {"checkpoints": [self._said(each) for each in merged]}

    def _read(self, source: str) -> bytes:
        try:
            if source.startswith(("https://", "http://")):
                base, _slash, name = source.rpartition("/")
                return from_address(base)(name)
            return Path(source).read_bytes()
        except OSError as error:
            words = _("Không đọc được tệp %(file)s: %(why)s")
            raise InvalidInput("bad_file", words % {"file": source, "why": error}) from error

    def _said(self, merged: Merged) -> dict[str, Any]:
        return {
            "size": merged.checkpoint.size,
            "root": merged.checkpoint.root,
            "witnesses": {name: instant_text(at) for name, at in merged.witnesses.items()},
            "new": merged.new,
            "published": merged.published,
        }

    def describe(self, result: dict[str, Any]) -> str:
        """One line a checkpoint."""
        lines = []
        for each in result["checkpoints"]:
            words = (
                _("Mốc công bố %(size)s dòng: có chữ ký xác nhận của %(names)s.")
                if each["published"]
                else _("Mốc công bố %(size)s dòng: có chữ ký xác nhận của %(names)s; nay đã có mốc mới hơn.")
            )
            lines.append(words % {"size": each["size"], "names": ", ".join(sorted(each["witnesses"]))})
        return "\n".join(lines)
