"""Import a survey sheet into the literacy register of a commune."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.selectors import find_user
from centres.selectors import find_unit
from core.commands import OperatorCommand, day
from core.errors import InvalidInput
from literacy.services.surveys import commit_survey, discard_survey, preview_survey


class Command(OperatorCommand):
    """Without ``--commit`` nothing is written but the audit trail of the look."""

    help = "Preview a survey sheet (.xlsx, .csv) of a commune; with --commit, register its people and their levels."

    def arguments(self, parser: CommandParser) -> None:
        """Add the file, the commune and who does it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--unit", required=True, help="Code of the commune.")
        parser.add_argument("--by", required=True)
        parser.add_argument("--on", type=day, help="Day of the survey, YYYY-MM-DD (today by default).")
        parser.add_argument("--commit", action="store_true")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return counts, every wrong row and what should be looked at."""
        by = find_user(options["by"])
        code = options["unit"]
        unit = find_unit(code if ":" in code else f"commune:{code}", timezone.localdate())
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InvalidInput("file_unreadable", _("Không đọc được tệp %(file)s.") % {"file": path}) from error
        row, preview = preview_survey(
            unit=unit, content=content, file_name=path.name, by=by, stated_on=options["on"]
        )  # fmt: skip
        if options["commit"]:
            preview = commit_survey(survey=row, by=by)
        else:
            discard_survey(survey=row, by=by)
        return {
            "unit": unit.code,
            "new": preview.new,
            "known": preview.known,
            "lookalike": preview.lookalike,
            "committed": preview.committed,
            "stated": preview.stated,
            "levels": dict(preview.levels),
            "errors": [error.as_dict() for error in preview.refused()],
            "odd": [error.as_dict() for error in preview.odd],
        }
