"""Certificates: from a class's reserved entries to its merged PDF, against a naive WeasyPrint loop over such entries.

Ours is the whole work of the job: rows, signature, QR, page, file and hash of each, what the database keeps of it, and
the joined file. The naive loop is what a first version does: read a row, sign, make the page's HTML, render it with new
fonts, new style sheet and the default fetcher, write the file; it joins nothing and writes nothing to the database, and
its QR comes from our fast encoder. Both in the same run, CPU time of this process.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from bench.graduates import School
from bench.harness import compare
from certificates.models import Certificate
from certificates.paper.rendering import FONTS, HERE, paper_html
from certificates.services import issue_class, merged_pdf, render_reserved
from certificates.services.printing import paper_of
from certificates.services.signing import create_first_key, ready_signer, sign_claims
from certificates.wording.choosing import Wordings
from courses.models import ClassGroup

NAME = "certificates"
TARGET = 100
PEOPLE, NAIVE = 1000, 6
FEW, MANY = 1000, 10_000
MOST_BYTES_A_PAGE = 5000
MOST_GROWTH = 1.25  # of the largest memory of the process, from FEW to MANY
# Prints and joins a class in a process of its own, and says how much memory that took and how large the file is.
CHILD = """
import json, resource, sys, tempfile
import django
django.setup()
from django.db import connection
if connection.vendor == "sqlite":
    connection.cursor().execute("PRAGMA mmap_size = 0")  # pages of the database's file are not our memory
from certificates.services import merged_pdf, render_reserved
from courses.models import ClassGroup
group = ClassGroup.objects.get(pk=sys.argv[1])
render_reserved(class_group=group)
with tempfile.TemporaryFile() as target:
    pages = merged_pdf(class_group=group, target=target)
    size = target.seek(0, 2)
# Where Linux says it, of this program alone: ru_maxrss also knows the larger process that started it.
try:
    status = open("/proc/self/status").read()
    most = int(status.split("VmHWM:")[1].split()[0]) * 1024
except OSError:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([pages, size, most]))
"""


class Work:
    """Both sides. Each run of ours takes another class: what is in the register stays there, with its files.

    Deleting them between runs would slow down the next one: ext4 avoids for a minute the inodes that have just been
    freed, and passing over a thousand of them costs several times what making a file does.
    """

    def __init__(self, classes: int, *, joined: bool) -> None:
        create_first_key()
        self.school, self.joined = School(), joined
        self.groups = [self.school.closed_class(PEOPLE) for _ in range(classes)]
        for group in self.groups:
            self.reserve(group)
        few = self.school.closed_class(NAIVE)
        self.reserve(few)
        self.few = [row.pk for row in Certificate.objects.filter(enrolment__class_group=few)]

    def reserve(self, group: ClassGroup) -> None:
        """Take the numbers."""
        issue_class(class_group=group, by=self.school.staff)

    def ours(self) -> None:
        """One class."""
        group = self.groups.pop()
        if len(render_reserved(class_group=group)) != PEOPLE:
            raise AssertionError("everybody must have a file")
        if self.joined:
            with tempfile.TemporaryFile() as target:
                merged_pdf(class_group=group, target=target)

    def naive(self) -> None:
        """Everything anew for every paper."""
        from weasyprint import CSS, HTML  # heavy: only when measured

        base, wordings = FONTS.as_uri() + "/", Wordings()
        with tempfile.TemporaryDirectory() as folder:
            for pk in self.few:
                row = Certificate.objects.select_related("register").get(pk=pk)
                paper = paper_of(row, sign_claims(row, ready_signer()), wordings)
                html = HTML(string=paper_html([paper]), base_url=base)
                style = CSS(filename=str(HERE / "paper.css"), base_url=base)
                Path(folder, f"{row.number}.pdf").write_bytes(html.write_pdf(stylesheets=[style]) or b"")


def run(rounds: int = 5, *, name: str = NAME, target: float = TARGET, joined: bool = True) -> dict[str, Any]:
    """Return papers per CPU second of both sides and the median of the per-round ratios (above 1: we are faster)."""
    work = Work(rounds + 1, joined=joined)
    return compare(
        name, ours=work.ours, floor=work.naive, units=PEOPLE, floor_units=NAIVE, target=target, rounds=rounds
    )


def printed_apart(people: int) -> tuple[int, int]:
    """Print and join a class in a process of its own; return bytes of its memory and bytes a page of the file."""
    group = School().closed_class(people)
    issue_class(class_group=group, by=group.closed_by)
    connection.close()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(group.pk)],
        cwd=settings.BASE_DIR, env={**os.environ, "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    pages, size, memory = json.loads(done.stdout)
    if pages != people:
        raise AssertionError("everybody must have a page")
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    return memory, size // pages


def measure() -> dict[str, Any]:
    """What ``manage.py bench certificates`` prints; with memory at two sizes and bytes a page of the joined file."""
    result = run()
    few, _size = printed_apart(FEW)
    many, size = printed_apart(MANY)
    result |= {"memory_mb_1000": few >> 20, "memory_mb_10000": many >> 20, "bytes_a_page": size}
    result["ok"] = result["ok"] and many <= few * MOST_GROWTH and size < MOST_BYTES_A_PAGE
    return result
