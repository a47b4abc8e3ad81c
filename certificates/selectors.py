"""Looking certificates up."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Count
from django.utils import timezone

from centres.models import Centre
from certificates.choices import LATE_DAYS, LITERACY_KINDS, CertificateState
from certificates.lookups import count_lookup
from certificates.models import (
    Certificate,
    LogCheckpoint,
    LogLeaf,
    LogPlace,
    Register,
    RegisterEvent,
    RegisterEventKind,
    SignedClaims,
)
from certificates.signing.judging import Outcome, judge
from certificates.signing.keys import KeyState, KeyUse, instant_text, key_folder, list_document
from certificates.tlog.checkpoint import write_proof
from certificates.tlog.merkle import HASH_BYTES
from core.text import mask_name
from core.tokens import read_token

STATUS: dict[str, str] = {
    CertificateState.ISSUED: "valid",
    CertificateState.CORRECTED: "corrected",
    CertificateState.REPLACED: "replaced",
    CertificateState.REVOKED: "revoked",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What anyone may know of a certificate. Nothing personal but the masked name."""

    status: str  # valid, corrected, replaced, revoked or unknown
    register_number: str | None = None
    kind: str | None = None
    kind_label: str | None = None
    course: str | None = None
    centre: str | None = None
    issued_on: dt.date | None = None
    masked_name: str | None = None
    since: dt.date | None = None
    successor_number: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as a dictionary."""
        return asdict(self)


UNKNOWN = Verdict("unknown")
NO_TOKEN = "-"  # noqa: S105 - asked for in place of a code that cannot be one, so that both cost the same
_ENTRY = (
    "SELECT id, state, register_number, kind, content, issued_on "  # noqa: S608 - our own table
    f"FROM {Certificate._meta.db_table} WHERE token = %s"
)
RECENT_CHECKPOINTS = 20
LOG_PATIENCE = dt.timedelta(hours=2)
LONGEST_CHAIN = 10  # a paper reissued more often than this is looked up at the centre


def token_in(text: str) -> str | None:
    """Return the token of a typed code or of a whole address; None when there is none in it."""
    text = text.strip()[:300]
    if "/" in text:
        text = urlsplit(text).path.rstrip("/").rpartition("/")[2] or text
    return read_token(text)


def _entry_row(token: str) -> Any:
    """Run the statement. It is its own health check: a kept connection that broke is opened anew and asked again.

    Django would ask "SELECT 1" before it, which on PostgreSQL is as long a way as the statement itself.
    """
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ENTRY, (token,))
            return cursor.fetchone()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
    with connection.cursor() as cursor:
        cursor.execute(_ENTRY, (token,))
        return cursor.fetchone()


def _read(token: str) -> tuple[int, str, str, str, dict[str, Any], dt.date] | None:
    """Return key, state, number, kind, content and day of an entry, by one statement and no model object.

    Half of what the page cost was the ORM putting one statement together (docs/adr/0035).
    """
    row = _entry_row(token)
    if row is None:
        return None
    pk, state, number, kind, content, day = row
    content = json.loads(content) if isinstance(content, str) else content
    return pk, state, number, kind, content, day if isinstance(day, dt.date) else dt.date.fromisoformat(day)


def look_up(text: str, *, count: bool = False) -> Verdict:
    """Say whether a certificate stands. Unknown and malformed codes get the same answer, and the same statement is run.

    A reserved or voided number was never handed out, so it is unknown. ``count`` adds one to the number of look-ups;
    who looked is not kept.
    """
    row = _read(token_in(text) or NO_TOKEN)
    if row is None or row[1] not in STATUS:
        return UNKNOWN
    pk, state, number, kind, content, issued_on = row
    if count:
        count_lookup(pk)
    achievement = content["achievement"]
    since = successor = None
    if state != CertificateState.ISSUED:
        since, successor = _ended(pk, state)
    return Verdict(
        status=STATUS[state],
        register_number=number,
        kind=kind,
        kind_label=content["title"],
        course=achievement if kind in LITERACY_KINDS else f"{achievement}: {content['course']}",
        centre=content["centre"],
        issued_on=issued_on,
        masked_name=mask_name(content["learner"]),
        since=since,
        successor_number=successor.register_number if successor else None,
    )


def doubt(verdict: Verdict, text: str, fragment: str) -> tuple[str, str] | None:
    """Return what the signed part of an address says against the register's verdict, and why; None when it fits.

    ``forged``, ``untrusted`` (the key was somebody else's too) or ``mismatch`` (genuine, of another entry than the
    register's). The server never sees that part of an address; whoever has the whole address may ask. Raises
    BrokenKeyList, OSError.
    """
    token = token_in(text.partition("#")[0])
    if token is None:
        return None
    signed = judge(token, fragment, key_folder().known(), logged_at=logged_at(token))
    if signed.outcome != Outcome.GENUINE or signed.claims is None:
        return signed.outcome.value, signed.reason
    said = (signed.claims.register_number, signed.claims.issued_on)
    if verdict is not UNKNOWN and said != (verdict.register_number, verdict.issued_on):
        return "mismatch", "register"
    return None


def _ended(pk: int, state: str) -> tuple[dt.date | None, Certificate | None]:
    """Return since when an entry is no longer in force, and the one that is."""
    event = RegisterEvent.objects.filter(certificate_id=pk, kind=state).order_by("at").last()
    return (timezone.localdate(event.at) if event else None), successor_of(Certificate.objects.only("pk").get(pk=pk))


def look_up_successor(text: str) -> tuple[Verdict, Verdict] | None:
    """Return the verdicts of a superseded entry and of the one in force now; None where there is no such pair."""
    token = token_in(text)
    old = Certificate.objects.filter(token=token, state__in=STATUS).first() if token else None
    new = successor_of(old) if old and old.state != CertificateState.ISSUED else None
    return (look_up(old.token), look_up(new.token)) if old and new else None


def numbers_ahead(centre: Centre, count: int, year: int) -> tuple[str, str]:
    """Return the first and last register number that ``count`` certificates of the year would get if issued now."""
    book = Register.objects.filter(centre=centre, year=year).first()
    first = book.next_number if book else 1
    return f"{first:06d}/{year}", f"{first + count - 1:06d}/{year}"


def successor_of(certificate: Certificate) -> Certificate | None:
    """Return the entry in force that came in place of this one, over several steps if need be; None without one."""
    row = certificate
    for _step in range(LONGEST_CHAIN):
        event = RegisterEvent.objects.filter(related=row).select_related("certificate").order_by("pk").last()
        if event is None:
            return None
        row = event.certificate
        if row.state == CertificateState.ISSUED:
            return row
    return None


def logged_at(token: str) -> dt.datetime | None:
    """Return when the register logged the entry as issued; None for one that it never did."""
    event = RegisterEvent.objects.filter(certificate__token=token, kind=RegisterEventKind.ISSUED).order_by("pk").first()
    return event.at if event else None


def a_key_is_compromised() -> bool:
    """Whether the moment of logging matters to anybody who checks a signature. Raises BrokenKeyList."""
    return any(key.state == KeyState.COMPROMISED and key.use == KeyUse.CERTIFICATE for key in key_folder().known())


def public_key_list() -> dict[str, Any]:
    """Return the key list as it is published, with the moment it was asked for. Raises BrokenKeyList."""
    return list_document(key_folder().known()) | {"as_of": instant_text(timezone.now())}


def qr_texts(certificates: Iterable[Certificate]) -> dict[int, str]:
    """Return what the QR of each printed certificate says, by its key; one without a signature has its address."""
    rows = {row.pk: row for row in certificates}
    texts = {pk: row.verify_url for pk, row in rows.items()}
    for pk, fragment in SignedClaims.objects.filter(certificate__in=rows).values_list("certificate_id", "fragment"):
        texts[pk] += f"#{fragment}"
    return texts


def papers_by_template(kind: str, centre: Centre | None) -> dict[int, int]:
    """Return how many entries were numbered with each template's row, by its key; of one centre, or of all."""
    rows = Certificate.objects.filter(kind=kind, template_version__contains="/")
    if centre:
        rows = rows.filter(centre=centre)
    found: dict[int, int] = {}
    for version, count in rows.order_by().values_list("template_version").annotate(Count("pk")):
        key = version.rpartition("/")[2]  # layout and row: a4-2026-3/17
        found[int(key)] = found.get(int(key), 0) + count
    return found


def place_of(certificate: Certificate) -> LogPlace | None:
    """Return where the event that set an entry in force stands in the published log; None until it is published."""
    places = LogPlace.objects.filter(leaf__event__certificate=certificate, leaf__event__kind=RegisterEventKind.ISSUED)
    return places.select_related("checkpoint", "leaf").order_by("index").first()


def log_proof(place: LogPlace) -> str:
    """Return the proof that an event is in the published log (c2sp.org/tlog-proof), to keep beside the paper.

    The leaf itself is in it: with the log's key, nothing else is needed to check it.
    """
    raw = bytes(place.proof)
    steps = [raw[start : start + HASH_BYTES] for start in range(0, len(raw), HASH_BYTES)]
    return write_proof(place.index, steps, place.checkpoint.published, extra=place.leaf.data.encode())


@dataclass(frozen=True, slots=True)
class Logged:
    """What the register's history says of one paper to anybody: nothing personal."""

    register_number: str
    issued_on: dt.date
    entered_at: dt.datetime | None  # when the number was taken
    place: LogPlace | None  # None until a checkpoint covers it

    @property
    def late(self) -> bool:
        """Whether it was entered so long after the day on the paper that two people had to stand for it."""
        return self.entered_at is not None and (timezone.localdate(self.entered_at) - self.issued_on).days > LATE_DAYS


def look_up_logged(text: str) -> Logged | None:
    """Return what the history says of the paper with that code; None for a code that nobody has."""
    token = token_in(text)
    row = Certificate.objects.filter(token=token, state__in=STATUS).first() if token else None
    if row is None:
        return None
    entered = row.events.filter(kind=RegisterEventKind.RESERVED).order_by("pk").values_list("at", flat=True).first()
    return Logged(row.register_number, row.issued_on, entered, place_of(row))


@dataclass(frozen=True, slots=True)
class LogState:
    """How far the published log is."""

    recent: list[LogCheckpoint]
    waiting: int  # events that no checkpoint covers yet
    waiting_since: dt.datetime | None

    @property
    def last(self) -> LogCheckpoint | None:
        """The last checkpoint."""
        return self.recent[0] if self.recent else None

    @property
    def size(self) -> int:
        """How many events are published."""
        return self.last.size if self.last else 0

    @property
    def late(self) -> bool:
        """Whether something has waited for longer than it should: checkpoints are made every hour."""
        return self.waiting_since is not None and timezone.now() - self.waiting_since > LOG_PATIENCE


def log_state() -> LogState:
    """Return the state of the published log in five queries, however long it is."""
    recent = list(LogCheckpoint.objects.order_by("-size").prefetch_related("cosignatures")[:RECENT_CHECKPOINTS])
    waiting = max(0, LogLeaf.objects.count() - (recent[0].size if recent else 0))
    since = None
    if waiting:
        last = LogPlace.objects.order_by("-index").values_list("leaf_id", flat=True).first() or 0
        since = (
            LogLeaf.objects.filter(event_id__gt=last).order_by("event_id").values_list("event__at", flat=True).first()
        )
    return LogState(recent, waiting, since)
