"""What somebody does to the register who has the database's password, and what an audit then says."""

import json
from contextlib import contextmanager
from io import StringIO

from django.core.management import call_command
from django.db import connection, transaction

from certificates.models import Certificate, LogLeaf, LogPlace, LogSalt, RegisterEvent, SignedClaims
from certificates.services.sequencing import make_checkpoint
from tests.certificates.rows import without_guards
from tests.factories import make_certificates

ENTRY, EVENT, LEAF, PLACE = (
    "certificates_certificate", "certificates_registerevent", "certificates_logleaf", "certificates_logplace",
)  # fmt: skip
EVERYTHING = (ENTRY, EVENT, LEAF, PLACE, "certificates_logcheckpoint", "certificates_signedclaims")


def published_book(centre, settings, folder):
    """Three entries of a book; what the log published of them a moment ago."""
    settings.LOG_DIR = folder / "log"
    rows = make_certificates(centre, passing=3, failing=0)
    make_checkpoint()
    return rows


def audit(*more):
    """What the command prints with ``--json``, and its exit code."""
    out, code = StringIO(), 0
    try:
        call_command("audit_register", "--json", *more, stdout=out, stderr=StringIO())
    except SystemExit as ended:
        code = ended.code
    return json.loads(out.getvalue()), code


def found(*more):
    return {(each["centre"], each["register_number"], each["kind"]) for each in audit(*more)[0]["findings"]}


def named(row, kind):
    return (row.centre.code, row.register_number, kind)


def rewrite(row, column, value):
    """One column of an entry by plain SQL; returns how many rows changed."""
    with without_guards(ENTRY), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {ENTRY} SET {column} = %s WHERE id = %s", [value, row.pk])  # noqa: S608 - our columns
        return cursor.rowcount


@contextmanager
def taken_back():
    """Try something on the same book, and undo it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def delete_entry(row):
    """The whole entry with all that hangs on it."""
    events = list(row.events.values_list("pk", flat=True))
    with without_guards(*EVERYTHING):
        LogPlace.objects.filter(leaf__in=events)._raw_delete("default")
        LogLeaf.objects.filter(pk__in=events)._raw_delete("default")
        RegisterEvent.objects.filter(pk__in=events)._raw_delete("default")
        LogSalt.objects.filter(certificate=row)._raw_delete("default")
        SignedClaims.objects.filter(certificate=row)._raw_delete("default")
        Certificate.objects.filter(pk=row.pk)._raw_delete("default")
