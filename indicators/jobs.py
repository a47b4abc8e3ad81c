"""What figures and the plan do by themselves."""

import dataclasses
from typing import Any

from django.conf import settings
from django.tasks import task
from django.utils import timezone

from indicators.rollups.rebuilding import rebuild
from indicators.services.deadlines import send_reminders
from indicators.services.locks import release_ended


@task()
def keep_rollups() -> dict[str, Any]:
    """Work out kept statistics that are stale; the queue's calendar asks for it (settings ``TASKS``).

    Asked twice, it does nothing the second time.
    """
    return dataclasses.asdict(rebuild())


@task()
def keep_calendar() -> dict[str, Any]:
    """Open locks whose end has passed and remind of deadlines; the queue's calendar asks for it every day
    (settings ``TASKS``). Asked twice, it does nothing the second time."""
    freed = release_ended(timezone.localdate())
    sent = send_reminders() if settings.MAIL_HOST else {}
    return {"freed": freed, **sent}
