"""The tree as files (c2sp.org/tlog-tiles): rows of 256 hashes, every eighth level, and the entries in bundles of 256.

A path is relative to the log's address: ``checkpoint``, ``tile/0/x001/234``, ``tile/0/005.p/17``, ``tile/entries/000``.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from certificates.tlog.merkle import HASH_BYTES, Node, fold

WIDTH = 256
TILE_HEIGHT = 8
MOST_ENTRY_BYTES = 0xFFFF
ENTRIES = "entries"
CHECKPOINT = "checkpoint"
PATH = re.compile(r"tile/(?:entries|[0-9]|[1-5][0-9]|6[0-3])/(?:x[0-9]{3}/){0,5}[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?")
Read = Callable[[str], bytes]  # path → content; raises FileNotFoundError


class BrokenTile(ValueError):
    """A file of the log that is not as long or as well formed as its name says."""


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Return where a tile is: ``tile/0/x001/234`` when it is full, ``tile/0/x001/234.p/17`` with 17 hashes."""
    digits = f"{number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[place : place + 3] for place in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{level}/{name}" if width == WIDTH else f"tile/{level}/{name}.p/{width}"


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Return level, number and width of every tile of a tree of that size."""
    level, count = 0, size
    while count:
        for number in range(-(-count // WIDTH)):
            yield level, number, min(WIDTH, count - number * WIDTH)
        level, count = level + 1, count // WIDTH


def read_tile(read: Read, level: int, number: int, width: int) -> list[bytes]:
    """Return the hashes of a tile. A part of a tile may have been removed once the whole one was there."""
    raw = _either(read, level, number, width)
    if len(raw) < width * HASH_BYTES or len(raw) % HASH_BYTES:
        raise BrokenTile(tile_path(level, number, width))
    return [raw[place * HASH_BYTES : (place + 1) * HASH_BYTES] for place in range(width)]


def read_entries(read: Read, number: int, width: int) -> list[bytes]:
    """Return the first ``width`` entries of a bundle."""
    found: list[bytes] = []
    raw = _either(read, ENTRIES, number, width)
    while raw and len(found) < width:
        length = int.from_bytes(raw[:2])
        if len(raw) < 2 + length:
            break
        found.append(raw[2 : 2 + length])
        raw = raw[2 + length :]
    if len(found) < width:
        raise BrokenTile(tile_path(ENTRIES, number, width))
    return found


def _either(read: Read, level: int | str, number: int, width: int) -> bytes:
    try:
        return read(tile_path(level, number, width))
    except FileNotFoundError:
        if width == WIDTH:
            raise
        return read(tile_path(level, number))


def tree_in_tiles(read: Read, size: int) -> Node:
    """Return the nodes of the tree of that size, read from its tiles."""

    @lru_cache(maxsize=64)
    def tile(level: int, number: int) -> list[bytes]:
        return read_tile(read, level, number, min(WIDTH, size // WIDTH**level - number * WIDTH))

    # Proofs of leaves side by side ask for the same nodes inside a tile again and again.
    @lru_cache(maxsize=1024)
    def node(height: int, index: int) -> bytes:
        level, inside = divmod(height, TILE_HEIGHT)
        number, place = divmod(index << inside, WIDTH)
        return fold(tile(level, number)[place : place + (1 << inside)])

    return node


def leaves_in_tiles(read: Read, size: int) -> Iterator[bytes]:
    """Return the leaf hashes in order."""
    for number in range(-(-size // WIDTH)):
        yield from read_tile(read, 0, number, min(WIDTH, size - number * WIDTH))


def check_upper_tiles(read: Read, size: int) -> None:
    """Hold every hash of the tiles above the leaves to the tile below it. Raises BrokenTile, FileNotFoundError."""
    for level, number, width in tiles_of(size):
        if level == 0:
            continue
        for place, found in enumerate(read_tile(read, level, number, width)):
            if fold(read_tile(read, level - 1, number * WIDTH + place, WIDTH)) != found:
                raise BrokenTile(tile_path(level, number, width))


def entries_in_bundles(read: Read, size: int) -> Iterator[bytes]:
    """Return the entries in order."""
    for number in range(-(-size // WIDTH)):
        yield from read_entries(read, number, min(WIDTH, size - number * WIDTH))


def grown_tiles(read: Read, size: int, leaves: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Return path and content of every tile that is new when leaves are added to a tree of ``size`` leaves."""
    level, row = 0, list(leaves)
    while row:
        number, width = divmod(size, WIDTH)
        row = [*(read_tile(read, level, number, width) if width else ()), *row]
        above = []
        for start in range(0, len(row), WIDTH):
            hashes = row[start : start + WIDTH]
            yield tile_path(level, number + start // WIDTH, len(hashes)), b"".join(hashes)
            if len(hashes) == WIDTH:
                above.append(fold(hashes))
        level, size, row = level + 1, size // WIDTH, above


def grown_bundles(read: Read, size: int, entries: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Return path and content of every bundle that is new when entries are added to ``size`` entries."""
    number, width = divmod(size, WIDTH)
    row = [*(read_entries(read, number, width) if width else ()), *entries]
    for start in range(0, len(row), WIDTH):
        part = row[start : start + WIDTH]
        content = b"".join(len(entry).to_bytes(2) + entry for entry in part)
        yield tile_path(ENTRIES, number + start // WIDTH, len(part)), content
