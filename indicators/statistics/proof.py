"""Whether a statistics paper and the system still agree."""

from dataclasses import dataclass

from django.core.cache import cache
from django.utils import timezone

from core.errors import DomainError
from core.tokens import read_token
from indicators.exports import COUNTS
from indicators.models import ReportRun
from indicators.statistics.questions import Question, totals_of, with_scope

KEPT_FOR = 600  # seconds an answer stands: anybody may ask, and counting a city takes a while
NAMES = (("Trung tâm", "centres"), *COUNTS)


@dataclass(frozen=True)
class Proof:
    """What a paper says, what has changed since (None: cannot be asked again), and when that was looked at."""

    run: ReportRun
    figures: list[tuple[str, int, bool]]
    checked_at: str
    stands: bool | None


def run_of(token: str) -> ReportRun | None:
    """Return the run a paper's code belongs to."""
    found = read_token(token)
    if found is None:
        return None
    return ReportRun.objects.select_related("unit", "centre", "made_by", "evaluation").filter(token=found).first()


def proof_of(run: ReportRun) -> Proof:
    """Ask the paper's question again, in the scope it was asked in, at most once in ten minutes."""
    key = f"statistics-proof:{run.pk}"
    answer = cache.get(key)
    if answer is None:
        answer = (_totals_now(run), timezone.now().isoformat())
        cache.set(key, answer, KEPT_FOR)
    now, at = answer
    figures = [
        (heading, run.totals[name], bool(now) and now.get(name) != run.totals[name])
        for heading, name in NAMES
        if name in run.totals
    ]
    stands = None if now is None else not any(changed for _heading, _value, changed in figures)
    return Proof(run, figures, at, stands)


def _totals_now(run: ReportRun) -> dict[str, int] | None:
    question = Question(run.starts_on, run.ends_on, run.unit, run.centre, run.boundaries, run.by_unit)
    try:
        return totals_of(question, with_scope(run.made_by, run.centre_ids, run.unit))
    except DomainError:
        return None
