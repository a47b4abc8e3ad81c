"""Publish the register's log, and write all that is public into a folder."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from certificates.services.exporting import export_published
from core.commands import OperatorCommand


class Command(OperatorCommand):
    """The folder mirrors the public address: any web server may serve it instead of the program."""

    help = "Make a checkpoint and write checkpoint, tiles, key list and status lists as the public address serves them."

    def arguments(self, parser: CommandParser) -> None:
        """Add where the files go."""
        parser.add_argument("--out", type=Path, required=True)

    def perform(self, **options: Any) -> dict[str, Any]:
        """Publish and write."""
        return export_published(out=options["out"])

    def describe(self, result: dict[str, Any]) -> str:
        """Say what was written."""
        words = _("%(out)s: nhật ký có %(size)s dòng, đã ghi %(files)s tệp.")
        return words % result
