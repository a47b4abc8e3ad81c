"""Taking back a whole import, as long as nothing was built on it (docs/adr/0017)."""

from collections.abc import Iterator
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from core import audit
from core.bulk import OneOf
from core.errors import Conflict
from courses.choices import EnrolmentStatus, ImportStatus
from courses.models import Enrolment, RosterImport
from courses.permissions import take_class
from courses.services.places import move_up
from learners.models import DifferentPeople, Learner, LearnerCentre, StatedSchooling

_EXAMPLES = 3


@transaction.atomic
def undo_roster(*, roster_import: RosterImport, by: User) -> list[Enrolment]:
    """Take everybody out of the class again whom this import brought, and forget whom it registered.

    Whoever had withdrawn before is withdrawn again, as recorded then. All or nothing. Returns who moves up from the
    waitlist into the places. Raises Conflict ``roster_not_undoable`` or ``undo_built_on`` with what was built; also
    what ``take_class`` raises.
    """
    group = take_class(by, Verb.ENROL, roster_import.class_group)
    row = RosterImport.objects.select_for_update().get(pk=roster_import.pk)
    if row.status != ImportStatus.COMMITTED:
        raise Conflict("roster_not_undoable", _("Danh sách này chưa nhập hoặc đã được hoàn tác."))
    brought = Enrolment.objects.filter(roster_import=row)
    people = Learner.objects.filter(in_runs(row.made.get("registered", [])))
    back = {one["enrolment"]: one for one in row.made.get("back", [])}
    if built := list(_built_on(row, brought, people)):
        words = _("Không hoàn tác được, vì sau lần nhập này đã có: %(what)s. Hãy sửa từng người.")
        raise Conflict("undo_built_on", words % {"what": "; ".join(built)})
    for enrolment in brought.filter(pk__in=back):
        then = back[enrolment.pk]
        enrolment.status, enrolment.withdrawn_on = EnrolmentStatus.WITHDRAWN, then["withdrawn_on"]
        enrolment.withdraw_reason, enrolment.roster_import_id = then["reason"], then["roster_import"]
        enrolment.save()
    removed = brought.exclude(pk__in=back).delete()[1].get(Enrolment._meta.label, 0)
    links = LearnerCentre.objects.filter(centre_id=group.centre_id, learner_id__in=row.made.get("tied", []))
    links.exclude(learner__enrolments__class_group__centre_id=group.centre_id).delete()
    StatedSchooling.objects.filter(
        in_runs(row.made.get("schooling", []), "learner_id"), created_at__lte=row.committed_at, source=row.file_name
    ).delete()
    forgotten = people.delete()[1].get(Learner._meta.label, 0)
    row.status, row.undone_by, row.undone_at, row.made = ImportStatus.UNDONE, by, timezone.now(), {}
    row.wrong_file.delete(save=False)
    row.save()
    data = {"removed": removed, "back_to_withdrawn": len(back), "forgotten": forgotten}
    audit.record("courses.undo_roster", row, by=by, centre_id=group.centre_id, data=data)
    roster_import.refresh_from_db()
    return move_up(group, by=by)


def in_runs(runs: list[list[int]], column: str = "pk") -> OneOf:
    """Whose key lies in one of the runs: asked by key, since SQLite takes no more than a thousand ranges."""
    return OneOf(column, (pk for first, last in runs for pk in range(first, last + 1)))


def _built_on(
    row: RosterImport, brought: models.QuerySet[Enrolment], people: models.QuerySet[Learner]
) -> Iterator[str]:
    """What hangs on the enrolments and people of the import by now, in words; a fixed number of queries."""
    settled = brought.filter(~Q(status=EnrolmentStatus.ACTIVE) | ~Q(result="") | ~Q(result_note=""))
    if settled.exists():
        yield _("kết quả hoặc thay đổi ghi danh (%(who)s)") % {"who": names_of(settled.values("learner_id"))}
    yield from hanging_on(Enrolment, brought, apart={})
    ours = {
        Enrolment: Q(roster_import=row),
        LearnerCentre: Q(centre_id=row.class_group.centre_id),
        # Said while the list was looked at: these go with the person.
        DifferentPeople: Q(created_at__lte=row.committed_at),
        StatedSchooling: Q(created_at__lte=row.committed_at),
    }
    yield from hanging_on(Learner, people, apart=ours)
    mended = people.filter(updated_at__gt=row.committed_at)
    if mended.exists():
        yield _("hồ sơ đã sửa (%(who)s)") % {"who": names_of(mended.values("pk"))}


def hanging_on(model: type[models.Model], rows: models.QuerySet[Any], *, apart: dict[Any, Q]) -> Iterator[str]:
    """Every table that points to the rows, whichever app it belongs to, except what ``apart`` says is the import's."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):  # one-to-one is one of these
            continue
        other: Any = relation.related_model
        found = other._base_manager.all()
        if other in apart and (other is not Enrolment or relation.field.name == "learner"):
            found = found.exclude(apart[other])
        if found.filter(**{f"{relation.field.name}__in": rows.values("pk")}).exists():
            yield str(other._meta.verbose_name)


def names_of(learner_ids: models.QuerySet[Any]) -> str:
    names = list(Learner.objects.filter(pk__in=learner_ids).values_list("full_name", flat=True)[: _EXAMPLES + 1])
    return ", ".join(names[:_EXAMPLES]) + ("…" if len(names) > _EXAMPLES else "")
