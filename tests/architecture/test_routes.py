"""Every address says what it shows and to whom, and keeps its word: a new route without a scope fails here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize
from rest_framework.permissions import AllowAny

from accounts.markers import Marker
from centres.choices import Verb

A_NONCE = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"


@dataclass(frozen=True)
class Route:
    """One address: an example path with every parameter filled in as 1, its view and its name."""

    path: str
    view: Callable[..., Any]
    name: str

    @property
    def api_class(self) -> Any:
        """The class of an API view, None for a page."""
        cls = getattr(self.view, "cls", None)
        return cls if cls is not None and hasattr(cls, "permission_classes") else None

    @property
    def marker(self) -> Marker | None:
        """What the view, or the class behind it, says of its scope."""
        marker = getattr(self.view, "scope_marker", None)
        if marker is None and (cls := getattr(self.view, "cls", None) or getattr(self.view, "view_class", None)):
            marker = getattr(cls, "scope_marker", None)
        return marker


def _example(pattern: Any) -> str:
    text, names = normalize(pattern.regex.pattern)[0]
    return text % {name: A_NONCE if name == "nonce" else "1" for name in names}


def _walk(patterns: list[Any], prefix: str = "", space: str = "") -> Iterator[Route]:
    for entry in patterns:
        path = prefix + _example(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry.url_patterns, path, inner)
        elif isinstance(entry, URLPattern):
            yield Route("/" + path, entry.callback, f"{space}{entry.name or path}")


ROUTES = list(_walk(get_resolver().url_patterns))
every_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)


def test_there_are_routes_to_judge() -> None:
    assert len(ROUTES) > 5
    assert len({route.name for route in ROUTES}) > 5


@every_route
def test_every_route_states_its_scope(route: Route) -> None:
    marker = route.marker
    assert isinstance(marker, Marker), f"{route.path}: mark the view with @scoped, @own or @public"
    if marker.kind == "scoped":
        assert marker.verbs, f"{route.path}: @scoped needs a verb"
        assert all(isinstance(verb, Verb) for verb in marker.verbs)
    else:
        assert len(marker.reason.split()) >= 2, f"{route.path}: say why @{marker.kind} is right"


@every_route
def test_only_public_views_are_open_to_all(route: Route) -> None:
    """A page is open when Django's middleware is told so, an API view when its permission classes say so."""
    marker = route.marker
    assert marker is not None
    if route.api_class:
        classes = route.api_class.permission_classes
        open_to_all = not classes or AllowAny in classes
    else:
        open_to_all = getattr(route.view, "login_required", True) is False
    assert (marker.kind == "public") == open_to_all, route.path


@every_route
@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_turned_away(client: Client, route: Route, method: str) -> None:
    """Without sign-in a page leads to the sign-in page and an API view answers 401, whatever the address asks for."""
    marker = route.marker
    assert marker is not None
    if marker.kind == "public":
        return
    response = getattr(client, method)(route.path)
    if route.api_class:
        assert response.status_code in {401, 405}, route.path
    else:
        assert response.status_code == 302, route.path
        assert "/accounts/" in response["Location"]
