"""Making one person of two records, and two again.

Whatever points at a learner is moved, found by asking the models: an app above needs no line here. What cannot move
stays with the record that goes: entries of the register, which are frozen, and rows the kept record has already.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from core import audit
from core.errors import Conflict, InvalidInput
from learners.hooks import Change, everybody_around, settle, think_after
from learners.matching import numbers_differ, traits_of
from learners.models import DifferentPeople, Learner, LearnerCentre, PersonMerge
from learners.services import centre_where

# What can be taken from the record that goes, by the name the page gives it.
CHOICES: dict[str, tuple[str, ...]] = {
    "full_name": ("family_name", "family_middle", "given_name", "full_name"),
    "birth": ("birth_year", "birth_month", "birth_day"),
    "sex": ("sex",),
    "ethnicity": ("ethnicity",),
    "personal_id": (),
    "phone": ("phone",),
    "place": ("unit_id", "neighbourhood_id"),
    "address": ("address",),
    "note": ("note",),
}
_NUMBER = ("personal_id_sealed", "personal_id_index", "personal_id_tail")


@dataclass
class _Work:
    """One merge while it is done: what moved, what changed, what stays behind."""

    kept: Learner
    other: Learner
    moves: list[tuple[str, str, list[int]]] = field(default_factory=list)
    changes: list[tuple[str, int, dict[str, list[Any]]]] = field(default_factory=list)
    left: dict[Any, set[int]] = field(default_factory=lambda: defaultdict(set))


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a merge would do, for the page that asks first."""

    moves: dict[str, int]
    stays: dict[str, int]
    refusal: str = ""


def relations() -> list[tuple[type[models.Model], str]]:
    """Every table that points at a learner with the column, parents before what hangs on them."""
    found = [
        (model, column)
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
        for column in model._meta.local_concrete_fields
        if column.related_model is Learner
    ]
    tables = {model for model, _column in found}

    def depth(model: Any, seen: tuple[Any, ...] = ()) -> int:
        above = [f.related_model for f in model._meta.local_concrete_fields if f.related_model in tables]
        return 1 + max((depth(up, (*seen, model)) for up in above if up not in (*seen, model)), default=0)

    found.sort(key=lambda pair: (depth(pair[0]), pair[0]._meta.label_lower, pair[1].name))
    return [(model, column.name) for model, column in found]


def _stays(model: Any) -> bool:
    return bool(getattr(model, "STAYS_WHEN_MERGED", False))


@transaction.atomic
def merge_people(*, kept: Learner, other: Learner, by: User, take: Collection[str] = ()) -> PersonMerge:
    """Make one person of two records: ``other`` goes, ``take`` names what of it is better (see ``CHOICES``).

    Raises Conflict: ``merged_already``, ``said_different``, ``different_numbers``, ``keep_other`` (what hangs on the
    other record has to stay the main one); InvalidInput, OutOfScope, Forbidden.
    """
    with everybody_around(sorted([kept.pk, other.pk]), by) as notes:
        merge = _merge(kept, other, by, take)
    merge.notes = notes
    return merge


def _merge(kept: Learner, other: Learner, by: User, take: Collection[str]) -> PersonMerge:
    centre_ids, work = _begin(kept, other, by)
    unknown = set(take) - set(CHOICES)
    if unknown:
        raise InvalidInput("unknown_field", _("Không có mục này: %(names)s.") % {"names": ", ".join(sorted(unknown))})
    _move_everything(work)
    number_index = _take_values(work, take)
    Learner.objects.filter(pk=work.other.pk).update(merged_into=work.kept)
    merge = PersonMerge.objects.create(
        kept=work.kept, other=work.other, merged_by=by, moves=work.moves, changes=work.changes,
        number_index=number_index,
    )  # fmt: skip
    data = {
        "codes": [work.kept.code, work.other.code],
        "taken": sorted(take),
        "moved": {label: len(keys) for label, _column, keys in work.moves},
        "left": {model._meta.label_lower: len(keys) for model, keys in work.left.items() if keys},
    }
    for centre_id in centre_ids:
        audit.record("learners.merge_people", work.kept, by=by, centre_id=centre_id, data=data)
    return merge


def look_ahead(*, kept: Learner, other: Learner, by: User) -> Outlook:
    """Say what a merge would move and what would stay, by doing it and taking it back."""
    try:
        with transaction.atomic():
            _centres, work = _begin(kept, other, by)
            _move_everything(work)
            transaction.set_rollback(True)
    except Conflict as error:
        return Outlook({}, {}, str(error.message))
    moves: dict[str, int] = defaultdict(int)
    for label, _column, keys in work.moves:
        moves[_words(apps.get_model(label))] += len(keys)
    # That both are known to the same centre is no news.
    stays = {_words(model): len(keys) for model, keys in work.left.items() if keys and model is not LearnerCentre}
    return Outlook(dict(moves), stays)


def _words(model: Any) -> str:
    """A table in words; tables Django makes for many-to-many fields are named after the other side."""
    if not model._meta.auto_created:
        return str(model._meta.verbose_name)
    sides = [f.related_model for f in model._meta.local_concrete_fields if f.related_model]
    return str(next(side for side in sides if side is not Learner)._meta.verbose_name)


def _begin(kept: Learner, other: Learner, by: User) -> tuple[list[int], _Work]:
    if kept.pk == other.pk:
        raise InvalidInput("same_row", _("Hãy chọn hai hồ sơ khác nhau."))
    # Both rows, always in the same order: two people who merge at once wait for each other.
    rows = Learner.objects.select_for_update().filter(pk__in=[kept.pk, other.pk]).order_by("pk")
    fresh = {row.pk: row for row in rows}
    if len(fresh) < 2 or any(row.merged_into_id for row in fresh.values()):
        raise Conflict("merged_already", _("Một trong hai hồ sơ vừa được gộp. Hãy tải lại trang."))
    mine, theirs = fresh[kept.pk], fresh[other.pk]
    centre_where(by, mine, Verb.ENROL)
    centre_where(by, theirs, Verb.ENROL)
    if DifferentPeople.objects.between(mine.pk, theirs.pk).exists():
        raise Conflict(
            "said_different", _("Hai hồ sơ này đã được ghi nhớ là hai người khác nhau. Hãy bỏ ghi nhận đó trước.")
        )
    if numbers_differ(traits_of(mine), traits_of(theirs)):
        raise Conflict(
            "different_numbers",
            _("Hai hồ sơ có hai số định danh khác nhau, nên là hai người. Nếu một số bị ghi sai, hãy sửa số đó trước."),
        )
    return sorted({link.centre_id for row in (mine, theirs) for link in row.centre_links.all()}), _Work(mine, theirs)


def _move_everything(work: _Work) -> None:
    for model, column in relations():
        if _stays(model):
            rows = model._base_manager.filter(**{column: work.other})
            work.left[model].update(rows.values_list("pk", flat=True) if model is not PersonMerge else ())
        else:
            _move(work, model, column)
    for change in think_after(work.kept):
        _apply(work, change)


def _move(work: _Work, model: Any, column: str) -> None:
    rows = model._base_manager.filter(**{column: work.other}).order_by("pk")
    for parent in model._meta.local_concrete_fields:
        # What hangs on a row that stays, stays with it; a frozen entry's own parents are free to move.
        if parent.related_model in work.left and not _stays(parent.related_model):
            rows = rows.exclude(**{f"{parent.attname}__in": work.left[parent.related_model]})
    keys = set(rows.values_list("pk", flat=True))
    behind = set(model._base_manager.filter(**{column: work.other}).values_list("pk", flat=True)) - keys
    for mine, theirs in list(_collisions(work, model, column, keys)):
        for change in settle(mine, theirs):
            _apply(work, change)
    # What the owner settled may move now (nobody waits twice any more); the rest stays.
    behind |= {theirs.pk for _mine, theirs in _collisions(work, model, column, keys)}
    keys -= behind
    work.left[model] |= behind
    if keys:
        model._base_manager.filter(pk__in=keys).update(**{column: work.kept})
        work.moves.append((model._meta.label_lower, column, sorted(keys)))


def _collisions(work: _Work, model: Any, column: str, keys: set[int]) -> Iterator[tuple[Any, Any]]:
    """Pairs of rows that could not both belong to one person, each of the other's rows once."""
    met: set[int] = set()
    for names, condition in _unique_sets(model, column):
        rows = model._base_manager.filter(condition) if condition is not None else model._base_manager.all()
        mine = {tuple(getattr(row, name) for name in names): row for row in rows.filter(**{column: work.kept})}
        for row in rows.filter(pk__in=keys).order_by("pk"):
            values = tuple(getattr(row, name) for name in names)
            if row.pk not in met and None not in values and values in mine:
                met.add(row.pk)
                yield mine[values], row


def _unique_sets(model: Any, column: str) -> Iterator[tuple[list[str], models.Q | None]]:
    """The other columns of everything that is unique together with the person."""
    meta = model._meta
    together: list[tuple[Collection[str], models.Q | None]] = [(names, None) for names in meta.unique_together]
    together += [
        (rule.fields, rule.condition) for rule in meta.constraints if isinstance(rule, models.UniqueConstraint)
    ]
    if meta.get_field(column).unique:
        together.append(((column,), None))
    for names, condition in together:
        if column in names:
            yield [meta.get_field(name).attname for name in names if name != column], condition


def _apply(work: _Work, change: Change) -> None:
    row = change.row
    steps = {
        name: [_plain(getattr(row, name)), _plain(value)]
        for name, value in change.values.items()
        if getattr(row, name) != value
    }
    if steps:
        type(row)._base_manager.filter(pk=row.pk).update(**{name: change.values[name] for name in steps})
        work.changes.append((row._meta.label_lower, row.pk, steps))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _take_values(work: _Work, take: Collection[str]) -> str:
    """Set on the kept record what is better on the other; return the index of a number that came over."""
    kept, other = work.kept, work.other
    steps = {}
    for name in (name for choice in sorted(take) for name in CHOICES[choice]):
        before, after = getattr(kept, name), getattr(other, name)
        if before != after:
            setattr(kept, name, after)
            steps[name] = [before, after]
    if steps:
        work.changes.append((kept._meta.label_lower, kept.pk, steps))
    number_index = ""
    if "personal_id" in take and other.personal_id_index:
        number_index = other.personal_id_index
        _exchange_numbers(kept, other)
    kept.save()
    return number_index


def _exchange_numbers(one: Learner, other: Learner) -> None:
    """Let two records change numbers; unique on the way, too."""
    mine = {name: getattr(one, name) for name in _NUMBER}
    theirs = {name: getattr(other, name) for name in _NUMBER}
    Learner.objects.filter(pk__in=[one.pk, other.pk]).update(
        personal_id_sealed=None, personal_id_index=None, personal_id_tail=""
    )
    for row, values in ((one, theirs), (other, mine)):
        Learner.objects.filter(pk=row.pk).update(**values)
        for name, value in values.items():
            setattr(row, name, value)


@transaction.atomic
def undo_merge(*, merge: PersonMerge, by: User) -> PersonMerge:
    """Make two records of one again: everything that moved goes back where it still is.

    What was changed or written after the merge stays with the kept record. Raises Conflict ``undone_already``, or
    ``undo_later_first`` when the kept record was itself merged since, ``undo_overfills`` when somebody else has the
    place in a class meanwhile; OutOfScope or Forbidden.
    """
    with everybody_around(sorted([merge.kept_id, merge.other_id]), by):
        return _unmerge(merge, by)


def _unmerge(merge: PersonMerge, by: User) -> PersonMerge:
    # The people first and in order, as merging does: nobody waits in a circle.
    people = {
        row.pk: row
        for row in Learner.objects.select_for_update().filter(pk__in=[merge.kept_id, merge.other_id]).order_by("pk")
    }
    fresh = PersonMerge.objects.select_for_update().get(pk=merge.pk)
    kept, other = people[fresh.kept_id], people[fresh.other_id]
    if fresh.undone_at:
        raise Conflict("undone_already", _("Lần gộp này đã được tách lại."))
    if kept.merged_into_id:
        raise Conflict("undo_later_first", _("Hồ sơ giữ lại đã được gộp tiếp. Hãy tách lần gộp sau trước."))
    centre_where(by, kept, Verb.ENROL)
    centre_ids = set(kept.centre_links.values_list("centre_id", flat=True))
    for label, column, keys in fresh.moves:
        apps.get_model(label)._base_manager.filter(pk__in=keys, **{column: kept}).update(**{column: other})
    if fresh.number_index and kept.personal_id_index == fresh.number_index:
        _exchange_numbers(kept, other)
    for label, key, steps in reversed(fresh.changes):
        if (label, key) == (kept._meta.label_lower, kept.pk):
            for name, (before, after) in steps.items():
                if getattr(kept, name) == after:
                    setattr(kept, name, before)
        else:
            still = {name: after for name, (_before, after) in steps.items()}
            back = {name: before for name, (before, _after) in steps.items()}
            apps.get_model(label)._base_manager.filter(pk=key, **still).update(**back)
    kept.save()
    other.merged_into = None
    other.save()
    fresh.undone_at, fresh.undone_by = timezone.now(), by
    fresh.save(update_fields=["undone_at", "undone_by"])
    for centre_id in sorted(centre_ids):
        codes = [kept.code, other.code]
        audit.record("learners.undo_merge", kept, by=by, centre_id=centre_id, data={"codes": codes})
    return fresh
