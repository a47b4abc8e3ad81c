"""Memory of a roster's preview and commit, of lists that grow tenfold.

Each size is looked at and committed in a process of its own, after a small list that loads what is loaded once; what
counts is the most memory that process ever held (VmHWM of Linux). ``ours`` and ``floor`` are megabytes, of the longest
list and of the shortest, so that the ratio is 1 where memory does not depend on the rows. The page cache of SQLite,
which fills up to a limit of its own, is kept small; the centre knows as many people each time.

What is left to grow is python-calamine, which holds one sheet whole while its rows are put on disk (some 600 bytes a
row), and 150 bytes a row that tell whether somebody comes again in the same list.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import django
from django.conf import settings

NAME = "roster_memory"
TARGET = 0.9
SIZES = (2500, 5000, 10_000)
FIRST = 200
KNOWN = 300


def peak() -> float:
    """The most megabytes this process ever held. Not ``ru_maxrss``, which begins with what the parent once held."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return round(int(found[1]) / 1024, 1)


def import_list(told: dict[str, Any]) -> None:
    """Look at the list that ``told`` describes and commit it."""
    # Django has to be set up first, and this module is a program too.
    from accounts.models import User
    from bench.roster_import import commit_once, preview_once
    from bench.rosters import Place
    from courses.models import ClassGroup

    group, user = ClassGroup.objects.get(pk=told["group"]), User.objects.get(pk=told["user"])
    place = Place(group, user, Path(told["file"]).read_bytes(), told["rows"], told["good"])
    commit_once(place, preview_once(place))


def describe(rows: int, series: int, folder: Path) -> dict[str, Any]:
    """Make a centre, a class and a list of so many rows; return what ``import_list`` is told."""
    from bench.rosters import places

    place = next(places(rows, KNOWN, first=series))
    file = folder / f"{series}.xlsx"
    file.write_bytes(place.content)
    return {
        "group": place.group.pk, "user": place.user.pk, "file": str(file), "rows": place.rows, "good": place.good,
    }  # fmt: skip


def measure() -> dict[str, Any]:
    """What ``manage.py bench roster_memory`` prints; ``megabytes`` by number of rows."""
    found: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for turn, rows in enumerate(SIZES):
            told = [describe(FIRST, 2 * turn, Path(folder)), describe(rows, 2 * turn + 1, Path(folder))]
            done = subprocess.run(
                [sys.executable, "-m", "bench.roster_memory"], input=json.dumps(told), cwd=settings.BASE_DIR,
                stdout=subprocess.PIPE, text=True, check=True,
            )  # fmt: skip
            found[rows] = json.loads(done.stdout)
    short, long = found[SIZES[0]], found[SIZES[-1]]
    return {
        "name": NAME, "ours": long, "floor": short, "ratio": round(short / long, 3), "target": TARGET,
        "ok": short / long >= TARGET, "megabytes": found,
    }  # fmt: skip


if __name__ == "__main__":
    django.setup()
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size=-2000")
            cursor.execute("PRAGMA mmap_size=0")
    for each in json.load(sys.stdin):
        import_list(each)
    sys.stdout.write(json.dumps(peak()))
