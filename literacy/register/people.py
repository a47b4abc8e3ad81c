"""Reads of the register: a page of people, how many are at which level."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count

from learners.models import Learner
from literacy.choices import StatedLevel
from literacy.models import LevelStanding, Mobilisation
from literacy.register.asking import UNKNOWN, Asked, people_of

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A person of the register: age in the year of the report (None: unknown), and where they stand (None: unknown)."""

    learner: Learner
    age: int | None
    standing: LevelStanding | None

    @property
    def level(self) -> str:
        """The level in words; empty when it is not known."""
        if self.standing is None or self.standing.level is None:
            return ""
        return str(StatedLevel(self.standing.level).label)

    @property
    def held(self) -> Mobilisation | None:
        """Who calls on the person and what came of it, where anybody does; ask for it in the same query."""
        return getattr(self.learner, "mobilisation", None)

    @property
    def caller(self) -> str:
        """The name of who calls on the person, or nothing."""
        return self.held.volunteer.full_name if self.held and self.held.volunteer else ""

    @property
    def home(self) -> str:
        """Where the person lives, as well as it is written down."""
        place = self.learner.neighbourhood
        return self.learner.address or (place.name if place else "")


def level_counts(asked: Asked, user: Any) -> dict[str, int]:
    """How many people who fit the rest of the question are at each level, unknown, relapsed; "" is all. One query."""
    rows = people_of(asked, user, level=False).order_by()
    counts = dict.fromkeys(("", "0", "1", "2", UNKNOWN, "relapsed"), 0)
    groups = rows.values_list("level_standing__level", "level_standing__relapsed").annotate(people=Count("pk"))
    for level, relapsed, people in groups:
        counts[""] += people
        counts[UNKNOWN if level is None else str(level)] += people
        counts["relapsed"] += people if relapsed else 0
    return counts


def page_of(asked: Asked, user: Any, number: str | None, count: int) -> Page[Any]:
    """A page of people in Vietnamese order, as lines."""
    people = people_of(asked, user).select_related("neighbourhood", "level_standing").order_by("sort_key", "pk")
    paginator = Paginator(people, PER_PAGE)
    paginator.count = count  # the tabs have counted them already
    page: Page[Any] = paginator.get_page(number)
    page.object_list = [line_of(learner, asked.year) for learner in page.object_list]
    return page


def line_of(learner: Learner, year: int) -> Line:
    """A person as a line; ask for ``level_standing`` in the same query."""
    age = year - learner.birth_year if learner.birth_year else None
    return Line(learner, age, getattr(learner, "level_standing", None))
