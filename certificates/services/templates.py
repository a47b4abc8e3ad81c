"""Verbs on templates and logos. Every save is a new version; nothing is changed that a paper may rest on."""

import hashlib
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from centres.access import scope_of
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from certificates.models import CentreLogo, CertificateTemplate
from certificates.paper.fitting import fits
from certificates.paper.rendering import Press
from certificates.wording.blocks import checked
from certificates.wording.builtin import builtin_blocks
from certificates.wording.choosing import logo_in_force, template_in_force
from certificates.wording.filling import wording_of
from certificates.wording.logos import redrawn
from certificates.wording.samples import Sample, sample_paper
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput
from core.text import clean

Blocks = dict[str, dict[str, str]]


def require_templates(by: Any, centre: Centre | None) -> None:
    """Refuse unless ``by`` may edit the centre's templates; without a centre the city's.

    Raises OutOfScope for a centre out of sight, Forbidden for a role that may not.
    """
    if centre is not None:
        require(by, Verb.EDIT_TEMPLATES, centre.pk)
    elif Verb.EDIT_TEMPLATES not in scope_of(by).city_verbs:
        raise Forbidden("role_may_not", _("Mẫu của thành phố do cán bộ thành phố sửa."))


def save_template(
    *, centre: Centre | None, kind: str, language: str, blocks: Blocks, reason: str, by: Any, seen: int | None = None
) -> CertificateTemplate:
    """Write the next version of a template and return it. Papers numbered from now on are set with it.

    ``seen`` is the version the person started from. Raises InvalidInput with reasons by field, also when the words do
    not fit on the page; Conflict ``template_moved`` when somebody saved meanwhile, ``nothing_changed`` for the same
    words.
    """
    require_templates(by, centre)
    kept = checked(blocks, language)
    now = template_in_force(centre.pk if centre else None, kind, language)
    own = now is not None and now.centre_id == (centre.pk if centre else None)
    if kept == (now.blocks if now else _usual(kind, kept)) and (own or centre is None):
        raise Conflict("nothing_changed", _("Nội dung giống bản đang dùng, không có gì để lưu."))
    reason = _reasoned(reason)
    # Asked of the layout before the transaction: it takes a moment, and others write meanwhile.
    logo = logo_in_force(centre.pk if centre else None)
    wording = wording_of(kept, language, bytes(logo.png) if logo else b"")
    paper = sample_paper(wording, kind=kind, centre=centre, sample=Sample.LONG)
    if not fits(Press(), paper):
        words = _(
            "Không vừa một trang giấy với tên dài 60 chữ. Hãy viết ngắn lại hoặc bớt dòng; xem hình thử bên cạnh."
        )
        raise InvalidInput("does_not_fit", words, fields={"body": [words]})
    return _next_version(centre, kind, language, kept, reason, by, seen)


def _usual(kind: str, kept: Blocks) -> Blocks:
    """The program's words, for comparison with what is to be saved."""
    usual = builtin_blocks(kind)
    return {code: {name: usual[code].get(name, "") for name in kept[code]} for code in kept}


def give_back_template(
    *, centre: Centre | None, kind: str, language: str, reason: str, by: Any, seen: int | None = None
) -> CertificateTemplate:
    """Use the city's words again (the city: the program's). The versions so far stay in the history.

    Raises Conflict ``nothing_changed`` when they are in use already.
    """
    require_templates(by, centre)
    now = template_in_force(centre.pk if centre else None, kind, language)
    if now is None or now.centre_id != (centre.pk if centre else None):
        raise Conflict("nothing_changed", _("Mẫu gốc đang được dùng rồi."))
    return _next_version(centre, kind, language, {}, _reasoned(reason), by, seen)


def _reasoned(reason: str) -> str:
    reason = clean(reason)[:300]
    if not reason:
        words = _("Hãy ghi vì sao sửa, để người xem lịch sử hiểu.")
        raise InvalidInput("reason_missing", words, fields={"reason": [words]})
    return reason


@transaction.atomic
def _next_version(
    centre: Centre | None, kind: str, language: str, blocks: Blocks, reason: str, by: Any, seen: int | None
) -> CertificateTemplate:
    newest = CertificateTemplate.objects.of(centre.pk if centre else None, kind, language).first()
    number = newest.version if newest else 0
    moved = Conflict(
        "template_moved", _("Trong lúc đó có người đã lưu một bản khác. Chữ của bạn vẫn còn đây: hãy xem lại rồi lưu.")
    )
    if seen is not None and seen != number:
        raise moved
    row = CertificateTemplate(
        centre=centre, kind=kind, language=language, version=number + 1, blocks=blocks, reason=reason, by=by
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise moved from None
    verb = "certificates.save_template" if blocks else "certificates.give_back_template"
    data = {"kind": kind, "language": language, "version": row.version, "reason": reason}
    audit.record(verb, row, by=by, centre_id=centre.pk if centre else None, data=data)
    return row


def set_logo(*, centre: Centre, data: bytes, by: Any) -> CentreLogo:
    """Draw the picture again and use it on the centre's papers from now on.

    Raises InvalidInput for what is no picture, too large or broken; Conflict for the picture in use.
    """
    require_templates(by, centre)
    picture = redrawn(data)
    digest = hashlib.sha256(picture.png).hexdigest()
    now = logo_in_force(centre.pk)
    if now and now.sha256 == digest:
        raise Conflict("nothing_changed", _("Đây chính là biểu trưng đang dùng."))
    return _put_logo(
        CentreLogo(centre=centre, png=picture.png, sha256=digest, width=picture.width, height=picture.height, by=by)
    )


def remove_logo(*, centre: Centre, by: Any) -> CentreLogo:
    """Print no logo from now on; papers that have one keep it. Raises Conflict when there is none."""
    require_templates(by, centre)
    if logo_in_force(centre.pk) is None:
        raise Conflict("nothing_changed", _("Trung tâm chưa có biểu trưng."))
    return _put_logo(CentreLogo(centre=centre, by=by))


@transaction.atomic
def _put_logo(row: CentreLogo) -> CentreLogo:
    row.save(force_insert=True)
    verb = "certificates.set_logo" if row.sha256 else "certificates.remove_logo"
    audit.record(verb, row, by=row.by, centre_id=row.centre_id, data={"sha256": row.sha256})
    return row
