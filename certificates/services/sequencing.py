"""Checkpoints: leaves written since the last one get their places, the tree grows, its root is signed and published.

Order of writing: tiles, then rows, then the file ``checkpoint``. Killed anywhere, the next run does what is missing:
tiles that no checkpoint covers are written again, a checkpoint that only the database has is put beside its tiles.
"""

import datetime as dt
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import batched

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.models import LogCheckpoint, LogCosignature, LogLeaf, LogPlace, RegisterEvent, RegisterEventKind
from certificates.services.publishing import log_signer, public_host
from certificates.signing.keys import KeyState, KeyUse, Signer, key_folder
from certificates.tlog.checkpoint import BrokenCheckpoint, Checkpoint, read_checkpoint, sign_checkpoint
from certificates.tlog.folder import LogFolder, log_folder
from certificates.tlog.merkle import EMPTY_ROOT, Node, as_leaves, inclusion_proof, root_of
from certificates.tlog.notes import Note, NoteKey, cosignature_line, signature_line
from certificates.tlog.tiles import CHECKPOINT, WIDTH, BrokenTile, grown_bundles, grown_tiles, tree_in_tiles
from core.errors import Conflict

ROWS_A_STATEMENT = 500
# Entries at once: whole tiles, so that growing by portions leaves no parts of them behind.
PORTION = 16 * WIDTH


def log_origin() -> str:
    """The log's name: its public address without the scheme."""
    return f"{public_host()}/log"


def signed_by_us(note: Note, origin: str, *, compromised: bool = False) -> dt.datetime | None:
    """Return when one of our log keys signed a checkpoint; None when none did, or only one that somebody else had.

    ``compromised`` asks for the word of those keys instead. Raises BrokenKeyList, OSError.
    """
    for key in key_folder().known():
        if key.use == KeyUse.LOG and (key.state == KeyState.COMPROMISED) == compromised:
            known = NoteKey(origin, key.public)
            if note.signed_by(known) and (at := note.cosigned_at(known)):
                return at
    return None


@dataclass(frozen=True, slots=True)
class Published:
    """What the folder holds: the tree that the checkpoint file says, and the file itself."""

    checkpoint: Checkpoint
    note: str


def published(folder: LogFolder) -> Published | None:
    """Return the last published checkpoint, checked against its tiles; None before the first.

    Raises Conflict for a folder that contradicts itself.
    """
    try:
        raw = folder.read(CHECKPOINT)
    except FileNotFoundError:
        return None
    try:
        checkpoint, _note = read_checkpoint(raw)
        whole = root_of(tree_in_tiles(folder.read, checkpoint.size), checkpoint.size) == checkpoint.root
    except (BrokenCheckpoint, BrokenTile, FileNotFoundError):
        whole = False
    if not whole:
        raise Conflict("log_broken", _("Tệp của nhật ký công khai không khớp nhau. Hãy chạy audit_register."))
    return Published(checkpoint, raw.decode())


def make_checkpoint(*, at: dt.datetime | None = None) -> LogCheckpoint | None:
    """Publish every event that is not yet in the log; return the last checkpoint (None while there is no event).

    Safe to repeat. Raises Unavailable without a log key, Conflict when files and database contradict each other: a log
    never signs a second history. Leaves are read in portions: a register's first checkpoint may cover a million.
    """
    signer, folder = log_signer(), log_folder()
    with folder.locked():
        last = LogCheckpoint.objects.first()
        now = published(folder)
        _same_history(folder, now, last)
        if last:
            _sign_again(folder, last, signer)
        # Keys only, so that both walks below see the same leaves however many are written meanwhile.
        waiting = LogLeaf.objects.filter(place__isnull=True).order_by("event_id").values_list("event_id", flat=True)
        keys = array("q", waiting.iterator())
        if not keys:
            return last
        old = last.size if last else 0
        entries = (_entries_of(keys[start : start + PORTION]) for start in range(0, len(keys), PORTION))
        full = _grow(folder, old, entries)
        size = old + len(keys)
        node = tree_in_tiles(folder.read, size)
        checkpoint = Checkpoint(log_origin(), size, root_of(node, size))
        signed_at = (at or timezone.now()).replace(microsecond=0)
        row = LogCheckpoint(
            size=size,
            root=checkpoint.root.hex(),
            note=sign_checkpoint(checkpoint, signer.public, signer.sign, signed_at),
            at=signed_at,
        )
        with transaction.atomic():
            row.save(force_insert=True)
            for start in range(0, len(keys), ROWS_A_STATEMENT):
                _give_places(row, keys[start : start + ROWS_A_STATEMENT], old + start, node)
        folder.write([(CHECKPOINT, row.note.encode())])
        folder.forget_parts(full)
        return row


def _sign_again(folder: LogFolder, last: LogCheckpoint, signer: Signer) -> None:
    """Put the key that signs now under checkpoints that only a compromised one had signed.

    Otherwise neither witnesses nor audits could believe them for ever. The tree as it is must give each root; the
    moment stays the one that was signed then. What was signed first stays as it is: the lines stand beside it.
    """
    origin, node = log_origin(), tree_in_tiles(folder.read, last.size)
    key, lines = NoteKey(origin, signer.public), []
    for row in LogCheckpoint.objects.order_by("-size").prefetch_related("cosignatures").iterator(ROWS_A_STATEMENT):
        checkpoint, note = read_checkpoint(row.published.encode())
        if signed_by_us(note, origin):
            break  # those before it were signed by the same key, or signed again when theirs was lost
        at = signed_by_us(note, origin, compromised=True)
        if at and (checkpoint.size, checkpoint.root) == (row.size, root_of(node, row.size)):
            both = signature_line(note.text, key, signer.sign) + cosignature_line(note.text, key, signer.sign, at)
            lines.append(LogCosignature(checkpoint=row, name=f"{origin}+{signer.kid}", line=both, at=at))
    if lines:
        with transaction.atomic():
            LogCosignature.objects.bulk_create(lines)
        folder.write([(CHECKPOINT, LogCheckpoint.objects.get(pk=last.pk).published.encode())])


def _entries_of(keys: array[int]) -> list[bytes]:
    data = LogLeaf.objects.in_bulk(keys.tolist())
    return [data[key].data.encode() for key in keys]


def _give_places(row: LogCheckpoint, keys: array[int], first: int, node: Node) -> None:
    # A paper's proof leads to the event that set it in force.
    issued = set(
        RegisterEvent.objects.filter(pk__in=keys.tolist(), kind=RegisterEventKind.ISSUED).values_list("pk", flat=True)
    )
    LogPlace.objects.bulk_create(
        LogPlace(
            index=index,
            leaf_id=key,
            checkpoint=row,
            proof=b"".join(inclusion_proof(node, index, row.size)) if key in issued else b"",
        )
        for index, key in enumerate(keys, first)
    )


def _grow(folder: LogFolder, size: int, portions: Iterable[list[bytes]]) -> list[str]:
    """Write the tiles and bundles that entries add to a tree of that size; return the names of the full ones."""
    full = []
    for entries in portions:
        new = [*grown_tiles(folder.read, size, as_leaves(entries)), *grown_bundles(folder.read, size, entries)]
        folder.write(new)
        full += [name for name, _content in new if ".p/" not in name]
        size += len(entries)
    return full


def _same_history(folder: LogFolder, now: Published | None, last: LogCheckpoint | None) -> None:
    """Bring the folder to where the database is. Raises Conflict when the two tell different histories."""
    on_disk = now.checkpoint if now else Checkpoint(log_origin(), 0, EMPTY_ROOT)
    if now and last and (on_disk.size, on_disk.root.hex()) == (last.size, last.root):
        return
    if on_disk.size > (last.size if last else 0):
        words = _(
            "Nhật ký đã công bố %(disk)s dòng nhưng cơ sở dữ liệu chỉ có %(rows)s: có lẽ đã khôi phục bản sao lưu cũ. "
            "Không công bố thêm; hãy xem docs/operations.md."
        )
        raise Conflict("log_ahead", words % {"disk": on_disk.size, "rows": last.size if last else 0})
    if last is None:
        return
    if on_disk.size == last.size:
        words = _("Nhật ký đã công bố và cơ sở dữ liệu khác nhau. Không công bố thêm; hãy chạy audit_register.")
        raise Conflict("log_differs", words)
    # Killed between rows and file, or the folder was lost: everything follows from the rows, and must give their root.
    rows = LogPlace.objects.filter(index__gte=on_disk.size).order_by("index").values_list("leaf__data", flat=True)
    _grow(folder, on_disk.size, ([data.encode() for data in some] for some in batched(rows.iterator(), PORTION)))
    if root_of(tree_in_tiles(folder.read, last.size), last.size).hex() != last.root:
        words = _("Các dòng trong cơ sở dữ liệu không còn cho ra mốc công bố đã ký. Hãy chạy audit_register.")
        raise Conflict("log_differs", words)
    folder.write([(CHECKPOINT, last.published.encode())])
