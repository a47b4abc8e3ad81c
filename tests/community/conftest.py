"""A commune with a centre that worked this year, and helpers to write its file."""

from decimal import Decimal

import pytest
from django.utils import timezone

from indicators.rubric.evaluating import Mark, review_evaluation, save_evaluation
from indicators.rubric.selectors import sheet
from indicators.services.resources import record_year
from tests.factories import finished_class

D = Decimal
PDF = b"%PDF-1.4\n%%EOF\n"


class File:
    """The file of commune B, written by Nam and reviewed by Tuấn."""

    def __init__(self, cast):
        self.cast, self.unit, self.year = cast, cast.commune_b, timezone.localdate().year

    def seen(self, viewer=None):
        return sheet(unit=self.unit, year=self.year, viewer=viewer or self.cast.nam)

    def line(self, code):
        return next(one for one in self.seen().lines if one.criterion.code == code)

    def marks(self, level=1, **changes):
        """Every target at ``level`` (or the next that it has) with a paper; ``changes`` by code with ``_``."""
        found = {}
        for line in self.seen().lines:
            steps = [row.points for row in line.criterion.levels.all()]
            points = min(step for step in steps if step >= level)
            found[line.criterion.pk] = Mark(points, "", "QĐ 5 ngày 01/02")
            key = "c" + line.criterion.code.replace(".", "_")
            found[line.criterion.pk] = changes.get(key, found[line.criterion.pk])
        return found

    def send(self, by=None, version=0, level=1, submit=True, **changes):
        return save_evaluation(
            unit=self.unit, year=self.year, marks=self.marks(level, **changes), version=version,
            by=by or self.cast.nam, submit=submit,
        )  # fmt: skip

    def locked(self, level=1):
        sent = self.send(level=level)
        return review_evaluation(evaluation=sent, agreed={}, version=sent.version, by=self.cast.tuan, accept=True)


@pytest.fixture
def file(cast, reference):
    """Centre B taught one class and wrote its yearly record."""
    finished_class(cast.centre_b, passing=2, failing=1, sessions=3)
    record_year(
        centre=cast.centre_b, year=timezone.localdate().year, by=cast.minh, rapporteurs=4, collaborators=2,
        budget_state=30_000_000,
    )  # fmt: skip
    return File(cast)
