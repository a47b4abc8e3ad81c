"""Long work of certificates."""

import logging
from typing import Any

from django.tasks import task
from django.utils.translation import gettext as _

from certificates.book.printing import book_pdf
from certificates.models import Certificate, Register
from certificates.services.printing import render_reserved
from certificates.services.sequencing import make_checkpoint
from certificates.signing.keys import BrokenKeyList
from core.errors import DomainError, InvalidInput
from core.jobs import Progress, job
from courses.models import ClassGroup

logger = logging.getLogger(__name__)


@task()
def publish_log() -> int:
    """Publish what happened to the register since; the queue's calendar asks for it (settings ``TASKS``).

    Returns how many events the log holds. What stands in the way is said in the program's log, and on the log's page;
    the next turn tries again.
    """
    try:
        checkpoint = make_checkpoint()
    except (DomainError, BrokenKeyList, OSError) as error:
        logger.error("the register's log was not published: %s", error)
        return 0
    return checkpoint.size if checkpoint else 0


@job("certificates.print_book")
def print_book(progress: Progress) -> dict[str, Any]:
    """Print pages of a register; the rights of who asked are looked at again when it runs."""
    book = Register.objects.select_related("centre").get(pk=progress.params["register"])
    rows = Certificate.objects.visible_to(progress.row.requested_by).filter(register=book)
    first, last = progress.params.get("first"), progress.params.get("last")
    if first:
        rows = rows.filter(number__gte=first)
    if last:
        rows = rows.filter(number__lte=last)
    count = rows.count()
    if not count:
        raise InvalidInput("no_entries", _("Sổ không có mục nào trong khoảng số này."))
    progress.total(count)
    progress.attach(f"so-goc-{book.year}.pdf", book_pdf(book, rows, progressed=progress.done))
    return {"register": book.pk, "entries": count}


@job("certificates.render_class")
def render_class(progress: Progress) -> dict[str, Any]:
    """Print the reserved certificates of one class; running it again prints what is still waiting."""
    group = ClassGroup.objects.get(pk=progress.params["class_group"])

    def progressed(done: int, total: int) -> None:
        if progress.row.progress_total != total:
            progress.total(total)
        progress.done(done)

    printed = render_reserved(class_group=group, progressed=progressed)
    return {"class_group": group.pk, "printed": len(printed)}
