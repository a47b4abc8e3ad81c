"""Counting look-ups: what a busy database refuses is kept for the next time, and nothing is counted twice."""

import pytest
from django.db import OperationalError

from certificates import lookups
from certificates.lookups import LookupCounter
from certificates.models import Certificate
from tests.factories import make_certificates


def counted(rows):
    return [Certificate.objects.get(pk=row.pk).lookups for row in rows]


@pytest.mark.django_db
def test_sums_that_a_deadlock_refused_are_written_at_the_next_turn(cast, reference, monkeypatch):
    """PostgreSQL ends one of two writers that hold each other up; what it ends has written nothing."""
    rows = make_certificates(cast.centre_a, passing=3, failing=0)
    counter, write, turns = LookupCounter(), lookups._write, []
    monkeypatch.setattr(counter, "_thread", object())  # no thread of its own here
    monkeypatch.setattr(lookups, "AT_ONCE", 2)

    def write_the_first_part_only(part):
        turns.append(len(part))
        if len(turns) == 2:
            raise OperationalError("deadlock detected")
        write(part)

    monkeypatch.setattr(lookups, "_write", write_the_first_part_only)
    for row in [*rows, rows[2]]:
        counter.add(row.pk)
    assert counter.flush() == 2
    assert counted(rows) == [1, 1, 0]
    counter.add(rows[0].pk)  # looked at meanwhile
    assert counter.flush() == 3
    assert counted(rows) == [2, 1, 2]
    assert turns == [2, 1, 2]
    assert counter.flush() == 0
