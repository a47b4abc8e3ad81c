"""The one door through which a register event is written.

An event is a line of the book: whoever keeps the book's history (audit, published log) hangs on here and misses none.
"""

from collections.abc import Iterable

from certificates.models import RegisterEvent

ROWS_A_STATEMENT = 500


def write_events(rows: Iterable[RegisterEvent]) -> list[RegisterEvent]:
    """Write events in the order given and return them with their keys. Call inside the transaction of the step."""
    return RegisterEvent.objects.bulk_create(list(rows), batch_size=ROWS_A_STATEMENT)
