"""What a step on the register rests on: the reason and the decision, and the two people who stand for it."""

import datetime as dt
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.permissions import require
from core.errors import Forbidden, InvalidInput
from core.text import clean


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a step is done, and the paper that decided it: number, day, who signed."""

    reason: str
    number: str = ""
    day: dt.date | None = None
    signer: str = ""

    def checked(self) -> "Decision":
        """Return it cleaned. Raises InvalidInput without a reason or for a day in the future."""
        reason = clean(self.reason)[:300]
        if not reason:
            words = _("Hãy ghi lý do: lý do được giữ trong sổ gốc.")
            raise InvalidInput("reason_missing", words, fields={"reason": [words]})
        if self.day and self.day > timezone.localdate():
            words = _("Ngày quyết định không được ở tương lai.")
            raise InvalidInput("decided_in_future", words, fields={"decided_on": [words]})
        return replace(self, reason=reason, number=clean(self.number)[:60], signer=clean(self.signer)[:150])


@dataclass(frozen=True, slots=True)
class Second:
    """The second person of a step that takes two: somebody of the centre, or who works at the server.

    An operator's command runs for a director; the name under which the operator signed in to the server is kept.
    """

    user: User | None = None
    operator: str = ""

    def __post_init__(self) -> None:
        if (self.user is None) == (self.operator == ""):
            raise ValueError("a second person is a user or an operator")


def require_two(by: User, second: Second, centre_id: int) -> None:
    """Refuse unless two different people stand for the step, both keep the register, and one of them is the director.

    Raises OutOfScope or Forbidden, as ``require`` does, and Forbidden ``two_people`` for one person alone.
    """
    if second.user is None:  # the operator vouches for the hands, not for the office
        require(by, Verb.REVOKE, centre_id)
        return
    if second.user.pk == by.pk:
        raise Forbidden("two_people", _("Việc này cần hai người: người đề nghị không tự xác nhận được."))
    for person in (by, second.user):
        require(person, Verb.ISSUE, centre_id)
    if not any(scope_of(person).may(Verb.REVOKE, centre_id) for person in (by, second.user)):
        words = _("Một trong hai người phải là giám đốc trung tâm. Hãy chờ giám đốc xác nhận.")
        raise Forbidden("director_missing", words)
