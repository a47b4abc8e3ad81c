"""Which words of an address a page reads: asking for the others again would bring the same answer.

Watched is an address without any word. Until a page reads the first word that is given, it does what it did without;
so a word that is never read without words is not read when it alone is given, and cannot open anything.
"""

from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest, get_bytes_from_wsgi
from django.http import QueryDict
from django.utils.functional import cached_property


class Watched(QueryDict):
    """The words after the question mark: ``read`` are the keys asked for, ``whole`` whether all were gone through."""

    read: set[str]
    whole: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.read, self.whole = set(), False
        super().__init__(*args, **kwargs)
        self.read, self.whole = set(), False

    def reads(self, key: str) -> bool:
        """Whether an answer may depend on this key."""
        return self.whole or key in self.read

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def getlist(self, key: str, default: Any = None) -> Any:
        """As Django's."""
        self.read.add(key)
        return super().getlist(key, default)

    def __contains__(self, key: object) -> bool:
        self.read.add(str(key))
        return super().__contains__(key)


def _noted(name: str) -> Any:
    def method(self: Watched, *args: Any, **kwargs: Any) -> Any:
        self.whole = True
        return getattr(super(Watched, self), name)(*args, **kwargs)

    return method


# Whatever goes through all of them, or asks whether there are any.
WHOLE = ("__iter__", "__len__", "__eq__", "keys", "values", "items", "lists", "dict", "copy", "urlencode", "__copy__")
for _name in (*WHOLE, "__deepcopy__", "__repr__", "__or__", "__reversed__"):
    setattr(Watched, _name, _noted(_name))
Watched.__hash__ = None  # type: ignore[assignment] - as of a dictionary


@pytest.fixture
def words_read(monkeypatch: pytest.MonkeyPatch) -> list[Watched]:
    """What the requests of this test had after the question mark, in their order."""
    seen: list[Watched] = []

    def watched(self: WSGIRequest) -> Watched:
        seen.append(Watched(get_bytes_from_wsgi(self.environ, "QUERY_STRING", ""), encoding=self.encoding))
        return seen[-1]

    lazy = cached_property(watched)
    lazy.__set_name__(WSGIRequest, "GET")
    monkeypatch.setattr(WSGIRequest, "GET", lazy)
    return seen
