"""Rows of a sheet that lie on disk while they are worked through, so that memory does not grow with them."""

import pickle
import tempfile
import weakref
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any, overload

Row = list[Any]
# So many rows are in memory at a time, here and with whoever works through them.
PAGE = 1000


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row with its number as Excel shows it (from 1)."""

    number: int
    cells: Row


class Spool(Sequence[SheetRow]):
    """A sequence of rows: the first page is kept, the others lie in a file without a name that ends with the spool.

    What is written there are cells this process has read itself; nobody else can put anything into the file. ``width``
    is the number of cells of the widest row.
    """

    def __init__(self, rows: Iterable[SheetRow]) -> None:
        pages = batched(rows, PAGE)
        self._first = next(pages, ())
        self.width = max((len(row.cells) for row in self._first), default=0)
        self._starts: list[int] = []  # number of the first row of each page in the file
        self._places: list[int] = []  # and where the page begins there
        self._length = len(self._first)
        if len(self._first) == PAGE:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the spool
            weakref.finalize(self, self._file.close)
            for page in pages:
                self._write(page)

    def _write(self, page: Sequence[SheetRow]) -> None:
        self._starts.append(self._length)
        self._places.append(self._file.tell())
        self._length += len(page)
        self.width = max(self.width, *(len(row.cells) for row in page))
        # Cells are text, numbers and dates: nothing refers to anything else that would have to be looked for again.
        pickler = pickle.Pickler(self._file, pickle.HIGHEST_PROTOCOL)
        pickler.fast = True
        pickler.dump([(row.number, row.cells) for row in page])

    def _page(self, number: int) -> Sequence[SheetRow]:
        self._file.seek(self._places[number])
        return [SheetRow(*row) for row in pickle.load(self._file)]  # noqa: S301 - written above, see the class

    def pages(self) -> Iterator[Sequence[SheetRow]]:
        """Yield the rows a page at a time."""
        if self._first:
            yield self._first
        for number in range(len(self._starts)):
            yield self._page(number)

    def __iter__(self) -> Iterator[SheetRow]:
        for page in self.pages():
            yield from page

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> SheetRow: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[SheetRow]: ...
    def __getitem__(self, place: int | slice) -> SheetRow | Sequence[SheetRow]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(self._length))]
        at = place + self._length if place < 0 else place
        if not 0 <= at < self._length:
            raise IndexError(place)
        if at < len(self._first):
            return self._first[at]
        page = bisect_right(self._starts, at) - 1
        return self._page(page)[at - self._starts[page]]
