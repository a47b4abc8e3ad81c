"""Writing what a survey sheet brings, page after page, inside one transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.services import neighbourhoods_named
from core.bulk import OneOf
from core.errors import RowError
from courses.choices import ImportStatus
from courses.services.roster_writing import Decision, extend_runs
from learners.models import Learner
from learners.registering import keep_schooling, register_many, tie_to_centre
from learners.services import remember_different
from literacy.choices import Proof
from literacy.models import LevelStanding, LevelStatement, SurveyImport
from literacy.survey.preview import MatchedPage, SurveyRow, name_column
from literacy.survey.reading import SurveySheet
from literacy.survey.told import Said


class SurveyWriter:
    """Registers the new, brings home the known, writes what is said of both; keeps what undoing has to take back.

    ``touched`` are the people whose standing has to be worked out anew.
    """

    def __init__(self, survey: SurveyImport, *, by: User, decisions: Mapping[int, Decision]) -> None:
        self.committed = self.stated = 0
        self.touched: list[int] = []
        self._survey = survey
        self._by = by
        self._decisions = decisions
        self._today = timezone.localdate()
        self._registered: list[list[int]] = []
        self._statements: list[list[int]] = []
        self._schooled: set[int] = set()
        self._tied: list[int] = []
        self._moved: list[list[int | None]] = []
        same = SurveyImport.objects.filter(unit=survey.unit_id, sha256=survey.sha256, status=ImportStatus.COMMITTED)
        self._seen_before = same.exclude(pk=survey.pk).exists()

    def write(self, page: MatchedPage, sheet: SurveySheet) -> list[RowError]:
        """Write one page; return the look-alikes about whom nobody has decided."""
        known, fresh, left_out = self._part(page.rows, sheet)
        centre, unit, today = self._survey.centre, self._survey.unit, self._today
        names = {row.read.person.neighbourhood for row in page.rows}
        places = neighbourhoods_named(unit=unit, names=names)
        registered = register_many(
            [(row.read.person, row.candidate) for row in fresh], centre=centre, today=today, places=places, unit=unit
        )
        extend_runs(self._registered, registered)
        pairs = [(pk, other) for pk, row in zip(registered, fresh, strict=True) for other in row.match.lookalikes]
        remember_different(pairs=pairs, by=self._by, centre=centre)
        self._tied += tie_to_centre((learner for _row, learner in known), centre=centre, today=today)
        self._bring_home(known, places)
        people = [*((learner.pk, row) for row, learner in known), *zip(registered, fresh, strict=True)]
        self._state(people)
        self.committed += len(people)
        return left_out

    def made(self) -> dict[str, Any]:
        """What ``SurveyImport.made`` keeps; keys as runs of first and last."""
        schooling: list[list[int]] = []
        extend_runs(schooling, sorted(self._schooled))
        return {
            "registered": self._registered,
            "tied": self._tied,
            "statements": self._statements,
            "schooling": schooling,
            "moved": self._moved,
        }

    def _part(
        self, rows: Iterable[SurveyRow], sheet: SurveySheet
    ) -> tuple[list[tuple[SurveyRow, Learner]], list[SurveyRow], list[RowError]]:
        """Part rows into people we know, people to register, and undecided ones."""
        known: list[tuple[SurveyRow, Learner]] = []
        fresh: list[SurveyRow] = []
        left_out: list[RowError] = []
        for row in rows:
            number, learner = row.read.person.row, row.match.learner
            decision = self._decisions.get(number, "skip") if row.kind == "lookalike" else ""
            if row.kind == "new" or decision == "new":
                fresh.append(row)
            elif learner is not None and (row.kind == "known" or decision == "same"):
                known.append((row, learner))
            elif decision == "skip":
                reason = _("gần giống %(name)s (%(code)s); chưa chọn là cùng một người hay người mới")
                words = reason % {"name": learner, "code": learner.code if learner else ""}
                left_out.append(
                    RowError(sheet.sheet.name, number, name_column(sheet), row.read.person.full_name, words)
                )
        return known, fresh, left_out

    def _bring_home(self, known: list[tuple[SurveyRow, Learner]], places: Mapping[str, int | None]) -> None:
        """The survey says where people live: whoever was written down elsewhere, or nowhere, lives here now."""
        unit = self._survey.unit
        moving = []
        for row, learner in known:
            if learner.unit_id == unit.pk:
                continue
            self._moved.append([learner.pk, learner.unit_id, learner.neighbourhood_id])
            learner.unit_id, learner.neighbourhood_id = unit.pk, places.get(row.read.person.neighbourhood)
            learner.updated_at = timezone.now()
            moving.append(learner)
        Learner.objects.bulk_update(moving, ["unit", "neighbourhood", "updated_at"], batch_size=500)

    def _state(self, people: list[tuple[int, SurveyRow]]) -> None:
        """Write what is said of people's schooling and level, where it was not said before and is not known already."""
        source, day = self._survey.file_name, self._survey.stated_on
        schooling = ((pk, row.read.person.schooling) for pk, row in people)
        self._schooled |= set(
            keep_schooling(((pk, words) for pk, words in schooling if words), source=source, today=day)
        )
        said = {pk: row.read.said for pk, row in people if row.read.said}
        last, standing = last_surveys(said), present_levels(said)
        rows = LevelStatement.objects.bulk_create(
            [
                LevelStatement(
                    learner_id=pk,
                    level=words.level,
                    relapsed_from=words.relapsed_from,
                    proof=Proof.SURVEY,
                    stated_on=day,
                    source=source,
                    centre_id=self._survey.centre_id,
                    recorded_by=self._by,
                )
                for pk, words in said.items()
                if self._is_news(words, last.get(pk), standing.get(pk))
            ],
            batch_size=500,
        )
        self.stated += len(rows)
        self.touched += [row.learner_id for row in rows]
        extend_runs(self._statements, (row.pk for row in rows))

    def _is_news(self, words: Said, last: Said | None, standing: Said | None) -> bool:
        """Whether something is said that is not known already. A relapse said again after the person came out of it is
        another one, unless it is the same sheet that is read in again."""
        again = bool(words.relapsed_from) and not self._seen_before
        return words != standing and (words != last or again)


def last_surveys(learner_ids: Iterable[int]) -> dict[int, Said]:
    """What the last survey said of people's level: one query."""
    people = list(learner_ids)
    if not people:
        return {}
    rows = LevelStatement.objects.filter(OneOf("learner_id", people), proof=Proof.SURVEY).order_by("stated_on", "pk")
    return {pk: Said(level, fallen) for pk, level, fallen in rows.values_list("learner_id", "level", "relapsed_from")}


def present_levels(learner_ids: Iterable[int]) -> dict[int, Said]:
    """Where people stand, as a survey would say it: one query."""
    people = list(learner_ids)
    if not people:
        return {}
    rows = LevelStanding.objects.filter(OneOf("learner_id", people), level__isnull=False)
    found = rows.values_list("learner_id", "level", "relapsed")
    return {pk: Said(level, level + 1 if relapsed else None) for pk, level, relapsed in found if level is not None}
