"""Making a new version of the checking instrument."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput
from core.text import clean
from literacy.instrument import faults_of
from literacy.models import Instrument


def may_set_instrument(user: User) -> bool:
    """Whether the user sets the instrument: for the whole city, or not at all."""
    return Verb.SET_RULES in scope_of(user).city_verbs


@transaction.atomic
def save_instrument(
    *, title: str, valid_from: dt.date, content: dict[str, Any], reason: str, seen: int, by: User
) -> Instrument:
    """Make the next version; the ones before stay as they are, and with the checks that used them.

    ``content`` as literacy.instrument says; ``seen`` is the newest version the writer knew. Raises Forbidden,
    InvalidInput with every fault, Conflict ``instrument_moved_on`` when somebody else was faster.
    """
    if not may_set_instrument(by):
        raise Forbidden("role_may_not", _("Phiếu kiểm tra do thành phố đặt ra."))
    title, reason = clean(title), clean(reason)
    fields: dict[str, list[str]] = {}
    if not title:
        fields["title"] = [_("Hãy đặt tên cho phiếu.")]
    if not reason:
        fields["reason"] = [_("Hãy ghi căn cứ hoặc vì sao sửa.")]
    if valid_from < timezone.localdate():
        # A check made yesterday was made with yesterday's version; nothing is changed behind it.
        fields["valid_from"] = [_("Bản mới dùng từ hôm nay hoặc một ngày sau.")]
    for where, words in faults_of(content):
        fields.setdefault("content", []).append(words if where == "rule" else f"{where}: {words}")
    if fields:
        raise InvalidInput("instrument_wrong", _("Phiếu chưa lưu được."), fields=fields)
    list(Instrument.objects.select_for_update().order_by("-version").values_list("pk")[:1])  # one writer at a time
    newest = Instrument.objects.aggregate(n=Max("version"))["n"] or 0
    if newest != seen:
        words = _("Trong lúc bạn soạn, người khác đã lưu bản %(n)s. Hãy xem bản đó rồi lưu lại.") % {"n": newest}
        raise Conflict("instrument_moved_on", words)
    row = Instrument.objects.create(
        version=newest + 1, valid_from=valid_from, title=title[:120], content=content, reason=reason[:300], by=by
    )
    data = {"version": row.version, "valid_from": str(valid_from), "reason": row.reason}
    audit.record("literacy.save_instrument", row, by=by, data=data)
    return row
