"""Slowing down guessing of passwords: counted in the database, per name and per address."""

import datetime as dt
import hashlib

from django.utils import timezone

from accounts.models import FailedSignIn

WINDOW = dt.timedelta(minutes=15)
PER_NAME = 8
PER_ADDRESS = 60  # a school or an office shares one address


def _key(value: str) -> str:
    return hashlib.sha256(value.strip().lower().encode()).hexdigest()


def is_blocked(username: str, address: str) -> bool:
    """Whether too many attempts failed for this name or from this address in the last 15 minutes."""
    recent = FailedSignIn.objects.filter(at__gte=timezone.now() - WINDOW)
    return (
        recent.filter(name_key=_key(username)).count() >= PER_NAME
        or recent.filter(address_key=_key(address)).count() >= PER_ADDRESS
    )


def note_failure(username: str, address: str) -> None:
    """Remember a failed attempt; rows older than a day go."""
    now = timezone.now()
    FailedSignIn.objects.filter(at__lt=now - dt.timedelta(days=1)).delete()
    FailedSignIn.objects.create(name_key=_key(username), address_key=_key(address))


def forget(username: str) -> None:
    """A success clears the name's failures."""
    FailedSignIn.objects.filter(name_key=_key(username)).delete()
