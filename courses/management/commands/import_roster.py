"""Import a roster into a class."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.selectors import find_user
from core.commands import OperatorCommand
from core.errors import InvalidInput
from courses.models import ClassGroup
from courses.services.rosters import commit_roster, discard_roster, preview_roster


class Command(OperatorCommand):
    """Without ``--commit`` nothing is written but the audit trail of the look."""

    help = "Preview a roster (.xlsx, .csv) for a class; with --commit, register and enrol the good rows."

    def arguments(self, parser: CommandParser) -> None:
        """Add the file, the class and who does it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--class", dest="class_code", required=True)
        parser.add_argument("--by", required=True)
        parser.add_argument("--commit", action="store_true")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return counts and every wrong row."""
        by = find_user(options["by"])
        group = (
            ClassGroup.objects.visible_to(by)
            .select_related("centre")
            .filter(code__iexact=options["class_code"])
            .first()
        )
        if group is None:
            raise InvalidInput("unknown_class", _("Không có lớp mã %(code)s.") % {"code": options["class_code"]})
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InvalidInput("file_unreadable", _("Không đọc được tệp %(file)s.") % {"file": path}) from error
        row, preview = preview_roster(class_group=group, content=content, file_name=path.name, by=by)
        if options["commit"]:
            preview = commit_roster(roster_import=row, by=by)
        else:
            discard_roster(roster_import=row, by=by)
        return {
            "new": preview.new,
            "known": preview.known,
            "lookalike": preview.lookalike,
            "committed": preview.committed,
            "errors": [error.as_dict() for error in preview.errors + preview.left_out + preview.unread],
        }
