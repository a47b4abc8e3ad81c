"""Cosignatures of witnesses (c2sp.org/tlog-cosignature), brought back under the checkpoints they are of.

Only keys that the operator has written down count (setting LOG_WITNESSES): a log that let anybody witness it would let
itself. What was signed stays as it is in the database; lines stand beside it and in the published file.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from certificates.models import LogCheckpoint, LogCosignature
from certificates.tlog.checkpoint import BrokenCheckpoint, read_checkpoint
from certificates.tlog.folder import log_folder
from certificates.tlog.notes import BrokenNote, NoteKey, read_key
from certificates.tlog.tiles import CHECKPOINT
from core.errors import Conflict, InvalidInput


@dataclass(frozen=True, slots=True)
class Merged:
    """What a cosigned checkpoint brought: who cosigned and when, and whether any of it was new."""

    checkpoint: LogCheckpoint
    witnesses: dict[str, dt.datetime]
    new: int
    published: bool


def known_witnesses() -> list[NoteKey]:
    """Return the keys of the hosts that may witness. Raises InvalidInput without a list, or for one with a bad line."""
    file = settings.LOG_WITNESSES
    if file is None:
        words = _(
            "Chưa có danh sách máy làm chứng: đặt CLC_LOG_WITNESSES là tệp có khóa của từng máy, mỗi dòng một khóa."
        )
        raise InvalidInput("no_witnesses", words)
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
        return [read_key(line) for line in lines if line and not line.startswith("#")]
    except (OSError, BrokenNote, UnicodeDecodeError) as error:
        words = _("Không đọc được danh sách máy làm chứng %(file)s: %(why)s")
        raise InvalidInput("bad_witnesses", words % {"file": file, "why": error}) from error


def merge_cosignatures(*, raw: bytes) -> Merged:
    """Keep what witnesses we know have said of a checkpoint of ours, and publish it when it is the last one.

    Raises InvalidInput for what is no checkpoint or has no cosignature of a known witness, Conflict for a checkpoint
    that is not ours: then somebody has seen another history.
    """
    witnesses = known_witnesses()
    try:
        checkpoint, note = read_checkpoint(raw)
    except BrokenCheckpoint as error:
        raise InvalidInput("no_checkpoint", _("Đây không phải là mốc công bố của một nhật ký.")) from error
    row = LogCheckpoint.objects.filter(size=checkpoint.size).first()
    if row is None or not row.note.startswith(f"{note.text}\n"):
        words = _(
            "Mốc công bố này (%(size)s dòng) không phải của nhật ký này. Nếu máy làm chứng vẫn xem nhật ký này thì "
            "lịch sử đã bị viết lại: hãy chạy audit_register --kept với chính tệp đó."
        )
        raise Conflict("not_our_checkpoint", words % {"size": checkpoint.size})
    said = {key: at for key in witnesses if (at := note.cosigned_at(key))}
    if not said:
        words = _("Không có chữ ký xác nhận đúng nào của máy làm chứng trong danh sách.")
        raise InvalidInput("no_known_witness", words)
    folder = log_folder()
    with folder.locked():
        with transaction.atomic():
            known = set(row.cosignatures.values_list("name", flat=True))
            new = [
                LogCosignature(checkpoint=row, name=key.name, line=note.line_of(key), at=at)
                for key, at in said.items()
                if key.name not in known
            ]
            LogCosignature.objects.bulk_create(new)
        last = not LogCheckpoint.objects.filter(size__gt=row.size).exists()
        if last:
            folder.write([(CHECKPOINT, row.published.encode())])
    return Merged(row, {key.name: at for key, at in said.items()}, len(new), last)
