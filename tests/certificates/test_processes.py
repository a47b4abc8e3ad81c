"""Several processes issue at once and some are killed: the book stays gapless, nobody gets two, nothing is lost."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings as project
from django.db import connection, connections, transaction
from django.db.models import F

from certificates.models import Certificate, Register, RegisterEvent
from certificates.services import issue_class, render_reserved
from core.models import AuditEvent, Job
from tests.factories import closed_class, make_certificates

CLASSES, PEOPLE = 6, 3
# Prints the papers of one class one by one, says how many are done, and goes on when it is told to.
PRINTER = """
import sys
import django
from django.conf import settings
settings.MEDIA_ROOT = sys.argv[1]
django.setup()
from certificates.services import printing
from courses.models import ClassGroup
printing.CHUNK = 1
group = ClassGroup.objects.get(pk=sys.argv[2])
def progressed(done, total):
    print(done, flush=True)
    sys.stdin.readline()
printing.render_reserved(class_group=group, progressed=progressed)
"""
# Issues every class it is told of, in that order, without printing; says each class on a line when it is committed.
WORKER = """
import sys
import django
from django.conf import settings
settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}
django.setup()
from accounts.models import User
from certificates.services import issue_class
from courses.models import ClassGroup
by = User.objects.get(username=sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for pk in sys.argv[2:]:
    issue_class(class_group=ClassGroup.objects.get(pk=pk), by=by)
    print(pk, flush=True)
"""


def database_url() -> str:
    """Where this test's database is, for another process."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{quote(str(given['NAME']))}"
    name, password = quote(given["USER"] or ""), quote(given["PASSWORD"] or "")
    options = urlencode({key: value for key, value in given["OPTIONS"].items() if isinstance(value, str)})
    host = str(given["HOST"] or "")
    if host.startswith("/"):
        options, host = urlencode({"host": host}) + (f"&{options}" if options else ""), ""
    return f"postgresql://{name}:{password}@{host}:{given['PORT']}/{given['NAME']}?{options}"


def start(program: str, folder: Path, *words: object) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "clc_manager.settings.test",
        "CLC_TEST_DATABASE_URL": database_url(),
        "TMPDIR": str(folder),  # what a killed process leaves goes with the test's own folder
    }
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, words)],
        cwd=project.BASE_DIR, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_killed_processes_leave_no_gap_and_nobody_twice(cast, reference, tmp_path):
    groups = [closed_class(cast.centre_a, passing=PEOPLE, failing=1)[0] for _ in range(CLASSES)]
    chance = random.Random(7)
    workers = []
    for user in ("lan", "van", "duc"):
        order = [group.pk for group in groups]
        chance.shuffle(order)
        workers.append(start(WORKER, tmp_path, user, *order))
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    time.sleep(0.02)
    for victim in workers[:2]:
        victim.send_signal(signal.SIGKILL)
    for worker in workers:
        worker.communicate(timeout=300)
    assert workers[2].returncode == 0

    # What is in the book is whole, whoever died.
    rows = list(Certificate.objects.order_by("number"))
    assert [row.number for row in rows] == list(range(1, CLASSES * PEOPLE + 1))
    assert len({row.enrolment_id for row in rows}) == CLASSES * PEOPLE
    assert len({row.token for row in rows}) == CLASSES * PEOPLE
    assert Register.objects.get().next_number == CLASSES * PEOPLE + 1
    assert RegisterEvent.objects.filter(kind="reserved").count() == CLASSES * PEOPLE
    assert AuditEvent.objects.filter(verb="certificates.issue_class").count() == CLASSES
    assert Job.objects.filter(kind="certificates.render_class").count() == CLASSES

    # Whoever comes later finds the numbers and only prints.
    for group in groups:
        again = issue_class(class_group=group, by=cast.lan)
        assert (again.certificates, again.already) == ([], PEOPLE)
    printed = render_reserved(class_group=groups[0])
    assert len(printed) == PEOPLE
    assert Certificate.objects.filter(enrolment__class_group=groups[0], state="issued").count() == PEOPLE


@pytest.mark.django_db(transaction=True)
def test_killed_printing_goes_on_where_it_stopped(cast, reference, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    group = closed_class(cast.centre_a, passing=4, failing=0)[0]
    issue_class(class_group=group, by=cast.lan)

    printer = start(PRINTER, tmp_path, settings.MEDIA_ROOT, group.pk)
    assert printer.stdout.readline() == "1\n"
    printer.send_signal(signal.SIGKILL)
    printer.communicate(timeout=300)
    before = {row.pk: row.pdf_sha256 for row in Certificate.objects.filter(state="issued")}
    assert len(before) == 1

    render_reserved(class_group=group)

    rows = list(Certificate.objects.order_by("number"))
    assert [row.number for row in rows] == [1, 2, 3, 4]
    assert {row.state for row in rows} == {"issued"}
    assert RegisterEvent.objects.filter(kind="issued").count() == 4
    for row in rows:
        content = Path(row.pdf.path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row.pdf_sha256 == before.get(row.pk, row.pdf_sha256)
        assert content.rstrip().endswith(b"%%EOF")
    files = {path.name for path in Path(rows[0].pdf.path).parent.iterdir()}
    assert files == {Path(row.pdf.path).name for row in rows}


@pytest.mark.django_db(transaction=True)
def test_a_passer_by_is_answered_while_somebody_writes(cast, reference, client):
    """SQLite has one writer at a time: the count is let go, the answer is not."""
    row = make_certificates(cast.centre_a, passing=1)[0]
    holding, done = threading.Event(), threading.Event()

    def long_import():
        try:
            with transaction.atomic():
                Register.objects.update(next_number=F("next_number"))
                holding.set()
                done.wait(30)
        finally:
            connections.close_all()

    writer = threading.Thread(target=long_import)
    writer.start()
    assert holding.wait(10)
    try:
        start = time.monotonic()
        response = client.get(f"/C/{row.token}")
        took = time.monotonic() - start
    finally:
        done.set()
        writer.join()

    assert response.status_code == 200
    assert "hợp lệ" in response.content.decode()
    assert took < 3
    client.get(f"/C/{row.token}")
    row.refresh_from_db()
    assert row.lookups >= 1
