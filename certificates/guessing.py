"""Slowing down whoever guesses codes, on the page and on the API. Only misses are counted, per address and minute.

Behind a proxy the whole city may share one address, and nobody who guesses may keep others from checking a real paper.
The address is the connection's own: a header anybody can write is not believed.
"""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

MISSES_PER_MINUTE = 60  # an office shares one address; a guesser needs 10^18 tries


def too_many_misses(request: HttpRequest) -> bool:
    """Count one more miss of this address and say whether there were too many in this minute."""
    address = hashlib.sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()[:32]
    key = f"verify-miss:{address}:{timezone.now():%Y%m%d%H%M}"
    cache.add(key, 0, 120)
    return cache.incr(key) > MISSES_PER_MINUTE
