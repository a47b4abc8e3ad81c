"""Which communes have the title, at which level, until when; the whole of one commune's titles."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import User
from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, UnitLineage
from indicators.choices import EvaluationState, TitleState
from indicators.models import CommunityTitle, Evaluation
from indicators.querysets import grouped, units_seen
from indicators.rubric.marks import months_later, title_state

SOON_MONTHS = 6
# Of a commune the last step is the review: what recognises it is a decision of its own.
STATE_WORDS: dict[str, str | Promise] = {
    "none": _lazy("chưa bắt đầu"),
    EvaluationState.DRAFT.value: EvaluationState.DRAFT.label,
    EvaluationState.SUBMITTED.value: EvaluationState.SUBMITTED.label,
    EvaluationState.RETURNED.value: EvaluationState.RETURNED.label,
    EvaluationState.LOCKED.value: _lazy("đã thẩm định"),
}
HOLDS = (TitleState.VALID, TitleState.EXPIRING)


@dataclass(frozen=True)
class Held:
    """A title and how it stands on a day."""

    title: CommunityTitle
    state: TitleState
    today: dt.date

    @property
    def days(self) -> int:
        """Days until its last day; less than zero when that is over."""
        return (self.title.valid_to - self.today).days

    @property
    def over_days(self) -> int:
        """Days since its last day."""
        return -self.days

    @property
    def holds(self) -> bool:
        """Whether the commune may call itself by it."""
        return self.state in HOLDS


def held(title: CommunityTitle, today: dt.date) -> Held:
    """Return how a title stands (``ended`` is looked at: select it with the title)."""
    soon = months_later(today, SOON_MONTHS)
    return Held(title, title_state(title.valid_to, today, soon=soon, ended=hasattr(title, "ended")), today)


def current(titles: Iterable[CommunityTitle], today: dt.date) -> Held | None:
    """Return the title that counts: one that holds before one that is over, one that is over before a revoked one.

    Of several the one decided last.
    """
    rows = [held(title, today) for title in titles if title.decided_on <= today]
    order = {TitleState.REVOKED: 0, TitleState.EXPIRED: 1}
    return max(rows, key=lambda row: (order.get(row.state, 2), row.title.decided_on, row.title.pk), default=None)


@dataclass(frozen=True)
class Commune:
    """One commune in the list: its file of the year, its title today, the districts it came from."""

    unit: AdminUnit
    evaluation: Evaluation | None
    title: Held | None
    districts: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """The state of the file, "none" before the first saving."""
        return self.evaluation.state if self.evaluation else "none"

    @property
    def state_words(self) -> str:
        """The same in words."""
        return str(STATE_WORDS[self.state])

    @property
    def title_state(self) -> TitleState:
        """How its title stands."""
        return self.title.state if self.title else TitleState.NONE


@dataclass(frozen=True)
class Overview:
    """Every commune of a year that somebody sees, and how many there are of each kind."""

    year: int
    communes: list[Commune]
    today: dt.date = field(default_factory=timezone.localdate)

    @property
    def states(self) -> Counter[TitleState]:
        """Communes by how their title stands."""
        return Counter(row.title_state for row in self.communes)

    @property
    def levels(self) -> Counter[int]:
        """Communes whose title holds, by level."""
        return Counter(row.title.title.level for row in self.communes if row.title and row.title.holds)

    @property
    def at_first(self) -> int:
        """Communes whose title at level 1 holds."""
        return self.levels[1]

    @property
    def at_second(self) -> int:
        """Communes whose title at level 2 holds."""
        return self.levels[2]

    @property
    def holding(self) -> int:
        """Communes whose title holds."""
        return sum(self.levels.values())

    @property
    def without(self) -> int:
        """Communes that have none that holds."""
        return len(self.communes) - self.holding

    @property
    def waiting(self) -> int:
        """Files that wait to be looked at."""
        return sum(row.state == EvaluationState.SUBMITTED for row in self.communes)

    def only(self, what: str) -> list[Commune]:
        """Return the communes of a filter; all of them for one there is not."""
        tests = {
            "holding": lambda row: row.title_state in HOLDS,
            "expiring": lambda row: row.title_state == TitleState.EXPIRING,
            "expired": lambda row: row.title_state == TitleState.EXPIRED,
            "without": lambda row: row.title_state not in HOLDS,
            "waiting": lambda row: row.state == EvaluationState.SUBMITTED,
        }
        test = tests.get(what)
        return [row for row in self.communes if test is None or test(row)]


FILTERS = ("holding", "expiring", "expired", "without", "waiting")


def communes_of(user: User, year: int, district: AdminUnit | None = None) -> list[AdminUnit]:
    """Return the communes of a year that somebody may open: as they stood on its last day, or stand today.

    ``district``: those below it; of communes of today those that came from it.
    """
    day = min(dt.date(year, 12, 31), timezone.localdate())
    rows = units_seen(user).communes().on(day)
    if district is not None:
        came = UnitLineage.objects.filter(old__parent=district).values("new")
        rows = rows.filter(Q(parent=district) | Q(pk__in=came))
    return list(rows.order_by("sort_key", "code"))


def overview_of(*, user: User, year: int, district: AdminUnit | None = None) -> Overview:
    """Return the list: six queries, however many communes."""
    today, units = timezone.localdate(), communes_of(user, year, district)
    files = Evaluation.objects.filter(unit__in=units, year=year)
    by_unit = {row.unit_id: row for row in files}
    titles: dict[int, list[CommunityTitle]] = defaultdict(list)
    for title in CommunityTitle.objects.filter(unit__in=units).select_related("ended"):
        titles[title.unit_id].append(title)
    came = _districts(units)
    return Overview(
        year,
        [
            Commune(unit, by_unit.get(unit.pk), current(titles[unit.pk], today), tuple(came.get(unit.pk, ())))
            for unit in units
        ],
        today,
    )


def _districts(units: list[AdminUnit]) -> dict[int, list[str]]:
    """The districts communes lie in or came from, by name."""
    found: dict[int, set[str]] = defaultdict(set)
    lines = UnitLineage.objects.filter(new__in=units, old__parent__level=UnitLevel.DISTRICT)
    for new_id, name in lines.values_list("new_id", "old__parent__name"):
        found[new_id].add(name)
    below = AdminUnit.objects.filter(pk__in=[unit.pk for unit in units], parent__level=UnitLevel.DISTRICT)
    for pk, name in below.values_list("pk", "parent__name"):
        found[pk].add(name)
    return {pk: sorted(names) for pk, names in found.items()}


@dataclass(frozen=True)
class History:
    """All titles of a commune, and those of the communes it was made of: shown, never counted as its own."""

    own: list[Held]
    before: list[Held]
    current: Held | None


def history_of(unit: AdminUnit) -> History:
    """Return the titles of a commune, the latest first: two queries."""
    today = timezone.localdate()
    rows = CommunityTitle.objects.select_related("ended__ended_by", "unit", "recorded_by", "evaluation")
    own = list(rows.filter(unit=unit))
    before = rows.filter(unit__in=UnitLineage.objects.filter(new=unit).values("old"))
    return History(
        [held(row, today) for row in own], [held(row, today) for row in before.order_by("-decided_on", "-pk")],
        current(own, today),
    )  # fmt: skip


def expiring_for(user: User, today: dt.date) -> list[Held]:
    """Return titles that end within six months, of one's own communes or (for the city) of all: two queries.

    One that a later decision has followed is not among them. For the start page: who is to act.
    """
    scope = scope_of(user)
    rows = CommunityTitle.objects.select_related("unit", "ended").filter(unit__valid_to__isnull=True)
    if Verb.APPROVE_FIGURE not in scope.city_verbs:
        if not (scope.unit_ids and scope.may(Verb.REPORT_FIGURE)):
            return []
        own = Q(unit_id__in=scope.unit_ids) | Q(unit_id__in=grouped(scope.unit_ids))
        rows = rows.filter(own)
    by_unit: dict[int, list[CommunityTitle]] = defaultdict(list)
    for row in rows:
        by_unit[row.unit_id].append(row)
    found = [current(titles, today) for titles in by_unit.values()]
    return sorted(
        (row for row in found if row and row.state == TitleState.EXPIRING), key=lambda row: (row.days, row.title.pk)
    )
