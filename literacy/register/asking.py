"""What is asked of the register: a commune, a level, an age, sex, ethnicity, neighbourhood, target group, words.

Ages are dated settings; an age is the year of the report minus the year of birth (form of the survey on universal
education). Whoever's year of birth, sex or ethnicity is unknown is found under "unknown", never under anything else.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.choices import UnitLevel
from centres.models import AdminUnit, Neighbourhood, UnitLineage
from core.models import setting_on
from core.text import clean
from learners.choices import KINH, MINORITY_CODES, UNKNOWN_ETHNICITY, Sex
from learners.models import Learner
from learners.search import read_question
from learners.target_groups import TargetGroup, members_q

UNKNOWN = "unknown"
ALL = "all"
LEVELS = ("0", "1", "2", UNKNOWN, "relapsed")
_SEX = (Sex.FEMALE, Sex.MALE, Sex.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Band:
    """An age band, both ends included; ``code`` as it stands in addresses."""

    code: str
    label: str
    first: int = 0
    last: int = 0


@dataclass(slots=True)
class Asked:
    """A question to the register, checked: whatever does not exist is not asked for."""

    unit: AdminUnit
    year: int
    bands: list[Band]
    band: Band
    level: str = ""
    sex: str = ""
    ethnicity: str = ""
    place: Neighbourhood | None = None
    group: TargetGroup | None = None
    text: str = ""
    places: list[Neighbourhood] = field(default_factory=list)

    def query(self, **changes: str) -> str:
        """The question as a query string, with some parts changed; empty parts are left out."""
        parts = {
            "unit": str(self.unit.pk),
            "level": self.level,
            "band": self.band.code if self.band != self.bands[0] else "",
            "sex": self.sex,
            "ethnicity": self.ethnicity,
            "place": str(self.place.pk) if self.place else "",
            "group": self.group.code if self.group else "",
            "q": self.text,
        }
        return urlencode({name: value for name, value in (parts | changes).items() if value})


def communes_of(user: Any) -> QuerySet[AdminUnit]:
    """The communes of today whose register the user may open."""
    return AdminUnit.objects.visible_to(user).communes().on(timezone.localdate()).order_by("sort_key", "pk")


def units_of(unit: AdminUnit) -> list[int]:
    """The commune, and the old communes that went into it whole: where its people are written down. One query."""
    whole = UnitLineage.objects.filter(new=unit, old_is_split=False, old__level=UnitLevel.COMMUNE)
    return [unit.pk, *whole.values_list("old_id", flat=True)]


def age_bands(day: dt.date) -> list[Band]:
    """The bands of a day: the whole register's ages, each band, older, younger, unknown, everybody."""
    first, last = int(setting_on("literacy.age_from", day)), int(setting_on("literacy.age_to", day))
    inner = [tuple(pair) for pair in setting_on("literacy.age_bands", day)]
    return [
        Band("register", _("%(from)s–%(to)s tuổi") % {"from": first, "to": last}, first, last),
        *(
            Band(f"{low}-{high}", _("%(from)s–%(to)s tuổi") % {"from": low, "to": high}, low, high)
            for low, high in inner
        ),
        Band("older", _("trên %(n)s tuổi") % {"n": last}, last + 1, 200),
        Band("younger", _("dưới %(n)s tuổi") % {"n": first}, 0, first - 1),
        Band(UNKNOWN, _("không rõ năm sinh")),
        Band(ALL, _("mọi tuổi")),
    ]


def read_asked(data: Any, unit: AdminUnit) -> Asked:
    """Read a question from the parameters of an address."""
    today = timezone.localdate()
    bands = age_bands(today)
    chosen = next((band for band in bands if band.code == data.get("band")), bands[0])
    places = sorted(Neighbourhood.objects.filter(unit=unit), key=lambda row: _numbers_as_numbers(row.search_key))
    place = data.get("place", "")
    group = data.get("group", "")
    return Asked(
        unit,
        today.year,
        bands,
        chosen,
        level=data.get("level", "") if data.get("level", "") in LEVELS else "",
        sex=data.get("sex", "") if data.get("sex", "") in _SEX else "",
        ethnicity=data.get("ethnicity", "") if data.get("ethnicity", "") in ("minority", "kinh", UNKNOWN) else "",
        place=next((row for row in places if str(row.pk) == place), None),
        group=TargetGroup.objects.filter(code=group).first() if group else None,
        text=clean(data.get("q", ""))[:100],
        places=places,
    )


def _numbers_as_numbers(key: str) -> list[tuple[int, str]]:
    """Thôn 2 before Thôn 10."""
    return [(int(word), "") if word.isdecimal() else (0, word) for word in key.split()]


def people_of(asked: Asked, user: Any, *, level: bool = True) -> QuerySet[Learner]:
    """Who is asked for, of those the user may see; without ``level`` whatever their level."""
    people = Learner.objects.visible_to(user).filter(unit_id__in=units_of(asked.unit))
    people = people.filter(_age(asked.band, asked.year))
    if asked.sex:
        people = people.filter(sex=asked.sex)
    if asked.ethnicity:
        people = people.filter(_ethnicity(asked.ethnicity))
    if asked.place:
        people = people.filter(neighbourhood=asked.place)
    if asked.group:
        people = people.filter(pk__in=Learner.objects.filter(members_q(asked.group, timezone.localdate())).values("pk"))
    if asked.text:
        people = _matching(people, asked.text)
    return people.filter(level_q(asked.level)) if level and asked.level else people


def _age(band: Band, year: int) -> Q:
    if band.code == ALL:
        return Q()
    if band.code == UNKNOWN:
        return Q(birth_year__isnull=True)
    return Q(birth_year__range=(year - band.last, year - band.first))


def _ethnicity(wanted: str) -> Q:
    if wanted == "minority":
        return Q(ethnicity__in=MINORITY_CODES)
    return Q(ethnicity=KINH) if wanted == "kinh" else Q(ethnicity__in=("", UNKNOWN_ETHNICITY))


def level_q(level: str) -> Q:
    """People of a level. Whoever fell back is found under ``relapsed`` and under the level that is left."""
    if level == UNKNOWN:
        return Q(level_standing__level__isnull=True)
    if level == "relapsed":
        return Q(level_standing__relapsed=True)
    return Q(level_standing__level=int(level))


def _matching(people: Any, text: str) -> Any:
    wanted = read_question(text)
    if wanted.code:
        return people.filter(code=wanted.code)
    if wanted.birth_year:
        people = people.filter(birth_year=wanted.birth_year)
    for digits in wanted.digits:
        people = people.filter(phone__contains=digits)
    return people.named_like(" ".join(wanted.words)) if wanted.words else people
