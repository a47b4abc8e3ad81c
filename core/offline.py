"""Pages that a browser keeps for the time without a network: their service worker (docs/adr/0035, 0040)."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from pathlib import Path
from urllib.parse import parse_qs

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.templatetags.static import static
from django.utils import translation

LANGUAGES = dict(settings.LANGUAGES)


@dataclass(frozen=True, slots=True)
class KeptPage:
    """One page that is kept: what it needs, by the names under ``static/`` and ``templates/``.

    ``named`` are files the page asks for by their published names, ``imported`` those that scripts import by their own;
    ``templates`` only tell when the page itself has changed.
    """

    name: str
    named: tuple[str, ...]
    imported: tuple[str, ...]
    templates: tuple[str, ...]


def _worker_file() -> Path:
    return Path(settings.BASE_DIR) / "static" / "js" / "offline" / "worker.js"


@lru_cache(maxsize=4)
def files_version(page: KeptPage, _static_url: str) -> str:
    """Return a mark that changes with any file that is kept."""
    folder = Path(settings.BASE_DIR)
    paths = [folder / "static" / name for name in (*page.named, *page.imported)] + [_worker_file()]
    for pattern in page.templates:
        paths += sorted((folder / "templates").glob(pattern))
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in paths)).hexdigest()[:16]


def worker_response(page: KeptPage, *, address: str, told: Sequence[str] = ()) -> HttpResponse:
    """Answer with the service worker that keeps the page at ``address``, in Vietnamese and with ``?lang=en``.

    It has to be served from the folder of the page: a worker has no say above its own. ``told`` are addresses whose
    newest answer is kept.
    """
    known = {
        "NAME": page.name,
        "VERSION": files_version(page, settings.STATIC_URL),
        "PAGES": [address, f"{address}?lang=en"],
        "FILES": [static(name) for name in page.named] + [settings.STATIC_URL + name for name in page.imported],
        "TOLD": list(told),
    }
    lines = [f"const {name} = {json.dumps(value)};\n" for name, value in known.items()]
    text = "".join(lines) + _worker_file().read_text(encoding="utf-8")
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def in_asked_language[**P, Answer: HttpResponseBase](view: Callable[P, Answer]) -> Callable[P, Answer]:
    """Answer in the language of ``?lang=`` where there is one; a middleware has chosen one already."""

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> Answer:
        query = args[0].META.get("QUERY_STRING", "")  # type: ignore[attr-defined]
        language = parse_qs(query).get("lang", [""])[-1] if "lang=" in query else ""
        if language not in LANGUAGES:
            return view(*args, **kwargs)
        with translation.override(language):
            response = view(*args, **kwargs)
        response.headers["Content-Language"] = language
        return response

    return wrapped
