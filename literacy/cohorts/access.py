"""Whose cohorts somebody may look at, and whether they may see the persons behind the numbers."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Centre
from core.errors import OutOfScope


@dataclass(frozen=True)
class Place:
    """A unit or centre whose cohorts are looked at. ``exact``: this user may see the persons, so sees every number."""

    unit: AdminUnit | None
    centre: Centre | None
    exact: bool

    @property
    def key(self) -> str:
        """How an address names it: ``u12`` or ``c3``."""
        return f"u{self.unit.pk}" if self.unit else f"c{self.centre.pk}" if self.centre else ""

    @property
    def code(self) -> str:
        """The code of the unit or centre."""
        return self.unit.code if self.unit else self.centre.code if self.centre else ""

    @property
    def name(self) -> str:
        """The name of the unit or centre."""
        return str(self.unit or self.centre)


def sees_people(user: User, unit: AdminUnit) -> bool:
    """Whether a user may see the persons behind a unit's numbers, and so every number: no query of its own."""
    scope = scope_of(user)
    mine = unit.pk in scope.unit_ids or unit.parent_id in scope.unit_ids
    return scope.everything or (mine and scope.may(Verb.VIEW))


def of_unit(user: User, unit: AdminUnit) -> Place:
    """Return a unit as this user sees it. Raises OutOfScope for a unit that is neither theirs nor the city."""
    if not (unit.level == UnitLevel.CITY or AdminUnit.objects.visible_to(user).filter(pk=unit.pk).exists()):
        raise OutOfScope("not_found", _("Không tìm thấy."))
    return Place(unit, None, sees_people(user, unit))


def of_centre(user: User, centre: Centre) -> Place:
    """Return a centre as this user sees it. Raises OutOfScope for a centre whose figures are not theirs."""
    scope = scope_of(user)
    if not scope.may(Verb.VIEW_FIGURES, centre.pk):
        raise OutOfScope("not_found", _("Không tìm thấy."))
    return Place(None, centre, scope.may(Verb.VIEW, centre.pk))


def place_named(user: User, key: str) -> Place:
    """Return the place of an address, or where the user works for an empty one.

    Raises OutOfScope for a foreign place and for what is none.
    """
    scope = scope_of(user)
    if not key:
        key = f"u{scope.main_unit_id}" if scope.main_unit_id else f"c{scope.main_centre_id}"
    kind, pk = key[:1], key[1:]
    if pk.isdecimal() and len(pk) < 12:
        if kind == "u" and (unit := AdminUnit.objects.filter(pk=int(pk)).first()):
            return of_unit(user, unit)
        if kind == "c" and (centre := Centre.objects.filter(pk=int(pk)).first()):
            return of_centre(user, centre)
    raise OutOfScope("not_found", _("Không tìm thấy."))


def choices(user: User) -> list[tuple[str, str]]:
    """Return what the user may choose: the city, own units and those below, own centres, as (key, name)."""
    scope = scope_of(user)
    units = AdminUnit.objects.exclude(level=UnitLevel.CITY)
    if scope.everything:
        units = units.filter(Q(level=UnitLevel.DISTRICT) | Q(valid_to__isnull=True))
    else:
        units = units.filter(Q(pk__in=scope.unit_ids) | Q(parent_id__in=scope.unit_ids))
    city = AdminUnit.objects.filter(level=UnitLevel.CITY)
    found = [(f"u{row.pk}", _name(row)) for row in (*city, *units.order_by("-level", "sort_key"))]
    if not scope.is_officer:
        centres = Centre.objects.filter(pk__in=scope.centre_ids(Verb.VIEW_FIGURES))
        found = [*((f"c{row.pk}", row.name) for row in centres.order_by("sort_key")), *found]
    return found


def _name(unit: AdminUnit) -> str:
    return _("%(name)s (cũ)") % {"name": unit.name} if unit.is_closed else unit.name
