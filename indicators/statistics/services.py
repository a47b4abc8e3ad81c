"""Producing a statistics file and remembering that it was produced."""

import datetime as dt
import hashlib
import json
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from core import audit, jobs
from core.errors import Forbidden, InvalidInput
from core.models import Job
from core.tabular.writing import CONTENT_TYPES, WRITERS
from core.tokens import new_token
from indicators.choices import Boundaries
from indicators.models import ReportRun
from indicators.statistics.documents import Document, document
from indicators.statistics.paper import statistics_pdf
from indicators.statistics.questions import Question, centres_in_scope
from indicators.statistics.selectors import look_up, taught_classes

KINDS = {**CONTENT_TYPES, "pdf": "application/pdf", "json": "application/json"}
EXPORT_JOB = "indicators.export_statistics"
# Longer files are made in the background, with progress.
LONG_EXPORT = {"xlsx": 5_000, "csv": 5_000, "json": 5_000, "pdf": 400}


def _digest(out: BinaryIO) -> str:
    """SHA-256 from here to the end (hashlib.file_digest would take the whole of a BytesIO, whatever its position)."""
    digest = hashlib.sha256()
    while piece := out.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def _require(by: User, question: Question, kind: str) -> None:
    if kind not in KINDS:
        raise InvalidInput("unknown_format", _("Chỉ xuất được XLSX, CSV, PDF hoặc JSON."))
    if not scope_of(by).may(Verb.EXPORT, question.centre.pk if question.centre else None):
        raise Forbidden("role_may_not", _("Vai trò của bạn không xuất được thống kê."))


def export_statistics(
    *,
    by: User,
    starts_on: dt.date,
    ends_on: dt.date,
    kind: str,
    out: BinaryIO,
    unit: AdminUnit | None = None,
    centre: Centre | None = None,
    boundaries: str = Boundaries.THEN,
    by_unit: bool = False,
    job: Job | None = None,
) -> ReportRun:
    """Write the file to ``out`` (readable and seekable) and keep a ReportRun with its hash and totals.

    Raises InvalidInput for an unknown format, a period that ends before it begins or a unit that is not on the map,
    Forbidden without Verb.EXPORT, OutOfScope for a foreign unit or centre.
    """
    question = Question(starts_on, ends_on, unit, centre, boundaries, by_unit)
    _require(by, question, kind)
    token = new_token()
    made = document(question, by=by, token=token, kind=kind)
    start = out.tell()
    count = _write(made, question, kind, token, out)
    out.seek(start)
    digest = _digest(out)
    with transaction.atomic():
        run = ReportRun.objects.create(
            unit=unit,
            centre=centre,
            starts_on=starts_on,
            ends_on=ends_on,
            boundaries=boundaries,
            by_unit=question.is_by_unit,
            format=kind,
            rows=count,
            sha256=digest,
            totals=made.totals,
            token=token,
            centre_ids=centres_in_scope(by),
            job=job,
            made_by=by,
        )
        data = {
            "format": kind, "from": str(starts_on), "to": str(ends_on), "rows": count, "sha256": digest,
            "boundaries": str(boundaries),
        }  # fmt: skip
        audit.record("indicators.export_statistics", run, by=by, centre_id=centre.pk if centre else None, data=data)
    return run


def _write(made: Document, question: Question, kind: str, token: str, out: BinaryIO) -> int:
    rows = made.short.rows if kind == "pdf" else made.table.rows
    count = len(rows)  # type: ignore[arg-type]
    if kind in WRITERS:
        return WRITERS[kind](made.table, out)
    if kind == "pdf":
        out.write(statistics_pdf(made, question, token))
    else:
        body = {"token": token, "made_at": timezone.localtime().isoformat(timespec="seconds"), **made.data}
        out.write(json.dumps(body, ensure_ascii=False, indent=1).encode())
    return count


def is_long(question: Question, kind: str, *, by: User) -> bool:
    """Whether a file is better made in the background: by how many lines it will have."""
    if question.is_by_unit or kind not in LONG_EXPORT:
        return False
    classes = taught_classes(look_up(user=by, **question.what, from_rows=True)).order_by()
    fields = ("centre_id",) if kind == "pdf" else ("centre_id", "course__topic_id")
    return classes.values_list(*fields).distinct().count() > LONG_EXPORT[kind]


def start_export(question: Question, kind: str, *, by: User) -> Job:
    """Have the file made in the background. Raises as ``export_statistics`` does for what can be known now."""
    _require(by, question, kind)
    place = question.unit or question.centre
    title = _("Thống kê %(place)s, %(from)s – %(to)s") % {
        "place": place, "from": f"{question.starts_on:%d/%m/%Y}", "to": f"{question.ends_on:%d/%m/%Y}",
    }  # fmt: skip
    params = {
        "unit": question.unit.pk if question.unit else None, "centre": question.centre.pk if question.centre else None,
        "from": str(question.starts_on), "to": str(question.ends_on), "boundaries": str(question.boundaries),
        "by_unit": question.by_unit, "kind": kind,
    }  # fmt: skip
    return jobs.start(
        EXPORT_JOB, title=title[:200], by=by, params=params, centre_id=question.centre.pk if question.centre else None
    )


def file_name(question: Question, kind: str) -> str:
    """``thong-ke-01-20260101-20260630.xlsx``; another map stands in the name."""
    place = question.unit or question.centre
    drawn = "" if question.boundaries == Boundaries.THEN else f"-{question.boundaries}"
    days = f"{question.starts_on:%Y%m%d}-{question.ends_on:%Y%m%d}"
    return f"thong-ke-{place.code if place else ''}-{days}{drawn}.{kind}"
