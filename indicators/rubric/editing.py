"""Laying a set of criteria down without code: versions, areas, criteria, bands; frozen once it is in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from indicators.choices import RubricKind, RubricState, Scoring, Wording
from indicators.models import Criterion, CriterionLevel, Rubric, RubricArea, RubricBand
from indicators.models.rubrics import FULL_MARKS, HIGHEST_LEVEL
from indicators.rubric.known import quantities_of
from indicators.rubric.selectors import areas_of, sums_of
from indicators.services.plans import require_planner, wrong


@dataclass(frozen=True, slots=True)
class Level:
    """A level as it is given: words, points and, for a quantity, from how much on."""

    words: str
    points: Decimal
    at_least: Decimal | None = None


def _keep(verb: str, row: models.Model, by: User, rubric: Rubric, **data: Any) -> None:
    shown = {name: str(value) for name, value in data.items() if value not in (None, "")}
    audit.record(f"indicators.{verb}", row, by=by, data={"rubric": rubric.code, "version": rubric.version, **shown})


def _take(rubric: Rubric, by: User, edition: int | None = None) -> Rubric:
    """Return the draft, held, when it may be changed; the next edition is on it.

    Raises Forbidden; Conflict ``rubric_frozen`` for one in force, ``changed_meanwhile`` when ``edition`` is old.
    """
    require_planner(by)
    row = Rubric.objects.select_for_update().get(pk=rubric.pk)
    if not row.is_draft:
        raise Conflict("rubric_frozen", _("Bộ tiêu chí đã áp dụng nên không sửa được. Hãy tạo phiên bản mới từ nó."))
    if edition is not None and edition != row.edition:
        raise Conflict("changed_meanwhile", _("Có người vừa sửa bộ tiêu chí này. Nội dung bạn nhập còn nguyên; hãy mở "
                                              "bộ tiêu chí ở thẻ khác để xem rồi lưu lại."))  # fmt: skip
    row.edition += 1
    row.save(update_fields=["edition", "updated_at"])
    rubric.edition = row.edition
    return row


def miss(rubric: Rubric) -> Decimal:
    """Return by how many points a set misses 100: positive when some are lacking, negative when too many."""
    return FULL_MARKS - sums_of(areas_of(rubric))[1].maximum


def obstacles(rubric: Rubric) -> list[str]:
    """Return, in words, everything that keeps a set from being put in force."""
    areas = areas_of(rubric)
    found = [] if rubric.is_levels else _off_hundred(areas)
    empty = [area.name for area in areas if not area.criteria.all()]
    if empty or not areas:
        words = _("Lĩnh vực chưa có tiêu chí: %(names)s.") % {"names": ", ".join(empty)}
        found.append(words if empty else _("Bộ tiêu chí chưa có lĩnh vực nào."))
    for area in areas:
        for row in area.criteria.all():
            if row.scoring != Scoring.YES_NO and row.points not in [level.points for level in row.levels.all()]:
                found.append(_("Tiêu chí %(code)s chưa có mức nào cho điểm tối đa.") % {"code": row.code})
    bands = set(rubric.bands.values_list("at_least", flat=True))
    if rubric.is_levels and bands != set(range(HIGHEST_LEVEL + 1)):
        found.append(_("Cần đúng ba mức xếp loại, bắt đầu từ 0, 1 và 2."))
    elif Decimal(0) not in bands or len(bands) < 2:
        found.append(_("Cần ít nhất hai mức xếp loại, mức thấp nhất bắt đầu từ 0 điểm."))
    return found


def _off_hundred(areas: list[RubricArea]) -> list[str]:
    off = FULL_MARKS - sums_of(areas)[1].maximum
    if not off:
        return []
    words = _("Tổng điểm còn thiếu %(n)s mới đủ 100.") if off > 0 else _("Tổng điểm thừa %(n)s so với 100.")
    return [words % {"n": f"{abs(off).normalize():f}".replace(".", ",")}]


@transaction.atomic
def create_rubric(
    *, code: str, name: str, from_year: int, by: User, document: str = "", note: str = "",
    period_kind: str = "calendar_year", kind: str = RubricKind.POINTS, valid_months: int | None = None,
    raise_months: int | None = None,
) -> Rubric:  # fmt: skip
    """Begin an empty set, of points or of levels. Raises InvalidInput for a code that is taken, Forbidden."""
    require_planner(by)
    _check_validity(kind, valid_months, raise_months)
    if Rubric.objects.filter(code=code).exists():
        raise wrong("code", "code_taken", _("Mã này đã có. Hãy tạo phiên bản mới từ bộ tiêu chí đó."))
    row = Rubric.objects.create(
        code=code, name=clean(name), from_year=from_year, document=clean(document), note=note.strip(),
        period_kind=period_kind, kind=kind, valid_months=valid_months, raise_months=raise_months,
    )  # fmt: skip
    _keep("create_rubric", row, by, row)
    return row


def _check_validity(kind: str, valid_months: int | None, raise_months: int | None) -> None:
    if kind == RubricKind.LEVELS and not valid_months:
        raise wrong("valid_months", "valid_months_missing", _("Hãy ghi danh hiệu có giá trị bao nhiêu tháng."))
    if kind == RubricKind.POINTS and (valid_months or raise_months):
        words = _("Thang 100 điểm không có thời hạn danh hiệu. Hãy để trống.")
        raise wrong("valid_months", "valid_months_needless", words)


@transaction.atomic
def copy_rubric(*, rubric: Rubric, by: User) -> Rubric:
    """Make the next version, a draft with everything of this one. Raises Conflict when there is a draft already."""
    require_planner(by)
    versions = list(Rubric.objects.select_for_update().filter(code=rubric.code).order_by("version"))
    if any(row.is_draft for row in versions):
        raise Conflict("draft_exists", _("Đã có một phiên bản đang soạn. Hãy sửa phiên bản đó."))
    new = Rubric.objects.create(
        code=rubric.code, version=versions[-1].version + 1, name=rubric.name, document=rubric.document,
        note=rubric.note, period_kind=rubric.period_kind, kind=rubric.kind, valid_months=rubric.valid_months,
        raise_months=rubric.raise_months,
        from_year=max(timezone.localdate().year, rubric.from_year + (rubric.state == RubricState.IN_FORCE)),
    )  # fmt: skip
    for area in areas_of(rubric):
        own = RubricArea.objects.create(rubric=new, order=area.order, name=area.name)
        for row in area.criteria.all():
            values = {name: getattr(row, name) for name in CRITERION_FIELDS}
            made = Criterion.objects.create(area=own, **values)
            CriterionLevel.objects.bulk_create(
                CriterionLevel(criterion=made, words=level.words, points=level.points, at_least=level.at_least)
                for level in row.levels.all()
            )
    RubricBand.objects.bulk_create(
        RubricBand(rubric=new, name=band.name, at_least=band.at_least) for band in rubric.bands.all()
    )
    _keep("copy_rubric", new, by, new, copied_from=rubric.version)
    return new


@transaction.atomic
def edit_rubric(*, rubric: Rubric, by: User, edition: int | None = None, **values: Any) -> Rubric:
    """Change name, source, words, first year and kind of year of a draft. Raises as ``_take`` does."""
    row = _take(rubric, by, edition)
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    _check_validity(row.kind, row.valid_months, row.raise_months)
    row.save()
    changed = {name: f"{before[name]} → {value}" for name, value in values.items() if before[name] != value}
    _keep("edit_rubric", row, by, row, **changed)
    return row


@transaction.atomic
def save_area(
    *, rubric: Rubric, name: str, by: User, area: RubricArea | None = None, edition: int | None = None
) -> RubricArea:
    """Add an area at the end, or rename one. Raises InvalidInput without a name, else as ``_take`` does."""
    held = _take(rubric, by, edition)
    if not clean(name):
        raise wrong("name", "name_missing", _("Hãy ghi tên lĩnh vực."))
    last = held.areas.aggregate(last=models.Max("order"))["last"] or 0
    row = area or RubricArea(rubric=held, order=last + 1)
    row.name = clean(name)
    row.save()
    _keep("save_area", row, by, held)
    return row


@transaction.atomic
def drop_area(*, area: RubricArea, by: User) -> None:
    """Take an area out of a draft, with its criteria."""
    held = _take(area.rubric, by)
    _keep("drop_area", area, by, held, criteria=", ".join(str(row) for row in area.criteria.all())[:500])
    area.delete()


CRITERION_FIELDS = (
    "code", "order", "name", "help", "points", "scoring", "quantity", "beside", "wording", "source",
)  # fmt: skip


@transaction.atomic
def save_criterion(
    *, area: RubricArea, values: dict[str, Any], levels: Sequence[Level], by: User,
    criterion: Criterion | None = None, edition: int | None = None,
) -> Criterion:  # fmt: skip
    """Add a criterion, or change one. ``values``: CRITERION_FIELDS; ``order`` may be left out for the end.

    Raises InvalidInput with the field; else as ``_take`` does.
    """
    held = _take(area.rubric, by, edition)
    _check(held, values, levels)
    others = Criterion.objects.filter(area__rubric=held)
    if criterion is not None:
        others = others.exclude(pk=criterion.pk)
    if others.filter(code=values["code"]).exists():
        raise wrong("code", "code_taken", _("Số này đã có tiêu chí khác."))
    last = area.criteria.aggregate(last=models.Max("order"))["last"] or 0
    row = criterion or Criterion(order=values.get("order") or last + 1)
    row.area = area
    for name in CRITERION_FIELDS:
        if name in values and (name != "order" or values[name]):
            setattr(row, name, values[name])
    row.save()
    row.levels.all().delete()
    CriterionLevel.objects.bulk_create(
        CriterionLevel(criterion=row, words=clean(level.words), points=level.points, at_least=level.at_least)
        for level in levels
    )
    said = "; ".join(f"{level.points}: {level.words} {level.at_least or ''}".strip() for level in levels)
    _keep("save_criterion", row, by, held, points=row.points, scoring=row.scoring, levels=said[:500])
    return row


def _check(rubric: Rubric, values: dict[str, Any], levels: Sequence[Level]) -> None:
    if not clean(values.get("code", "")) or not clean(values.get("name", "")):
        raise wrong("name", "name_missing", _("Hãy ghi số và tên tiêu chí."))
    points, scoring = values["points"], values["scoring"]
    if not 0 < points <= FULL_MARKS:
        raise wrong("points", "points_range", _("Điểm tối đa phải lớn hơn 0 và không quá 100."))
    quantity, known = values.get("quantity", ""), quantities_of(rubric)
    if not {name for name in (quantity, *values.get("beside", [])) if name} <= set(known):
        raise wrong("quantity", "quantity_unknown", _("Hệ thống không tính số liệu này."))
    if scoring == Scoring.QUANTITY and not quantity:
        raise wrong("quantity", "quantity_missing", _("Chấm theo số liệu thì phải chọn số liệu nào."))
    if rubric.is_levels:
        _check_target(values, levels)
    if scoring == Scoring.YES_NO:
        if levels:
            raise wrong("scoring", "levels_needless", _("Chấm có hoặc không thì không có mức: có được điểm tối đa."))
        return
    if not levels:
        raise wrong("scoring", "levels_missing", _("Hãy ghi ít nhất một mức và điểm của mức đó."))
    given = [level.points for level in levels]
    if any(not 0 <= one <= points for one in given) or len(set(given)) < len(given):
        raise wrong("scoring", "levels_points", _("Điểm các mức phải khác nhau và không quá điểm tối đa."))
    if scoring == Scoring.QUANTITY:
        steps = sorted(levels, key=lambda level: level.points)
        lows = [level.at_least for level in steps]
        if any(low is None for low in lows):
            raise wrong("scoring", "threshold_missing", _("Mỗi mức theo số liệu cần ghi từ bao nhiêu."))
        if lows != sorted(set(lows)):  # type: ignore[type-var]
            raise wrong("scoring", "threshold_order", _("Mức nhiều điểm hơn phải đòi số liệu cao hơn."))
    elif any(not clean(level.words) for level in levels):
        raise wrong("scoring", "words_missing", _("Mỗi mức cần lời mô tả."))


def _check_target(values: dict[str, Any], levels: Sequence[Level]) -> None:
    """What a target of a set of levels has to be, beyond what every criterion is."""
    if values["scoring"] == Scoring.YES_NO:
        raise wrong(
            "scoring", "target_has_levels", _("Chỉ tiêu của bộ theo mức độ chấm bằng mức, không bằng có, không.")
        )
    if values["points"] != HIGHEST_LEVEL or any(level.points not in (1, HIGHEST_LEVEL) for level in levels):
        raise wrong("scoring", "levels_are_1_and_2", _("Mức của chỉ tiêu chỉ là 1 hoặc 2, cao nhất là 2."))
    if any(not clean(level.words) for level in levels):
        raise wrong("scoring", "words_missing", _("Mỗi mức cần lời mô tả."))
    if values.get("wording") == Wording.SUMMARY and not clean(values.get("source", "")):
        raise wrong("source", "source_missing", _("Lời văn theo bài tóm tắt thì phải ghi nguồn."))


@transaction.atomic
def drop_criterion(*, criterion: Criterion, by: User) -> None:
    """Take a criterion out of a draft."""
    held = _take(criterion.area.rubric, by)
    _keep("drop_criterion", criterion, by, held, points=criterion.points)
    criterion.delete()


@transaction.atomic
def set_bands(*, rubric: Rubric, bands: Sequence[tuple[str, Decimal]], by: User, edition: int | None = None) -> None:
    """Replace the ranking bands of a draft. Raises InvalidInput for bands out of range or of equal beginnings."""
    held = _take(rubric, by, edition)
    starts = [at_least for _name, at_least in bands]
    if any(not 0 <= start <= FULL_MARKS for start in starts) or len(set(starts)) < len(starts):
        raise InvalidInput("bands_wrong", _("Các mức xếp loại phải bắt đầu ở những điểm khác nhau, từ 0 đến 100."))
    held.bands.all().delete()
    RubricBand.objects.bulk_create(
        RubricBand(rubric=held, name=clean(name), at_least=at_least) for name, at_least in bands
    )
    _keep("set_bands", held, by, held, bands="; ".join(f"{name} ≥ {at_least}" for name, at_least in bands))


@transaction.atomic
def start_rubric(*, rubric: Rubric, by: User) -> Rubric:
    """Put a draft in force from its first year on; one of the same code and first year ends.

    Raises Conflict ``rubric_not_whole`` with everything that is in the way (its points are not 100, among others).
    """
    row = _take(rubric, by)
    found = obstacles(row)
    if found:
        raise Conflict("rubric_not_whole", _("Chưa áp dụng được: %(why)s") % {"why": " ".join(found)})
    same = Rubric.objects.select_for_update().filter(
        code=row.code, from_year=row.from_year, state=RubricState.IN_FORCE
    )  # fmt: skip
    for old in same:
        old.state = RubricState.ENDED
        old.save()
        _keep("end_rubric", old, by, old)
    row.state, row.started_at, row.started_by = RubricState.IN_FORCE, timezone.now(), by
    row.save()
    _keep("start_rubric", row, by, row)
    return row


@transaction.atomic
def discard_rubric(*, rubric: Rubric, by: User) -> None:
    """Delete a draft."""
    row = _take(rubric, by)
    _keep("discard_rubric", row, by, row)
    row.delete()
