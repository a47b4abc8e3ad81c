"""Whether a paper of an annual report is the system's, and whether its figures still stand."""

import datetime as dt
from dataclasses import dataclass

from django.core.cache import cache
from django.utils import timezone

from core.errors import DomainError
from core.tokens import read_token
from indicators.annual.subjects import Subject
from indicators.exchange.open_data import NOT_OF_PEOPLE
from indicators.models import ReportVersion
from indicators.statistics.proof import KEPT_FOR, NAMES
from indicators.statistics.questions import totals_of


@dataclass(frozen=True)
class ReportProof:
    """A version behind a code: lines that have a figure and totals, as printed, and whether the totals still stand.

    ``hidden``: lines worked out from persons. Their exact shares are not for everybody (docs/adr/0042): of few people
    they would tell of one.
    """

    version: ReportVersion
    lines: list[tuple[str, str, str]]
    hidden: list[str]
    figures: list[tuple[str, int, bool]]
    stands: bool | None
    checked_at: dt.datetime
    state: str
    newer: int | None


def version_of(token: str) -> ReportVersion | None:
    """Return the version a code belongs to."""
    found = read_token(token)
    if found is None:
        return None
    rows = ReportVersion.objects.select_related("report__plan", "report__unit", "report__centre", "sending")
    return rows.filter(token=found).first()


def proof_of_version(version: ReportVersion) -> ReportProof:
    """Ask the year's statistics again, at most once in ten minutes, and say what became of the version."""
    key = f"annual-proof:{version.pk}"
    answer = cache.get(key)
    if answer is None:
        answer = (_totals_now(version), timezone.now())
        cache.set(key, answer, KEPT_FOR)
    now, at = answer
    figures = [
        (heading, version.totals[name], now is not None and now.get(name) != version.totals[name])
        for heading, name in NAMES
        if name in version.totals
    ]
    names = {name.removesuffix(".name"): value["text"] for name, value in version.values.items() if ".name" in name}
    kinds = {code: version.source_of(f"{code}.figure").get("kind", "missing") for code in names}
    open_lines = version.report.plan.indicators.filter(formula__in=NOT_OF_PEOPLE).values_list("code", flat=True)
    open_codes = {code for code, kind in kinds.items() if kind == "reported"} | {*open_lines}
    with_figure = [code for code, kind in kinds.items() if kind != "missing"]
    lines = [
        (code, names[code], version.values[f"{code}.figure"]["text"]) for code in with_figure if code in open_codes
    ]
    hidden = [code for code in with_figure if code not in open_codes]
    sent = ReportVersion.objects.filter(report=version.report_id, sending__isnull=False)
    newer = sent.filter(number__gt=version.number).order_by("-number").values_list("number", flat=True).first()
    state = "replaced" if newer else "sent" if hasattr(version, "sending") else "draft"
    stands = None if now is None else not any(changed for _heading, _value, changed in figures)
    return ReportProof(version, lines, hidden, figures, stands, at, state, newer)


def _totals_now(version: ReportVersion) -> dict[str, int] | None:
    subject = Subject.of(version.report)
    try:
        return totals_of(subject.question, subject.asker)
    except DomainError:
        return None
