"""Writing what a roster brings, page after page, inside one transaction and with the class taken."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.selectors import unit_of_centre
from centres.services import neighbourhoods_named
from core.bulk import OneOf, insert_rows
from core.errors import Conflict, RowError
from courses.choices import EnrolmentStatus
from courses.models import ClassGroup, Enrolment, RosterImport
from courses.roster.header import Header
from courses.roster.preview import MatchedPage, PreviewRow, name_column
from learners.models import Learner
from learners.registering import keep_schooling, register_many, tie_to_centre
from learners.services import remember_different

Decision = Literal["same", "new", "skip"]


class RosterWriter:
    """Registers the new and enrols the new and the known; keeps what undoing has to take back."""

    def __init__(
        self, group: ClassGroup, roster_import: RosterImport, *, by: User, decisions: Mapping[int, Decision]
    ) -> None:
        self.committed = 0
        self._group = group
        self._import = roster_import
        self._by = by
        self._decisions = decisions
        self._today = timezone.localdate()
        self._unit = unit_of_centre(group.centre_id, self._today)
        here = Enrolment.objects.filter(class_group=group).exclude(status=EnrolmentStatus.WITHDRAWN)
        self._here = here.count() if group.capacity is not None else 0
        self._registered: list[list[int]] = []
        self._schooled: set[int] = set()
        self._tied: list[int] = []
        self._back: list[dict[str, Any]] = []

    def write(self, page: MatchedPage, sheet: str, header: Header) -> list[RowError]:
        """Write one page; return the look-alikes about whom nobody has decided."""
        chosen, fresh, left_out = self._part(page.rows, sheet, header)
        centre, today = self._group.centre, self._today
        places = neighbourhoods_named(unit=self._unit, names={row.person.neighbourhood for row in fresh})
        registered = register_many(
            [(row.person, row.candidate) for row in fresh], centre=centre, today=today, places=places, unit=self._unit
        )
        extend_runs(self._registered, registered)
        # Who is registered although somebody resembles them is not asked about again.
        pairs = [(pk, other) for pk, row in zip(registered, fresh, strict=True) for other in row.match.lookalikes]
        remember_different(pairs=pairs, by=self._by, centre=centre)
        known = list({learner.pk: learner for learner in chosen.values()}.values())
        self._tied += tie_to_centre(known, centre=centre, today=today)
        people = [(learner.pk, learner.neighbourhood_id) for learner in known]
        people += [(pk, places[row.person.neighbourhood]) for pk, row in zip(registered, fresh, strict=True)]
        pk_of = {row.person.row: pk for pk, row in zip(registered, fresh, strict=True)}
        pk_of |= {number: learner.pk for number, learner in chosen.items()}
        pk_of |= {row.person.row: row.match.learner.pk for row in page.rows if row.enrolled and row.match.learner}
        said = ((pk_of[row.person.row], row.person.schooling) for row in page.rows if row.person.row in pk_of)
        self._schooled |= set(
            keep_schooling(((pk, words) for pk, words in said if words), source=self._import.file_name, today=today)
        )
        self._enrol(people, {learner.pk for learner in known})
        return left_out

    def refuse_overfull(self) -> None:
        """Raise Conflict when more came than there are places: nobody is taken then."""
        if self._group.capacity is None or not self.committed or self._here + self.committed <= self._group.capacity:
            return
        left = max(0, self._group.capacity - self._here)
        message = _(
            "Lớp chỉ còn %(left)s chỗ, danh sách có %(count)s người mới vào lớp. Hãy tăng số chỗ hoặc bớt dòng."
        )
        raise Conflict("class_full", message % {"left": left, "count": self.committed})

    def made(self) -> dict[str, Any]:
        """What ``RosterImport.made`` keeps; keys as runs of first and last."""
        schooling: list[list[int]] = []
        extend_runs(schooling, sorted(self._schooled))
        return {"registered": self._registered, "tied": self._tied, "back": self._back, "schooling": schooling}

    def _part(
        self, rows: Iterable[PreviewRow], sheet: str, header: Header
    ) -> tuple[dict[int, Learner], list[PreviewRow], list[RowError]]:
        """Part rows into people we know, by row number, who come into the class; people to register; undecided ones."""
        chosen: dict[int, Learner] = {}
        fresh: list[PreviewRow] = []
        left_out: list[RowError] = []
        for row in rows:
            kind = row.kind
            decision = self._decisions.get(row.person.row, "skip") if kind == "lookalike" else ""
            learner = row.match.learner
            if kind == "new" or decision == "new":
                fresh.append(row)
            elif learner is not None and (kind == "known" or decision == "same"):
                chosen[row.person.row] = learner
            elif decision == "skip":
                reason = _("gần giống %(name)s (%(code)s); chưa chọn là cùng một người hay người mới")
                words = reason % {"name": learner, "code": learner.code if learner else ""}
                left_out.append(RowError(sheet, row.person.row, name_column(header), row.person.full_name, words))
        return chosen, fresh, left_out

    def _enrol(self, people: list[tuple[int, int | None]], known: set[int]) -> None:
        """Put people (keys of learner and neighbourhood) into the class; only the ``known`` can be there already."""
        columns = ("learner_id", "pk", "status", "withdrawn_on", "withdraw_reason", "roster_import_id")
        rows = Enrolment.objects.filter(class_group=self._group).order_by()
        rows = rows.filter(OneOf("learner_id", known))
        present = {row[0]: row for row in rows.values_list(*columns)}
        fresh = [row for row in people if row[0] not in present]
        back = [present[pk] for pk, _place in people if pk in present and present[pk][2] == EnrolmentStatus.WITHDRAWN]
        insert_rows(
            Enrolment, ("learner_id", "neighbourhood_id"), fresh,
            same={
                "class_group_id": self._group.pk, "enrolled_on": self._today, "roster_import_id": self._import.pk,
            },
        )  # fmt: skip
        Enrolment.objects.filter(pk__in=[row[1] for row in back]).update(
            status=EnrolmentStatus.ACTIVE, withdrawn_on=None, withdraw_reason="", roster_import=self._import
        )
        self.committed += len(fresh) + len(back)
        self._back += [
            {"enrolment": row[1], "withdrawn_on": str(row[3]), "reason": row[4], "roster_import": row[5]}
            for row in back
        ]


def extend_runs(runs: list[list[int]], pks: Iterable[int]) -> None:
    """Add ascending keys to runs of first and last: ten thousand new people are one run."""
    for pk in pks:
        if runs and runs[-1][1] == pk - 1:
            runs[-1][1] = pk
        else:
            runs.append([pk, pk])
