"""Taking numbers: gapless per centre and year (docs/adr/0007).

Number, row, event, audit and job are written in one short transaction; nothing is rendered or signed in it. On
PostgreSQL the register row is locked; on SQLite the transaction holds the write lock from its beginning (IMMEDIATE).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import User
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from centres.permissions import require
from centres.selectors import unit_of_centre
from certificates.choices import LATE_DAYS, LIVE_STATES, SETTLED_STATES, CertificateKind, CertificateState
from certificates.content import TEMPLATE_VERSION, content_of, found_by
from certificates.models import Certificate, Register, RegisterEvent, RegisterEventKind
from certificates.services.decisions import Second, require_two
from certificates.services.events import write_events
from certificates.wording.choosing import design_for, last_language
from certificates.wording.filling import Design
from core import audit, jobs
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import Job
from core.text import clean
from core.tokens import new_token
from courses.choices import Certifies, ClassStatus, EnrolmentStatus, OrganiserRole
from courses.models import ClassGroup, Course, Enrolment

KIND_BY_PHASE = {1: CertificateKind.LITERACY_PHASE_1, 2: CertificateKind.LITERACY_PHASE_2}
KIND_BY_COURSE = {Certifies.COMPLETION: CertificateKind.COURSE, Certifies.ATTENDANCE: CertificateKind.ATTENDANCE}


LATE = _lazy("Ngày cấp lùi quá %(n)s ngày cần hai người: hãy gửi đề nghị để người thứ hai xác nhận.")


def is_late(issued_on: dt.date) -> bool:
    """Whether a date of issue lies so far back that a second person has to confirm it."""
    return (timezone.localdate() - issued_on).days > LATE_DAYS


def kind_of(course: Course) -> CertificateKind:
    """Return what the papers of a course certify: the phase it completes, else what the course is set to."""
    return KIND_BY_PHASE.get(course.completes_phase or 0) or KIND_BY_COURSE[Certifies(course.certifies)]


@dataclass(frozen=True)
class IssueBatch:
    """What a call of ``issue_class`` did: the new entries, the job that prints them, how many existed before."""

    certificates: list[Certificate]
    job: Job | None
    already: int


def papers_to_issue(class_group: ClassGroup) -> list[Enrolment]:
    """People who passed and have no certificate of this class, living or revoked, in Vietnamese order."""
    return list(
        Enrolment.objects.filter(class_group=class_group, status=EnrolmentStatus.PASSED)
        .exclude(certificates__state__in=SETTLED_STATES)
        .select_related("learner", "class_group__course", "class_group__centre")
        .order_by("learner__sort_key", "pk")
    )


def refuse_not_issuable(class_group: ClassGroup) -> None:
    """Raise Conflict unless the class is closed and the centre led it: the leading body issues."""
    if class_group.status != ClassStatus.CLOSED:
        raise Conflict("class_not_closed", _("Lớp chưa kết thúc. Hãy kết thúc lớp trước khi cấp chứng nhận."))
    if class_group.organiser_role != OrganiserRole.LED:
        words = _("Lớp do %(partner)s chủ trì, trung tâm chỉ phối hợp: đơn vị chủ trì cấp chứng nhận.")
        raise Conflict("partner_issues", words % {"partner": class_group.partner})


def check_issue_date(issued_on: dt.date, not_before: dt.date | None) -> None:
    """Raise InvalidInput for a date in the future or before the class was closed."""
    if issued_on > timezone.localdate():
        words = _("Ngày cấp không được ở tương lai.")
        raise InvalidInput("issued_in_future", words, fields={"issued_on": [words]})
    if not_before and issued_on < not_before:
        words = _("Ngày cấp phải từ ngày kết thúc lớp (%(day)s) trở đi.") % {"day": f"{not_before:%d/%m/%Y}"}
        raise InvalidInput("issued_before_closing", words, fields={"issued_on": [words]})


@transaction.atomic
def issue_class(
    *,
    class_group: ClassGroup,
    by: User,
    issued_on: dt.date | None = None,
    signer_name: str = "",
    second: Second | None = None,
    reason: str = "",
    recognition: str = "",
    language: str = "",
) -> IssueBatch:
    """Reserve numbers for everybody who passed and start printing.

    A second call, or a second person at the same moment, finds the first one's entries and makes nothing. A date more
    than ``LATE_DAYS`` back takes a ``second`` person, and is written into the register with the ``reason``.
    ``recognition`` is the decision on the results (number and day), a column of the register; ``language`` that of the
    papers, empty: as the centre chose last for this course. Raises Conflict
    ``class_not_closed`` or ``partner_issues``, InvalidInput for a wrong date, Forbidden for a late one alone.
    """
    if not ClassGroup.objects.visible_to(by).filter(pk=class_group.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    require(by, Verb.ISSUE, class_group.centre_id)
    fresh = ClassGroup.objects.select_for_update(of=("self",)).select_related("centre", "course").get(pk=class_group.pk)
    refuse_not_issuable(fresh)
    issued_on = issued_on or timezone.localdate()
    check_issue_date(issued_on, fresh.closed_on)
    already = Certificate.objects.filter(enrolment__class_group=fresh, state__in=LIVE_STATES).count()
    enrolments = papers_to_issue(fresh)
    late = is_late(issued_on) and bool(enrolments)
    if late and second is None:
        raise Forbidden("two_people", LATE % {"n": LATE_DAYS})
    if late and second is not None:
        require_two(by, second, fresh.centre_id)
    made = reserve(
        enrolments,
        centre=fresh.centre,
        issued_on=issued_on,
        signer_name=signer_name,
        by=by,
        second=second if late else None,
        reason=clean(reason)[:300] if late else "",
        recognition=clean(recognition)[:100],
        language=language,
    )
    waiting = made or list(
        Certificate.objects.filter(enrolment__class_group=fresh, state=CertificateState.RESERVED).order_by("number")
    )
    job = start_printing(fresh, waiting, by) if waiting else None
    if made:
        data = {"class": fresh.code, "numbers": [made[0].register_number, made[-1].register_number], "count": len(made)}
        audit.record("certificates.issue_class", fresh, by=by, centre_id=fresh.centre_id, data=data)
    return IssueBatch(made, job, already)


def start_printing(class_group: ClassGroup, waiting: list[Certificate], by: User) -> Job:
    """Start the job that prints the class; the same batch finds the same job, and starts it again when it failed."""
    return jobs.start(
        "certificates.render_class",
        title=_("In chứng nhận lớp %(name)s") % {"name": class_group.name},
        by=by,
        params={"class_group": class_group.pk},
        centre_id=class_group.centre_id,
        dedupe_key=f"certificates.render:{class_group.pk}:{waiting[-1].pk}",
    )


@transaction.atomic
def resume_printing(*, class_group: ClassGroup, by: User) -> Job:
    """Print what has a number and no paper yet, after a job that failed. Takes no number.

    Raises Conflict ``nothing_waits`` when every number has its paper.
    """
    require(by, Verb.ISSUE, class_group.centre_id)
    waiting = list(
        Certificate.objects.filter(enrolment__class_group=class_group, state=CertificateState.RESERVED).order_by(
            "number"
        )
    )
    if not waiting:
        raise Conflict("nothing_waits", _("Mọi số đã lấy đều đã in xong."))
    return start_printing(class_group, waiting, by)


def reserve(
    enrolments: Iterable[Enrolment],
    *,
    centre: Centre,
    issued_on: dt.date,
    signer_name: str,
    by: User,
    in_place_of: Certificate | None = None,
    second: Second | None = None,
    reason: str = "",
    recognition: str = "",
    language: str = "",
) -> list[Certificate]:
    """Take the next numbers of the centre's register and write the entries. Call inside a transaction.

    ``in_place_of`` ties a single new entry back to the one it corrects or replaces.
    """
    people = list(enrolments)
    if not people:
        return []
    unit = unit_of_centre(centre.pk, issued_on)
    register, first = _take_numbers(centre, issued_on.year, len(people))
    signer = clean(signer_name) or centre.director_name
    course = people[0].class_group.course
    design = design_for(centre.pk, kind_of(course), language or last_language(centre.pk, course.pk))
    made = Certificate.objects.bulk_create(
        [
            _entry(register, first + offset, enrolment, centre, unit, issued_on, signer, by, recognition, design)
            for offset, enrolment in enumerate(people)
        ],
        batch_size=500,
    )
    now = timezone.now()
    write_events(
        [
            RegisterEvent(
                certificate=row,
                kind=RegisterEventKind.RESERVED,
                at=now,
                by=by,
                confirmed_by=second.user if second else None,
                operator=second.operator if second else "",
                related=in_place_of,
                reason=reason,
            )
            for row in made
        ]
    )
    return made


def book_of(centre: Centre, year: int) -> Register:
    """Return the centre's book of the year, locked until the transaction ends; opened when it is the first entry."""
    Register.objects.get_or_create(centre=centre, year=year)
    return Register.objects.select_for_update().get(centre=centre, year=year)


def _take_numbers(centre: Centre, year: int, count: int) -> tuple[Register, int]:
    register = book_of(centre, year)
    first = register.next_number
    register.next_number = first + count
    register.save(update_fields=["next_number"])
    return register, first


def _entry(
    register: Register,
    number: int,
    enrolment: Enrolment,
    centre: Centre,
    unit: AdminUnit,
    issued_on: dt.date,
    signer: str,
    by: User,
    recognition: str,
    design: Design,
) -> Certificate:
    kind = kind_of(enrolment.class_group.course)
    register_number = f"{number:06d}/{register.year}"
    content = content_of(
        kind=kind,
        enrolment=enrolment,
        centre=centre,
        unit=unit,
        issued_on=issued_on,
        signer_name=signer,
        register_number=register_number,
        recognition=recognition,
        design=design,
    )
    return Certificate(
        register=register,
        number=number,
        register_number=register_number,
        token=new_token(),
        centre=centre,
        unit=unit,
        learner=enrolment.learner,
        enrolment=enrolment,
        kind=kind,
        state=CertificateState.RESERVED,
        content=content,
        template_version=TEMPLATE_VERSION + (f"/{design.template_id}" if design.template_id else ""),
        issued_on=issued_on,
        issued_by=by,
        signer_name=signer,
        search_key=found_by(content),
    )
