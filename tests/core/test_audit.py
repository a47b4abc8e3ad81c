"""The audit trail cannot be bent, not even with the database in hand."""

import pytest
from django.db import DatabaseError, connection, transaction

from core import audit
from core.models import AuditEvent


@pytest.mark.parametrize("sql", ["UPDATE core_auditevent SET verb = 'x'", "DELETE FROM core_auditevent"])
def test_rows_cannot_be_changed_or_deleted(cast, sql):
    audit.record("test.do_thing", cast.centre_a, by=cast.lan, data={"why": "thử"})

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    row = AuditEvent.objects.get(verb="test.do_thing")
    assert (row.actor, row.actor_name, row.data) == (cast.lan, "Nguyễn Thị Lan", {"why": "thử"})
