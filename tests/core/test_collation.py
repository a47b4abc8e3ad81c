"""Vietnamese order does not hang on the collation a database was made with."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection, models

from centres.models import Centre
from core.collation import bytewise
from core.text import sort_key
from learners.models import Learner
from tests.factories import make_learner

WORDS = ["Ân", "An", "Đạt", "Dũng", "Ơn", "Oanh", "Ưng", "Uyên", "Ánh", "Anh", "Ê", "Em"]


def kind_and_collation(cursor, table, column):
    """How PostgreSQL keeps a column."""
    cursor.execute(
        "SELECT format_type(atttypid, atttypmod), collname FROM pg_attribute"
        " JOIN pg_collation ON attcollation = pg_collation.oid WHERE attrelid = %s::regclass AND attname = %s",
        [table, column],
    )
    return cursor.fetchone()


@pytest.mark.django_db
def test_every_sort_key_is_compared_byte_by_byte():
    """A table that gets one later needs the operation in its migration."""
    columns = [
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.CharField) and field.name == "sort_key"
    ]
    assert len(columns) >= 3
    with connection.cursor() as cursor:
        for table, column in columns:
            if connection.vendor == "postgresql":
                assert kind_and_collation(cursor, table, column)[1] == "C", table
            else:
                cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table])
                assert "COLLATE" not in cursor.fetchone()[0].upper()


@pytest.mark.django_db
def test_people_and_centres_stand_in_the_order_of_their_keys(cast):
    for word in WORDS:
        make_learner(cast.centre_a, f"Nguyễn Thị {word}")
        Centre.objects.create(code=f"T-{word}", name=f"Trung tâm {word}", established_on="2020-01-01", director_name="")
    people = Learner.objects.filter(family_name="Nguyễn").order_by("sort_key").values_list("given_name", flat=True)
    assert list(people) == sorted(WORDS, key=sort_key)
    centres = Centre.objects.filter(code__startswith="T-").order_by("sort_key").values_list("name", flat=True)
    assert list(centres) == [f"Trung tâm {word}" for word in sorted(WORDS, key=sort_key)]


@pytest.mark.django_db
def test_a_column_of_another_collation_is_set_right_and_back():
    """The operation keeps type and rows; elsewhere than on PostgreSQL it does nothing."""
    operation = bytewise("order_probe", "word")
    editor = SimpleNamespace(connection=connection, quote_name=connection.ops.quote_name)
    if connection.vendor != "postgresql":
        operation.code(apps, editor)  # there is no such table, and none is asked for
        return
    with connection.cursor() as cursor:
        cursor.execute('CREATE TABLE order_probe (word varchar(20) COLLATE "POSIX")')
        cursor.execute("CREATE INDEX order_probe_idx ON order_probe (word)")
        cursor.execute("INSERT INTO order_probe VALUES ('đ'), ('C'), ('z'), ('b')")
        operation.code(apps, editor)
        assert kind_and_collation(cursor, "order_probe", "word") == ("character varying(20)", "C")
        cursor.execute("SELECT word FROM order_probe ORDER BY word")
        assert [word for (word,) in cursor.fetchall()] == ["C", "b", "z", "đ"]
        operation.reverse_code(apps, editor)
        assert kind_and_collation(cursor, "order_probe", "word") == ("character varying(20)", "default")
