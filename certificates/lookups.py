"""Counting public look-ups: how often a paper was checked, never by whom.

A page that had to write before it answers would make everybody wait for the one writer a database has. So a process
adds up in memory and a thread of its own writes the sums every few seconds (setting LOOKUPS_WRITTEN_EVERY; 0 writes at
once). A process that is stopped writes what it has; one that is killed loses at most those seconds (docs/adr/0035).
"""

import atexit
import logging
import threading
from collections import Counter

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from certificates.models import Certificate

logger = logging.getLogger(__name__)
AT_ONCE = 500  # rows a transaction: it holds SQLite's write lock


class LookupCounter:
    """The sums of one process. Entries by primary key; only numbers are kept."""

    def __init__(self) -> None:
        self._sums: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, pk: int) -> None:
        """Count one look-up of an entry. Costs no database."""
        with self._lock:
            self._sums[pk] += 1
            if self._thread is None:
                # Started by the first look-up, so that each process of a server has its own after it was forked.
                self._thread = threading.Thread(target=self._write_now_and_then, name="lookups", daemon=True)
                self._thread.start()
                atexit.register(self.stop)

    def flush(self) -> int:
        """Write what was counted; return how many look-ups. What could not be written is kept for the next time."""
        written = 0
        with self._writing:
            with self._lock:
                sums, self._sums = self._sums, Counter()
            rows = sorted(sums.items())
            try:
                while rows:
                    part, rest = rows[:AT_ONCE], rows[AT_ONCE:]
                    _write(part)
                    rows, written = rest, written + sum(count for _pk, count in part)
            except DatabaseError:
                logger.info("%s look-ups wait to be counted: the database is busy", sum(count for _pk, count in rows))
                with self._lock:
                    self._sums.update(dict(rows))
        return written

    def stop(self) -> None:
        """Write the last sums when the process ends."""
        self._stopped.set()
        self.flush()
        connection.close()

    def _write_now_and_then(self) -> None:
        while not self._stopped.wait(settings.LOOKUPS_WRITTEN_EVERY):
            if self._sums:
                self.flush()
                connection.close()  # nothing stays open while nobody looks anything up


def _write(rows: list[tuple[int, int]]) -> None:
    table = Certificate._meta.db_table
    values = ", ".join(["(%s, %s)"] * len(rows))
    # One statement for all of them: sent one by one they cost a tenth of the pages. Two processes that hold up each
    # other on the same papers are told so by PostgreSQL, and the sums of one wait for the next time.
    statement = (
        f"WITH sums (id, seen) AS (VALUES {values}) "  # noqa: S608 - our own table, and numbers as parameters
        f"UPDATE {table} SET lookups = lookups + sums.seen FROM sums WHERE {table}.id = sums.id"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [number for row in rows for number in row])


counter = LookupCounter()


def count_lookup(pk: int) -> None:
    """Count one look-up of an entry."""
    if settings.LOOKUPS_WRITTEN_EVERY:
        counter.add(pk)
    else:
        Certificate.objects.filter(pk=pk).add_lookup()
