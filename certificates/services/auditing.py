"""Holding the register to its published log: every row, every event, every file, every signed root.

Goes through the tables in portions: what is in memory does not grow with the register.
"""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Subquery

from certificates.choices import CertificateState
from certificates.content import found_by
from certificates.models import Certificate, LogLeaf, LogPlace, Register, RegisterEvent, RegisterEventKind
from certificates.services.auditing_log import PublishedEntries, SignedTimes, log_findings, signed_times
from certificates.services.findings import Finding, number_text, of_leaf
from certificates.tlog.leaves import FIELDS, leaf_data, public_part, read_leaf, read_moment

ROWS = 500
# A transaction that began before a checkpoint and ended after it; nothing takes longer here.
GRACE_S = 15 * 60
# What became of an entry follows from its events; these change nothing of it.
_STATELESS = (RegisterEventKind.COPIED, RegisterEventKind.ERASED)


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found. ``erased`` entries are in order, but nothing can be said of their names any more."""

    findings: list[Finding]
    erased: int


def audit_register(*, kept: bytes | None = None) -> Audit:
    """Return everything that does not fit, each entry and kind once.

    ``kept`` is a checkpoint from elsewhere (a witness, a printed report): the log must still begin with its tree.
    """
    found: dict[Finding, Finding] = {}
    published = PublishedEntries()
    events = _Events(published, signed_times())
    for finding in itertools.chain(
        events.findings(), _leaves(), _places(published), _entries(), _numbers(), _files(), log_findings(kept)
    ):
        found.setdefault(finding, finding)
    # A row that was dated back was edited too; the plainer word is enough.
    said = {(each.centre, each.register_number) for each in found if each.kind in {"backdated", "inserted"}}
    kept_findings = [each for each in found if each.kind != "edited" or (each.centre, each.register_number) not in said]
    return Audit(sorted(kept_findings), RegisterEvent.objects.filter(kind=RegisterEventKind.ERASED).count())


# --- rows against leaves ----------------------------------------------------------------------------------------------


class _Events:
    """Each event against its leaf, and each leaf against what was published at its place."""

    def __init__(self, published: PublishedEntries, times: SignedTimes) -> None:
        self.published, self.times = published, times

    def findings(self) -> Iterator[Finding]:
        """Go through all events by key."""
        last = 0
        events = RegisterEvent.objects.order_by("pk")
        while keys := list(events.filter(pk__gt=last).values_list("pk", flat=True)[:ROWS]):
            last = keys[-1]
            rows = list(events.filter(pk__in=keys).values(*FIELDS, _SEARCH))
            leaves = dict(LogLeaf.objects.filter(pk__in=keys).values_list("pk", "data"))
            places = dict(LogPlace.objects.filter(leaf__in=keys).values_list("leaf_id", "index"))
            erased = set(
                RegisterEvent.objects.filter(
                    kind=RegisterEventKind.ERASED,
                    certificate__in={row["certificate_id"] for row in rows if not row[_SALT]},
                ).values_list("certificate_id", flat=True)
            )
            for row in rows:
                yield from self._event(row, leaves.get(row["pk"]), places.get(row["pk"]), erased)
            # The columns of an event are joined from entry and book: one that lost them is not among the rows.
            for key in sorted(set(keys) - {row["pk"] for row in rows}):
                yield of_leaf(leaves.get(key, ""), "deleted", "its event is there, and its entry or book is gone")

    def _event(self, row: Any, leaf: str | None, place: int | None, erased: set[int]) -> Iterator[Finding]:
        centre = row["certificate__centre__code"]
        number = number_text(row["certificate__number"], row["certificate__register__year"])
        if leaf is None:
            yield Finding(centre, number, "inserted", f"event {row['kind']} has no leaf")
            return
        if not row[_SALT] and row["certificate_id"] not in erased:
            yield Finding(centre, number, "unsalted", "its salt is gone, and the register knows of no erasure")
        # Whoever changed the row may have changed its leaf too: what was published counts.
        published = None if place is None else self.published.at(place)
        data = leaf if published is None else published
        if data != leaf:
            yield of_leaf(data, "edited", "its leaf is not the published one")
        yield from _against(row, data, centre, number)
        if row["kind"] == RegisterEventKind.RESERVED and row[_SEARCH] != found_by(row["certificate__content"]):
            yield Finding(centre, number, "edited", "it is not found by the name that it is about")
        # Without a place it came after the last checkpoint.
        before = self.times.last if place is None else self.times.before(place)
        if before and (late := (before - row["at"]).total_seconds()) > GRACE_S:
            words = f"event {row['kind']} came into the log {late / 3600:.1f} h late"
            yield Finding(centre, number, "backdated", words)


_SALT, _SEARCH = "certificate__log_salt__salt", "certificate__search_key"


def _against(row: Any, data: str, centre: str, number: str) -> Iterator[Finding]:
    try:
        was = read_leaf(data)
    except ValueError:
        yield Finding(centre, number, "edited", "its leaf cannot be read")
        return
    version = was["v"]
    now = read_leaf(leaf_data(row, row[_SALT], version)) if row[_SALT] else public_part(row, version)
    changed = {name for name in now if now[name] != was.get(name)}
    changed.discard("centre")  # a centre may get another code; which centre it is stands in the claims
    if not changed:
        return
    dated_back = ("issued_on" in changed and now["issued_on"] < was["issued_on"]) or (
        "at" in changed and row["at"] < read_moment(was["at"])
    )
    kind = "backdated" if dated_back else "edited"
    yield of_leaf(data, kind, f"event {row['kind']}: {', '.join(sorted(changed))}")


def _leaves() -> Iterator[Finding]:
    """Each leaf has its event."""
    alone = LogLeaf.objects.filter(~Exists(RegisterEvent.objects.filter(pk=OuterRef("pk")))).order_by("pk")
    for data in alone.values_list("data", flat=True).iterator():
        yield of_leaf(data, "deleted", "its event is gone")


def _places(published: PublishedEntries) -> Iterator[Finding]:
    """Each published entry has its place in the database."""
    expected = 0
    there = LogPlace.objects.filter(Exists(LogLeaf.objects.filter(pk=OuterRef("leaf_id")))).order_by("index")
    indexes = there.values_list("index", flat=True).iterator()
    for index in itertools.chain(indexes, [published.size]):
        for missing in range(expected, min(index, published.size)):
            if (data := published.at(missing)) is not None:
                yield of_leaf(data, "deleted", "it was published, and the database does not know it")
        expected = max(expected, index + 1)


# --- entries ----------------------------------------------------------------------------------------------------------


def _entries() -> Iterator[Finding]:
    """Each entry against its events: it has some, and is in the state that they led to."""
    steps = RegisterEvent.objects.filter(certificate=OuterRef("pk")).exclude(kind__in=_STATELESS).order_by("-pk")
    # One statement reads both: an entry that moves on meanwhile is seen before or after, never between.
    entries = Certificate.objects.annotate(step=Subquery(steps.values("kind")[:1])).order_by("pk")
    last = 0
    while rows := list(
        entries.filter(pk__gt=last).values_list(
            "pk", "state", "step", "number", "register__year", "centre__code", "register_number",
            "register__centre__code",
        )[:ROWS]
    ):  # fmt: skip
        last = rows[-1][0]
        for _key, state, step, number, year, centre, printed, book in rows:
            name = number_text(number, year)
            if step is None:
                yield Finding(centre, name, "inserted", "an entry without an event")
            elif state != step or state not in CertificateState.values:
                yield Finding(centre, name, "edited", f"stands as {state}, its events say {step}")
            elif printed != name or centre != book:
                yield Finding(centre, name, "edited", "number or book do not fit the entry")


def _numbers() -> Iterator[Finding]:
    """Each book without a gap, and no number beyond its counter."""
    for book in Register.objects.select_related("centre").order_by("centre__code", "year"):
        last = 0
        numbers = Certificate.objects.filter(register=book).order_by("number").values_list("number", flat=True)
        beyond = []
        for number in numbers.iterator():
            if number >= book.next_number:
                beyond.append(number)
                continue
            yield from _gap(book, last, number)
            last = number
        yield from _gap(book, last, book.next_number)
        if beyond:  # somebody may have issued since the counter was read
            book.refresh_from_db(fields=["next_number"])
        for number in beyond:
            if number >= book.next_number:
                yield Finding(book.centre.code, number_text(number, book.year), "inserted", "beyond the book's counter")


def _gap(book: Register, after: int, before: int) -> Iterator[Finding]:
    for number in range(after + 1, before):
        yield Finding(book.centre.code, number_text(number, book.year), "deleted", "a gap in the numbers")


def _files() -> Iterator[Finding]:
    """Each paper's file against its hash."""
    without = {CertificateState.RESERVED, CertificateState.VOIDED}
    rows = Certificate.objects.exclude(pdf="", state__in=without).select_related("register", "centre").order_by("pk")
    for row in rows.only("pdf", "pdf_sha256", "number", "register__year", "centre__code").iterator(chunk_size=ROWS):
        try:
            with row.pdf.open("rb") as stream:
                same = hashlib.file_digest(stream, "sha256").hexdigest() == row.pdf_sha256
            words = "the file is another"
        except (OSError, ValueError):  # gone, or the row names none
            same, words = False, "the file is missing"
        if not same:
            yield Finding(row.centre.code, number_text(row.number, row.register.year), "file", words)
