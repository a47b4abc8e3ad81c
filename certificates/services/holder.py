"""The link that opens a person's certificates to themselves: made, renewed, revoked by the centre (docs/adr/0037)."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from certificates.holder.finding import handed_out
from certificates.holder.models import HolderLink
from certificates.holder.secret import hash_of, new_secret
from core import audit
from core.dates import add_months
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from learners.models import Learner, LearnerCentre

# How long a slip may be good for, in months.
MONTHS = (1, 12, 60)
USUAL_MONTHS = 12


@dataclass(frozen=True, slots=True)
class FreshLink:
    """A link with its secret: shown once, to be printed, and nowhere kept."""

    link: HolderLink
    secret: str


def linking_centre(learner: Learner, by: User) -> Centre:
    """Return the centre for which the user may print this person's slip.

    Raises OutOfScope when the person is not theirs, Forbidden when they do not keep the register there, Conflict
    ``no_certificates`` when the centre has issued nothing to them: a link opens what other centres issued as well, so
    merely knowing somebody is not enough.
    """
    if not Learner.objects.visible_to(by).filter(pk=learner.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    scope = scope_of(by)
    known = LearnerCentre.objects.filter(learner=learner, centre_id__in=scope.centre_ids(Verb.ISSUE))
    centre_ids = set(known.values_list("centre_id", flat=True))
    if not centre_ids:
        raise Forbidden("role_may_not", _("Vai trò của bạn không làm được việc này. Hãy hỏi giám đốc trung tâm."))
    issuing = set(handed_out(learner).filter(centre_id__in=centre_ids).values_list("centre_id", flat=True))
    if not issuing:
        words = _("Trung tâm chưa cấp chứng nhận nào cho người này, nên chưa có gì để xem.")
        raise Conflict("no_certificates", words)
    own = scope.main_centre_id
    return Centre.objects.get(pk=own if own is not None and own in issuing else min(issuing))


def latest_link(learner: Learner, centre: Centre) -> HolderLink | None:
    """Return the link last made by the centre for the person, whatever became of it."""
    links = HolderLink.objects.filter(learner=learner, centre=centre).select_related("made_by", "revoked_by")
    return links.order_by("pk").last()


@transaction.atomic
def make_holder_link(*, learner: Learner, by: User, after: int | None, months: int = USUAL_MONTHS) -> FreshLink:
    """Make a link, in place of the one in force, and return it with its secret, which is kept nowhere.

    ``after`` is the latest link the person at the desk saw (None: none): sending the same form again makes no second
    link and does not spoil the slip just printed. Raises Conflict ``made_meanwhile``, InvalidInput for ``months``, and
    what ``linking_centre`` raises.
    """
    if months not in MONTHS:
        words = _("Hãy chọn thời hạn có trong danh sách.")
        raise InvalidInput("months_unknown", words, fields={"months": [words]})
    centre = linking_centre(learner, by)
    Centre.objects.select_for_update().get(pk=centre.pk)  # two people who press at once: one makes the link
    latest = latest_link(learner, centre)
    if (latest.pk if latest else None) != after:
        words = _("Phiếu đã được lập rồi. Nếu phiếu vừa in bị hỏng, hãy lập phiếu mới: phiếu trước hết dùng được.")
        raise Conflict("made_meanwhile", words)
    now = timezone.now()
    HolderLink.objects.filter(learner=learner, centre=centre, revoked_at__isnull=True).update(
        revoked_at=now, revoked_by=by
    )
    secret = new_secret()
    link = HolderLink.objects.create(
        learner=learner,
        centre=centre,
        secret_hash=hash_of(secret),
        made_by=by,
        made_at=now,
        expires_on=_last_day(months),
    )
    data = {"learner": learner.code, "expires_on": link.expires_on.isoformat()}
    audit.record("certificates.make_holder_link", link, by=by, centre_id=centre.pk, data=data)
    return FreshLink(link, secret)


def _last_day(months: int) -> dt.date:
    return add_months(timezone.localdate(), months)


@transaction.atomic
def revoke_holder_link(*, link: HolderLink, by: User) -> HolderLink:
    """Close a link: its slip opens nothing any more. Raises Conflict when it was closed already."""
    require(by, Verb.ISSUE, link.centre_id)
    closed = HolderLink.objects.filter(pk=link.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_by=by
    )
    if not closed:
        raise Conflict("wrong_state", _("Phiếu này đã hết dùng được từ trước."))
    link.refresh_from_db()
    data = {"learner": link.learner.code}
    audit.record("certificates.revoke_holder_link", link, by=by, centre_id=link.centre_id, data=data)
    return link
