"""Making a paper of somebody's learning, and whether it and the system still agree."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import override

from accounts.models import User
from centres.access import Scope
from centres.choices import Verb
from centres.models import Centre
from certificates.holder.finding import holding_of
from certificates.signing.claims import USUAL_CENTRE
from core import audit
from core.errors import InvalidInput
from core.text import mask_name
from core.tokens import group_token, new_token, read_token
from indicators.choices import HistoryKind, HistoryLanguage
from indicators.history.selectors import History, history_of, holder_history
from indicators.models import HistoryPaper
from indicators.printing import MOTTO, pdf_of
from indicators.statistics.documents import proof_url
from indicators.statistics.paper import qr_svg
from indicators.statistics.questions import centres_in_scope
from learners.models import Learner
from learners.services import centre_where


def make_paper(*, learner: Learner, language: str, by: User) -> tuple[HistoryPaper, bytes]:
    """Return the paper of what ``by`` sees, kept with its sums and hash. It is handed to the person.

    Raises InvalidInput for an unknown language, OutOfScope, Forbidden without Verb.EXPORT.
    """
    if language not in HistoryLanguage.values:
        raise InvalidInput("unknown_language", _("Chọn bản tiếng Việt hoặc bản song ngữ."))
    centre = Centre.objects.get(pk=centre_where(by, learner, Verb.EXPORT))
    history = history_of(learner, by, timezone.localdate())
    scope = centres_in_scope(by)
    return _make(history, HistoryKind.FULL, language, centre=centre, by=by, centre_ids=scope)


def make_holder_paper(*, secret: str, language: str) -> tuple[HistoryPaper, bytes] | None:
    """Return the paper of what a slip's link shows; None for a link that opens nothing."""
    holding = holding_of(secret)
    if holding is None or language not in HistoryLanguage.values:
        return None
    history = holder_history(holding.learner, timezone.localdate())
    return _make(history, HistoryKind.PAPERS, language, centre=holding.link.centre, by=None, centre_ids=None)


def _make(
    history: History, kind: str, language: str, *, centre: Centre, by: User | None, centre_ids: list[int] | None
) -> tuple[HistoryPaper, bytes]:
    token = new_token()
    with override("vi"):  # an official paper; the English lines stand below
        pdf = pdf_of("indicators/print/history.html", "history.css", _words(history, kind, language, centre, token))
    with transaction.atomic():
        row = HistoryPaper.objects.create(
            learner=history.learner, kind=kind, language=language, token=token, totals=history.totals,
            sha256=hashlib.sha256(pdf).hexdigest(), centre_ids=centre_ids, centre=centre, made_by=by,
        )  # fmt: skip
        data = {"kind": kind, "language": language, "sha256": row.sha256}
        audit.record("indicators.make_history", row, by=by, centre_id=centre.pk, data=data)
    return row, pdf


def _words(history: History, kind: str, language: str, centre: Centre, token: str) -> dict[str, Any]:
    both = language == HistoryLanguage.BOTH
    states = {}
    for code in ("vi", "en"):
        with override(code):
            states[code] = {
                "classes": [str(line.status.label) for line in history.classes],
                "papers": [row.get_state_display() for row in history.certificates],
                "level": history.standing.get_level_display() if history.standing else "",
            }  # fmt: skip
    return {
        "history": history,
        "learner": history.learner,
        "is_full": kind == HistoryKind.FULL,
        "both": both,
        "place": centre.name.removeprefix(USUAL_CENTRE).strip() or centre.name,
        "motto": MOTTO,
        "classes": list(zip(history.classes, states["vi"]["classes"], states["en"]["classes"], strict=True)),
        "papers": list(zip(history.certificates, states["vi"]["papers"], states["en"]["papers"], strict=True)),
        "level": (states["vi"]["level"], states["en"]["level"]),
        "made_at": timezone.now(),
        "qr": qr_svg(proof_url(token)),
        "token": group_token(token),
        "address": proof_url(token).rpartition("/")[0].partition("://")[2].lower(),
    }


@dataclass(frozen=True)
class HistoryProof:
    """What a paper said in sums, and what has changed since; the name masked as on certificates' public page."""

    paper: HistoryPaper
    masked_name: str
    figures: list[tuple[str, int, bool]]

    @property
    def stands(self) -> bool:
        """Whether every sum is what it was."""
        return not any(changed for _label, _value, changed in self.figures)


def paper_of(token: str) -> HistoryPaper | None:
    """Return the paper a code belongs to."""
    found = read_token(token)
    rows = HistoryPaper.objects.select_related("learner__merged_into", "centre", "made_by")
    return rows.filter(token=found).first() if found else None


LABELS = {
    "classes": _lazy("Lớp đã học"), "sessions": _lazy("Buổi đã dự"), "minutes": _lazy("Số phút học"),
    "outside": _lazy("Học ở nơi khác"), "certificates": _lazy("Chứng nhận đã cấp"),
    "in_force": _lazy("Chứng nhận còn giá trị"),
}  # fmt: skip


def proof_of_paper(paper: HistoryPaper) -> HistoryProof:
    """Ask again what the paper was made from, as far as it went then: learning after that day is no change."""
    learner = paper.learner.merged_into or paper.learner
    day = timezone.localdate(paper.made_at)
    if paper.kind == HistoryKind.PAPERS:
        now = holder_history(learner, day).totals
    else:
        now = history_of(learner, _reader(paper), day).totals
    figures = [(str(label), paper.totals[name], now[name] != paper.totals[name]) for name, label in LABELS.items()]
    if paper.kind == HistoryKind.PAPERS:
        figures = figures[-2:]
    return HistoryProof(paper, mask_name(learner.full_name), figures)


def _reader(paper: HistoryPaper) -> User:
    """A user object who sees the centres the paper was made from, and nothing else."""
    verbs = frozenset({Verb.VIEW, Verb.VIEW_OWN_CLASSES})
    asker = User(pk=paper.made_by_id)
    if paper.centre_ids is None:
        scope = Scope(user_id=paper.made_by_id, city_verbs=verbs)
    else:
        ids = frozenset(paper.centre_ids)
        scope = Scope(user_id=paper.made_by_id, grants=dict.fromkeys(verbs, ids))
    asker._scope = scope  # type: ignore[attr-defined]
    return asker
