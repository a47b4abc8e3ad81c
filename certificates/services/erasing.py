"""A person's right to be forgotten, as far as the published log goes (docs/adr/0044).

The register itself is kept by law. What the log published of an entry are two hashes with a salt that only the register
has: without it nobody, ourselves included, can say that they are of this person.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from certificates.models import Certificate, LogSalt, RegisterEvent, RegisterEventKind
from certificates.services.decisions import Decision, Second, require_two
from certificates.services.events import write_events
from core import audit
from core.errors import Conflict


@transaction.atomic
def erase_from_log(*, certificate: Certificate, by: User, second: Second, decision: Decision) -> RegisterEvent:
    """Delete the salt of an entry: what the log published can no longer be tied to its person, for ever.

    It is an event of the register and a line of the log, so that audits tell it from a salt that was taken away. From
    then on an audit cannot see a change of name or content of this entry. Raises Forbidden unless two people stand for
    it, InvalidInput without a reason, Conflict when it was done before.
    """
    require_two(by, second, certificate.centre_id)
    decision = decision.checked()
    gone, _rows = LogSalt.objects.filter(certificate=certificate).delete()
    if not gone:
        raise Conflict("already_erased", _("Liên kết của mục này với nhật ký công khai đã được xóa trước đó."))
    (event,) = write_events(
        [
            RegisterEvent(
                certificate=certificate,
                kind=RegisterEventKind.ERASED,
                by=by,
                confirmed_by=second.user,
                operator=second.operator,
                reason=decision.reason,
                decision_number=decision.number,
                decided_on=decision.day,
                decision_signer=decision.signer,
            )
        ]
    )
    data = {
        "number": certificate.register_number,
        "reason": decision.reason,
        "second": second.user.username if second.user else second.operator,
    }
    audit.record("certificates.erase_from_log", certificate, by=by, centre_id=certificate.centre_id, data=data)
    return event
