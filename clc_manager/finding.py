"""The one search box: people, classes, certificates, centres – only inside the user's scope."""

from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from centres.models import Centre
from certificates.models import Certificate
from core.text import clean, search_key
from core.tokens import read_token
from courses.models import ClassGroup
from learners.models import Learner
from learners.selectors import find_people

SHOWN = 10


@dataclass
class Found:
    """What was found, by kind, at most ten of each; ``more`` names the kinds of which there are others."""

    text: str
    people: list[Learner] = field(default_factory=list)
    classes: list[ClassGroup] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    centres: list[Centre] = field(default_factory=list)
    more: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        """How many rows are shown."""
        return len(self.people) + len(self.classes) + len(self.certificates) + len(self.centres)


def _first(found: Found, kind: str, rows: Any) -> list[Any]:
    """Take the first ten, and remember when there are more."""
    taken = list(rows[: SHOWN + 1])
    if len(taken) > SHOWN:
        found.more.add(kind)
    return taken[:SHOWN]


def _words(rows: Any, text: str, column: str = "search_key") -> Any:
    for word in search_key(text).split():
        rows = rows.filter(**{f"{column}__contains": word})
    return rows


def find(user: User, text: str) -> Found:
    """Search with or without tones; digits are tried as phone, identity number, learner code and register number."""
    text = clean(text)[:100]
    found = Found(text)
    if len(search_key(text)) < 2:
        return found
    digits = text.replace(" ", "").replace(".", "")
    found.people = _first(found, "people", find_people(user=user, text=text, limit=SHOWN + 1))
    found.classes = _first(found, "classes", _words(ClassGroup.objects.visible_to(user), text).select_related("centre"))
    papers = Certificate.objects.visible_to(user).select_related("centre", "register")
    token = read_token(text)
    if token:
        found.certificates = list(papers.filter(token=token)[:SHOWN])
    elif digits.replace("/", "").isdecimal():
        found.certificates = _first(found, "certificates", papers.filter(register_number__contains=digits))
    else:
        found.certificates = _first(found, "certificates", _words(papers, text))
    found.centres = _first(found, "centres", _words(Centre.objects.visible_to(user), text))
    return found
