"""Compare kept statistics with the rows."""

import dataclasses
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from core.commands import OperatorCommand
from core.errors import Conflict
from indicators.rollups.rebuilding import check

NAMED = 50


class Command(OperatorCommand):
    """Every figure is worked out from the rows again. Exit code 1 when one differs."""

    help = "Work kept statistics out again from the rows and compare every figure."

    def arguments(self, parser: CommandParser) -> None:
        """No arguments of its own."""

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return the number of figures compared, of those that differ (the first of them named), of stale sheets."""
        found = check(say=None if options["as_json"] else self.say)
        named = [dataclasses.asdict(row) for row in found.different[:NAMED]]
        result = {"cells": found.cells, "different": len(found.different), "stale": found.stale, "list": named}
        if found.different:
            words = _("%(count)s số liệu tính sẵn khác với dữ liệu. Hãy chạy rebuild_rollups --whole.")
            raise Conflict("rollups_differ", words % {"count": len(found.different)}, payload=result)
        return result
