"""Whether the paper of a commune's file and the system still agree."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _lazy

from indicators.community.files import sums_of
from indicators.models import ReportRun

LABELS: dict[str, str | Promise] = {
    "targets": _lazy("Chỉ tiêu"), "first": _lazy("Đạt từ mức độ 1"), "second": _lazy("Đạt mức độ 2"),
    "unmet": _lazy("Chưa đạt"), "level": _lazy("Mức độ của hồ sơ"), "title": _lazy("Mức độ danh hiệu đang có"),
}  # fmt: skip


@dataclass(frozen=True)
class CommunityProof:
    """What the paper says in sums (None: not known then), and which of them are others now."""

    run: ReportRun
    figures: list[tuple[str, int | None, bool]]

    @property
    def stands(self) -> bool:
        """Whether every sum is what it was."""
        return not any(changed for _label, _value, changed in self.figures)


def proof_of_file(run: ReportRun) -> CommunityProof:
    """Compare the sums a paper was made with to those of today: three queries."""
    assert run.evaluation is not None
    now = sums_of(run.evaluation, timezone.localdate())
    return CommunityProof(
        run, [(str(label), run.totals[name], now[name] != run.totals[name]) for name, label in LABELS.items()]
    )
