"""The figures of statistics and the lines they stand in (docs/adr/0011)."""

import datetime as dt
from dataclasses import dataclass, field, fields

from centres.models import Centre
from certificates.choices import CertificateState
from courses.models import Topic
from learners.choices import FOREIGN, KINH, UNKNOWN_ETHNICITY

NOT_MINORITY = (KINH, FOREIGN, UNKNOWN_ETHNICITY)
HANDED_OUT = (CertificateState.ISSUED, CertificateState.CORRECTED, CertificateState.REPLACED, CertificateState.REVOKED)


@dataclass
class Counts:
    """The figures of one line."""

    classes_led: int = 0
    classes_took_part: int = 0
    sessions: int = 0
    participations: int = 0
    learners: int = 0
    women: int = 0
    sex_unknown: int = 0
    minorities: int = 0
    ethnicity_unknown: int = 0
    under_15: int = 0
    age_15_25: int = 0
    age_26_35: int = 0
    age_36_60: int = 0
    over_60: int = 0
    age_unknown: int = 0
    certificates: int = 0
    revoked: int = 0

    @property
    def classes(self) -> int:
        """Classes led and taken part in."""
        return self.classes_led + self.classes_took_part

    def as_dict(self) -> dict[str, int]:
        """Return the counts with ``classes`` added."""
        return {"classes": self.classes, **{item.name: getattr(self, item.name) for item in fields(self)}}


COUNTED = tuple(item.name for item in fields(Counts))


@dataclass(frozen=True)
class Line:
    """A centre's topic, a centre's total (no topic), a topic in all (no centre) or the grand total (neither)."""

    centre: Centre | None
    topic: Topic | None
    counts: Counts


@dataclass(frozen=True)
class Statistics:
    """Lines in reading order: grand total, its topics, then each centre's total (with its topics where asked for)."""

    label: str
    starts_on: dt.date
    ends_on: dt.date
    total: Counts
    centre_count: int
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    # When it is not what the rows say at this moment: when it was worked out (docs/adr/0051).
    worked_out_at: dt.datetime | None = None

    @property
    def summary(self) -> list[Line]:
        """What a page shows: the total, its topics, one line a centre (the file has every centre's topics)."""
        return [line for line in self.lines if line.centre is None or line.topic is None]

    @property
    def totals(self) -> dict[str, int]:
        """The grand total as plain numbers."""
        return {"centres": self.centre_count, **self.total.as_dict()}


def band_of(birth_year: int | None, year: int) -> str:
    """Return the name of the figure an age counts in, in a year."""
    if birth_year is None:
        return "age_unknown"
    age = year - birth_year
    if age < 15:
        return "under_15"
    if age <= 25:
        return "age_15_25"
    if age <= 35:
        return "age_26_35"
    return "age_36_60" if age <= 60 else "over_60"
