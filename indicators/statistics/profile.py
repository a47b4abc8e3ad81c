"""What learning in a period was made of: by topic, role, funding, sex, ethnic group and age (docs/adr/0050).

Class by class measures (classes, sessions, hours) exist only for what describes a class; people, participations and
certificates for everything. The rows are those of ``restate``, on the same map; a unit asked for by itself counts what
certainly lies in it, without what weights would share out.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.models import User
from centres.models import AdminUnit, Centre
from courses.choices import OrganiserRole
from courses.models import Topic
from courses.planning.choices import Funding
from indicators.statistics import facts
from indicators.statistics.boundaries import Place, UnitMap
from indicators.statistics.lines import band_of
from indicators.statistics.restate import area_asked
from learners.choices import ETHNICITIES, Sex

DIMENSIONS = {
    "topic": gettext_lazy("Lĩnh vực"),
    "role": gettext_lazy("Vai trò của trung tâm"),
    "funding": gettext_lazy("Nguồn kinh phí"),
    "sex": gettext_lazy("Giới tính"),
    "ethnicity": gettext_lazy("Dân tộc"),
    "age": gettext_lazy("Nhóm tuổi"),
}
OF_CLASSES = ("topic", "role", "funding")
BANDS = {
    "under_15": gettext_lazy("Dưới 15 tuổi"),
    "age_15_25": gettext_lazy("15–25 tuổi"),
    "age_26_35": gettext_lazy("26–35 tuổi"),
    "age_36_60": gettext_lazy("36–60 tuổi"),
    "over_60": gettext_lazy("Trên 60 tuổi"),
    "age_unknown": gettext_lazy("Không rõ tuổi"),
}


@dataclass
class Part:
    """One value of a dimension. ``None`` where the measure does not describe it."""

    dimension: str
    code: str
    label: str
    classes: int | None
    sessions: int | None
    minutes: int | None
    participations: int = 0
    learners: int = 0
    women: int = 0
    certificates: int = 0

    @property
    def hours(self) -> float | None:
        """Hours taught, to two places."""
        return None if self.minutes is None else round(self.minutes / 60, 2)


@dataclass
class _Seen:
    classes: set[int] = field(default_factory=set)
    learners: set[int] = field(default_factory=set)
    sessions: int = 0
    minutes: int = 0
    participations: int = 0
    women: int = 0
    certificates: int = 0


def profile(
    *,
    user: User,
    starts_on: dt.date,
    ends_on: dt.date,
    boundaries: str,
    unit: AdminUnit | None = None,
    centre: Centre | None = None,
) -> list[Part]:
    """Count by dimension and value, in reading order. A fixed number of queries. Raises as ``restated`` does."""
    drawn = UnitMap(boundaries)
    area = area_asked(drawn, user, starts_on, ends_on, unit, centre)
    seen: dict[tuple[str, Any], _Seen] = defaultdict(_Seen)
    of_class: dict[int, tuple[Any, ...]] = {}
    at: dict[int, set[Place]] = defaultdict(set)
    for taught in facts.taught(area.rows):
        place = drawn.place(taught.unit_id, taught.centre_id)
        at[taught.class_id].add(place)
        of_class[taught.class_id] = (taught.topic_id, taught.role, taught.funding)
        if area.belongs(place):
            for key in zip(OF_CLASSES, of_class[taught.class_id], strict=True):
                seen[key].classes.add(taught.class_id)
                seen[key].sessions += taught.sessions
                seen[key].minutes += taught.minutes or 0
    for person in facts.people(area.rows):
        if not any(
            area.belongs(drawn.place_of_person(place, person.neighbourhood_id)) for place in at[person.class_id]
        ):
            continue
        keys = [*zip(OF_CLASSES, of_class[person.class_id], strict=True), *_keys_of(person, ends_on.year)]
        for key in keys:
            one = seen[key]
            one.participations += 1
            if person.learner_id not in one.learners:
                one.learners.add(person.learner_id)
                one.women += person.sex == Sex.FEMALE
    for paper in facts.papers(area.rows):
        place = drawn.place_of_person(drawn.place(paper.unit_id, paper.centre_id), paper.neighbourhood_id)
        if area.belongs(place):
            for key in (("topic", paper.topic_id), ("role", paper.role), ("funding", paper.funding),
                        *_keys_of(paper, ends_on.year)):  # fmt: skip
                seen[key].certificates += paper.papers
    return _in_order(seen)


def _keys_of(row: facts.PersonRow | facts.PaperRow, year: int) -> list[tuple[str, Any]]:
    return [("sex", row.sex), ("ethnicity", row.ethnicity), ("age", band_of(row.birth_year, year))]


def _in_order(seen: dict[tuple[str, Any], _Seen]) -> list[Part]:
    topics = {row.pk: row for row in Topic.objects.order_by("order", "pk")}
    values: dict[str, list[tuple[Any, str, str]]] = {
        "topic": [(pk, row.code, str(row)) for pk, row in topics.items()],
        "role": [(value, value, str(label)) for value, label in OrganiserRole.choices],
        "funding": [(value, value, str(label)) for value, label in Funding.choices],
        "sex": [(value, value, str(label)) for value, label in Sex.choices],
        "ethnicity": [(value, value, str(label)) for value, label in ETHNICITIES],
        "age": [(value, value, str(label)) for value, label in BANDS.items()],
    }
    parts = []
    for dimension in DIMENSIONS:
        for value, code, label in values[dimension]:
            found = seen.get((dimension, value))
            if found is None:
                continue
            of_class = dimension in OF_CLASSES
            parts.append(
                Part(
                    dimension,
                    code,
                    label,
                    classes=len(found.classes) if of_class else None,
                    sessions=found.sessions if of_class else None,
                    minutes=found.minutes if of_class else None,
                    participations=found.participations,
                    learners=len(found.learners),
                    women=found.women,
                    certificates=found.certificates,
                )
            )
    return parts
