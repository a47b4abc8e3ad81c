"""Asking for statistics on another map, and laying down how divided communes are drawn on it."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Neighbourhood
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput
from core.text import clean
from indicators.choices import Boundaries, WeightedMeasure
from indicators.models import NeighbourhoodPlace, Weight, WeightTable
from indicators.models.boundaries import MILLION
from indicators.statistics.boundaries import EVE, UnitMap, has_lineage
from indicators.statistics.restate import Restated, restated


def restate(*, by: User, boundaries: str, **asked: Any) -> Restated:
    """Return the statistics on a map (``asked`` as ``restated`` takes it).

    Raises InvalidInput, and keeps an audit row, when nothing is known yet about what became of units.
    """
    if boundaries not in Boundaries.values:
        raise InvalidInput("unknown_boundaries", _("Địa giới là then, old hoặc new."))
    if boundaries != Boundaries.THEN and not has_lineage():
        days = {"from": str(asked["starts_on"]), "to": str(asked["ends_on"])}
        audit.record_thing(
            "indicators.restate_refused", kind="centres.unitlineage", key=boundaries,
            label=str(Boundaries(boundaries).label), by=by, data=days,
        )  # fmt: skip
        words = _("Chưa có dữ liệu đơn vị cũ chuyển thành đơn vị mới nào, nên chưa tính lại được theo địa giới khác. "
                  "Hãy nạp danh mục đơn vị hành chính (lệnh load_units).")  # fmt: skip
        raise InvalidInput("no_lineage", words)
    return restated(user=by, boundaries=boundaries, **asked)


def other_side(unit: AdminUnit) -> str:
    """Return the map a unit is not on: the new one for units that ended with the old."""
    return Boundaries.NEW if unit.valid_to is not None and unit.valid_to <= EVE else Boundaries.OLD


def _require(by: User) -> None:
    if not scope_of(by).may(Verb.SET_RULES):
        raise Forbidden("role_may_not", _("Chỉ cán bộ thành phố ghi được bảng tỷ trọng và nơi của thôn, tổ dân phố."))


def _targets(unit: AdminUnit) -> tuple[int, ...]:
    targets = UnitMap(other_side(unit)).targets.get(unit.pk, ())
    if len(targets) < 2:
        words = _("%(name)s chuyển nguyên vẹn sang một đơn vị, không cần bảng tỷ trọng.")
        raise InvalidInput("not_divided", words % {"name": unit.name})
    return targets


def _document(document: str) -> str:
    if not clean(document):
        words = _("Hãy ghi văn bản làm căn cứ.")
        raise InvalidInput("document_missing", words, fields={"document": [words]})
    return clean(document)[:200]


@transaction.atomic
def save_weights(
    *, source: AdminUnit, measure: str, millionths: dict[int, int], document: str, by: User
) -> WeightTable:
    """Keep a table of weights as the next version. Shares are millionths and must add up to a million.

    Raises InvalidInput for another sum, units the source does not lie in, or a missing document; Forbidden; Conflict
    when somebody else saved at the same moment.
    """
    _require(by)
    if measure not in WeightedMeasure.values:
        raise InvalidInput("unknown_measure", _("Không có loại số liệu này."))
    targets, document = _targets(source), _document(document)
    if set(millionths) - set(targets) or any(share < 0 for share in millionths.values()):
        raise InvalidInput(
            "unknown_unit", _("Tỷ trọng chỉ ghi cho các đơn vị mà %(name)s thuộc vào.") % {"name": source.name}
        )
    total = sum(millionths.values())
    if total != MILLION:
        words = _("Các tỷ trọng cộng lại là %(sum)s%%, phải đúng 100%%.")
        raise InvalidInput(
            "weights_do_not_add_up", words % {"sum": f"{total / 10_000:.4f}".rstrip("0").rstrip(".,").replace(".", ",")}
        )
    table = _next_version(source, measure, document, by)
    Weight.objects.bulk_create(Weight(table=table, unit_id=pk, millionths=millionths.get(pk, 0)) for pk in targets)
    audit.record("indicators.save_weights", table, by=by, data={"document": document, "version": table.version})
    return table


@transaction.atomic
def withdraw_weights(*, source: AdminUnit, measure: str, document: str, by: User) -> WeightTable:
    """Stop sharing a unit's figures out: from now on they are not comparable again. The old versions stay."""
    _require(by)
    last = WeightTable.objects.filter(source=source, measure=measure).order_by("-version").first()
    if last is None or last.is_withdrawn:
        raise Conflict("no_weights", _("Không có bảng tỷ trọng nào đang áp dụng."))
    table = _next_version(source, measure, _document(document), by, withdrawn=True)
    audit.record("indicators.withdraw_weights", table, by=by, data={"document": table.document})
    return table


def _next_version(source: AdminUnit, measure: str, document: str, by: User, *, withdrawn: bool = False) -> WeightTable:
    last = WeightTable.objects.filter(source=source, measure=measure).order_by("-version").first()
    try:
        with transaction.atomic():
            return WeightTable.objects.create(
                source=source, measure=measure, document=document, entered_by=by, is_withdrawn=withdrawn,
                version=last.version + 1 if last else 1,
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict("saved_meanwhile", _("Có người vừa lưu bảng tỷ trọng này. Hãy tải lại trang.")) from error


@transaction.atomic
def place_neighbourhoods(*, source: AdminUnit, places: dict[int, int | None], document: str, by: User) -> int:
    """Say in which unit neighbourhoods of a unit lie on the other map (None: not known); return how many changed.

    Raises InvalidInput for neighbourhoods or units that do not belong to the source, or a missing document; Forbidden.
    """
    _require(by)
    targets, document = _targets(source), _document(document)
    own = set(Neighbourhood.objects.filter(unit=source).values_list("pk", flat=True))
    if set(places) - own or {to for to in places.values() if to} - set(targets):
        raise InvalidInput(
            "unknown_unit", _("Thôn, tổ dân phố hoặc đơn vị không thuộc %(name)s.") % {"name": source.name}
        )
    known = {row.neighbourhood_id: row for row in NeighbourhoodPlace.objects.filter(neighbourhood__unit=source)}
    changed = {}
    for pk, to in places.items():
        row = known.get(pk)
        if (row.unit_id if row else None) == to:
            continue
        changed[str(pk)] = to
        if to is None:
            known[pk].delete()
        else:
            NeighbourhoodPlace.objects.update_or_create(
                neighbourhood_id=pk,
                defaults={"unit_id": to, "document": document, "entered_by": by, "entered_at": timezone.now()},
            )
    if changed:
        audit.record("indicators.place_neighbourhoods", source, by=by, data={"places": changed, "document": document})
    return len(changed)
