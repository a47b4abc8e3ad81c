"""Slowing down whoever guesses codes, on the page and on the API. Only misses are counted, per address and minute.

Behind a proxy the whole city may share one address, and nobody who guesses may keep others from checking a real paper.
The address is the connection's own: a header anybody can write is not believed.
"""

import hashlib
import time
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from certificates.models import SearchTally

MISSES_PER_MINUTE = 60  # an office shares one address; a guesser needs 10^18 tries
# Searching for a lost paper by what stood on it: the space is small (a name is known, a birth year is one of eighty),
# so who guesses is stopped, not only slowed down. In vain a day: for one number of one year, for one name and birth
# year (whoever tries all numbers for one neighbour), and an hour from one address.
SEARCHES_A_NUMBER = 5
SEARCHES_A_PERSON = 5
SEARCHES_AN_ADDRESS = 30


def too_many_misses(request: HttpRequest) -> bool:
    """Count one more miss of this address and say whether there were too many in this minute."""
    address = hashlib.sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()[:32]
    key = f"verify-miss:{address}:{int(time.time()) // 60}"
    try:
        return cache.incr(key) > MISSES_PER_MINUTE
    except ValueError:  # the first of this minute
        cache.add(key, 0, 120)
        return cache.incr(key) > MISSES_PER_MINUTE


@dataclass(frozen=True, slots=True)
class Attempt:
    """One search that was let through; ``found`` gives the try back."""

    keys: tuple[str, ...]

    def found(self) -> None:
        """Say that it led to a paper: only searches in vain are counted."""
        SearchTally.objects.filter(key__in=self.keys, count__gt=0).update(count=F("count") - 1)


def _key(*parts: str) -> str:
    # Keyed: from the table alone nobody learns who was searched for, or from where.
    return salted_hmac("certificates.search-tally", "\0".join(parts), algorithm="sha256").hexdigest()


def attempt_search(request: HttpRequest, *, number: str, person: str) -> Attempt | None:
    """Count a search before it is made, so that searches at the same moment cannot slip through; None: too many.

    The counts are in the database: they hold for every process and host, and a restart does not forget them.
    """
    now = timezone.localtime()
    day, address = f"{now:%Y%m%d}", request.META.get("REMOTE_ADDR", "")
    limits = {
        _key("address", f"{now:%Y%m%d%H}", address): SEARCHES_AN_ADDRESS,
        _key("number", day, number): SEARCHES_A_NUMBER,
        _key("person", day, person): SEARCHES_A_PERSON,
    }
    SearchTally.objects.filter(tried_on__lt=now.date()).delete()
    fresh = [SearchTally(key=key, tried_on=now.date()) for key in limits]
    SearchTally.objects.bulk_create(fresh, ignore_conflicts=True)
    for key, most in limits.items():  # the address first: who was stopped there burns nobody else's tries
        if not SearchTally.objects.filter(key=key, count__lt=most).update(count=F("count") + 1):
            return None
    return Attempt(tuple(limits))
