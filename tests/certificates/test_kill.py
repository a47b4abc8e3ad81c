"""kill -9 at any moment, again and again: the book stays whole, everybody gets one paper, no file is left over.

Workers issue and print the same classes at the same time, as a queue that delivers twice would have them do; one after
the other is killed and started again. Afterwards nothing may be missing, double or left lying about. The same with the
lock taken out must be noticed, or this proves nothing.
"""

import collections
import hashlib
import json
import random
import subprocess
from pathlib import Path

import pikepdf
import pytest
from django.db import transaction

from bench.graduates import School
from certificates.models import Certificate, RegisterEvent, SignedClaims
from certificates.services import issue_class
from tests.certificates.test_processes import start
from tests.proofs import FULL

KILLS, PEOPLE = (25, 1000) if FULL else (8, 300)
CENTRES, PER_CLASS, WORKERS = 2, 50, 3
STEPS = 80  # a worker is killed after at most so many; a class takes about as many
# Loads everything once and forks a worker for each line it reads. A worker says each step it has done: a statement, a
# file. The lock is what the first argument says; without it SQLite's transactions begin without the write lock, too.
HOST = """
import json, os, random, signal, sys, time
lock, media, sample, classes = sys.argv[1] == "locked", sys.argv[2], *map(json.loads, sys.argv[3:5])
import django
from django.conf import settings
settings.MEDIA_ROOT = media
settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}
options = settings.DATABASES["default"].setdefault("OPTIONS", {})
if not lock and "transaction_mode" in options:
    options["transaction_mode"] = "DEFERRED"
django.setup()
from django.db import connection, models
from accounts.models import User
from certificates.models import Register
from certificates.paper.rendering import Paper
from certificates.paper.stamping.stamper import Stamper
from certificates.services import issue_class, numbering, printing, render_reserved
from certificates.wording.choosing import Wordings
from courses.models import ClassGroup

stamper = Stamper()
stamper.page(Paper(*sample, Wordings().of("course", sample[0])))
connection.close()
printing.Stamper = lambda: stamper
steps = target = 0

def say(*words):
    os.write(1, (" ".join(map(str, words)) + chr(10)).encode())

def step():
    global steps
    steps += 1
    if steps == target and not os.fork():
        # Another process, so that the worker is killed wherever it has come to in the meantime.
        victim = os.getppid()
        time.sleep(random.random() * 0.003)
        os.kill(victim, signal.SIGKILL)
        say("killed", victim)
        os._exit(0)

def stepped(execute, sql, params, many, context):
    result = execute(sql, params, many, context)
    step()
    return result

def kept(*given, _keep=printing._keep):
    name = _keep(*given)
    step()
    return name

def slow_book(centre, year, _book_of=numbering.book_of):
    book = _book_of(centre, year)
    # Time for somebody else to come between reading the number and writing the next; without the lock surely enough.
    time.sleep(0.01 if lock else 0.5)
    return book

def work(seed):
    if not lock:
        models.QuerySet.select_for_update = lambda self, *_a, **_k: self
    printing._keep = kept
    numbering.book_of = slow_book
    random.seed(seed)
    random.shuffle(classes)
    with connection.execute_wrapper(stepped):
        for pk, username in classes:
            group = ClassGroup.objects.get(pk=pk)
            issue_class(class_group=group, by=User.objects.get(username=username))
            render_reserved(class_group=group)

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    if os.fork():
        continue
    try:
        seed, target = map(int, line.split())
        say("started", os.getpid())
        work(seed)
        say("end", os.getpid(), "well")
    except BaseException as error:
        say("end", os.getpid(), type(error).__name__, str(error).replace(chr(10), " ")[:200])
    os._exit(0)
"""


def run_workers(host: "subprocess.Popen[str]", kills: int) -> tuple[int, list[str]]:
    """Let workers do everything and kill so many of them; return how many were killed and what went wrong."""
    chance = random.Random(29)
    started, killed, errors = 0, 0, []
    alive: set[str] = set()

    def another() -> None:
        nonlocal started
        started += 1
        # The steps of all that are killed do not add up to those of the work: it is not done before.
        host.stdin.write(f"{started} {chance.randint(1, STEPS) if started <= kills else 0}\n")
        host.stdin.flush()

    for _ in range(WORKERS):
        another()
    coming = WORKERS
    while coming or alive:
        word, pid, *rest = host.stdout.readline().strip().split(maxsplit=2)
        if word == "started":
            coming -= 1
            alive.add(pid)
        elif word == "killed" and pid in alive:
            alive.remove(pid)
            killed += 1
            coming += 1
            another()  # the queue delivers once more what was not finished
        elif word == "end":
            alive.remove(pid)
            errors += [" ".join(rest)] if rest != ["well"] else []
    return killed, errors


def what_is_wrong(media: Path, people: int) -> list[str]:
    """Look at the book, the papers and the folder."""
    wrong = []
    rows = list(Certificate.objects.select_related("register").order_by("register", "number"))
    books = collections.defaultdict(list)
    for row in rows:
        books[row.register].append(row.number)
    for book, numbers in books.items():
        if numbers != list(range(1, len(numbers) + 1)) or book.next_number != len(numbers) + 1:
            wrong.append(f"numbers of {book}: {len(numbers)}, next {book.next_number}")
    counts = (
        ("entries", len(rows)), ("people", len({row.learner_id for row in rows})),
        ("enrolments", len({row.enrolment_id for row in rows})), ("tokens", len({row.token for row in rows})),
        ("in force", sum(row.state == "issued" for row in rows)), ("signed", SignedClaims.objects.count()),
        ("reserved", RegisterEvent.objects.filter(kind="reserved").count()),
        ("issued", RegisterEvent.objects.filter(kind="issued").count()),
    )  # fmt: skip
    wrong += [f"{what}: {count}" for what, count in counts if count != people]
    for row in rows:
        content = (media / str(row.pdf)).read_bytes() if row.pdf else b""
        if hashlib.sha256(content).hexdigest() != row.pdf_sha256:
            wrong.append(f"another file: {row}")
            continue
        with pikepdf.open(media / str(row.pdf)) as pdf:
            if pdf.check_pdf_syntax() or len(pdf.pages) != 1 or row.register_number not in str(pdf.docinfo.Title):
                wrong.append(f"not valid: {row}")
    there = {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}
    wrong += [f"left over: {name}" for name in sorted(there - {str(row.pdf) for row in rows})]
    return wrong


@pytest.fixture
def killed_run(transactional_db, reference, settings, tmp_path, monkeypatch):
    """A function: so many people, so many kills, with or without the lock → how many were killed, what is wrong."""
    media = settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])

    def run(people, kills, lock="locked"):
        schools = [School(f"KILL-{number}") for number in range(CENTRES)]
        classes = [schools[at % CENTRES].closed_class(PER_CLASS) for at in range(people // PER_CLASS)]
        with transaction.atomic():  # what the workers' page is laid out with before they begin
            row = issue_class(class_group=classes[0], by=classes[0].closed_by).certificates[0]
            sample = [row.content, row.printed_token, row.verify_url]
            transaction.set_rollback(True)
        orders = [(group.pk, group.closed_by.username) for group in classes]
        host = start(HOST, tmp_path, lock, media, json.dumps(sample), json.dumps(orders))
        try:
            killed, errors = run_workers(host, kills)
        finally:
            host.communicate(timeout=60)
        return killed, errors + what_is_wrong(media, people)

    return run


def test_killed_workers_leave_a_whole_book_and_no_file_too_many(killed_run):
    assert killed_run(PEOPLE, KILLS) == (KILLS, [])


def test_without_the_lock_the_same_is_noticed(killed_run):
    _killed, wrong = killed_run(300, 3, "unlocked")
    assert wrong
