"""Survey sheets: preview, then commit. The file is read again at commit, so nothing personal waits in a table."""

import datetime as dt
import hashlib
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import UnitLevel, Verb
from centres.models import AdminUnit, Centre
from centres.permissions import require
from core import audit
from core.bulk import all_stays
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.jobs import start
from core.models import Job
from courses.choices import ImportStatus
from courses.roster.wrong_rows import wrong_rows_sheet
from courses.services.roster_writing import Decision
from literacy.models import SurveyImport
from literacy.services.restating import restate
from literacy.services.survey_writing import SurveyWriter
from literacy.survey.preview import SurveyPreview, match_pages, match_survey
from literacy.survey.reading import SurveySheet, read_survey

# Longer sheets are committed by the worker, with progress to watch.
LONG = 500
COMMIT_JOB = "literacy.commit_survey"
# Reading the file; matching and writing.
STAGES = 2
# Says how far the work is: steps done, steps in all, what is being done.
Report = Callable[[int, int, str], None]


def survey_centre(*, unit: AdminUnit, by: User) -> Centre:
    """Return the centre that gets to know the people of a commune's survey: the user's own, else the first there.

    Raises OutOfScope for a unit that is not the user's, InvalidInput when it is no commune or has no centre,
    Forbidden without the verb.
    """
    if not AdminUnit.objects.visible_to(by).filter(pk=unit.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    if unit.level != UnitLevel.COMMUNE or unit.is_closed:
        words = _("Phiếu điều tra là của một phường, xã hiện có. Hãy chọn phường, xã.")
        raise InvalidInput("not_a_commune", words, fields={"unit": [words]})
    scope = scope_of(by)
    if not scope.may(Verb.SURVEY):
        raise Forbidden("role_may_not", _("Vai trò của bạn không làm được việc này. Hãy hỏi giám đốc trung tâm."))
    centres = list(_centres_of(unit))
    if not centres:
        words = _("%(unit)s chưa có trung tâm nào. Hãy lập trung tâm rồi nhập phiếu: người dân được ghi qua trung tâm.")
        raise InvalidInput("unit_without_centre", words % {"unit": unit}, fields={"unit": [words % {"unit": unit}]})
    mine = [centre for centre in centres if scope.may(Verb.SURVEY, centre.pk)]
    if not mine:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    return next((centre for centre in mine if centre.pk == scope.main_centre_id), mine[0])


def _centres_of(unit: AdminUnit) -> QuerySet[Centre]:
    return Centre.objects.in_unit(unit).active_on(timezone.localdate()).distinct()


def _known_through(unit: AdminUnit, by: User | None) -> list[int]:
    """Centres of the commune whose people somebody may survey: an officer all of them, staff their own.

    Also those that closed: the people they knew still live there, and would be registered a second time.
    """
    scope = scope_of(by)
    centres = Centre.objects.filter(locations__unit=unit).distinct()
    return [pk for pk in centres.values_list("pk", flat=True) if scope.may(Verb.SURVEY, pk)]


@all_stays()
@transaction.atomic
def preview_survey(
    *, unit: AdminUnit, content: bytes, file_name: str, by: User, stated_on: dt.date | None = None
) -> tuple[SurveyImport, SurveyPreview]:
    """Keep the file privately and say what it holds. Nobody is registered and no level is written yet.

    ``stated_on`` is the day of the survey (today by default). Raises InvalidInput for a file that cannot be read or a
    day in the future, and what ``survey_centre`` raises.
    """
    centre = survey_centre(unit=unit, by=by)
    stated_on = stated_on or timezone.localdate()
    if stated_on > timezone.localdate():
        words = _("Ngày điều tra không được ở tương lai.")
        raise InvalidInput("stated_in_future", words, fields={"stated_on": [words]})
    preview = match_survey(centre, unit, read_survey(content, file_name), also=_known_through(unit, by))
    digest = hashlib.sha256(content).hexdigest()
    row = SurveyImport(
        unit=unit, centre=centre, file_name=file_name[:200], sha256=digest, created_by=by, stated_on=stated_on
    )
    row.file.save(f"{digest[:16]}.bin", ContentFile(content), save=False)
    _count(row, preview)
    row.save()
    audit.record("literacy.preview_survey", row, by=by, centre_id=centre.pk, data={"sha256": digest})
    return row, preview


def _count(row: SurveyImport, preview: SurveyPreview) -> None:
    row.new_count, row.known_count, row.lookalike_count = preview.new, preview.known, preview.lookalike
    row.error_count = preview.wrong_rows


def refuse_settled(survey: SurveyImport) -> None:
    """Raise Conflict when the sheet was committed or thrown away."""
    if survey.status != ImportStatus.PREVIEW or not survey.file:
        raise _settled()


def _settled() -> Conflict:
    return Conflict("survey_done", _("Phiếu này đã được nhập hoặc đã bỏ. Hãy tải tệp lên lại nếu cần."))


def _read_again(survey: SurveyImport) -> SurveySheet:
    refuse_settled(survey)
    try:
        with survey.file.open("rb") as stream:
            content: bytes = stream.read()
    except FileNotFoundError:
        raise _settled() from None
    return read_survey(content, survey.file_name)


def load_survey(survey: SurveyImport) -> SurveyPreview:
    """Read the kept file again, against the people as they are now. Raises Conflict when it is settled."""
    also = _known_through(survey.unit, survey.created_by)
    return match_survey(survey.centre, survey.unit, _read_again(survey), also=also)


def wrong_survey_rows(survey: SurveyImport) -> bytes:
    """Return the rows that are not taken as they stand, as the same sheet with the reasons.

    Before the commit that is what is wrong now; afterwards what was left out then. Raises Conflict when there is none.
    """
    if survey.wrong_file:
        with survey.wrong_file.open("rb") as stream:
            kept: bytes = stream.read()
        return kept
    preview = load_survey(survey)
    if not preview.refused():
        raise Conflict("nothing_wrong", _("Danh sách này không có dòng nào sai."))
    return _wrong_rows(preview)


def _wrong_rows(preview: SurveyPreview) -> bytes:
    return wrong_rows_sheet(preview.sheet.sheet, preview.sheet.found.header, preview.refused())


@all_stays()
def commit_survey(
    *, survey: SurveyImport, by: User, decisions: dict[int, Decision] | None = None, report: Report | None = None
) -> SurveyPreview:
    """Register the new, and write of everybody what the sheet says, all or nothing; wrong rows stay out.

    What was said before in the same words is not written again: the same file twice changes nothing. ``decisions``
    says for look-alikes, by row number, whether it is the same person, a new one, or to be skipped (the default).
    Raises Conflict when the sheet was committed already, or somebody registered one of the people at this very moment.
    """
    require(by, Verb.SURVEY, survey.centre_id)
    report = report or (lambda *_how_far: None)
    report(0, STAGES, _("đang đọc tệp"))
    sheet = _read_again(survey)
    report(1, STAGES, _("đang đối chiếu và ghi"))
    try:
        with transaction.atomic():
            preview = _commit(survey, by, decisions or {}, sheet)
    except IntegrityError as error:
        words = _("Có người vừa ghi một trong những người này ở nơi khác. Chưa ai được nhập; hãy bấm nhập lại.")
        raise Conflict("survey_changed_meanwhile", words) from error
    survey.file.delete(save=False)
    survey.refresh_from_db()
    survey.file = ""
    if preview.refused():
        content = ContentFile(_wrong_rows(preview))
        survey.wrong_file.save(f"{survey.sha256[:16]}-sai.xlsx", content, save=False)
    survey.save(update_fields=["file", "wrong_file", "updated_at"])
    return preview


def _commit(survey: SurveyImport, by: User, decisions: dict[int, Decision], sheet: SurveySheet) -> SurveyPreview:
    row = SurveyImport.objects.select_for_update(of=("self",)).select_related("unit", "centre").get(pk=survey.pk)
    refuse_settled(row)
    preview = SurveyPreview(sheet)
    writer = SurveyWriter(row, by=by, decisions=decisions)
    for page in match_pages(row.centre, row.unit, sheet, also=_known_through(row.unit, row.created_by)):
        preview.add(page)
        preview.left_out += writer.write(page, sheet)
    restate(writer.touched)
    preview.committed, preview.stated = writer.committed, writer.stated
    _count(row, preview)
    row.status, row.committed_at, row.made = ImportStatus.COMMITTED, timezone.now(), writer.made()
    row.committed_count, row.stated_count = preview.committed, preview.stated
    row.save()
    data = {
        "unit": row.unit.code,
        "committed": preview.committed,
        "new": preview.new,
        "known": preview.known,
        "stated": preview.stated,
        "errors": len(preview.errors),
    }
    audit.record("literacy.commit_survey", row, by=by, centre_id=row.centre_id, data=data)
    return preview


def start_commit(*, survey: SurveyImport, by: User, decisions: dict[int, Decision]) -> Job:
    """Have a long sheet committed by the worker; what can be refused at once is refused before."""
    require(by, Verb.SURVEY, survey.centre_id)
    refuse_settled(survey)
    return start(
        COMMIT_JOB,
        title=_("Nhập phiếu điều tra %(file)s") % {"file": survey.file_name},
        by=by,
        params={"import": survey.pk, "decisions": decisions},
        centre_id=survey.centre_id,
    )


@transaction.atomic
def discard_survey(*, survey: SurveyImport, by: User) -> None:
    """Throw an uploaded sheet away before it was committed."""
    require(by, Verb.SURVEY, survey.centre_id)
    SurveyImport.objects.filter(pk=survey.pk, status=ImportStatus.PREVIEW).update(status=ImportStatus.DISCARDED)
    survey.file.delete(save=False)
    SurveyImport.objects.filter(pk=survey.pk).update(file="")
    audit.record("literacy.discard_survey", survey, by=by, centre_id=survey.centre_id)
