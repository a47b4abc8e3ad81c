"""Verbs on people."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from centres.selectors import unit_of_centre
from centres.services import neighbourhood_named
from core import audit
from core.dates import PartialDate
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.text import clean, split_name
from learners.choices import ETHNICITIES, Sex
from learners.identity import read_personal_id, read_phone
from learners.models import DifferentPeople, Learner, LearnerCentre, LearnerCounter, personal_id_index
from learners.querysets import BATCH
from learners.target_groups import TargetGroup, load_target_groups

_ETHNICITY_CODES = frozenset(code for code, _name in ETHNICITIES)


def take_codes(count: int) -> int:
    """Reserve ``count`` learner codes and return the first number; call inside a transaction."""
    LearnerCounter.objects.get_or_create(pk=1)
    counter = LearnerCounter.objects.select_for_update().get(pk=1)
    first = counter.next_number
    counter.next_number = first + count
    counter.save(update_fields=["next_number"])
    return first


def code_of(number: int) -> str:
    """``HV0000123``."""
    return f"HV{number:07d}"


def _checked(field: str, reader: Any, value: str) -> str:
    try:
        read: str = reader(value)
    except ValueError as error:
        raise InvalidInput("invalid_" + field, str(error), fields={field: [str(error)]}) from error
    return read


def fill(
    learner: Learner,
    *,
    full_name: str,
    birth: PartialDate | None,
    sex: str,
    ethnicity: str,
    personal_id: str | None,
    phone: str,
    address: str,
    note: str,
) -> Learner:
    """Set checked values on a row that is not saved yet. ``personal_id`` None leaves the number as it is.

    Raises InvalidInput naming the field.
    """
    try:
        learner.set_name(split_name(full_name))
    except ValueError as error:
        words = _("Hãy ghi họ và tên.")
        raise InvalidInput("invalid_full_name", words, fields={"full_name": [words]}) from error
    if sex not in Sex.values:
        raise InvalidInput("invalid_sex", _("Giới tính chưa đúng."), fields={"sex": [_("Giới tính chưa đúng.")]})
    if ethnicity not in _ETHNICITY_CODES:
        raise InvalidInput(
            "invalid_ethnicity", _("Dân tộc chưa đúng."), fields={"ethnicity": [_("Dân tộc chưa đúng.")]}
        )
    learner.set_birth(birth)
    learner.sex, learner.ethnicity = sex, ethnicity
    learner.phone = _checked("phone", read_phone, phone)
    learner.address, learner.note = clean(address)[:200], clean(note)[:300]
    if personal_id is not None:
        learner.set_personal_id(_checked("personal_id", read_personal_id, personal_id))
    return learner


def _refuse_taken_number(learner: Learner) -> None:
    if learner.personal_id_index is None:
        return
    if Learner.objects.filter(personal_id_index=learner.personal_id_index).exclude(pk=learner.pk).exists():
        words = _("Số định danh này đã có trong hệ thống. Hãy tìm người đó theo số định danh thay vì thêm mới.")
        raise Conflict("personal_id_taken", words, fields={"personal_id": [words]})


@transaction.atomic
def register_learner(
    *,
    centre: Centre,
    full_name: str,
    by: User,
    birth: PartialDate | None = None,
    sex: str = Sex.UNKNOWN,
    ethnicity: str = "",
    personal_id: str = "",
    phone: str = "",
    address: str = "",
    neighbourhood: str = "",
    note: str = "",
    target_groups: Iterable[TargetGroup] = (),
    unlike: Iterable[Learner] = (),
) -> Learner:
    """Register a person at a centre; ``unlike`` names look-alikes who were shown and are somebody else.

    Raises InvalidInput (which field), Conflict when the identity number belongs to somebody already registered.
    """
    require(by, Verb.ENROL, centre.pk)
    learner = fill(
        Learner(),
        full_name=full_name,
        birth=birth,
        sex=sex,
        ethnicity=ethnicity,
        personal_id=personal_id,
        phone=phone,
        address=address,
        note=note,
    )
    _refuse_taken_number(learner)
    unit = unit_of_centre(centre.pk, timezone.localdate())
    learner.unit = unit
    learner.neighbourhood = neighbourhood_named(unit=unit, name=neighbourhood)
    learner.code = code_of(take_codes(1))
    learner.save()
    learner.target_groups.set(_asked_groups(target_groups))
    LearnerCentre.objects.create(learner=learner, centre=centre)
    audit.record("learners.register_learner", learner, by=by, centre_id=centre.pk)
    for other in unlike:
        _say_different(learner, other, by=by, centre_id=centre.pk)
    return learner


@transaction.atomic
def update_learner(
    *,
    learner: Learner,
    by: User,
    full_name: str,
    birth: PartialDate | None,
    sex: str,
    ethnicity: str,
    personal_id: str | None = None,
    phone: str = "",
    address: str = "",
    neighbourhood: str = "",
    note: str = "",
    target_groups: Iterable[TargetGroup] | None = None,
) -> Learner:
    """Change a person's data; what was issued before is not touched.

    ``personal_id`` and ``target_groups`` None keep what is there.
    """
    centre_id = centre_where(by, learner, Verb.ENROL)
    before = {field: str(getattr(learner, field)) for field in ("full_name", "birth", "sex")}
    fill(
        learner,
        full_name=full_name,
        birth=birth,
        sex=sex,
        ethnicity=ethnicity,
        personal_id=personal_id,
        phone=phone,
        address=address,
        note=note,
    )
    _refuse_taken_number(learner)
    if learner.unit is not None:
        learner.neighbourhood = neighbourhood_named(unit=learner.unit, name=neighbourhood)
    learner.save()
    after = {field: str(getattr(learner, field)) for field in before}
    changed = {field: [before[field], after[field]] for field in before if before[field] != after[field]}
    if target_groups is not None and _set_groups(learner, _asked_groups(target_groups)):
        changed["target_groups"] = ["", ""]  # that they changed, not which: they are sensitive
    audit.record("learners.update_learner", learner, by=by, centre_id=centre_id, data={"changed": changed})
    return learner


def _asked_groups(groups: Iterable[TargetGroup]) -> list[TargetGroup]:
    """Refuse groups that are not kept per person: they follow from other data."""
    chosen = list(groups)
    if any(not group.asked_of_people for group in chosen):
        words = _("Nhóm này không ghi cho từng người.")
        raise InvalidInput("group_not_asked", words, fields={"target_groups": [words]})
    return chosen


def _set_groups(learner: Learner, groups: list[TargetGroup]) -> bool:
    if {group.pk for group in groups} == set(learner.target_groups.values_list("pk", flat=True)):
        return False
    learner.target_groups.set(groups)
    return True


def load_reference() -> dict[str, int]:
    """Load the target groups of the city's plan; running it again adds only what is new."""
    return {"target_groups": load_target_groups()}


def centre_where(by: User, learner: Learner, verb: Verb) -> int:
    """Return a centre of the person where ``by`` may do the verb. Raises OutOfScope or Forbidden."""
    if not Learner.objects.visible_to(by).filter(pk=learner.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    scope = scope_of(by)
    for centre_id in learner.centre_links.order_by("pk").values_list("centre_id", flat=True):
        if scope.may(verb, centre_id):
            return centre_id
    raise Forbidden("role_may_not", _("Vai trò của bạn không làm được việc này. Hãy hỏi giám đốc trung tâm."))


@transaction.atomic
def link_to_centre(*, learner: Learner, centre: Centre, by: User) -> None:
    """Let a centre see a person who is registered elsewhere (found by exact identity number, or enrolled)."""
    require(by, Verb.ENROL, centre.pk)
    _link, created = LearnerCentre.objects.get_or_create(learner=learner, centre=centre)
    if created:
        audit.record("learners.link_to_centre", learner, by=by, centre_id=centre.pk)


@transaction.atomic
def reveal_personal_id(*, learner: Learner, by: User) -> str:
    """Return the whole identity number and leave a trace of who looked."""
    centre_id = centre_where(by, learner, Verb.SEE_IDENTITY)
    audit.record("learners.reveal_personal_id", learner, by=by, centre_id=centre_id)
    return learner.open_personal_id()


def find_by_personal_id(number: str) -> Learner | None:
    """Return the person with exactly this number, anywhere in the city; None when nobody has it."""
    if not number:
        return None
    holder = Learner.objects.select_related("merged_into").filter(personal_id_index=personal_id_index(number)).first()
    return holder.present if holder else None


def _say_different(one: Learner, other: Learner, *, by: User, centre_id: int) -> None:
    first, second = sorted((one, other), key=lambda person: person.pk)
    _row, created = DifferentPeople.objects.get_or_create(one=first, other=second, defaults={"said_by": by})
    if created:
        audit.record(
            "learners.declare_different", one, by=by, centre_id=centre_id, data={"codes": [one.code, other.code]}
        )


@transaction.atomic
def declare_different(*, one: Learner, other: Learner, by: User) -> None:
    """Remember that two people who look alike are not the same person; saying it twice changes nothing.

    Raises InvalidInput for one and the same row, OutOfScope or Forbidden.
    """
    if one.pk == other.pk:
        raise InvalidInput("same_row", _("Hãy chọn hai hồ sơ khác nhau."))
    centre_id = centre_where(by, one, Verb.ENROL)
    centre_where(by, other, Verb.ENROL)
    _say_different(one, other, by=by, centre_id=centre_id)


def remember_different(*, pairs: Iterable[tuple[int, int]], by: User, centre: Centre) -> int:
    """Remember many pairs at once, of people registered although they resemble somebody; one audit row.

    Call inside the transaction that registered them, after asking for the right to do so.
    """
    rows = [DifferentPeople(one_id=min(pair), other_id=max(pair), said_by=by) for pair in pairs]
    if rows:
        DifferentPeople.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
        audit.record("learners.declare_many_different", centre, by=by, centre_id=centre.pk, data={"pairs": len(rows)})
    return len(rows)


@transaction.atomic
def withdraw_different(*, one: Learner, other: Learner, by: User) -> None:
    """Take back that two people are different: they may be offered again. Raises OutOfScope or Forbidden."""
    centre_id = centre_where(by, one, Verb.ENROL)
    centre_where(by, other, Verb.ENROL)
    gone, _rows = DifferentPeople.objects.between(one.pk, other.pk).delete()
    if gone:
        audit.record(
            "learners.withdraw_different", one, by=by, centre_id=centre_id, data={"codes": [one.code, other.code]}
        )
