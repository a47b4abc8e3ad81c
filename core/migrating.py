"""One migration operation that makes many tables at once: for the squashed first migration of each app."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import migrations
from django.db.migrations.operations.base import Operation, OperationCategory


class CreateModels(Operation):
    """Makes the tables of an app as one step of the project's state.

    Django builds the classes of every related model anew for each ``CreateModel`` and each constraint: for some hundred
    and thirty tables that is half a minute of a processor. Here they are built once. Foreign keys may point in any
    direction within ``models``; constraints and indexes stand in the options of each.
    """

    category = OperationCategory.ADDITION
    serialization_expand_args = ["models"]

    def __init__(self, models: Sequence[migrations.CreateModel]) -> None:
        self.models = list(models)

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Add every model while no class is built; the next one who asks for the classes builds them all."""
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def _tables(self, app_label: str, schema_editor: Any, state: Any) -> Iterator[Any]:
        for model in self.models:
            found = state.apps.get_model(app_label, model.name)
            if self.allow_migrate_model(schema_editor.connection.alias, found):
                yield found

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make the tables, in the order of the list."""
        for table in self._tables(app_label, schema_editor, to_state):
            schema_editor.create_model(table)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the tables, last made first."""
        for table in reversed(list(self._tables(app_label, schema_editor, from_state))):
            schema_editor.delete_model(table)

    def describe(self) -> str:
        """What ``migrate --plan`` says."""
        return f"Create {len(self.models)} models"

    @property
    def migration_name_fragment(self) -> str:
        """Part of a generated name; nobody generates one from this."""
        return "models"
