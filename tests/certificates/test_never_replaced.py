"""No statement puts one row of the register in another's place, also not one that asks no trigger for deletes."""

import pytest
from django.db import DatabaseError, connection, transaction

from certificates.models import Certificate, LogLeaf, RegisterEvent, SignedClaims
from certificates.services.sequencing import make_checkpoint
from tests.factories import make_certificates

TABLES = {
    "certificates_certificate": "id", "certificates_registerevent": "id", "certificates_signedclaims": "id",
    "certificates_logleaf": "event_id", "certificates_logplace": "index", "certificates_logcheckpoint": "id",
    "certificates_logsalt": "certificate_id",
}  # fmt: skip


@pytest.fixture
def book(cast, reference, settings, tmp_path):
    settings.LOG_DIR = tmp_path / "log"
    rows = make_certificates(cast.centre_a, passing=2, failing=0)
    make_checkpoint()
    return rows


def refused(statement, params=()):
    """Whether the database refuses it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)
    except DatabaseError:
        return True
    return False


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_a_row_is_not_written_over(book, table):
    """The very same row again is refused, so any other is."""
    key = TABLES[table]
    if connection.vendor == "postgresql":
        change = f'ON CONFLICT ("{key}") DO UPDATE SET "{key}" = EXCLUDED."{key}"'
        statement = f"INSERT INTO {table} SELECT * FROM {table} {change}"  # noqa: S608 - our tables
        if table == "certificates_certificate":  # what changes nothing of an entry is let through: change its number
            statement = statement.replace(f'SET "{key}" = EXCLUDED."{key}"', "SET number = EXCLUDED.number + 50")
    else:
        statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"  # noqa: S608 - our tables
    before = Certificate.objects.count(), RegisterEvent.objects.count(), LogLeaf.objects.count()
    assert refused(statement)
    assert before == (Certificate.objects.count(), RegisterEvent.objects.count(), LogLeaf.objects.count())
    assert SignedClaims.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["token", "number", "enrolment_id"])
def test_a_new_entry_does_not_push_another_out(book, column):
    """A unique column of one entry in a new row: the old one stays."""
    columns = [field.column for field in Certificate._meta.local_fields if field.column != "id"]
    fresh = {"token": "'ZZZZZZZZZZZZZZZZ'", "number": "77", "enrolment_id": "enrolment_id", "state": "'revoked'"}
    fresh[column] = column
    if column == "enrolment_id":
        fresh["state"] = "state"
    values = ", ".join(fresh.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    verb = "INSERT" if connection.vendor == "postgresql" else "INSERT OR REPLACE"
    assert refused(
        f"{verb} INTO certificates_certificate ({names}) SELECT {values} "  # noqa: S608 - our own columns
        "FROM certificates_certificate WHERE id = %s",
        [book[0].pk],
    )
    assert set(Certificate.objects.values_list("pk", flat=True)) == {row.pk for row in book}


@pytest.mark.django_db
def test_one_entry_does_not_take_the_key_of_another(book):
    verb = "UPDATE" if connection.vendor == "postgresql" else "UPDATE OR REPLACE"
    assert refused(f"{verb} certificates_certificate SET id = %s WHERE id = %s", [book[0].pk, book[1].pk])
    assert Certificate.objects.count() == 2
