"""Long work of certificates."""

from typing import Any

from certificates.services.printing import render_reserved
from core.jobs import Progress, job
from courses.models import ClassGroup


@job("certificates.render_class")
def render_class(progress: Progress) -> dict[str, Any]:
    """Print the reserved certificates of one class; running it again prints what is still waiting."""
    group = ClassGroup.objects.get(pk=progress.params["class_group"])

    def progressed(done: int, total: int) -> None:
        if done == 1:
            progress.total(total)
        progress.done(done)

    printed = render_reserved(class_group=group, progressed=progressed)
    return {"class_group": group.pk, "printed": len(printed)}
