"""The published log at length: a first checkpoint and an audit over 100,000 lines, in time and in memory.

Ours is the audit of a register: rows, leaves, places, published entries, tiles, states, numbers, signed roots (papers
share one small file: hashing real ones is the disk's speed). The floor reads the same events once and computes their
leaves, which an audit cannot do without. Memory is that of programs of their own, at two lengths of the log.
"""

import hashlib
import json
import os
import subprocess
import sys
from itertools import batched
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from bench.graduates import School
from bench.harness import compare
from certificates.choices import CertificateKind, CertificateState
from certificates.content import found_by
from certificates.models import Certificate, LogLeaf, Register, RegisterEvent, RegisterEventKind
from certificates.services.auditing import audit_register
from certificates.services.events import write_events
from certificates.services.sequencing import make_checkpoint
from certificates.services.signing import create_first_key
from certificates.signing.keys import KeyUse
from certificates.tlog.leaves import FIELDS, leaf_data
from certificates.tlog.merkle import leaf_hash
from core.tokens import new_token
from courses.models import Enrolment

NAME = "register_log"
PAPER = "bench/paper.pdf"
TARGET = 0.4
FEW, MANY = 10_000, 100_000  # lines
AT_ONCE = 5_000  # entries
MOST_GROWTH = 1.25  # of the largest memory of the process, from FEW to MANY
CHILD = """
import json, resource, sys, time
import django
django.setup()
from django.db import connection
if connection.vendor == "sqlite":
    connection.cursor().execute("PRAGMA mmap_size = 0")  # pages of the database's file are not our memory
from certificates.services.auditing import audit_register
from certificates.services.sequencing import make_checkpoint
start = time.process_time()
if sys.argv[1] == "publish":
    done = make_checkpoint().size
else:
    done = len(audit_register().findings)
seconds = time.process_time() - start
try:
    status = open("/proc/self/status").read()
    most = int(status.split("VmHWM:")[1].split()[0]) * 1024
except OSError:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([done, seconds, most]))
"""


def lengthen(school: School, lines: int) -> None:
    """Bring the log to so many lines: each entry is reserved and set in force, all with one small file."""
    year = timezone.localdate().year
    if not default_storage.exists(PAPER):
        default_storage.save(PAPER, ContentFile(b"paper"))
    book, _made = Register.objects.get_or_create(centre=school.centre, year=year)
    while missing := (lines - LogLeaf.objects.count()) // 2:
        group = school.closed_class(min(missing, AT_ONCE))
        people = list(Enrolment.objects.filter(class_group=group).select_related("learner"))
        rows = Certificate.objects.bulk_create(
            [
                Certificate(
                    register=book, number=number, register_number=f"{number:06d}/{year}", token=new_token(),
                    centre=school.centre, unit=school.unit, learner_id=each.learner_id, enrolment=each,
                    kind=CertificateKind.COURSE, state=CertificateState.ISSUED, template_version="bench",
                    content=content, search_key=found_by(content),
                    issued_on=timezone.localdate(), issued_by=school.staff, pdf=PAPER,
                    pdf_sha256=hashlib.sha256(b"paper").hexdigest(),
                )
                for number, each in enumerate(people, book.next_number)
                for content in [_content(each)]
            ],
            batch_size=500,
        )  # fmt: skip
        book.next_number += len(rows)
        book.save()
        for kind in (RegisterEventKind.RESERVED, RegisterEventKind.ISSUED):
            write_events(RegisterEvent(certificate=row, kind=kind, by=school.staff) for row in rows)


def _content(each: Enrolment) -> dict[str, str]:
    return {"learner": each.learner.full_name, "title": "Giấy chứng nhận", "course": "Kỹ năng số"}


def apart(work: str) -> tuple[int, float, int]:
    """Do it in a process of its own; return what it says it did, its seconds of CPU and its memory in bytes."""
    connection.close()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, work], cwd=settings.BASE_DIR, env=dict(os.environ), stdout=subprocess.PIPE,
        text=True, check=True,
    )  # fmt: skip
    said, seconds, memory = json.loads(done.stdout)
    return said, seconds, memory


def audit() -> None:
    """Ours; it finds nothing."""
    if findings := audit_register().findings:
        raise AssertionError(f"an honest register has no findings, this one {findings[:3]}")


def read_once() -> None:
    """The floor."""
    keys = RegisterEvent.objects.order_by("pk").values_list("pk", flat=True).iterator()
    for some in batched(keys, 500):
        for row in RegisterEvent.objects.filter(pk__in=some).values(*FIELDS):
            leaf_hash(leaf_data(row, row["certificate__log_salt__salt"]).encode())


def run(rounds: int = 3, *, lines: int = FEW) -> dict[str, Any]:
    """Return lines per CPU second of both sides over a log of that length, and the median of the ratios."""
    create_first_key(use=KeyUse.LOG)
    lengthen(School("BENCH-L"), lines)
    make_checkpoint()
    return compare(NAME, ours=audit, floor=read_once, units=lines, target=TARGET, rounds=rounds)


def measure() -> dict[str, Any]:
    """What ``manage.py bench register_log`` prints."""
    create_first_key(use=KeyUse.LOG)
    school, memory, seconds = School("BENCH-L"), {}, {}
    for lines in (FEW, MANY):
        lengthen(school, lines)
        for work in ("publish", "audit"):
            said, seconds[work, lines], memory[work, lines] = apart(work)
            if said != (lines if work == "publish" else 0):
                raise AssertionError(f"{work} over {lines} lines said {said}")
    result = run(lines=MANY)
    result["more"] = {
        f"{work}_{lines}": f"{seconds[work, lines]:.1f} s of CPU, {memory[work, lines] >> 20} MB"
        for work in ("publish", "audit")
        for lines in (FEW, MANY)
    }
    flat = all(memory[work, MANY] <= memory[work, FEW] * MOST_GROWTH for work in ("publish", "audit"))
    result["ok"] = result["ok"] and flat
    return result
