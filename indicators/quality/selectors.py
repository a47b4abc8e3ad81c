"""Scores of centres for lists and pages."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from indicators.models import QualityAnswer, QualityResult
from indicators.quality.finders import Look
from indicators.quality.rules import RULES, Finding, Rule, Share, score_of, tone_of
from indicators.quality.services import measure


@dataclass(frozen=True)
class CentreScore:
    """A centre as it was last looked at."""

    centre: Centre
    score: Decimal | None
    bad: int
    worst: list[tuple[Rule, Share]]

    @property
    def tone(self) -> str:
        """ok, warn, bad or plain."""
        return tone_of(self.score)


@dataclass(frozen=True)
class Overview:
    """Every centre of an area, lowest score first, and what is wrong most often."""

    rows: list[CentreScore]
    totals: list[tuple[Rule, int]]
    measured_at: dt.datetime | None
    unmeasured: int

    @property
    def mean(self) -> Decimal | None:
        """The mean score of those that have one."""
        scores = [row.score for row in self.rows if row.score is not None]
        return (sum(scores, Decimal(0)) / len(scores)).quantize(Decimal(1)) if scores else None


def overview(user: User, unit: AdminUnit | None = None) -> Overview:
    """Return the centres the user sees figures of, open today, with their last score: two queries."""
    today = timezone.localdate()
    centres = Centre.objects.filter(scope_of(user).centre_q("pk", Verb.VIEW_FIGURES)).active_on(today)
    if unit is not None:
        centres = centres & Centre.objects.in_unit(unit, today)
    rows = {centre.pk: centre for centre in centres.distinct().order_by("sort_key", "pk")}
    known: dict[int, dict[str, Share]] = defaultdict(dict)
    totals: dict[str, int] = defaultdict(int)
    measured: list[dt.datetime] = []
    results = QualityResult.objects.filter(centre__in=rows)
    for centre_id, code, bad, base, moment in results.values_list("centre_id", "rule", "bad", "base", "measured_at"):
        known[centre_id][code] = Share(bad, base)
        totals[code] += bad
        measured.append(moment)
    found = [_score(centre, known.get(pk, {})) for pk, centre in rows.items()]
    # Stable: centres of one score stay in Vietnamese order; those without any come last.
    found.sort(key=lambda row: (row.score is None, row.score or Decimal(0)))
    often = [(rule, totals[rule.code.value]) for rule in RULES if totals[rule.code.value]]
    often.sort(key=lambda pair: -pair[1])
    return Overview(found, often, min(measured, default=None), len(rows.keys() - known.keys()))


def _score(centre: Centre, known: dict[str, Share]) -> CentreScore:
    worst = [(rule, known[rule.code.value]) for rule in RULES if known.get(rule.code.value, Share(0, 0)).bad]
    worst.sort(key=lambda pair: -pair[0].weight * (1 - pair[1].good))
    return CentreScore(centre, score_of(known), sum(share.bad for _rule, share in worst), worst[:3])


@dataclass
class RuleLine:
    """One rule for one centre: its share, what was found, and what of it the page shows."""

    rule: Rule
    share: Share
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class CentreQuality:
    """A centre as it is now."""

    score: Decimal | None
    lines: list[RuleLine]
    answers: list[QualityAnswer]

    @property
    def tone(self) -> str:
        """ok, warn, bad or plain."""
        return tone_of(self.score)

    @property
    def wrong(self) -> list[RuleLine]:
        """Rules under which something was found."""
        return [line for line in self.lines if line.findings]

    @property
    def right(self) -> list[RuleLine]:
        """Rules that apply and under which nothing was found."""
        return [line for line in self.lines if line.share.base and not line.findings]


def centre_quality(centre: Centre) -> CentreQuality:
    """Look at one centre now: a fixed number of queries."""
    findings, measured = measure(Look(timezone.localdate(), frozenset({centre.pk})))
    known = measured.get(centre.pk, {})
    lines = {rule.code: RuleLine(rule, known.get(rule.code.value, Share(0, 0))) for rule in RULES}
    for row in findings:
        lines[row.rule].findings.append(row)
    answers = list(QualityAnswer.objects.filter(centre=centre).select_related("answered_by"))
    return CentreQuality(score_of(known), list(lines.values()), answers)


def link_of(finding: Finding) -> str:
    """Return where a finding is put right."""
    kind, key = finding.subject
    if kind == "class":
        return reverse("courses:class-detail", args=[key])
    if kind == "learner":
        return reverse("learners:learner-detail", args=[key])
    if kind == "pair":
        return reverse("learners:merge", args=list(key))
    return reverse("centres:centre-detail", args=[key])


def finding_rows(quality: CentreQuality) -> list[tuple[RuleLine, list[tuple[Finding, str]]]]:
    """Return what was found, each with its link."""
    return [(line, [(row, link_of(row)) for row in line.findings]) for line in quality.wrong]
