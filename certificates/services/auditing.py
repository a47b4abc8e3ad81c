"""Holding the register to its published log: every row, every event, every file, every signed root."""

import bisect
import contextlib
import datetime as dt
import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from certificates.choices import CertificateState
from certificates.models import (
    Certificate,
    LogCheckpoint,
    LogLeaf,
    LogPlace,
    Register,
    RegisterEvent,
    RegisterEventKind,
)
from certificates.services.sequencing import log_origin, signed_by_us
from certificates.signing.keys import BrokenKeyList
from certificates.tlog.checkpoint import BrokenCheckpoint, read_checkpoint
from certificates.tlog.folder import log_folder
from certificates.tlog.leaves import FIELDS, leaf_data, public_part, read_leaf, read_moment
from certificates.tlog.merkle import Node, in_memory, leaf_hash, root_of
from certificates.tlog.tiles import CHECKPOINT, BrokenTile, entries_in_bundles, leaves_in_tiles

ROWS = 500
# A transaction that began before a checkpoint and ended after it; nothing takes longer here.
GRACE_S = 15 * 60
# What became of an entry follows from its events; copies change nothing.
_STATE_OF = {kind: kind for kind in CertificateState.values}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is not as it was published. ``centre`` and ``register_number`` are empty for the log itself."""

    centre: str
    register_number: str
    kind: str  # edited, deleted, inserted, backdated, file, checkpoint
    words: str = field(default="", compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Return what programs read."""
        return {"centre": self.centre or None, "register_number": self.register_number or None, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class _Times:
    """When checkpoints were signed, by how many leaves they cover."""

    sizes: list[int]
    times: list[dt.datetime]

    def before(self, index: int) -> dt.datetime | None:
        """Return when the last checkpoint without that leaf was signed; None when the first one has it."""
        place = bisect.bisect_right(self.sizes, index)
        return self.times[place - 1] if place else None


def audit_register(*, kept: bytes | None = None) -> list[Finding]:
    """Return everything that does not fit, each entry and kind once.

    ``kept`` is a checkpoint from elsewhere (a witness, a printed report): the log must still begin with its tree.
    """
    found: dict[Finding, Finding] = {}
    for finding in itertools.chain(_events(), _entries(), _numbers(), _files(), _log(kept)):
        found.setdefault(finding, finding)
    # A row that was dated back was edited too; the plainer word is enough.
    said = {(each.centre, each.register_number) for each in found if each.kind in {"backdated", "inserted"}}
    kept_findings = [each for each in found if each.kind != "edited" or (each.centre, each.register_number) not in said]
    return sorted(kept_findings)


def _number(number: int, year: int) -> str:
    return f"{number:06d}/{year}"


# --- rows against leaves ----------------------------------------------------------------------------------------------


def _events() -> Iterator[Finding]:
    """Each event against its leaf, and each leaf against what was published at its place."""
    published, times = _published_entries(), _signed_times()
    keys = list(RegisterEvent.objects.order_by("pk").values_list("pk", flat=True))
    for some in itertools.batched(keys, ROWS):
        leaves = {leaf.pk: leaf for leaf in LogLeaf.objects.filter(pk__in=some).select_related("place")}
        rows = {row["pk"]: row for row in RegisterEvent.objects.filter(pk__in=some).values(*FIELDS)}
        for key in some:
            leaf = leaves.get(key)
            if key in rows:
                yield from _event(rows[key], leaf, published, times)
            elif leaf:
                yield _of_leaf(leaf.data, "deleted", "the entry of its event is gone")
    there = set(keys)
    for key, data in LogLeaf.objects.values_list("pk", "data").iterator():
        if key not in there:
            yield _of_leaf(data, "deleted", "its event is gone")
    placed = set(LogPlace.objects.values_list("index", flat=True))
    for index, data in published.items():
        if index not in placed:
            yield _of_leaf(data, "deleted", "it was published, and the database does not know it")


def _event(row: Any, leaf: LogLeaf | None, published: dict[int, str], times: _Times) -> Iterator[Finding]:
    centre = row["certificate__centre__code"]
    number = _number(row["certificate__number"], row["certificate__register__year"])
    if leaf is None:
        yield Finding(centre, number, "inserted", f"event {row['kind']} has no leaf")
        return
    place = getattr(leaf, "place", None)
    # Whoever changed the row may have changed its leaf too: what was published counts.
    data = published.get(place.index, leaf.data) if place else leaf.data
    if data != leaf.data:
        yield _of_leaf(data, "edited", "its leaf is not the published one")
    yield from _against(row, data, centre, number)
    before = times.before(place.index) if place else None
    if before and (late := (before - row["at"]).total_seconds()) > GRACE_S:
        yield Finding(centre, number, "backdated", f"event {row['kind']} came into the log {late / 3600:.1f} h late")


def _against(row: Any, data: str, centre: str, number: str) -> Iterator[Finding]:
    salt = row["certificate__log_salt__salt"]
    try:
        was = read_leaf(data)
    except ValueError:
        yield Finding(centre, number, "edited", "its leaf cannot be read")
        return
    now = read_leaf(leaf_data(row, salt)) if salt else public_part(row)
    changed = {name for name in now if now[name] != was.get(name)}
    changed.discard("centre")  # a centre may get another code; which centre it is stands in the claims
    if not changed:
        return
    dated_back = ("issued_on" in changed and now["issued_on"] < was["issued_on"]) or (
        "at" in changed and row["at"] < read_moment(was["at"])
    )
    kind = "backdated" if dated_back else "edited"
    yield _of_leaf(data, kind, f"event {row['kind']}: {', '.join(sorted(changed))}")


def _of_leaf(data: str, kind: str, words: str) -> Finding:
    try:
        leaf = read_leaf(data)
    except ValueError:
        return Finding("", "", kind, words)
    return Finding(leaf["centre"], _number(leaf["number"], leaf["year"]), kind, words)


def _published_entries() -> dict[int, str]:
    """Return what the folder published, by place; what cannot be read is told by ``_log``."""
    folder = log_folder()
    found: dict[int, str] = {}
    with contextlib.suppress(FileNotFoundError, BrokenCheckpoint, BrokenTile, UnicodeDecodeError):
        size = read_checkpoint(folder.read(CHECKPOINT))[0].size
        for index, entry in enumerate(entries_in_bundles(folder.read, size)):
            found[index] = entry.decode()
    return found


def _signed_times() -> _Times:
    rows = list(LogCheckpoint.objects.order_by("size").values_list("size", "at"))
    return _Times([size for size, _at in rows], [at for _size, at in rows])


# --- entries ----------------------------------------------------------------------------------------------------------


def _entries() -> Iterator[Finding]:
    """Each entry against its events: it has some, and is in the state that they led to."""
    states: dict[int, str] = {}
    steps = RegisterEvent.objects.exclude(kind=RegisterEventKind.COPIED).order_by("pk")
    for key, kind in steps.values_list("certificate_id", "kind").iterator():
        states[key] = _STATE_OF[kind]
    rows = Certificate.objects.order_by("pk").values_list(
        "pk", "state", "number", "register__year", "centre__code", "register_number", "register__centre__code"
    )
    for key, state, number, year, centre, printed, book in rows.iterator():
        name = _number(number, year)
        if key not in states:
            yield Finding(centre, name, "inserted", "an entry without an event")
        elif state != states[key]:
            yield Finding(centre, name, "edited", f"stands as {state}, its events say {states[key]}")
        elif printed != name or centre != book:
            yield Finding(centre, name, "edited", "number or book do not fit the entry")


def _numbers() -> Iterator[Finding]:
    """Each book without a gap, and no number beyond its counter."""
    for book in Register.objects.select_related("centre").order_by("centre__code", "year"):
        numbers = set(Certificate.objects.filter(register=book).values_list("number", flat=True))
        for number in sorted(set(range(1, book.next_number)) - numbers):
            yield Finding(book.centre.code, _number(number, book.year), "deleted", "a gap in the numbers")
        for number in sorted(number for number in numbers if number >= book.next_number):
            yield Finding(book.centre.code, _number(number, book.year), "inserted", "beyond the book's counter")


def _files() -> Iterator[Finding]:
    """Each paper's file against its hash."""
    rows = Certificate.objects.exclude(pdf="").select_related("register", "centre").order_by("pk")
    for row in rows.only("pdf", "pdf_sha256", "number", "register__year", "centre__code").iterator(chunk_size=ROWS):
        try:
            with row.pdf.open("rb") as stream:
                same = hashlib.file_digest(stream, "sha256").hexdigest() == row.pdf_sha256
            words = "the file is another"
        except OSError:
            same, words = False, "the file is missing"
        if not same:
            yield Finding(row.centre.code, _number(row.number, row.register.year), "file", words)


# --- the log itself ---------------------------------------------------------------------------------------------------


def _log(kept: bytes | None) -> Iterator[Finding]:
    """Tiles, entries and checkpoints: one tree, signed, the same on the disk and in the database."""
    folder = log_folder()
    rows = list(LogCheckpoint.objects.order_by("size"))
    try:
        raw = folder.read(CHECKPOINT)
    except FileNotFoundError:
        if rows:
            yield Finding("", "", "checkpoint", "the published files are gone")
        elif kept:
            yield Finding("", "", "checkpoint", "there is no log, yet somebody keeps a checkpoint of it")
        return
    try:
        checkpoint, _note = read_checkpoint(raw)
        leaves = list(leaves_in_tiles(folder.read, checkpoint.size))
        for index, entry in enumerate(entries_in_bundles(folder.read, checkpoint.size)):
            if leaf_hash(entry) != leaves[index]:
                yield _of_leaf(entry.decode(), "edited", "the published entry is not what its tile says")
    except (BrokenCheckpoint, BrokenTile, FileNotFoundError, UnicodeDecodeError) as error:
        yield Finding("", "", "checkpoint", f"the published files do not fit: {error}")
        return
    node = in_memory(leaves)
    for name, note in (("the published checkpoint", raw), ("the checkpoint kept elsewhere", kept)):
        if note and (words := _why_not(note, node, len(leaves))):
            yield Finding("", "", "checkpoint", f"{name}: {words}")
    for row in rows:
        if words := _why_not(row.note.encode(), node, len(leaves), row):
            yield Finding("", "", "checkpoint", f"the checkpoint over {row.size}: {words}")
    if not rows or rows[-1].note.encode() != raw:
        yield Finding("", "", "checkpoint", "the published checkpoint is not the last one of the database")


def _why_not(raw: bytes, node: Node, size: int, row: LogCheckpoint | None = None) -> str:
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
    if checkpoint.size > size:
        return "it covers more than is published"
    return "" if root_of(node, checkpoint.size) == checkpoint.root else "the tree has another root"
