"""What the columns of a layout mean, as people of a centre say it."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from core import audit
from core.errors import InvalidInput
from courses.models import RosterImport, RosterMapping
from courses.permissions import require_on_class
from courses.roster.header import FIELDS, Title, fingerprint_of, names_somebody

_PARTS = ("birth_day", "birth_month", "birth_year")


@transaction.atomic
def remember_mapping(
    *,
    roster_import: RosterImport,
    titles: list[Title],
    columns: Mapping[str, int],
    by: User,
    sheet_number: int | None = None,
) -> RosterMapping:
    """Keep for the centre which column is what (field → column) under headers with these titles.

    ``sheet_number`` is the sheet of this file that is meant, from 1 among those that hold anything. Raises InvalidInput
    when nobody could be told apart by it, or a date were said twice.
    """
    group = roster_import.class_group
    require_on_class(by, Verb.ENROL, group)
    nameless = not any(title for _group, title in titles)
    if nameless or not names_somebody(dict(columns)) or not set(columns) <= set(FIELDS):
        message = _("Hãy chỉ ra cột họ và tên (hoặc cả họ đệm và tên) và ít nhất một cột nữa.")
        raise InvalidInput("mapping_without_name", message)
    if "birth" in columns and columns.keys() & set(_PARTS):
        message = _("Ngày sinh chỉ ghi một cách: cả ngày trong một cột, hoặc ngày, tháng, năm ở các cột riêng.")
        raise InvalidInput("mapping_birth_twice", message)
    if columns.keys() & set(_PARTS[:2]) and "birth_year" not in columns:
        message = _("Có cột ngày hoặc tháng sinh thì phải có cột năm sinh.")
        raise InvalidInput("mapping_birth_without_year", message)
    row, _made = RosterMapping.objects.update_or_create(
        centre_id=group.centre_id,
        fingerprint=fingerprint_of(titles),
        defaults={"columns": dict(columns), "updated_by": by},
    )
    if sheet_number is not None:
        roster_import.sheet_number = sheet_number
        roster_import.save(update_fields=["sheet_number", "updated_at"])
    data = {"columns": dict(columns), "sheet": sheet_number}
    audit.record("courses.remember_mapping", row, by=by, centre_id=group.centre_id, data=data)
    return row


@transaction.atomic
def forget_mapping(*, roster_import: RosterImport, titles: list[Title], by: User) -> bool:
    """Read headers with these titles by their words again; return whether anything was remembered."""
    group = roster_import.class_group
    require_on_class(by, Verb.ENROL, group)
    row = RosterMapping.objects.filter(centre_id=group.centre_id, fingerprint=fingerprint_of(titles)).first()
    if row is None:
        return False
    audit.record("courses.forget_mapping", row, by=by, centre_id=group.centre_id, data={"columns": row.columns})
    row.delete()
    return True
