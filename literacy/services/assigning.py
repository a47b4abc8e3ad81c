"""Giving people to those who call on them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core import audit
from core.errors import Conflict, InvalidInput, OutOfScope
from core.models import AuditEvent
from core.text import search_key
from core.undo import own_deed
from literacy.models import FollowUp, Volunteer

MOST = 500
# Who had follow-ups: a volunteer's key, since when, keys of the follow-ups.
type Before = list[int | str | list[int] | None]


@transaction.atomic
def assign(*, follow_ups: Collection[int], volunteer: Volunteer | None, by: Any) -> int:
    """Give the people of some follow-ups to a volunteer, or to nobody (None). Returns how many people.

    All checks of a person that are still to come go along, so that the same face comes again. Raises InvalidInput when
    nobody is chosen, too many are, the volunteer has retired or is of another centre than somebody chosen (nothing is
    written then), OutOfScope and Forbidden for people or volunteers of others.
    """
    chosen = list(FollowUp.objects.visible_to(by).filter(pk__in=follow_ups).values_list("pk", "award_id", "centre_id"))
    if not follow_ups:
        raise InvalidInput("nobody_chosen", _("Hãy đánh dấu ít nhất một người."))
    if len(chosen) != len(set(follow_ups)):
        raise OutOfScope("not_found", _("Không tìm thấy."))
    if len(chosen) > MOST:
        raise InvalidInput("too_many", _("Mỗi lần giao được nhiều nhất %(n)s người.") % {"n": MOST})
    centres = {centre_id for _pk, _award, centre_id in chosen}
    for centre_id in sorted(centres):
        require(by, Verb.FOLLOW_UP, centre_id)
    if volunteer is not None:
        volunteer = Volunteer.objects.select_for_update().get(pk=volunteer.pk)
        if centres != {volunteer.centre_id}:
            raise InvalidInput("other_centre", _("Chỉ giao được người do trung tâm của tình nguyện viên theo dõi."))
        if not volunteer.is_active:
            raise InvalidInput("volunteer_retired", _("%(name)s đã thôi làm.") % {"name": volunteer.full_name})
    awards = {award_id for _pk, award_id, _centre in chosen}
    # What was done keeps the name of who did it; a relapse that is looked at again is chosen by its own line.
    rows = FollowUp.objects.filter(
        Q(award_id__in=awards, done_on__isnull=True) | Q(pk__in=[pk for pk, _award, _centre in chosen])
    )
    before = _who_had(rows)
    rows.update(volunteer=volunteer, assigned_on=timezone.localdate() if volunteer else None)
    for centre in Centre.objects.filter(pk__in=centres).order_by("pk"):
        people = sorted(award_id for _pk, award_id, centre_id in chosen if centre_id == centre.pk)
        data = {"volunteer": volunteer and volunteer.pk, "awards": people, "before": before.get(centre.pk, [])}
        data["centres"] = len(centres)
        audit.record("literacy.assign", volunteer or centre, by=by, centre_id=centre.pk, data=data)
    return len(awards)


def _who_had(rows: QuerySet[FollowUp]) -> dict[int, list[Before]]:
    """Return for each centre who had which follow-ups since when, JSON-ready: [volunteer, day, follow-ups]."""
    had: dict[int, dict[tuple[int | None, str | None], list[int]]] = defaultdict(lambda: defaultdict(list))
    for pk, centre_id, held_by, since in rows.order_by("pk").values_list("pk", "centre_id", "volunteer", "assigned_on"):
        had[centre_id][held_by, since.isoformat() if since else None].append(pk)
    return {centre_id: [[*who, keys] for who, keys in groups.items()] for centre_id, groups in had.items()}


def last_assigned(by: User) -> Volunteer | Centre | None:
    """Return what the last giving of this person can be undone by: the volunteer, or the centre of people given to
    nobody. None when there was none, or people of several centres at once."""
    deed = AuditEvent.objects.filter(verb="literacy.assign", actor=by).order_by("-pk").first()
    if deed is None or deed.data.get("centres") != 1:
        return None
    if deed.object_type == Volunteer._meta.label_lower:
        return Volunteer.objects.filter(pk=deed.object_id).first()
    return Centre.objects.filter(pk=deed.object_id).first()


@transaction.atomic
def undo_assign(*, given_to: Volunteer | Centre, by: User) -> int:
    """Give the people one gave to a volunteer (or, of a centre, to nobody) a moment ago back to who had them.

    Returns how many people. Whoever was given to somebody else since stays there. Raises Conflict ``undo_too_late`` or
    ``undo_done``; OutOfScope or Forbidden.
    """
    centre_id = given_to.centre_id if isinstance(given_to, Volunteer) else given_to.pk
    require(by, Verb.FOLLOW_UP, centre_id)
    deed = own_deed("literacy.assign", given_to, by)
    if AuditEvent.objects.filter(verb="literacy.undo_assign", data__deed=deed.pk).exists():
        raise Conflict("undo_done", _("Lần giao này đã được hoàn tác."))
    people: set[int] = set()
    for held_by, since, keys in deed.data.get("before", []):
        rows = FollowUp.objects.filter(pk__in=keys, volunteer=deed.data["volunteer"])
        people |= set(rows.values_list("award_id", flat=True))
        rows.update(volunteer=held_by, assigned_on=dt.date.fromisoformat(since) if since else None)
    audit.record(
        "literacy.undo_assign", given_to, by=by, centre_id=centre_id, data={"deed": deed.pk, "awards": sorted(people)}
    )
    return len(people)


@transaction.atomic
def volunteer_of(*, user: User, centre: Centre) -> Volunteer:
    """Return the user's own line among the centre's volunteers; it is written the first time it is asked for.

    Raises what ``require`` raises without the verb to follow people up there.
    """
    require(user, Verb.FOLLOW_UP, centre.pk)
    Centre.objects.select_for_update().get(pk=centre.pk)
    row = Volunteer.objects.filter(centre=centre, user=user).first()
    if row is None:
        # The same person may have been written down before, without an account.
        before = Volunteer.objects.filter(centre=centre, search_key=search_key(user.full_name), user__isnull=True)
        row = before.filter(phone__in=("", user.phone)).first() or Volunteer(centre=centre)
        row.full_name, row.phone, row.user, row.retired_on = user.full_name, user.phone, user, None
        row.save()
        audit.record("literacy.add_volunteer", row, by=user, centre_id=centre.pk, data={"account": user.username})
    elif not row.is_active:
        row.retired_on = None
        row.save(update_fields=["retired_on", "updated_at"])
        audit.record("literacy.restore_volunteer", row, by=user, centre_id=centre.pk)
    return row
