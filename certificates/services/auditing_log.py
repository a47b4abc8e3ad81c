"""Holding the published log to itself: entries, tiles and checkpoints are one tree, signed, here and in the database.

Reads a bundle of 256 entries at a time: what is in memory does not grow with the log.
"""

import bisect
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from certificates.models import LogCheckpoint
from certificates.services.findings import Finding, of_leaf
from certificates.services.sequencing import log_origin, signed_by_us
from certificates.signing.keys import BrokenKeyList
from certificates.tlog.checkpoint import BrokenCheckpoint, read_checkpoint
from certificates.tlog.folder import LogFolder, log_folder
from certificates.tlog.merkle import Frontier, leaf_hash
from certificates.tlog.tiles import CHECKPOINT, WIDTH, BrokenTile, check_upper_tiles, read_entries, read_tile

BUNDLES_KEPT = 16
ROWS = 500


class PublishedEntries:
    """What the folder published, by place. What cannot be read is None here, and told by ``log_findings``."""

    def __init__(self) -> None:
        self._folder = log_folder()
        try:
            self.size = read_checkpoint(self._folder.read(CHECKPOINT))[0].size
        except (FileNotFoundError, BrokenCheckpoint):
            self.size = 0
        # Events are looked at nearly in the order of their places.
        self._bundle = lru_cache(maxsize=BUNDLES_KEPT)(self._read)

    def _read(self, number: int) -> list[bytes] | None:
        try:
            return read_entries(self._folder.read, number, min(WIDTH, self.size - number * WIDTH))
        except (BrokenTile, FileNotFoundError):
            return None

    def at(self, index: int) -> str | None:
        """Return the entry at that place; None for one that is not published or cannot be read."""
        if not 0 <= index < self.size:
            return None
        number, place = divmod(index, WIDTH)
        bundle = self._bundle(number)
        try:
            return bundle[place].decode() if bundle else None
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True, slots=True)
class SignedTimes:
    """When checkpoints were signed, by how many leaves they cover."""

    sizes: list[int]
    times: list[dt.datetime]

    def before(self, index: int) -> dt.datetime | None:
        """Return when the last checkpoint without that leaf was signed; None when the first one has it."""
        place = bisect.bisect_right(self.sizes, index)
        return self.times[place - 1] if place else None

    @property
    def last(self) -> dt.datetime | None:
        """When the last checkpoint was signed; None before the first."""
        return self.times[-1] if self.times else None


def signed_times() -> SignedTimes:
    """Return the times of all checkpoints."""
    rows = list(LogCheckpoint.objects.order_by("size").values_list("size", "at"))
    return SignedTimes([size for size, _at in rows], [at for _size, at in rows])


def log_findings(kept: bytes | None) -> Iterator[Finding]:
    """Hold tiles, entries and checkpoints to each other; ``kept`` is a checkpoint from elsewhere."""
    folder = log_folder()
    with folder.locked():  # between a checkpoint's rows and its file
        sizes = list(LogCheckpoint.objects.order_by("size").values_list("size", flat=True))
        try:
            raw: bytes | None = folder.read(CHECKPOINT)
        except FileNotFoundError:
            raw = None
    if raw is None:
        if sizes:
            yield Finding("", "", "checkpoint", "the published files are gone")
        elif kept:
            yield Finding("", "", "checkpoint", "there is no log, yet somebody keeps a checkpoint of it")
        return
    roots: dict[int, bytes | None] = dict.fromkeys([*sizes, *(_size_of(note) for note in (raw, kept) if note)])
    try:
        size = read_checkpoint(raw)[0].size
        yield from _grow(folder, size, roots)
        check_upper_tiles(folder.read, size)
    except (BrokenCheckpoint, BrokenTile, FileNotFoundError) as error:
        yield Finding("", "", "checkpoint", f"the published files do not fit: {error}")
        return
    for name, note in (("the published checkpoint", raw), ("the checkpoint kept elsewhere", kept)):
        if note and (words := _why_not(note, roots)):
            yield Finding("", "", "checkpoint", f"{name}: {words}")
    last = None
    for last in LogCheckpoint.objects.filter(size__in=sizes[-1:]):
        if raw.decode(errors="replace") != last.published:
            yield Finding("", "", "checkpoint", "the published checkpoint is not the last one of the database")
    if last is None:
        yield Finding("", "", "checkpoint", "the database knows no checkpoint")
    rows = LogCheckpoint.objects.filter(size__lte=max(sizes, default=0)).order_by("size")
    for row in rows.prefetch_related("cosignatures").iterator(chunk_size=ROWS):
        if words := _why_not(row.published.encode(), roots, row):
            yield Finding("", "", "checkpoint", f"the checkpoint over {row.size}: {words}")


def _size_of(raw: bytes) -> int:
    """How many leaves a checkpoint covers; what is none covers none."""
    try:
        return read_checkpoint(raw)[0].size
    except BrokenCheckpoint:
        return 0


def _grow(folder: LogFolder, size: int, roots: dict[int, bytes | None]) -> Iterator[Finding]:
    """Go through leaves and entries side by side, and note the root at every size that somebody asks for."""
    tree = Frontier()
    if 0 in roots:
        roots[0] = tree.root()
    for number in range(-(-size // WIDTH)):
        width = min(WIDTH, size - number * WIDTH)
        leaves = read_tile(folder.read, 0, number, width)
        for leaf, entry in zip(leaves, read_entries(folder.read, number, width), strict=True):
            if leaf_hash(entry) != leaf:
                yield of_leaf(entry.decode(errors="replace"), "edited", "the published entry is not what its tile says")
            tree.append(leaf)
            if tree.size in roots:
                roots[tree.size] = tree.root()


def _why_not(raw: bytes, roots: dict[int, bytes | None], row: LogCheckpoint | None = None) -> str:
    """Return why a checkpoint is none of this tree's; empty when it is."""
    origin = log_origin()
    try:
        checkpoint, note = read_checkpoint(raw)
        signed_at = signed_by_us(note, origin)
    except (BrokenCheckpoint, BrokenKeyList, OSError) as error:
        return str(error)
    if checkpoint.origin != origin:
        return "of another log"
    if signed_at is None:
        return "not signed by a log key of this installation"
    if row and (row.size, row.root, row.at) != (checkpoint.size, checkpoint.root.hex(), signed_at):
        return "its row is not what was signed"
    root = roots.get(checkpoint.size)
    if root is None:
        return "it covers more than is published"
    return "" if root == checkpoint.root else "the tree has another root"
