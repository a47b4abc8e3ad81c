"""Looking at the data of centres, and saying that something is right as it stands."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core import audit
from core.errors import InvalidInput, OutOfScope
from core.text import clean
from indicators.models import QualityAnswer, QualityResult
from indicators.quality.finders import FINDERS, Look, shares
from indicators.quality.rules import Finding, Share, unanswered

BATCH = 1000


def answers_of(look: Look) -> dict[tuple[str, int, str], str]:
    """Return what was looked into, by (rule, centre, key): the facts of then."""
    rows = QualityAnswer.objects.filter(look.within("centre_id"))
    known = rows.values_list("rule", "centre_id", "key", "facts")
    return {(rule, centre_id, key): facts for rule, centre_id, key, facts in known}


def find(look: Look) -> list[Finding]:
    """Return everything that looks wrong and was not looked into: a fixed number of queries."""
    everything = [row for finder in FINDERS.values() for row in finder(look)]
    return unanswered(everything, answers_of(look))


def measure(look: Look) -> tuple[list[Finding], dict[int, dict[str, Share]]]:
    """Return the findings and, by centre, the share that is wrong under every rule that applies."""
    findings = find(look)
    return findings, shares(look, findings)


@transaction.atomic
def keep(look: Look, measured: dict[int, dict[str, Share]]) -> int:
    """Keep what was measured, in place of what was kept before; return how many centres there are."""
    now = timezone.now()
    QualityResult.objects.filter(look.within("centre_id")).delete()
    QualityResult.objects.bulk_create(
        [
            QualityResult(centre_id=centre_id, rule=code, bad=share.bad, base=share.base, measured_at=now)
            for centre_id, known in sorted(measured.items())
            for code, share in known.items()
        ],
        batch_size=BATCH,
    )
    return len(measured)


def keep_quality() -> dict[str, Any]:
    """Look at every centre and keep the result; done again it is the same again."""
    look = Look(timezone.localdate())
    findings, measured = measure(look)
    return {"centres": keep(look, measured), "findings": len(findings)}


@transaction.atomic
def look_again(*, centre: Centre, by: User) -> None:
    """Keep what a centre's data look like now, for the lists. Raises Forbidden without the verb."""
    require(by, Verb.VIEW_FIGURES, centre.pk)
    _renew(centre.pk)


def _renew(centre_id: int) -> None:
    look = Look(timezone.localdate(), frozenset({centre_id}))
    keep(look, measure(look)[1])


@transaction.atomic
def answer(*, centre: Centre, rule: str, key: str, reason: str, by: User) -> QualityAnswer:
    """Say why a finding is right as it stands. It stays answered until its facts change.

    Raises InvalidInput without a reason, OutOfScope when there is no such finding now, Forbidden without the verb.
    """
    require(by, Verb.MANAGE_CLASSES, centre.pk)
    if not clean(reason):
        words = _("Hãy ghi vì sao số liệu này đúng.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    look = Look(timezone.localdate(), frozenset({centre.pk}))
    found = next(
        (row for code, finder in FINDERS.items() if code == rule for row in finder(look) if row.key == key), None
    )
    if found is None:
        raise OutOfScope("not_found", _("Chỗ này không còn trong danh sách. Hãy tải lại trang."))
    row, _created = QualityAnswer.objects.update_or_create(
        centre=centre, rule=found.rule.value, key=found.key,
        defaults={
            "facts": found.facts[:100], "label": found.label[:200], "reason": clean(reason)[:300], "answered_by": by,
        },
    )  # fmt: skip
    data = {"rule": row.rule, "key": row.key, "reason": row.reason}
    audit.record("indicators.answer_quality", row, by=by, centre_id=centre.pk, data=data)
    _renew(centre.pk)
    return row


@transaction.atomic
def take_back(*, given: QualityAnswer, by: User) -> None:
    """Take an answer back: the finding is in the list again. Raises Forbidden without the verb."""
    require(by, Verb.MANAGE_CLASSES, given.centre_id)
    data = {"rule": given.rule, "key": given.key, "reason": given.reason}
    audit.record("indicators.take_back_quality", given, by=by, centre_id=given.centre_id, data=data)
    given.delete()
    _renew(given.centre_id)
