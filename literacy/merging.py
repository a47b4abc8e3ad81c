"""Two records of one person with the same literacy level (docs/adr/0013)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict
from learners.hooks import Change, around_merging, on_collision
from literacy.models import LiteracyAward
from literacy.services import restate
from literacy.services.mobilising import settle_calls


@on_collision("literacy.literacyaward")
def one_award_of_a_level(kept: LiteracyAward, other: LiteracyAward) -> list[Change]:
    """The first award counts, so its record has to be kept; the second one's open checks are called off."""
    if other.certified_on < kept.certified_on:
        words = _("Hồ sơ %(code)s được công nhận biết chữ mức %(level)s sớm hơn. Hãy giữ hồ sơ đó lại.")
        raise Conflict("keep_other", words % {"code": other.learner.code, "level": other.level})
    today = timezone.localdate()
    return [Change(row, {"called_off_on": today}) for row in other.follow_ups.open()]


@around_merging
@contextmanager
def standing_restated(people: list[int], _by: User, _notes: list[str]) -> Iterator[None]:
    """Once the facts are one person's, or two people's again, work out where they stand, and what came of calling."""
    yield
    restate(people)
    settle_calls(people)
