"""Rosters: preview, then commit. The file is read again at commit, so nothing personal waits in a table."""

import hashlib
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from core import audit
from core.bulk import all_stays
from core.errors import Conflict
from core.jobs import start
from core.models import Job
from courses.choices import ImportStatus
from courses.models import ClassGroup, RosterImport
from courses.permissions import refuse_ended, require_on_class, take_class
from courses.roster.preview import RosterPreview, RosterRead, match_pages, match_roster, read_roster
from courses.roster.wrong_rows import wrong_rows_sheet
from courses.selectors import remembered_layouts
from courses.services.roster_writing import Decision, RosterWriter

# Longer lists are committed by the worker, with progress to watch.
LONG = 500
COMMIT_JOB = "courses.commit_roster"
# Reading the file; matching and writing.
STAGES = 2
# Says how far the work is: steps done, steps in all, what is being done.
Report = Callable[[int, int, str], None]


@all_stays()
@transaction.atomic
def preview_roster(
    *, class_group: ClassGroup, content: bytes, file_name: str, by: User
) -> tuple[RosterImport, RosterPreview]:
    """Keep the file privately and say what it holds. Nobody is registered or enrolled yet.

    Raises InvalidInput for a file that cannot be read.
    """
    require_on_class(by, Verb.ENROL, class_group)
    refuse_ended(class_group)
    preview = match_roster(class_group, read_roster(content, file_name, remembered_layouts(class_group)))
    row = _kept(class_group, content, file_name, by)
    row.new_count, row.known_count, row.lookalike_count = preview.new, preview.known, preview.lookalike
    row.error_count = preview.wrong_rows
    row.save()
    return row, preview


@transaction.atomic
def keep_unread(*, class_group: ClassGroup, content: bytes, file_name: str, by: User) -> RosterImport:
    """Keep a file whose header nobody understands, so that somebody says which column is what (``RosterMapping``)."""
    require_on_class(by, Verb.ENROL, class_group)
    refuse_ended(class_group)
    return _kept(class_group, content, file_name, by)


def _kept(class_group: ClassGroup, content: bytes, file_name: str, by: User) -> RosterImport:
    digest = hashlib.sha256(content).hexdigest()
    row = RosterImport(class_group=class_group, file_name=file_name[:200], sha256=digest, created_by=by)
    row.file.save(f"{digest[:16]}.bin", ContentFile(content), save=False)
    row.save()
    audit.record("courses.preview_roster", row, by=by, centre_id=class_group.centre_id, data={"sha256": digest})
    return row


def refuse_settled(roster_import: RosterImport) -> None:
    """Raise Conflict when the list was committed or thrown away."""
    if roster_import.status != ImportStatus.PREVIEW or not roster_import.file:
        raise _settled()


def _settled() -> Conflict:
    return Conflict("roster_done", _("Danh sách này đã được nhập hoặc đã bỏ. Hãy tải tệp lên lại nếu cần."))


def content_of(roster_import: RosterImport) -> bytes:
    """Return the kept file. Raises Conflict when the list was committed or thrown away, be it this very moment."""
    refuse_settled(roster_import)
    try:
        with roster_import.file.open("rb") as stream:
            content: bytes = stream.read()
    except FileNotFoundError:
        raise _settled() from None
    return content


def load_preview(roster_import: RosterImport) -> RosterPreview:
    """Read the kept file again, against the people and the class as they are now."""
    return match_roster(roster_import.class_group, _read_again(roster_import))


def _read_again(roster_import: RosterImport) -> RosterRead:
    remembered = remembered_layouts(roster_import.class_group)
    sheet = roster_import.sheet_number
    return read_roster(content_of(roster_import), roster_import.file_name, remembered, sheet_number=sheet)


def wrong_rows_of(roster_import: RosterImport) -> bytes:
    """Return the rows that are not taken as they stand, as a sheet with the reasons.

    Before the commit that is what is wrong now; afterwards what was left out then. Raises Conflict when there is none.
    """
    if roster_import.wrong_file:
        with roster_import.wrong_file.open("rb") as stream:
            kept: bytes = stream.read()
        return kept
    roster = _read_again(roster_import)
    preview = match_roster(roster_import.class_group, roster)
    if not preview.refused():
        raise Conflict("nothing_wrong", _("Danh sách này không có dòng nào sai."))
    return wrong_rows_sheet(roster.sheet, roster.header, preview.refused())


@all_stays()
def commit_roster(
    *,
    roster_import: RosterImport,
    by: User,
    decisions: dict[int, Decision] | None = None,
    report: Report | None = None,
) -> RosterPreview:
    """Register the new, enrol the new and the known, all or nothing; wrong rows stay out and are reported.

    ``decisions`` says for look-alikes, by row number, whether it is the same person, a new one, or to be skipped (the
    default). ``report`` hears of each stage before it begins and outside the transaction, so that others can see it.
    Raises Conflict when the list was committed already, the class has too few places, or somebody registered one of
    the people at this very moment.
    """
    require_on_class(by, Verb.ENROL, roster_import.class_group)
    refuse_settled(roster_import)
    report = report or (lambda *_how_far: None)
    report(0, STAGES, _("đang đọc tệp"))
    roster = _read_again(roster_import)
    report(1, STAGES, _("đang đối chiếu và ghi"))
    try:
        with transaction.atomic():
            preview = _commit(roster_import, by, decisions or {}, roster)
    except IntegrityError as error:
        words = _("Có người vừa ghi một trong những người này ở nơi khác. Chưa ai được nhập; hãy bấm nhập lại.")
        raise Conflict("roster_changed_meanwhile", words) from error
    roster_import.file.delete(save=False)
    roster_import.refresh_from_db()
    roster_import.file = ""
    if preview.refused():
        sheet = wrong_rows_sheet(roster.sheet, roster.header, preview.refused())
        roster_import.wrong_file.save(f"{roster_import.sha256[:16]}-sai.xlsx", ContentFile(sheet), save=False)
    roster_import.save(update_fields=["file", "wrong_file", "updated_at"])
    return preview


def start_commit(*, roster_import: RosterImport, by: User, decisions: dict[int, Decision]) -> Job:
    """Have a long list committed by the worker; what can be refused at once is refused before."""
    require_on_class(by, Verb.ENROL, roster_import.class_group)
    refuse_ended(roster_import.class_group)
    refuse_settled(roster_import)
    return start(
        COMMIT_JOB,
        title=_("Nhập danh sách %(file)s") % {"file": roster_import.file_name},
        by=by,
        params={"import": roster_import.pk, "decisions": decisions},
        centre_id=roster_import.class_group.centre_id,
    )


def _commit(roster_import: RosterImport, by: User, decisions: dict[int, Decision], roster: RosterRead) -> RosterPreview:
    group = take_class(by, Verb.ENROL, roster_import.class_group)
    roster_import = RosterImport.objects.select_for_update().get(pk=roster_import.pk)
    refuse_settled(roster_import)
    preview = RosterPreview(roster.sheet.name, roster.header, notes=roster.sheet.notes)
    writer = RosterWriter(group, roster_import, by=by, decisions=decisions)
    for page in match_pages(group, roster):
        preview.add(page)
        preview.left_out += writer.write(page, preview.sheet, preview.header)
    writer.refuse_overfull()
    preview.committed = writer.committed
    RosterImport.objects.filter(pk=roster_import.pk).update(
        status=ImportStatus.COMMITTED,
        committed_at=timezone.now(),
        committed_count=preview.committed,
        new_count=preview.new,
        known_count=preview.known,
        lookalike_count=preview.lookalike,
        error_count=preview.wrong_rows,
        made=writer.made(),
    )
    data = {
        "committed": preview.committed,
        "new": preview.new,
        "known": preview.known,
        "errors": len(preview.errors),
    }
    audit.record("courses.commit_roster", roster_import, by=by, centre_id=group.centre_id, data=data)
    return preview


@transaction.atomic
def discard_roster(*, roster_import: RosterImport, by: User) -> None:
    """Throw an uploaded list away before it was committed."""
    require_on_class(by, Verb.ENROL, roster_import.class_group)
    RosterImport.objects.filter(pk=roster_import.pk, status=ImportStatus.PREVIEW).update(status=ImportStatus.DISCARDED)
    roster_import.file.delete(save=False)
    RosterImport.objects.filter(pk=roster_import.pk).update(file="")
    audit.record("courses.discard_roster", roster_import, by=by, centre_id=roster_import.class_group.centre_id)
