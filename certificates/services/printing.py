"""Printing what has a number: idempotent, resumable, outside the numbering transaction (docs/adr/0033)."""

import hashlib
import os
import secrets
import shutil
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _lazy

from certificates.choices import CertificateState
from certificates.models import Certificate, SignedClaims, certificate_pdf_path, pdf_folder
from certificates.paper.rendering import Paper
from certificates.paper.sealing import Sealer, ready_sealer
from certificates.paper.stamping.joining import join
from certificates.paper.stamping.stamper import Stamper
from certificates.querysets import CertificateQuerySet
from certificates.services.events import write_issued
from certificates.services.signing import ready_signer, sign_claims
from certificates.signing.keys import Signer
from certificates.wording.choosing import Wordings
from core.bulk import OneOf, insert_rows
from core.errors import InvalidInput
from core.text import search_key
from courses.models import ClassGroup

Progressed = Callable[[int, int], None]
# Entries that are printed, and then set in force in one short transaction. What a killed worker loses is one chunk.
CHUNK = 50
NOTHING_PRINTED = _lazy("Chưa có chứng nhận nào in xong.")
# What a paper and its signature take of an entry.
PRINTED_FIELDS = (
    "number", "register", "register_number", "token", "centre", "kind", "content", "issued_on", "issued_by",
)  # fmt: skip
SET_IN_FORCE = "UPDATE certificates_certificate SET state = %s, pdf = %s, pdf_sha256 = %s WHERE id = %s"


def paper_of(certificate: Certificate, signed: SignedClaims, wordings: Wordings) -> Paper:
    """Return what the page needs, from the frozen content and what was signed of it."""
    wording = wordings.of(certificate.kind, certificate.content)
    return Paper(certificate.content, certificate.printed_token, f"{certificate.verify_url}#{signed.fragment}", wording)


def render_reserved(*, class_group: ClassGroup, progressed: Progressed | None = None) -> list[int]:
    """Sign and print every reserved certificate of the class, keep its file and hash, and set it in force.

    Works in chunks and tells of each; returns the keys of what it set in force. Safe to run again after a crash, and by
    two workers at once: the one that comes second finds the state moved on and throws its files away. Raises
    Unavailable while no key can sign, or no seal can be set that should be: nothing is printed unsigned.
    """
    reserved = Certificate.objects.filter(enrolment__class_group=class_group, state=CertificateState.RESERVED)
    waiting = list(reserved.order_by("number").values_list("pk", flat=True))
    done: list[int] = []
    if waiting:
        ready_signer()
        stamper, wordings, sealer = Stamper(), Wordings(), ready_sealer()
    for start in range(0, len(waiting), CHUNK):
        chunk = waiting[start : start + CHUNK]
        # Another worker may have been here since the list was made.
        rows = reserved.filter(OneOf("pk", chunk)).order_by("number").only(*PRINTED_FIELDS).prefetch_related("register")
        signer = ready_signer()
        with ExitStack() as files:  # open until they are on the disk
            done += _put_in_force([_printed(row, stamper, signer, wordings, sealer, files) for row in rows])
        if progressed:
            progressed(start + len(chunk), len(waiting))
    _sweep(class_group)
    return done


@dataclass(frozen=True, slots=True)
class _Printed:
    """An entry and the file that was made for it, not yet in force."""

    certificate: Certificate
    signed: SignedClaims
    name: str
    digest: str
    file: int  # open


def _storage() -> Any:
    return Certificate._meta.get_field("pdf").storage


def _printed(
    certificate: Certificate,
    stamper: Stamper,
    signer: Signer,
    wordings: Wordings,
    sealer: Sealer | None,
    files: ExitStack,
) -> _Printed:
    signed = sign_claims(certificate, signer)
    made = stamper.made(paper_of(certificate, signed, wordings))
    parts, digest = [made.beginning, made.rest], made.digest()
    if sealer:  # written behind the file: joining reads the front of it as ever
        parts = [sealer.seal(made.whole)]
        digest = hashlib.sha256(parts[0]).hexdigest()
    name = f"{certificate.number:06d}-{certificate.register.year}-{digest[:12]}.pdf"
    kept, file = _keep(certificate_pdf_path(certificate, name), parts)
    files.callback(os.close, file)
    return _Printed(certificate, signed, kept, digest, file)


def _keep(name: str, parts: list[bytes]) -> tuple[str, int]:
    """Write a file from its parts; return its name (another one where that name is taken) and the open file.

    Not through ``storage.save``: it touches the file once more after it is written, when another worker that was faster
    may have swept it away.
    """
    folder, _slash, wanted = name.rpartition("/")
    path = Path(_storage().path(name))
    while True:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileNotFoundError:  # the first of its book
            path.parent.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            path = path.with_name(f"{wanted.removesuffix('.pdf')}-{secrets.token_hex(4)}.pdf")
        else:
            break
    try:
        for part in parts:
            rest = memoryview(part)
            while rest:
                rest = rest[os.write(handle, rest) :]
        if hasattr(os, "posix_fadvise"):  # on its way to the disk while the next is made: half as long to wait for all
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    except BaseException:
        os.close(handle)
        raise
    return f"{folder}/{path.name}", handle


def _put_in_force(printed: list[_Printed]) -> list[int]:
    """Set entries in force in one transaction, and return the keys of those that nobody else had in the meantime."""
    _on_disk(printed)
    with transaction.atomic():
        free = Certificate.objects.select_for_update().filter(
            OneOf("pk", [row.certificate.pk for row in printed]), state=CertificateState.RESERVED
        )
        taken = set(free.order_by("pk").values_list("pk", flat=True))
        ours = [row for row in printed if row.certificate.pk in taken]
        if ours:
            now = timezone.now()
            with connection.cursor() as cursor:
                cursor.executemany(
                    SET_IN_FORCE,
                    [(CertificateState.ISSUED.value, row.name, row.digest, row.certificate.pk) for row in ours],
                )
            insert_rows(
                SignedClaims,
                ("certificate_id", "kid", "fragment"),
                [(row.certificate.pk, row.signed.kid, row.signed.fragment) for row in ours],
                same={"at": now},
            )
            write_issued([(row.certificate.pk, row.certificate.issued_by_id) for row in ours], at=now)
    for row in printed:
        if row.certificate.pk not in taken:
            _storage().delete(row.name)
    return [row.certificate.pk for row in ours]


def _on_disk(printed: list[_Printed]) -> None:
    """Wait until files are on the disk: an entry in force whose file a power cut took would be lost for good."""
    for row in printed:
        os.fsync(row.file)
    for folder in {Path(_storage().path(row.name)).parent for row in printed}:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sweep(class_group: ClassGroup) -> None:
    """Delete files that killed runs left beside those in force.

    Looks at entries that are settled only: a file beside a reserved one may be another worker's, about to be in force.
    """
    settled = Certificate.objects.filter(enrolment__class_group=class_group).exclude(state=CertificateState.RESERVED)
    folders: dict[str, dict[str, str]] = {}
    for centre, year, number, pdf in settled.values_list("centre", "register__year", "number", "pdf"):
        folders.setdefault(pdf_folder(centre, year), {})[f"{number:06d}"] = pdf.rpartition("/")[2]
    storage = _storage()
    for folder, kept in folders.items():
        for name in storage.listdir(folder)[1] if storage.exists(folder) else ():
            if kept.get(name.partition("-")[0], name) != name:
                storage.delete(f"{folder}/{name}")


def class_certificates(class_group: ClassGroup) -> list[Certificate]:
    """Certificates of a class that are in force and printed, by number."""
    return list(_in_force(class_group))


def _in_force(class_group: ClassGroup) -> CertificateQuerySet:
    return (
        Certificate.objects.filter(enrolment__class_group=class_group, state=CertificateState.ISSUED)
        .exclude(pdf="")
        .order_by("register__year", "number")
    )


def merged_pdf(*, class_group: ClassGroup, target: Path | BinaryIO) -> int:
    """Join the frozen files of a class into one PDF, written to ``target``, and return its pages.

    Raises InvalidInput when nothing has been printed yet.
    """
    names = list(_in_force(class_group).values_list("pdf", flat=True))
    if not names:
        raise InvalidInput("nothing_printed", NOTHING_PRINTED)
    if isinstance(target, Path):
        with target.open("wb") as stream:
            return merged_pdf(class_group=class_group, target=stream)
    storage = _storage()
    files = [cast(Callable[[], BinaryIO], partial(storage.open, name, "rb")) for name in names]
    return join(files, target, title=class_group.name)


def zipped_files(*, class_group: ClassGroup, target: BinaryIO) -> int:
    """Put the frozen files of a class into one ZIP, each under its number and its person's name; return how many.

    Byte for byte as issued, so that each keeps hash and seal. Raises InvalidInput when nothing has been printed yet.
    """
    rows = list(_in_force(class_group).select_related("register"))
    if not rows:
        raise InvalidInput("nothing_printed", NOTHING_PRINTED)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # their streams are compressed already
        for row in rows:
            name = search_key(row.content["learner"]).replace(" ", "-")  # every program unpacks plain letters
            issued = (row.issued_on.year, row.issued_on.month, row.issued_on.day, 0, 0, 0)
            entry = zipfile.ZipInfo(f"{row.number:06d}-{row.register.year}-{name}.pdf", issued)
            with row.pdf.open("rb") as source, archive.open(entry, "w") as into:
                shutil.copyfileobj(source, into)
    return len(rows)
