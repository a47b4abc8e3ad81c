"""Reference data of every app: units, topics, programmes, dated settings, the plan. Safe to load again and again."""

import courses.services
import indicators.services
import learners.services
import literacy.services


def load_apps() -> dict[str, int]:
    """Load what the apps need to work, without the units of Hanoi."""
    counts: dict[str, int] = {}
    for app in (learners.services, courses.services, literacy.services, indicators.services):
        counts |= app.load_reference()
    return counts
