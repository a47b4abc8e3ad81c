"""Giving people to those who call on them."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core import audit
from core.errors import InvalidInput, OutOfScope
from core.text import search_key
from literacy.models import FollowUp, Volunteer

MOST = 500


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
    rows.update(volunteer=volunteer, assigned_on=timezone.localdate() if volunteer else None)
    for centre in Centre.objects.filter(pk__in=centres).order_by("pk"):
        people = sorted(award_id for _pk, award_id, centre_id in chosen if centre_id == centre.pk)
        data = {"volunteer": volunteer and volunteer.pk, "awards": people}
        audit.record("literacy.assign", volunteer or centre, by=by, centre_id=centre.pk, data=data)
    return len(awards)


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
