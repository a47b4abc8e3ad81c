"""The one door through which a register event is written.

An event is a line of the book: whoever keeps the book's history (audit, published log) hangs on here and misses none.
Its leaf in the log is written beside it: whatever undoes the one undoes the other.
"""

import datetime as dt
import secrets
from collections.abc import Iterable

from django.db.models import QuerySet

from certificates.models import LogLeaf, LogSalt, RegisterEvent, RegisterEventKind
from certificates.tlog.leaves import FIELDS, SALT_BYTES, leaf_data
from core.bulk import OneOf, insert_rows

ROWS_A_STATEMENT = 500


def write_events(rows: Iterable[RegisterEvent]) -> list[RegisterEvent]:
    """Write events in the order given and return them with their keys. Call inside the transaction of the step.

    What the events are about is written before: a leaf holds the rows as the database has them at that moment.
    """
    written = RegisterEvent.objects.bulk_create(list(rows), batch_size=ROWS_A_STATEMENT)
    salts = [
        (row.certificate_id, secrets.token_hex(SALT_BYTES)) for row in written if row.kind == RegisterEventKind.RESERVED
    ]
    if salts:
        insert_rows(LogSalt, ("certificate_id", "salt"), salts, same={})
    for start in range(0, len(written), ROWS_A_STATEMENT):
        keys = [row.pk for row in written[start : start + ROWS_A_STATEMENT]]
        _write_leaves(RegisterEvent.objects.filter(OneOf("pk", keys)))
    return written


def write_issued(entries: Iterable[tuple[int, int]], *, at: dt.datetime) -> None:
    """Write that entries (key, key of who issues it) were set in force, in the order given; as ``write_events``, for
    whole classes: a tenth of the time. An entry has one such event ever, so the rows are found by it."""
    rows = list(entries)
    insert_rows(
        RegisterEvent, ("certificate_id", "by_id"), rows, same={"kind": RegisterEventKind.ISSUED.value, "at": at}
    )
    mine = OneOf("certificate_id", [certificate for certificate, _by in rows])
    _write_leaves(RegisterEvent.objects.filter(mine, kind=RegisterEventKind.ISSUED))


def _write_leaves(events: QuerySet[RegisterEvent]) -> None:
    rows = events.order_by("pk").values(*FIELDS)
    insert_rows(
        LogLeaf,
        ("event_id", "data"),
        # A salt that was erased stays erased: the entry's later events are salted with what nobody keeps.
        [
            (row["pk"], leaf_data(row, row["certificate__log_salt__salt"] or secrets.token_hex(SALT_BYTES)))
            for row in rows
        ],
        same={},
    )
