"""Printed blank forms (phôi): received, used, spoiled, counted. A centre that prints on plain paper needs none."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from certificates.choices import BlankState, CertificateState
from certificates.models import Blank, BlankBatch, Certificate
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from courses.models import ClassGroup

MOST_AT_ONCE = 5000


@transaction.atomic
def receive_blanks(
    *,
    centre: Centre,
    by: User,
    series: str,
    first: int,
    last: int,
    received_on: dt.date,
    document: str = "",
    digits: int = 6,
) -> BlankBatch:
    """Write consecutive serials into stock, ``series`` and the number with at least ``digits`` digits.

    Raises InvalidInput for a range that is empty, too long or already in stock, or a day in the future.
    """
    require(by, Verb.ISSUE, centre.pk)
    series = clean(series).upper()[:12]
    if last < first:
        words = _("Số cuối phải lớn hơn hoặc bằng số đầu.")
        raise InvalidInput("range_empty", words, fields={"last": [words]})
    if last - first + 1 > MOST_AT_ONCE:
        words = _("Mỗi lần nhận tối đa %(n)s phôi.") % {"n": MOST_AT_ONCE}
        raise InvalidInput("range_long", words, fields={"last": [words]})
    if received_on > timezone.localdate():
        words = _("Ngày nhận không được ở tương lai.")
        raise InvalidInput("received_in_future", words, fields={"received_on": [words]})
    serials = {number: f"{series}{number:0{digits}d}" for number in range(first, last + 1)}
    batch = BlankBatch.objects.create(
        centre=centre, series=series, first=first, last=last, received_on=received_on, document=clean(document)[:120],
        received_by=by,
    )  # fmt: skip
    rows = [Blank(batch=batch, centre=centre, number=number, serial=serial) for number, serial in serials.items()]
    try:
        with transaction.atomic():
            Blank.objects.bulk_create(rows, batch_size=500)
    except IntegrityError as error:
        known = Blank.objects.filter(centre=centre, serial__in=list(serials.values())).order_by("serial").first()
        words = _("Phôi số %(serial)s đã có trong kho. Hãy xem lại ký hiệu và khoảng số.")
        words = words % {"serial": known.serial if known else serials[first]}
        raise InvalidInput("serial_known", words, fields={"first": [words]}) from error
    data = {"first": serials[first], "last": serials[last], "count": len(rows)}
    audit.record("certificates.blanks_received", batch, by=by, centre_id=centre.pk, data=data)
    return batch


def papers_without_blank(class_group: ClassGroup) -> list[Certificate]:
    """Issued certificates of a class that stand on no blank form yet, by number."""
    used = Blank.objects.filter(state=BlankState.USED, certificate__isnull=False).values("certificate")
    papers = Certificate.objects.filter(enrolment__class_group=class_group, state=CertificateState.ISSUED)
    return list(papers.exclude(pk__in=used).order_by("register__year", "number"))


@transaction.atomic
def use_blanks(*, class_group: ClassGroup, by: User, first_serial: str = "") -> list[Blank]:
    """Put the class's certificates, by number, on the next free forms from ``first_serial`` on.

    Raises InvalidInput for a serial that is not free, Conflict when nothing waits or too few forms are left.
    """
    centre_id = class_group.centre_id
    require(by, Verb.ISSUE, centre_id)
    # The stock of a centre is handed out by one at a time: the centre's row is the lock, on SQLite the transaction.
    Centre.objects.select_for_update().get(pk=centre_id)
    papers = papers_without_blank(class_group)
    if not papers:
        raise Conflict("nothing_waits", _("Mọi chứng nhận của lớp đều đã có số hiệu phôi."))
    free = Blank.objects.filter(centre=centre_id, state=BlankState.FREE).order_by("serial")
    first_serial = clean(first_serial).upper()
    if first_serial:
        if not free.filter(serial=first_serial).exists():
            words = _("Không có phôi %(serial)s chưa dùng trong kho.") % {"serial": first_serial}
            raise InvalidInput("serial_not_free", words, fields={"first_serial": [words]})
        free = free.filter(serial__gte=first_serial)
    forms = list(free[: len(papers)])
    if len(forms) < len(papers):
        words = _("Chỉ còn %(left)s phôi, lớp cần %(need)s. Hãy ghi nhận thêm phôi trước.")
        raise Conflict("too_few_blanks", words % {"left": len(forms), "need": len(papers)})
    for form, paper in zip(forms, papers, strict=True):
        form.state, form.certificate = BlankState.USED, paper
    Blank.objects.bulk_update(forms, ["state", "certificate"], batch_size=200)
    data = {"class": class_group.code, "first": forms[0].serial, "last": forms[-1].serial, "count": len(forms)}
    audit.record("certificates.blanks_used", class_group, by=by, centre_id=centre_id, data=data)
    return forms


@transaction.atomic
def spoil_blank(*, blank: Blank, by: User, reason: str) -> Blank:
    """Count a form as spoiled. What stood on it waits for another form. Raises InvalidInput without a reason."""
    require(by, Verb.ISSUE, blank.centre_id)
    reason = clean(reason)[:300]
    if not reason:
        words = _("Hãy ghi vì sao phôi hỏng: phôi hỏng được kiểm kê và hủy theo biên bản.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    moved = Blank.objects.filter(pk=blank.pk, state__in=(BlankState.FREE, BlankState.USED)).update(
        state=BlankState.SPOILED, reason=reason
    )
    if not moved:
        raise Conflict("wrong_state", _("Phôi này đã được ghi là hỏng."))
    blank.refresh_from_db()
    audit.record(
        "certificates.blank_spoiled", blank, by=by, centre_id=blank.centre_id,
        data={"serial": blank.serial, "reason": reason},
    )  # fmt: skip
    return blank


@transaction.atomic
def release_blank(*, blank: Blank, by: User) -> Blank:
    """Take a form back that was put on the wrong certificate: it is free again. Raises Conflict when it is not used."""
    require(by, Verb.ISSUE, blank.centre_id)
    number = blank.certificate.register_number if blank.certificate else ""
    moved = Blank.objects.filter(pk=blank.pk, state=BlankState.USED).update(state=BlankState.FREE, certificate=None)
    if not moved:
        raise Conflict("wrong_state", _("Phôi này không gắn với chứng nhận nào."))
    blank.refresh_from_db()
    audit.record(
        "certificates.blank_released", blank, by=by, centre_id=blank.centre_id,
        data={"serial": blank.serial, "number": number},
    )  # fmt: skip
    return blank
