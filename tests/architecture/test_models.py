"""Rules over every model at once."""

import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.models.fields.related import RelatedField

OWN_APPS = ("core", "accounts", "centres", "learners", "courses", "literacy", "certificates", "indicators")
# Django's own names end in a hash of eight digits.
AUTOMATIC_NAME = re.compile(r"_[0-9a-f]{8}(_|$)")


def own_models() -> list[type[models.Model]]:
    """Every model of the product."""
    return [model for label in OWN_APPS for model in apps.get_app_config(label).get_models()]


def _reaches_a_centre(model: type[models.Model]) -> bool:
    return any(field.name == "centre" and isinstance(field, RelatedField) for field in model._meta.get_fields())


def test_there_are_models_to_judge() -> None:
    assert len(own_models()) > 20


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_constraints_and_indexes_are_named_by_us(model: type[models.Model]) -> None:
    for part in (*model._meta.constraints, *model._meta.indexes):
        assert part.name.startswith(f"{model._meta.app_label}_"), part.name
        assert not AUTOMATIC_NAME.search(part.name), f"{part.name} looks generated"
        assert len(part.name) <= 63, f"{part.name} is longer than PostgreSQL keeps"
    assert not model._meta.unique_together, "use a named UniqueConstraint"


@pytest.mark.parametrize(
    "model", [model for model in own_models() if _reaches_a_centre(model)], ids=lambda model: model._meta.label
)
def test_rows_of_a_centre_are_reached_through_a_scope(model: type[models.Model]) -> None:
    """Either the model's own queryset starts from ``visible_to``, or it is only reached through a parent that does."""
    if hasattr(model._default_manager.all(), "visible_to"):
        return
    parents = {
        field.related_model
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and isinstance(field.related_model, type)
    }
    assert any(hasattr(parent._default_manager.all(), "visible_to") for parent in parents), (
        f"{model._meta.label} belongs to a centre but no queryset of it or its parents has visible_to"
    )


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_names_follow_the_words_of_the_house(model: type[models.Model]) -> None:
    """Dates end in ``_on``, instants in ``_at`` (``at``, ``since`` and validity stand alone)."""
    for field in model._meta.local_fields:
        if type(field) is models.DateTimeField:
            assert field.name == "at" or field.name.endswith("_at") or field.name == "last_login", field.name
        elif type(field) is models.DateField:
            assert field.name.endswith("_on") or field.name in {"valid_from", "valid_to", "since"}, field.name


@pytest.mark.django_db
def test_the_tables_match_the_models() -> None:
    """A model changed without its migration fails here, not at the first customer."""
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    assert set(connection.introspection.table_names()) >= {model._meta.db_table for model in own_models()}
