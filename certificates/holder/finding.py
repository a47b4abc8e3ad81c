"""Finding what belongs to a holder: a lost paper by what stood on it, all papers of one person by their link."""

import re
import unicodedata
from dataclasses import dataclass

from certificates.choices import CertificateState
from certificates.holder.models import HolderLink
from certificates.holder.secret import hash_of, read_secret
from certificates.models import Certificate
from certificates.querysets import CertificateQuerySet
from certificates.selectors import STATUS, successor_of
from certificates.signing.claims import USUAL_CENTRE
from core.text import clean, fold_tone_place
from core.tokens import read_token
from learners.models import Learner
from learners.querysets import of_person

NUMBER = re.compile(r"(\d{1,9})\s*/\s*(\d{4})")


def same_words(text: str) -> str:
    """Return a key that two spellings of the same words share: capitals, spaces, NFD and hoà/hòa make no difference.

    Tones and đ do: "Nga" is not "Ngà".
    """
    return fold_tone_place(unicodedata.normalize("NFC", clean(text)).casefold())


def read_register_number(text: str) -> tuple[int, int] | None:
    """Return number and year of ``000123/2026``, also without zeros or with words around it; None otherwise."""
    found = NUMBER.search(clean(text)[:60])
    return (int(found[1]), int(found[2])) if found else None


def _says_centre(row: Certificate, place: str) -> bool:
    """Whether the words name the centre: its name on the paper or today, or its commune with or without the kind."""
    unit = same_words(row.unit.name)
    names = {same_words(row.content["centre"]), same_words(row.centre.name), unit}
    names |= {name.removeprefix(f"{same_words(USUAL_CENTRE)} ") for name in names}
    names.add(unit.removeprefix(same_words(row.unit.get_kind_display())).strip())
    return same_words(place) in names


def find_lost(*, number: int, year: int, place: str, full_name: str, birth_year: int) -> Certificate | None:
    """Return the entry on whose paper all of it stands, None otherwise, whatever did not fit.

    Every entry of that number is compared in full, so the time taken says nothing about which word was wrong. A number
    that was never handed out is not found.
    """
    rows = (
        Certificate.objects.filter(register__year=year, number=number, state__in=STATUS)
        .select_related("centre", "unit")
        .order_by("pk")
    )
    fitting = []
    for row in rows:
        fits = (
            same_words(row.content["learner"]) == same_words(full_name),
            row.content.get("birth_year") == birth_year,
            _says_centre(row, place),
        )
        if all(fits):
            fitting.append(row)
    return fitting[0] if len(fitting) == 1 else None


@dataclass(frozen=True, slots=True)
class HeldPaper:
    """One certificate as its holder sees it."""

    row: Certificate
    successor: Certificate | None

    @property
    def in_force(self) -> bool:
        """Whether it can be downloaded: what no longer stands is shown, not handed out again."""
        return self.row.state == CertificateState.ISSUED


@dataclass(frozen=True, slots=True)
class Holding:
    """What a link opens."""

    link: HolderLink
    learner: Learner
    papers: list[HeldPaper]


def holding_of(text: str, *, count: bool = False) -> Holding | None:
    """Return what a secret opens; None for one that is unknown, malformed, revoked or past its last day.

    ``count`` adds one to the number of times the link was opened; who opened it is not kept.
    """
    link = open_link(text)
    if link is None:
        return None
    if count:
        HolderLink.objects.filter(pk=link.pk).add_opening()
    learner = link.learner.merged_into or link.learner
    rows = handed_out(learner).select_related("centre").order_by("-issued_on", "-pk")
    papers = [HeldPaper(row, None if row.state == CertificateState.ISSUED else successor_of(row)) for row in rows]
    return Holding(link, learner, papers)


def open_link(text: str) -> HolderLink | None:
    """Return the link in force with that secret."""
    secret = read_secret(text)
    if secret is None:
        return None
    links = HolderLink.objects.in_force().filter(secret_hash=hash_of(secret))
    return links.select_related("learner__merged_into", "centre").first()


def handed_out(learner: Learner) -> CertificateQuerySet:
    """Entries of a person whose paper was handed out, whatever became of it; merged records included."""
    return Certificate.objects.filter(of_person(learner), state__in=STATUS).exclude(pdf="")


def paper_in_force(text: str, token: str) -> Certificate | None:
    """Return the entry of that token if the secret opens it and it stands; None otherwise."""
    link, letters = open_link(text), read_token(token)
    if link is None or letters is None:
        return None
    rows = handed_out(link.learner.merged_into or link.learner)
    return rows.filter(token=letters, state=CertificateState.ISSUED).first()
