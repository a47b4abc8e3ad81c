"""Checkpoints: leaves written since the last one get their places, the tree grows, its root is signed and published.

Order of writing: tiles, then rows, then the file ``checkpoint``. Killed anywhere, the next run does what is missing:
tiles that no checkpoint covers are written again, a checkpoint that only the database has is put beside its tiles.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.models import LogCheckpoint, LogLeaf, LogPlace, RegisterEventKind
from certificates.services.publishing import log_signer, public_host
from certificates.signing.keys import KeyState, KeyUse, SigningKey, key_folder
from certificates.tlog.checkpoint import BrokenCheckpoint, Checkpoint, read_checkpoint, sign_checkpoint
from certificates.tlog.folder import LogFolder, log_folder
from certificates.tlog.merkle import EMPTY_ROOT, as_leaves, inclusion_proof, root_of
from certificates.tlog.notes import Note, NoteKey
from certificates.tlog.tiles import CHECKPOINT, BrokenTile, grown_bundles, grown_tiles, tree_in_tiles
from core.errors import Conflict

ROWS_A_STATEMENT = 1000


def log_origin() -> str:
    """The log's name: its public address without the scheme."""
    return f"{public_host()}/log"


def signed_by_us(note: Note, origin: str, keys: list[SigningKey] | None = None) -> dt.datetime | None:
    """Return when one of our log keys signed a checkpoint; None when none did, or only one that somebody else had.

    Raises BrokenKeyList, OSError.
    """
    for key in key_folder().known() if keys is None else keys:
        if key.use == KeyUse.LOG and key.state != KeyState.COMPROMISED:
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
    never signs a second history.
    """
    signer, folder = log_signer(), log_folder()
    with folder.locked():
        last = LogCheckpoint.objects.first()
        now = published(folder)
        _same_history(folder, now, last)
        size = last.size if last else 0
        leaves = list(
            LogLeaf.objects.filter(place__isnull=True)
            .select_related("event")
            .only("data", "event__kind")
            .order_by("event_id")
        )
        if not leaves:
            return last
        entries = [leaf.data.encode() for leaf in leaves]
        new = [*grown_tiles(folder.read, size, as_leaves(entries)), *grown_bundles(folder.read, size, entries)]
        folder.write(new)
        node = tree_in_tiles(folder.read, size + len(leaves))
        checkpoint = Checkpoint(log_origin(), size + len(leaves), root_of(node, size + len(leaves)))
        signed_at = (at or timezone.now()).replace(microsecond=0)
        row = LogCheckpoint(
            size=checkpoint.size,
            root=checkpoint.root.hex(),
            note=sign_checkpoint(checkpoint, signer.public, signer.sign, signed_at),
            at=signed_at,
        )
        places = [
            LogPlace(
                index=index,
                leaf=leaf,
                checkpoint=row,
                proof=b"".join(inclusion_proof(node, index, checkpoint.size))
                if leaf.event.kind == RegisterEventKind.ISSUED
                else b"",
            )
            for index, leaf in enumerate(leaves, size)
        ]
        with transaction.atomic():
            row.save(force_insert=True)
            LogPlace.objects.bulk_create(places, batch_size=ROWS_A_STATEMENT)
        folder.write([(CHECKPOINT, row.note.encode())])
        folder.forget_parts(name for name, _content in new)
        return row


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
    entries = [
        data.encode()
        for data in LogPlace.objects.filter(index__gte=on_disk.size)
        .order_by("index")
        .values_list("leaf__data", flat=True)
    ]
    folder.write(grown_tiles(folder.read, on_disk.size, as_leaves(entries)))
    folder.write(grown_bundles(folder.read, on_disk.size, entries))
    if root_of(tree_in_tiles(folder.read, last.size), last.size).hex() != last.root:
        words = _("Các dòng trong cơ sở dữ liệu không còn cho ra mốc công bố đã ký. Hãy chạy audit_register.")
        raise Conflict("log_differs", words)
    folder.write([(CHECKPOINT, last.note.encode())])
