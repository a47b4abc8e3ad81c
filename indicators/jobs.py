"""What figures do by themselves."""

import dataclasses
from typing import Any

from django.tasks import task

from indicators.rollups.rebuilding import rebuild


@task()
def keep_rollups() -> dict[str, Any]:
    """Work out kept statistics that are stale; the queue's calendar asks for it (settings ``TASKS``).

    Asked twice, it does nothing the second time.
    """
    return dataclasses.asdict(rebuild())
