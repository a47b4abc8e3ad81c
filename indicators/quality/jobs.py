"""Looking at the data of every centre, every night."""

from typing import Any

from django.tasks import task

from indicators.quality import services


@task()
def keep_quality() -> dict[str, Any]:
    """Look at every centre and keep the scores; the queue's calendar asks for it (settings ``TASKS``)."""
    return services.keep_quality()
