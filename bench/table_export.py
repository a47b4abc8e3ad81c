"""Lists by row: our XLSX of 100,000 people against django-import-export's, our CSV against the database's own.

The database's own is COPY on PostgreSQL; SQLite has none inside a process, there it is the bare query and csv.writer.
Memory: a run of ten times the rows in the same process may not need more than a few megabytes above the first.

CLC_BENCH_ROWS (default 100000) names the rows.
"""

import csv
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.db import connection, transaction
from import_export import resources
from import_export.formats.base_formats import XLSX

from bench.population import SEED, people_like
from core.tabular.writing import Column, Table, write_csv, write_xlsx
from learners.models import Learner

NAME = "table_export"
TARGET = 5
CSV_TARGET = 0.15
COLUMNS = (
    "code",
    "full_name",
    "family_name",
    "given_name",
    "birth_year",
    "sex",
    "ethnicity",
    "phone",
    "address",
    "note",
)
RIVAL_SHARE = 10  # the rival is slow: a tenth of the rows tells


def _table(times: int = 1) -> Table:
    def rows() -> Iterator[Any]:
        for _turn in range(times):
            yield from Learner.objects.order_by("pk").values_list(*COLUMNS).iterator(chunk_size=2000)

    return Table(["Danh sách"], [Column(name, "text") for name in COLUMNS], rows())


class People(resources.ModelResource):
    """The same columns, as its documentation says."""

    class Meta:
        """Plain columns."""

        model = Learner
        fields = COLUMNS
        export_order = COLUMNS


def _rival(rows: int) -> None:
    XLSX().export_data(People().export(Learner.objects.order_by("pk")[:rows]))


def _own_csv(out: BinaryIO) -> None:
    query = f"SELECT {', '.join(COLUMNS)} FROM learners_learner ORDER BY id"  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
                for piece in copy:
                    out.write(piece)
            return
        cursor.execute(query)
        with open(os.devnull, "w", encoding="utf-8", newline="") as sink:
            csv.writer(sink).writerows(cursor)


def _clock(work: Any, *given: Any) -> float:
    start = time.perf_counter()
    work(*given)
    return time.perf_counter() - start


def measure() -> dict[str, Any]:
    """What ``manage.py bench table_export`` prints."""
    rows = int(os.environ.get("CLC_BENCH_ROWS", "100000"))
    with transaction.atomic():
        Learner.objects.bulk_create(people_like(random.Random(SEED), rows), batch_size=500)
        ratios, csv_ratios, ours = [], [], []
        for _turn in range(3):
            with tempfile.TemporaryFile() as out:
                own = _clock(write_xlsx, _table(), out)
            ratios.append(_clock(_rival, rows // RIVAL_SHARE) * RIVAL_SHARE / own)
            ours.append(own)
            with tempfile.TemporaryFile() as out:
                own = _clock(write_csv, _table(), out)
            with tempfile.TemporaryFile() as out:
                csv_ratios.append(_clock(_own_csv, out) / own)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with tempfile.TemporaryFile() as out:
            write_csv(_table(10), out)
            write_xlsx(_table(10), out)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / before
        transaction.set_rollback(True)
    ratio, of_csv = sorted(ratios)[1], sorted(csv_ratios)[1]
    return {
        "name": NAME,
        "ours": round(rows / sorted(ours)[1]),
        "floor": round(rows / sorted(ours)[1] / ratio),
        "ratio": round(ratio, 2),
        "target": TARGET,
        "ok": ratio >= TARGET and of_csv >= CSV_TARGET and memory <= 1.15,
        "more": {
            f"CSV, share of the database's own speed (>= {CSV_TARGET})": round(of_csv, 3),
            "memory with ten times the rows (<= 1.15)": round(memory, 3),
        },
    }
