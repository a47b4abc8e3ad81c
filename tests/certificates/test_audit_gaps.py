"""What an audit must not overlook: rows that other rows still point to, and columns that no leaf holds."""

import pytest
from django.db import connection

from certificates.models import Certificate, Register, RegisterEvent
from tests.certificates.rows import without_guards
from tests.certificates.tampering import EVERYTHING, found, named, published_book, rewrite, taken_back


@pytest.fixture
def book(cast, reference, settings, tmp_path):
    return published_book(cast.centre_a, settings, tmp_path)


def unchecked():
    """Let rows point to nothing until the transaction is taken back (SQLite looks when it is committed)."""
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET LOCAL session_replication_role = replica")


@pytest.mark.django_db
def test_the_last_entry_taken_out_with_its_counter_while_its_events_stay(book):
    """No gap is left, and a join over the missing row would drop the events silently."""
    with taken_back(), without_guards(*EVERYTHING):
        unchecked()
        Certificate.objects.filter(pk=book[2].pk)._raw_delete("default")
        Register.objects.update(next_number=3)
        assert found() == {named(book[2], "deleted")}


@pytest.mark.django_db
def test_a_whole_book_taken_out(book):
    with taken_back():
        unchecked()
        Register.objects.all()._raw_delete("default")
        assert found() == {named(row, "deleted") for row in book}


@pytest.mark.django_db
def test_events_without_entry_and_leaf_are_found_too(book):
    """Then nothing on the machine knows whose they were, but the published entry does."""
    with taken_back(), without_guards(*EVERYTHING):
        unchecked()
        Certificate.objects.filter(pk=book[1].pk)._raw_delete("default")
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM certificates_logleaf WHERE event_id IN "
                "(SELECT id FROM certificates_registerevent WHERE certificate_id = %s)",
                [book[1].pk],
            )
        assert named(book[1], "deleted") in found()
        assert RegisterEvent.objects.filter(certificate_id=book[1].pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("column", "value", "kind"), [("pdf", "", "file"), ("search_key", "nguoi khac", "edited")])
def test_columns_that_no_leaf_holds(book, column, value, kind):
    """A paper whose file is no longer named, and an entry that a search by its name no longer finds."""
    assert rewrite(book[1], column, value) == 1
    assert found() == {named(book[1], kind)}
