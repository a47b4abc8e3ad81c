"""The keys people are found by: computed here, stored beside the row, never left to a collation (docs/adr/0012).

A name of n words is kept in three orders, so that any two of a name's usual three words stand at the beginning of one
of them and an index range finds them together, whichever is typed first.
"""

from typing import Any

from django.db import models

MAX_KEY = 130


def given_first(key: str) -> str:
    """``"bui thi nga"`` → ``"nga bui thi"``: given name, family name, middle names."""
    rest, _space, last = key.rpartition(" ")
    return f"{last} {rest}" if rest else last


def middle_first(key: str) -> str:
    """``"bui thi nga"`` → ``"thi nga bui"``: the middle name next to the given one first; empty without a middle."""
    words = key.rsplit(" ", 2)
    return f"{words[1]} {words[2]} {words[0]}" if len(words) > 2 else ""


def link_text(key: str, birth_year: int | None, phone: str) -> str:
    """What a centre's people are searched by: words of the name, birth year and phone, between single spaces."""
    return f" {' '.join([part for part in (key, str(birth_year or ''), phone) if part])} "


class DerivedField(models.CharField):
    """A column computed from others whenever the row is written, by ``save`` and by ``bulk_create`` alike.

    ``source`` names the method or property of the model that gives the value.
    """

    def __init__(self, *args: Any, source: str = "", **kwargs: Any) -> None:
        self.source = source
        super().__init__(*args, **{"editable": False, "default": "", **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Compute the value, keep it on the instance and return it."""
        value = getattr(model_instance, self.source)
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        """Migrations need the column, not where it comes from."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
