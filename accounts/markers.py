"""Scope markers for the views below centres (which defines those of everybody else)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpResponseBase

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Marker:
    """What a view says of itself; the test suite refuses views without one."""

    kind: Literal["scoped", "own", "public"]
    verbs: tuple[Any, ...] = ()
    reason: str = ""


def mark_own(reason: str) -> Callable[[View], View]:
    """Mark a view that shows only what belongs to the signed-in user."""

    def mark(view: View) -> View:
        view.scope_marker = Marker("own", reason=reason)  # type: ignore[attr-defined]
        return view

    return mark


def mark_public(reason: str) -> Callable[[View], View]:
    """Mark a view that needs no sign-in (``login_not_required`` is set by the view), and say why it is safe."""

    def mark(view: View) -> View:
        view.scope_marker = Marker("public", reason=reason)  # type: ignore[attr-defined]
        return view

    return mark
