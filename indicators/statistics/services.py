"""Producing a statistics file and remembering that it was produced."""

import datetime as dt
import hashlib
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from core import audit
from core.errors import Forbidden, InvalidInput
from core.tabular.writing import WRITERS
from indicators.exports import statistics_table
from indicators.models import ReportRun
from indicators.statistics.groups import by_target_group
from indicators.statistics.selectors import statistics


def _digest(out: BinaryIO) -> str:
    """SHA-256 from here to the end (hashlib.file_digest would take the whole of a BytesIO, whatever its position)."""
    digest = hashlib.sha256()
    while piece := out.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def export_statistics(
    *,
    by: User,
    starts_on: dt.date,
    ends_on: dt.date,
    kind: str,
    out: BinaryIO,
    unit: AdminUnit | None = None,
    centre: Centre | None = None,
) -> ReportRun:
    """Write the file to ``out`` (readable and seekable) and keep a ReportRun with its hash and totals.

    Raises InvalidInput for an unknown format or a period that ends before it begins, Forbidden without Verb.EXPORT,
    OutOfScope for a foreign unit or centre.
    """
    if kind not in WRITERS:
        raise InvalidInput("unknown_format", _("Chỉ xuất được XLSX hoặc CSV."))
    if unit is None and centre is None:
        raise InvalidInput("no_subject", _("Hãy chọn đơn vị hoặc trung tâm."))
    if ends_on < starts_on:
        raise InvalidInput("period_reversed", _("Ngày cuối kỳ phải sau ngày đầu kỳ."))
    if not scope_of(by).may(Verb.EXPORT, centre.pk if centre else None):
        raise Forbidden("role_may_not", _("Vai trò của bạn không xuất được thống kê."))
    asked: dict[str, Any] = {
        "user": by, "starts_on": starts_on, "ends_on": ends_on, "unit": unit, "centre": centre,
    }  # fmt: skip
    # A file is handed in: it is counted from the rows themselves.
    stats = statistics(**asked, from_rows=True)
    groups = by_target_group(**asked, from_rows=True) if kind == "xlsx" else []  # a CSV holds one table
    start = out.tell()
    count = WRITERS[kind](statistics_table(stats, by, groups), out)
    out.seek(start)
    digest = _digest(out)
    with transaction.atomic():
        run = ReportRun.objects.create(
            unit=unit,
            centre=centre,
            starts_on=starts_on,
            ends_on=ends_on,
            format=kind,
            rows=count,
            sha256=digest,
            totals=stats.totals,
            made_by=by,
        )
        data = {"format": kind, "from": str(starts_on), "to": str(ends_on), "rows": count, "sha256": digest}
        audit.record("indicators.export_statistics", run, by=by, centre_id=centre.pk if centre else None, data=data)
    return run
