"""Scope: which rows a user sees, and what may be done to them. Every tenant queryset starts here.

Imports no models of this app (they import it): it walks ``user.memberships``. Out of scope is 404, a forbidden verb
on a visible row 403 (DESIGN, rule 8).
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.markers import Marker, mark_own, mark_public
from centres.choices import ROLE_VERBS, Verb
from core.errors import Forbidden

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Scope:
    """The centres a user reaches, by verb. ``everything`` when a membership covers the whole city.

    ``grants`` maps a verb to centre ids; ``city_verbs`` hold everywhere; ``unit_ids`` are the units of the user's own
    unit memberships, ``body_ids`` the departments and associations; ``roles`` are those in force today.
    """

    user_id: int | None = None
    roles: frozenset[str] = frozenset()
    grants: dict[Verb, frozenset[int]] = field(default_factory=dict)
    city_verbs: frozenset[Verb] = frozenset()
    unit_ids: frozenset[int] = frozenset()
    body_ids: frozenset[int] = frozenset()
    label: str = ""
    main_centre_id: int | None = None
    main_unit_id: int | None = None

    @property
    def everything(self) -> bool:
        """Whether every centre of the city is visible."""
        return Verb.VIEW in self.city_verbs

    @property
    def is_officer(self) -> bool:
        """Whether the user works for a unit, not for a centre or a body."""
        return bool(self.unit_ids)

    def centre_ids(self, verb: Verb) -> frozenset[int]:
        """Centres where the verb is allowed (empty set and ``verb in city_verbs``: all of them)."""
        return self.grants.get(verb, frozenset())

    def may(self, verb: Verb, centre_id: int | None = None) -> bool:
        """Whether the verb is allowed for that centre, or anywhere when no centre is named."""
        if verb in self.city_verbs:
            return True
        # An officer's area may have no centre yet: the pages are theirs all the same, and say that nothing is there.
        return verb in self.grants if centre_id is None else centre_id in self.grants.get(verb, ())

    def sees_centre(self, centre_id: int | None) -> bool:
        """Whether rows of the centre are visible at all (a teacher sees the centre, but only own classes)."""
        return self.may(Verb.VIEW, centre_id) or self.may(Verb.VIEW_OWN_CLASSES, centre_id)

    def centre_q(self, path: str = "centre_id", verb: Verb = Verb.VIEW) -> Q:
        """A filter for rows that belong to a centre."""
        if verb in self.city_verbs:
            return Q()
        return Q(**{f"{path}__in": self.centre_ids(verb)})

    def class_q(self, path: str = "") -> Q:
        """A filter for class groups (path ``""``) and rows that hang on one (``"class_group"``).

        Teachers see the classes they teach; everybody else those of their centres.
        """
        prefix = f"{path}__" if path else ""
        query = self.centre_q(f"{prefix}centre_id")
        if not self.everything and (own := self.centre_ids(Verb.VIEW_OWN_CLASSES) - self.centre_ids(Verb.VIEW)):
            query |= Q(**{f"{prefix}teacher_id": self.user_id, f"{prefix}centre_id__in": own})
        return query


NOBODY = Scope()


def _centres_under(unit_ids: set[int]) -> dict[int, set[int]]:
    """Map each unit id to the centres that have, or had, a location in it or in a unit below it."""
    location = apps.get_model("centres", "CentreLocation")
    found: dict[int, set[int]] = {unit_id: set() for unit_id in unit_ids}
    rows = location.objects.filter(
        Q(unit_id__in=unit_ids) | Q(unit__parent_id__in=unit_ids) | Q(unit__parent__parent_id__in=unit_ids)
    ).values_list("centre_id", "unit_id", "unit__parent_id", "unit__parent__parent_id")
    for centre_id, *units in rows:
        for unit_id in units:
            if unit_id in found:
                found[unit_id].add(centre_id)
    return found


def build_scope(user: Any, day: dt.date | None = None) -> Scope:
    """Work out a user's scope on a day (today by default): two queries, however many centres."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return NOBODY
    day = day or timezone.localdate()
    memberships = [
        row
        for row in user.memberships.select_related("centre", "unit", "body")
        if row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)
    ]
    area_units = {row.unit_id for row in memberships if row.unit_id and row.unit.level != "city"}
    under = _centres_under(area_units) if area_units else {}
    grants: dict[Verb, set[int]] = {}
    city_verbs: set[Verb] = set()
    for row in memberships:
        verbs = ROLE_VERBS[Role(row.role)]
        if row.unit_id and row.unit.level == "city":
            city_verbs |= verbs
            continue
        # People of a body reach no centre: what they may do has nothing to do with one.
        centre_ids = {row.centre_id} if row.centre_id else under.get(row.unit_id, set())
        for verb in verbs:
            grants.setdefault(verb, set()).update(centre_ids)
    first = memberships[0] if memberships else None
    return Scope(
        user_id=user.pk,
        roles=frozenset(row.role for row in memberships),
        grants={verb: frozenset(ids) for verb, ids in grants.items()},
        city_verbs=frozenset(city_verbs),
        unit_ids=frozenset(row.unit_id for row in memberships if row.unit_id),
        body_ids=frozenset(row.body_id for row in memberships if row.body_id),
        label=str(first.centre or first.unit or first.body) if first else "",
        main_centre_id=next((row.centre_id for row in memberships if row.centre_id), None),
        main_unit_id=next((row.unit_id for row in memberships if row.unit_id), None),
    )


def scope_of(user: Any) -> Scope:
    """Return the user's scope, worked out once per user object (a request makes its own)."""
    if not hasattr(user, "_scope"):
        try:
            user._scope = build_scope(user)
        except AttributeError:  # a user-like object without attributes, such as a test double
            return build_scope(user)
    scope: Scope = user._scope
    return scope


def forget_scope(user: Any) -> None:
    """Drop the remembered scope after memberships changed."""
    if hasattr(user, "_scope"):
        del user._scope


def scoped(*verbs: Verb) -> Callable[[View], View]:
    """Mark a view as working on scoped rows; refuse (403) users who have none of the verbs anywhere."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            scope = scope_of(request.user)
            if not any(scope.may(verb) for verb in verbs):
                raise Forbidden(
                    "role_may_not", _("Vai trò của bạn không làm được việc này. Hãy hỏi giám đốc trung tâm.")
                )
            return view(request, *args, **kwargs)

        guarded.scope_marker = Marker("scoped", verbs)  # type: ignore[attr-defined]
        return guarded

    return mark


own = mark_own


def public(reason: str) -> Callable[[View], View]:
    """Mark a view that needs no sign-in, and say why it is safe."""

    def mark(view: View) -> View:
        return mark_public(reason)(login_not_required(view))

    return mark
