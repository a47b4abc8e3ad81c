"""One question to statistics: whom, which days, on which map. Asked by pages, files, the API, schedules and papers."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import Scope, scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from core.errors import InvalidInput
from indicators.choices import Boundaries
from indicators.services.boundaries import restate
from indicators.statistics.selectors import statistics


@dataclass(frozen=True)
class Question:
    """Whom and which days, on which map; ``by_unit`` asks for lines of units, otherwise of centres and topics."""

    starts_on: dt.date
    ends_on: dt.date
    unit: AdminUnit | None = None
    centre: Centre | None = None
    boundaries: str = Boundaries.THEN
    by_unit: bool = False

    def __post_init__(self) -> None:
        if self.unit is None and self.centre is None:
            raise InvalidInput("no_subject", _("Hãy chọn đơn vị hoặc trung tâm."))
        if self.ends_on < self.starts_on:
            raise InvalidInput("period_reversed", _("Ngày cuối kỳ phải sau ngày đầu kỳ."))

    @property
    def what(self) -> dict[str, Any]:
        """Whom and which days, as the selectors take them."""
        return {"unit": self.unit, "centre": self.centre, "starts_on": self.starts_on, "ends_on": self.ends_on}

    @property
    def is_by_unit(self) -> bool:
        """Whether lines are units: also on another map, where centres have no meaning of their own."""
        return self.by_unit or self.boundaries != Boundaries.THEN


def totals_of(question: Question, by: User) -> dict[str, int]:
    """Return the totals of a question: the same names and, for the city, the same numbers on every map.

    Raises as ``restate`` does.
    """
    if question.is_by_unit:
        return restate(by=by, boundaries=question.boundaries, **question.what).totals
    return statistics(user=by, **question.what, from_rows=True).totals


def centres_in_scope(by: User) -> list[int] | None:
    """Return the centres whose figures somebody sees; None for all. Kept with a paper, to ask again as it was asked."""
    scope = scope_of(by)
    return None if Verb.VIEW_FIGURES in scope.city_verbs else sorted(scope.centre_ids(Verb.VIEW_FIGURES))


def with_scope(user: User, centre_ids: list[int] | None, unit: AdminUnit | None) -> User:
    """Return a user object who sees the figures of those centres and nothing else, to ask a kept question again."""
    verbs = frozenset({Verb.VIEW_FIGURES})
    if centre_ids is None:
        scope = Scope(city_verbs=verbs | {Verb.VIEW}, label=unit.name if unit else "")
    else:
        scope = Scope(
            grants={Verb.VIEW_FIGURES: frozenset(centre_ids)}, unit_ids=frozenset({unit.pk} if unit else ()),
        )  # fmt: skip
    asker = User(pk=user.pk, username=user.username, full_name=user.full_name)
    asker._scope = scope  # type: ignore[attr-defined]
    return asker
