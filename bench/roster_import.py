"""Import of a long roster with every rule on, against python-calamine plus a raw load into one table.

Ours is what the worker does with a long list somebody has looked at: read the kept file, validate, match, encrypt,
register, enrol, audit. ``with_preview`` counts the look before it too, which reads and matches for itself. The floor
reads the same file with python-calamine and loads the cells raw into one table: that of the people as it stands, with
its indexes, because whoever is to be found again needs them. ``plain_ratio`` is against a table without any index,
which no register could use: SQLite alone takes three times that floor to write the three tables with their indexes.
"""

import io
from collections.abc import Iterator
from typing import Any

import python_calamine
from django.db import connection, transaction

from bench.harness import compare, cost
from bench.rosters import HEADER, TITLES, Place, places
from core.bulk import insert_rows
from courses.models import RosterImport
from courses.services.rosters import Decision, commit_roster, preview_roster
from learners.models import Learner

NAME = "roster_import"
TARGET = 0.25
ROWS = 10_000
ROUNDS = 5
_COLUMNS = (
    "code", "full_name", "sort_key", "sex", "personal_id_index", "personal_id_sealed", "personal_id_tail", "phone",
    "address", "note", "given_name", "search_key",
)  # fmt: skip


def preview_once(place: Place) -> RosterImport:
    """What the upload page does."""
    row, _preview = preview_roster(class_group=place.group, content=place.content, file_name="do.xlsx", by=place.user)
    return row


def commit_once(place: Place, row: RosterImport) -> None:
    """What the worker does: everybody like somebody known is somebody else."""
    decisions: dict[int, Decision] = dict.fromkeys(range(TITLES + 2, TITLES + 2 + place.rows), "new")
    done = commit_roster(roster_import=row, by=place.user, decisions=decisions)
    assert done.committed == place.good, (done.committed, place.good, done.errors[:2])


def _cells(place: Place) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(place.content))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)[TITLES + 1 :]


@transaction.atomic
def floor_once(place: Place, code: str) -> None:
    """Every cell into the table of people, unread."""
    rows = (
        (f"{code}{cell[0]:.0f}", cell[1], cell[2], "unknown", f"{code}{cell[0]:.0f}", cell[4].encode(), "", cell[6],
         cell[7], cell[8], cell[5], cell[3])
        for cell in _cells(place)
    )  # fmt: skip
    insert_rows(Learner, _COLUMNS, rows, same={})


@transaction.atomic
def plain_once(place: Place) -> None:
    """Every cell into a table that has nothing but columns."""
    with connection.cursor() as cursor:
        names = [f"c{index}" for index in range(len(HEADER))]
        cursor.execute(f"CREATE TABLE bench_rows ({', '.join(f'{name} text' for name in names)})")
        rows: Iterator[tuple[Any, ...]] = (tuple(map(str, cells)) for cells in _cells(place))
        if connection.vendor == "postgresql":
            with cursor.copy("COPY bench_rows FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO bench_rows VALUES ({marks})", rows)  # noqa: S608
        cursor.execute("DROP TABLE bench_rows")


def run(rounds: int = ROUNDS) -> dict[str, Any]:
    """Return rows per second of both sides.

    Each works in transactions of its own, as the product does, and what it wrote stays: in one around everything the
    databases would keep a copy of each page for rolling back, and lose time with it that no import loses.
    """
    fresh, turns = places(ROWS), iter(range(1000))
    at: list[Place] = []
    looked: list[float] = []

    def prepare() -> None:
        at[:] = [next(fresh)]
        looked.append(cost(lambda: rows.append(preview_once(at[0]))))

    rows: list[RosterImport] = []
    result = compare(
        NAME, ours=lambda: commit_once(at[0], rows[-1]), floor=lambda: floor_once(at[0], f"F{next(turns)}-"),
        units=ROWS, target=TARGET, rounds=rounds, prepare=prepare,
    )  # fmt: skip
    look = sorted(looked)[len(looked) // 2] / ROWS
    result["with_preview"] = round(1 / (1 / result["ours"] + look) / result["floor"], 3)
    plain = sorted(cost(lambda: plain_once(at[0])) for _time in range(rounds))[rounds // 2]
    result["plain_ratio"] = round(result["ours"] * plain / ROWS, 3)
    for row in RosterImport.objects.filter(class_group__code__startswith="BENCH-R"):
        for file in (row.file, row.wrong_file):
            if file:
                file.delete(save=False)
    return result


def measure() -> dict[str, Any]:
    """What ``manage.py bench roster_import`` prints."""
    return run()
