"""The manner of every operator command: exit codes and ``--json``.

0 on success, 1 with a clear message on refusal, 2 on wrong use (argparse). With ``--json`` standard output holds one
JSON object and nothing else; messages go to standard error.
"""

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from core.errors import DomainError, InvalidInput


def day(text: str) -> dt.date:
    """Read a day on the command line: ``2026-11-30``. Anything else is wrong use (exit code 2), said in words."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write YYYY-MM-DD, for example 2026-11-30") from None


def write_file(target: Path, content: bytes) -> None:
    """Write the file a command was asked for. Raises InvalidInput ``cannot_write`` where that is not possible."""
    try:
        target.write_bytes(content)
    except OSError as error:
        raise InvalidInput("cannot_write", _("Không ghi được tệp %(file)s.") % {"file": target}) from error


class OperatorCommand(BaseCommand):
    """Subclass and write ``perform``, returning the JSON-ready result; ``describe`` prints it for people."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ``--json``; subclasses add theirs in ``arguments``."""
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")
        self.arguments(parser)

    def arguments(self, parser: CommandParser) -> None:
        """Add the command's own arguments."""

    def perform(self, **options: Any) -> dict[str, Any]:
        """Do the work and return the result. Raise DomainError to refuse."""
        raise LookupError(f"{type(self).__module__} does nothing")

    def describe(self, result: dict[str, Any]) -> str:
        """Return the result as text for people."""
        return json.dumps(result, ensure_ascii=False, indent=2, default=str)

    def say(self, line: str) -> None:
        """Say something on the way, never on standard output."""
        self.stderr.write(line)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and turn refusals into exit code 1."""
        try:
            result = self.perform(**options)
        except DomainError as error:
            if options["as_json"]:
                refusal = {"code": error.code, "message": str(error.message), "fields": error.fields}
                # A refusal may carry the keys of the usual answer, so that a program reads one shape.
                payload = {**error.data.get("payload", {}), "error": refusal}
                self.stdout.write(json.dumps(payload, ensure_ascii=False, default=str))
            self.stderr.write(self.style.ERROR(str(error.message)))
            sys.exit(1)
        if options["as_json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False, default=str))
        else:
            self.stdout.write(self.describe(result))
