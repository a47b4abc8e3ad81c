"""What people of the demo answered when they were checked, and a check that came second from a telephone."""

import datetime as dt
import uuid

from accounts.models import User
from clc_manager.demo.city import Place
from clc_manager.demo.teaching import Town
from literacy.choices import HOLDING, CheckOutcome, LiteracyLevel, Skill
from literacy.instrument import Sheet
from literacy.models import LiteracyCheck
from literacy.services import receive_checks

# Every so many checks was made with the instrument; the others by one tap, as most are.
WITH_SHEET = 3
HELD_AFTER = dt.timedelta(days=1)


def answers_for(sheet: Sheet, outcome: CheckOutcome) -> dict[str, int]:
    """Return answers that lead to an outcome; {} for one that tells nothing."""
    if outcome == CheckOutcome.HOLDS_2:
        return {item.code: item.most for item in sheet.items}
    if outcome == CheckOutcome.RELAPSED:
        return {item.code: 0 for item in sheet.items if item.skill == Skill.READS}
    found: dict[str, int] = {}
    if outcome == CheckOutcome.HOLDS_1:
        for skill, least in sheet.thresholds[LiteracyLevel.LEVEL_1].items():
            missing = least
            for item in sheet.items:
                if item.skill == skill and missing > 0:  # the harder ones were not tried any more
                    found[item.code] = min(item.most, missing)
                    missing -= found[item.code]
    return found


def second_word(town: Town, home: Place, users: dict[str, User]) -> None:
    """The director found something else than what was recorded: it came from a telephone and waits for a decision."""
    found = LiteracyCheck.objects.filter(
        centre=home.centre, outcome__in=HOLDING, checked_on__lte=town.today - HELD_AFTER,
        follow_up__done_on__isnull=False, learner__relapses__isnull=True,
    ).order_by("-checked_on", "-pk")  # fmt: skip
    check = found.exclude(learner__literacy_checks__outcome__in=(CheckOutcome.MOVED, CheckOutcome.DIED)).first()
    if check is None:
        return
    row = {
        "key": str(uuid.uuid5(uuid.NAMESPACE_URL, f"demo-check-{check.pk}")),
        "follow_up": check.follow_up_id,
        "outcome": CheckOutcome.RELAPSED.value,
        "checked_on": min(check.checked_on + HELD_AFTER, town.today).isoformat(),
        "note": "Không đọc được tờ thông báo của thôn",
    }
    receive_checks(rows=[row], by=users["duc"])
