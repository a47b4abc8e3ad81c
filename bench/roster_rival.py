"""Import of a roster, preview plus commit, against django-import-export's preview plus confirm doing the same work.

The rival is written as its documentation says: a resource that finds people by their number, registers those who are
new through the model, and ties and enrols each in ``after_save_instance``. It validates less than ours and matches by
number only.
"""

import io
from typing import Any

import openpyxl
from django.db import transaction
from import_export import fields, resources
from import_export.formats.base_formats import XLSX

from bench.harness import compare
from bench.roster_import import commit_once, preview_once
from bench.rosters import DAY, HEADER, TITLES, Place, places
from core.dates import parse_partial_date
from core.text import split_name
from courses.models import Enrolment, RosterImport
from learners.choices import Sex
from learners.models import Learner, LearnerCentre, personal_id_index
from learners.services import code_of, take_codes

NAME = "roster_rival"
TARGET = 40
ROWS = 10_000
# The rival is slow and its time grows with the rows: a tenth of the list tells.
RIVAL_ROWS = 1000
ROUNDS = 3


class People(resources.ModelResource):
    """People of a roster as django-import-export imports them."""

    number = fields.Field(attribute="personal_id_index", column_name=HEADER[4])
    name = fields.Field(attribute="full_name", column_name=HEADER[1])
    phone = fields.Field(attribute="phone", column_name=HEADER[6])
    address = fields.Field(attribute="address", column_name=HEADER[7])

    class Meta:
        """By number; model rules on."""

        model = Learner
        import_id_fields = ("number",)
        fields = ("number", "name", "phone", "address")
        store_instance = True

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        """Look for people by the blind index of their number."""
        row["clear"] = row[HEADER[4]]
        row[HEADER[4]] = personal_id_index(row["clear"])

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """Set what the columns say."""
        if instance.pk is None:
            instance.code = code_of(take_codes(1))
        instance.set_name(split_name(row[HEADER[1]]))
        instance.set_birth(parse_partial_date(row[HEADER[2]]))
        instance.sex = Sex.FEMALE if row[HEADER[3]] == "Nữ" else Sex.MALE
        instance.set_personal_id(row["clear"])
        instance.unit = self.place.group.unit

    def after_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """Tie to the centre and enrol."""
        group = self.place.group
        LearnerCentre.objects.get_or_create(learner=instance, centre=group.centre, defaults={"since": DAY})
        Enrolment.objects.get_or_create(class_group=group, learner=instance, defaults={"enrolled_on": DAY})


def _without_titles(content: bytes, rows: int) -> bytes:
    """The rival knows no titles above the header: it gets the sheet without, cut short."""
    source = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    book = openpyxl.Workbook()
    for cells in source.iter_rows(min_row=TITLES + 1, max_row=TITLES + 1 + rows, values_only=True):
        book.active.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rival_once(place: Place, content: bytes) -> None:
    """Preview, then confirm; both read the file, as its views do."""
    for dry_run in (True, False):
        resource = People(place)
        data = XLSX().create_dataset(content)
        result = resource.import_data(data, dry_run=dry_run, use_transactions=True, raise_errors=True)
        assert result.total_rows == RIVAL_ROWS, result.totals


def run(rounds: int = ROUNDS) -> dict[str, Any]:
    """Return rows per second of both sides; everything is rolled back."""
    with transaction.atomic():
        fresh = places(ROWS)
        at: list[Any] = []

        def prepare() -> None:
            place = next(fresh)
            at[:] = [place, _without_titles(place.content, RIVAL_ROWS)]

        result = compare(
            NAME, ours=lambda: commit_once(at[0], preview_once(at[0])), floor=lambda: rival_once(*at), units=ROWS,
            floor_units=RIVAL_ROWS, target=TARGET, rounds=rounds, prepare=prepare,
        )  # fmt: skip
        for row in RosterImport.objects.filter(class_group__code__startswith="BENCH-R"):
            for file in (row.file, row.wrong_file):
                if file:
                    file.delete(save=False)
        transaction.set_rollback(True)
    return result


def measure() -> dict[str, Any]:
    """What ``manage.py bench roster_rival`` prints: ``floor`` is the rival."""
    return run()
