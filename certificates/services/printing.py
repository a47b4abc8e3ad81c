"""Printing what has a number: idempotent, resumable, outside the numbering transaction."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from certificates.choices import CertificateState
from certificates.models import Certificate, RegisterEvent, RegisterEventKind, SignedClaims
from certificates.paper.rendering import Paper, Press
from certificates.services.events import write_events
from certificates.services.signing import ready_signer, sign_claims
from core.errors import InvalidInput
from courses.models import ClassGroup

Progressed = Callable[[int, int], None]


def paper_of(certificate: Certificate, signed: SignedClaims) -> Paper:
    """Return what the page needs, from the frozen content and what was signed of it."""
    return Paper(certificate.content, certificate.printed_token, f"{certificate.verify_url}#{signed.fragment}")


def render_reserved(*, class_group: ClassGroup, progressed: Progressed | None = None) -> list[Certificate]:
    """Sign and render every reserved certificate of the class, keep its file and hash, and set it in force.

    Safe to run again after a crash, and by two workers at once: the one that comes second finds the state moved on and
    throws its file away. Raises Unavailable while no key can sign: nothing is printed unsigned.
    """
    waiting = list(
        Certificate.objects.filter(enrolment__class_group=class_group, state=CertificateState.RESERVED)
        .select_related("register", "issued_by")
        .order_by("number")
    )
    if not waiting:
        return []
    ready_signer()
    press = Press()
    done = []
    for index, certificate in enumerate(waiting, start=1):
        # Another worker may have been here since the list was made: rendering is the slow part.
        if Certificate.objects.filter(pk=certificate.pk, state=CertificateState.RESERVED).exists():
            signed = sign_claims(certificate, ready_signer())
            content = press.render([paper_of(certificate, signed)])
            if _put_in_force(certificate, content, signed):
                done.append(certificate)
        if progressed:
            progressed(index, len(waiting))
    _sweep(done)
    return done


def _sweep(done: list[Certificate]) -> None:
    """Delete files that an earlier, killed run left beside the ones now in force."""
    folders: dict[str, set[str]] = {}
    for certificate in done:
        folder, _slash, name = str(certificate.pdf.name).rpartition("/")
        folders.setdefault(folder, set()).add(name)
    storage = Certificate._meta.get_field("pdf").storage
    for folder, kept in folders.items():
        numbers = {name.partition("-")[0] for name in kept}
        for name in storage.listdir(folder)[1]:
            if name not in kept and name.partition("-")[0] in numbers:
                storage.delete(f"{folder}/{name}")


def _put_in_force(certificate: Certificate, content: bytes, signed: SignedClaims) -> bool:
    digest = hashlib.sha256(content).hexdigest()
    name = f"{certificate.number:06d}-{certificate.register.year}-{digest[:12]}.pdf"
    certificate.pdf.save(name, ContentFile(content), save=False)
    with transaction.atomic():
        taken = Certificate.objects.filter(pk=certificate.pk, state=CertificateState.RESERVED).update(
            state=CertificateState.ISSUED, pdf=certificate.pdf.name, pdf_sha256=digest
        )
        if taken:
            signed.save(force_insert=True)
            write_events(
                [RegisterEvent(certificate=certificate, kind=RegisterEventKind.ISSUED, by=certificate.issued_by)]
            )
    if not taken:
        certificate.pdf.delete(save=False)
        return False
    certificate.state, certificate.pdf_sha256 = CertificateState.ISSUED, digest
    return True


def class_certificates(class_group: ClassGroup) -> list[Certificate]:
    """Certificates of a class that are in force and printed, by number."""
    return list(
        Certificate.objects.filter(enrolment__class_group=class_group, state=CertificateState.ISSUED)
        .exclude(pdf="")
        .order_by("register__year", "number")
    )


def merged_pdf(*, class_group: ClassGroup, target: Path | BinaryIO) -> int:
    """Join the frozen files of a class into one PDF, written to ``target``, and return its pages.

    Raises InvalidInput when nothing has been printed yet.
    """
    rows = class_certificates(class_group)
    if not rows:
        raise InvalidInput("nothing_printed", _("Chưa có chứng nhận nào in xong."))
    import pikepdf  # a large C++ library, and it writes to the log when it is loaded

    with pikepdf.new() as joined:
        for certificate in rows:
            with certificate.pdf.open("rb") as stream, pikepdf.open(cast(BinaryIO, stream)) as single:
                joined.pages.extend(single.pages)
        pages = len(joined.pages)
        joined.docinfo["/Title"] = class_group.name
        joined.save(target)
    return pages
