"""What literacy does by itself."""

from typing import Any

from django.tasks import task

from literacy.services import worklist


@task()
def keep_worklist() -> dict[str, Any]:
    """Renew the order of the worklist and tell of people nobody looks after; the queue's calendar asks for it every
    day (settings ``TASKS``). Asked twice, it does nothing the second time."""
    return worklist.keep_worklist()
