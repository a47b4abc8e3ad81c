"""Rosters: preview, then commit. The file is read again at commit, so nothing personal waits in a table."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.models import Neighbourhood
from centres.selectors import unit_of_centre
from centres.services import neighbourhood_named
from core import audit
from core.errors import Conflict, RowError
from core.tabular.reading import read_sheet
from core.text import search_key
from courses.choices import EnrolmentStatus, ImportStatus
from courses.models import ClassGroup, Enrolment, RosterImport
from courses.permissions import refuse_ended, require_on_class, take_class
from courses.roster.header import Header, find_header
from courses.roster.rows import RosterPerson, read_rows
from courses.selectors import lacking_prerequisite, prerequisite_words
from learners.matching import Match
from learners.models import Learner, LearnerCentre
from learners.selectors import match_candidate, people_index
from learners.services import code_of, fill, remember_different, take_codes

Decision = Literal["same", "new", "skip"]
_BATCH = 500


@dataclass(slots=True)
class PreviewRow:
    """One readable person with the answer to "do we know them?"."""

    person: RosterPerson
    match: Match
    enrolled: bool = False

    @property
    def kind(self) -> str:
        """``new``, ``known``, ``enrolled`` (known and in this class already) or ``lookalike``."""
        return "enrolled" if self.enrolled else self.match.kind


@dataclass(slots=True)
class RosterPreview:
    """What a roster holds, before anything is written."""

    sheet: str
    header: Header
    rows: list[PreviewRow]
    errors: list[RowError]
    committed: int = 0
    left_out: list[RowError] = field(default_factory=list)
    unread: list[RowError] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """Count rows of one kind."""
        return sum(row.kind == kind for row in self.rows)

    @property
    def new(self) -> int:
        """People who are not registered yet."""
        return self.count("new")

    @property
    def known(self) -> int:
        """People who are registered, in this class or not."""
        return self.count("known") + self.count("enrolled")

    @property
    def lookalike(self) -> int:
        """People who resemble somebody registered; somebody has to decide."""
        return self.count("lookalike")

    @property
    def to_enrol(self) -> int:
        """How many people a commit puts into the class without further decisions."""
        return self.new + self.count("known")


def build_preview(class_group: ClassGroup, content: bytes, file_name: str) -> RosterPreview:
    """Read, match and compare with the class: a fixed number of queries per 500 rows, nothing written.

    Raises InvalidInput for a file that cannot be read.
    """
    sheet = read_sheet(content, file_name)
    header = find_header(sheet)
    read = read_rows(sheet, header)
    index = people_index([person.candidate for person in read.people], class_group.centre)
    enrolled = set(
        Enrolment.objects.filter(class_group=class_group)
        .exclude(status=EnrolmentStatus.WITHDRAWN)
        .values_list("learner_id", flat=True)
    )
    rows = []
    for person in read.people:
        match = match_candidate(index, person.candidate)
        known_here = match.kind == "known" and match.learner is not None and match.learner.pk in enrolled
        rows.append(PreviewRow(person, match, known_here))
    rows, lacking = _with_prerequisite(class_group, rows, sheet.name, header)
    errors = sorted([*read.errors, *lacking], key=lambda error: error.row)
    return RosterPreview(sheet.name, header, rows, errors, unread=read.unread)


def _with_prerequisite(
    class_group: ClassGroup, rows: list[PreviewRow], sheet: str, header: Header
) -> tuple[list[PreviewRow], list[RowError]]:
    """Part the rows into those who may come in and those who lack what the course builds on, with the reason.

    Somebody new has completed nothing that we know of; letting them in needs a reason, given at the enrolment desk.
    """
    course = class_group.course
    if not (course.requires_phase or course.requires_course_id):
        return rows, []
    known = {row.match.learner.pk for row in rows if row.match.learner and not row.enrolled}
    lacking = lacking_prerequisite(course, known)
    kept, left = [], []
    for row in rows:
        learner = row.match.learner
        if row.enrolled or (learner is not None and learner.pk not in lacking):
            kept.append(row)
            continue
        words = prerequisite_words(course)
        left.append(RowError(sheet, row.person.row, header.titles["full_name"], row.person.full_name, words))
    return kept, left


@transaction.atomic
def preview_roster(
    *, class_group: ClassGroup, content: bytes, file_name: str, by: User
) -> tuple[RosterImport, RosterPreview]:
    """Keep the file privately and say what it holds. Nobody is registered or enrolled yet."""
    require_on_class(by, Verb.ENROL, class_group)
    refuse_ended(class_group)
    preview = build_preview(class_group, content, file_name)
    row = RosterImport(
        class_group=class_group,
        file_name=file_name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        created_by=by,
        new_count=preview.new,
        known_count=preview.known,
        lookalike_count=preview.lookalike,
        error_count=len({error.row for error in preview.errors}),
    )
    row.file.save(f"{row.sha256[:16]}.bin", ContentFile(content), save=False)
    row.save()
    audit.record("courses.preview_roster", row, by=by, centre_id=class_group.centre_id, data={"sha256": row.sha256})
    return row, preview


def load_preview(roster_import: RosterImport) -> RosterPreview:
    """Read the kept file again, against the people and the class as they are now."""
    if roster_import.status != ImportStatus.PREVIEW or not roster_import.file:
        raise Conflict("roster_done", _("Danh sách này đã được nhập hoặc đã bỏ. Hãy tải tệp lên lại nếu cần."))
    with roster_import.file.open("rb") as stream:
        return build_preview(roster_import.class_group, stream.read(), roster_import.file_name)


def commit_roster(
    *, roster_import: RosterImport, by: User, decisions: dict[int, Decision] | None = None
) -> RosterPreview:
    """Register the new, enrol the new and the known, all or nothing; wrong rows stay out and are reported.

    ``decisions`` says for look-alikes, by row number, whether it is the same person, a new one, or to be skipped (the
    default). Raises Conflict when the list was committed already or the class has too few places.
    """
    with transaction.atomic():
        group = take_class(by, Verb.ENROL, roster_import.class_group)
        taken = RosterImport.objects.filter(pk=roster_import.pk, status=ImportStatus.PREVIEW).update(
            status=ImportStatus.COMMITTED, committed_at=timezone.now()
        )
        if not taken:
            raise Conflict("roster_done", _("Danh sách này đã được nhập hoặc đã bỏ. Hãy tải tệp lên lại nếu cần."))
        preview = load_preview(roster_import)
        learners = _people_to_enrol(group, preview, decisions or {}, by)
        preview.committed = _enrol_all(group, learners, roster_import)
        RosterImport.objects.filter(pk=roster_import.pk).update(
            committed_count=preview.committed,
            new_count=preview.new,
            known_count=preview.known,
            lookalike_count=preview.lookalike,
        )
        data = {
            "committed": preview.committed,
            "new": preview.new,
            "known": preview.known,
            "errors": len(preview.errors),
        }
        audit.record("courses.commit_roster", roster_import, by=by, centre_id=group.centre_id, data=data)
    roster_import.file.delete(save=False)
    RosterImport.objects.filter(pk=roster_import.pk).update(file="")
    roster_import.refresh_from_db()
    return preview


def _people_to_enrol(
    group: ClassGroup, preview: RosterPreview, decisions: dict[int, Decision], by: User
) -> list[tuple[Learner, RosterPerson]]:
    new: list[RosterPerson] = []
    unlike: dict[int, tuple[int, ...]] = {}
    chosen: list[tuple[Learner, RosterPerson]] = []
    for row in preview.rows:
        decision = decisions.get(row.person.row, "skip") if row.kind == "lookalike" else ""
        if row.kind == "new" or decision == "new":
            unlike[len(new)] = row.match.lookalikes
            new.append(row.person)
        elif row.match.learner is not None and (row.kind == "known" or decision == "same"):
            chosen.append((row.match.learner, row.person))
        elif decision == "skip":
            reason = _("gần giống %(name)s (%(code)s); chưa chọn là cùng một người hay người mới")
            words = reason % {"name": row.match.learner, "code": row.match.learner.code if row.match.learner else ""}
            column = preview.header.titles["full_name"]
            preview.left_out.append(RowError(preview.sheet, row.person.row, column, row.person.full_name, words))
    registered = _register(group, new, by)
    # Who is registered although somebody resembles them is not asked about again.
    pairs = [(registered[place].pk, pk) for place, pks in unlike.items() for pk in pks]
    remember_different(pairs=pairs, by=by, centre=group.centre)
    return chosen + list(zip(registered, new, strict=True))


def _register(group: ClassGroup, people: list[RosterPerson], by: User) -> list[Learner]:
    """Register new people in bulk, with every rule of ``register_learner``."""
    if not people:
        return []
    unit = unit_of_centre(group.centre_id, timezone.localdate())
    places: dict[str, Neighbourhood | None] = {
        search_key(person.neighbourhood): neighbourhood_named(unit=unit, name=person.neighbourhood)
        for person in {search_key(person.neighbourhood): person for person in people}.values()
    }
    first = take_codes(len(people))
    learners = []
    for offset, person in enumerate(people):
        learner = fill(
            Learner(code=code_of(first + offset), unit=unit),
            full_name=person.full_name,
            birth=person.birth,
            sex=person.sex,
            ethnicity=person.ethnicity,
            personal_id=person.personal_id,
            phone=person.phone,
            address=person.address,
            note=person.note,
        )
        learner.neighbourhood = places[search_key(person.neighbourhood)]
        learners.append(learner)
    return Learner.objects.bulk_create(learners, batch_size=_BATCH)


def _enrol_all(group: ClassGroup, people: list[tuple[Learner, RosterPerson]], roster_import: RosterImport) -> int:
    pks = [learner.pk for learner, _person in people]
    present: dict[int, Any] = {
        row.learner_id: row for row in Enrolment.objects.filter(class_group=group).select_related("learner")
    }
    fresh = [learner for learner, _person in people if learner.pk not in present]
    back = [present[pk].pk for pk in pks if pk in present and present[pk].status == EnrolmentStatus.WITHDRAWN]
    here = sum(row.status != EnrolmentStatus.WITHDRAWN for row in present.values())
    if group.capacity is not None and here + len(fresh) + len(back) > group.capacity:
        left = max(0, group.capacity - here)
        message = _(
            "Lớp chỉ còn %(left)s chỗ, danh sách có %(count)s người mới vào lớp. Hãy tăng số chỗ hoặc bớt dòng."
        )
        raise Conflict("class_full", message % {"left": left, "count": len(fresh) + len(back)})
    today = timezone.localdate()
    LearnerCentre.objects.bulk_create(
        [LearnerCentre(learner_id=pk, centre_id=group.centre_id, since=today) for pk in pks],
        batch_size=_BATCH,
        ignore_conflicts=True,
    )
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                class_group=group,
                learner=learner,
                enrolled_on=today,
                neighbourhood_id=learner.neighbourhood_id,
                roster_import=roster_import,
            )
            for learner in fresh
        ],
        batch_size=_BATCH,
    )
    for start in range(0, len(back), _BATCH):
        Enrolment.objects.filter(pk__in=back[start : start + _BATCH]).update(
            status=EnrolmentStatus.ACTIVE, withdrawn_on=None, withdraw_reason="", roster_import=roster_import
        )
    return len(fresh) + len(back)


@transaction.atomic
def discard_roster(*, roster_import: RosterImport, by: User) -> None:
    """Throw an uploaded list away before it was committed."""
    require_on_class(by, Verb.ENROL, roster_import.class_group)
    RosterImport.objects.filter(pk=roster_import.pk, status=ImportStatus.PREVIEW).update(status=ImportStatus.DISCARDED)
    roster_import.file.delete(save=False)
    RosterImport.objects.filter(pk=roster_import.pk).update(file="")
    audit.record("courses.discard_roster", roster_import, by=by, centre_id=roster_import.class_group.centre_id)
