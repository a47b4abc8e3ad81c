"""Measure our jobs against their floors."""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from core.commands import OperatorCommand
from core.errors import InvalidInput

NAMES = (
    "certificates", "certificates_single", "verification", "roster_import", "roster_rival", "roster_memory",
    "dashboards", "table_export", "statistics_export", "person_search", "lookalikes", "register_log",
    "literacy_cohorts", "literacy_register",
)  # fmt: skip
INSIDE = "CLC_BENCH_INSIDE"


class Command(OperatorCommand):
    """Each works in a database of its own that is thrown away: it starts itself again with another data folder."""

    help = "Measure our jobs and their floors alternately in the same run: " + ", ".join(NAMES)

    def arguments(self, parser: CommandParser) -> None:
        """Add names."""
        parser.add_argument("names", nargs="*", metavar="NAME")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Return the results; an unknown name is refused."""
        names = options["names"] or list(NAMES)
        unknown = [name for name in names if name not in NAMES]
        if unknown:
            words = _("Không có phép đo %(names)s. Có: %(known)s.")
            raise InvalidInput("unknown_bench", words % {"names": ", ".join(unknown), "known": ", ".join(NAMES)})
        if os.environ.get(INSIDE):
            call_command("migrate", verbosity=0)
            return {"results": [self._measure(name) for name in names]}
        return {"results": [row for name in names for row in self._in_own_database(name)]}

    def _measure(self, name: str) -> dict[str, Any]:
        self.say(f"{name} …")
        result: dict[str, Any] = importlib.import_module(f"bench.{name}").measure()
        return result

    def _in_own_database(self, name: str) -> list[dict[str, Any]]:
        # What one measurement leaves behind is not in the way of the next.
        with tempfile.TemporaryDirectory(prefix="clc-bench-") as folder:
            # An empty PostgreSQL to be used up may be named; the operator's own database never is.
            database = os.environ.get("CLC_BENCH_DATABASE_URL", "")
            env = {**os.environ, "CLC_DATA_DIR": folder, "DATABASE_URL": database, INSIDE: "1"}
            done = subprocess.run(
                [sys.executable, str(settings.BASE_DIR / "manage.py"), "bench", name, "--json"],
                env=env, stdout=subprocess.PIPE, text=True, check=False,
            )  # fmt: skip
        if done.returncode:
            raise InvalidInput("bench_failed", _("Phép đo không chạy được; xem lời báo ở trên."))
        results: list[dict[str, Any]] = json.loads(done.stdout)["results"]
        return results

    def describe(self, result: dict[str, Any]) -> str:
        """One line per measurement."""
        line = "{name:<20} {ours:>12} {floor:>12}   {ratio:>7} (>= {target})  {mark}"
        head = f"{'name':<20} {'ours/s':>12} {'floor/s':>12}   {'ratio':>7}"
        rows = []
        for row in result["results"]:
            rows.append(line.format(**row, mark="ok" if row["ok"] else "BELOW"))
            rows += [f"    {name}: {value}" for name, value in row.get("more", {}).items()]
        return "\n".join([head, *rows])
