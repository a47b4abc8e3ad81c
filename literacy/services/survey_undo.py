"""Taking back a whole survey sheet, as long as nothing was built on it."""

from collections.abc import Iterator
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.permissions import require
from core import audit
from core.errors import Conflict
from courses.choices import ImportStatus
from courses.services.roster_undo import hanging_on, in_runs, names_of
from learners.models import DifferentPeople, Learner, LearnerCentre, StatedSchooling
from literacy.models import LevelStanding, LevelStatement, Relapse, RelapseStep, SurveyImport
from literacy.services.restating import restate


@transaction.atomic
def undo_survey(*, survey: SurveyImport, by: User) -> int:
    """Forget whom this sheet registered and what it said, and let people live where they lived; return how many.

    All or nothing. Raises Conflict ``survey_not_undoable``, or ``undo_built_on`` with what was built; OutOfScope or
    Forbidden.
    """
    require(by, Verb.SURVEY, survey.centre_id)
    row = SurveyImport.objects.select_for_update().get(pk=survey.pk)
    if row.status != ImportStatus.COMMITTED:
        raise Conflict("survey_not_undoable", _("Phiếu này chưa nhập hoặc đã được hoàn tác."))
    people = Learner.objects.filter(in_runs(row.made.get("registered", [])))
    statements = LevelStatement.objects.filter(in_runs(row.made.get("statements", [])))
    if built := list(_built_on(row, people, statements)):
        words = _("Không hoàn tác được, vì sau lần nhập này đã có: %(what)s. Hãy sửa từng người.")
        raise Conflict("undo_built_on", words % {"what": "; ".join(built)})
    touched = set(statements.values_list("learner_id", flat=True))
    cases = Relapse.objects.filter(found_by_statement__in=statements)
    cases.filter(found_by_check__isnull=False).update(found_by_statement=None)  # a check found it as well
    cases.delete()
    statements.delete()
    schooled = in_runs(row.made.get("schooling", []), "learner_id")
    StatedSchooling.objects.filter(
        schooled, created_at__gte=row.created_at, created_at__lte=row.committed_at, source=row.file_name
    ).delete()
    for learner_id, unit_id, neighbourhood_id in row.made.get("moved", []):
        Learner.objects.filter(pk=learner_id, unit_id=row.unit_id).update(
            unit_id=unit_id, neighbourhood_id=neighbourhood_id
        )
    links = LearnerCentre.objects.filter(centre_id=row.centre_id, learner_id__in=row.made.get("tied", []))
    links.exclude(learner__enrolments__class_group__centre_id=row.centre_id).delete()
    LevelStanding.objects.filter(learner__in=people.values("pk")).delete()
    forgotten = people.delete()[1].get(Learner._meta.label, 0)
    restate(touched)
    row.status, row.undone_by, row.undone_at, row.made = ImportStatus.UNDONE, by, timezone.now(), {}
    row.wrong_file.delete(save=False)
    row.save()
    data = {"forgotten": forgotten, "statements": len(touched)}
    audit.record("literacy.undo_survey", row, by=by, centre_id=row.centre_id, data=data)
    survey.refresh_from_db()
    return forgotten


def _built_on(
    row: SurveyImport, people: models.QuerySet[Learner], statements: models.QuerySet[LevelStatement]
) -> Iterator[str]:
    """What hangs on the people of the sheet by now, in words; a fixed number of queries."""
    during = Q(created_at__lte=row.committed_at)
    ours: dict[Any, Q] = {
        LearnerCentre: Q(centre_id=row.centre_id),
        DifferentPeople: during,
        StatedSchooling: during,
        LevelStatement: Q(pk__in=statements.values("pk")),
        LevelStanding: Q(learner__isnull=False),
        Relapse: Q(found_by_statement__in=statements.values("pk"), found_by_check__isnull=True),
    }
    if steps := RelapseStep.objects.filter(case__found_by_statement__in=statements.values("pk")).count():
        yield _("%(n)s việc đã làm cho người tái mù chữ") % {"n": steps}
    yield from hanging_on(Learner, people, apart=ours)
    mended = people.filter(updated_at__gt=row.committed_at)
    if mended.exists():
        yield _("hồ sơ đã sửa (%(who)s)") % {"who": names_of(mended.values("pk"))}
