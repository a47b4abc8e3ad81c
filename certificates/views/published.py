"""What is published for programs that check papers: keys, status list, the log. No sign-in, no cookie."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from centres.access import public
from certificates.services.exporting import key_list_text
from certificates.services.publishing import signed_status_list
from certificates.signing.keys import BrokenKeyList
from certificates.tlog.folder import log_folder
from certificates.tlog.tiles import CHECKPOINT
from core.errors import Unavailable

TEXT = "text/plain; charset=utf-8"
FEW_MINUTES = "public, max-age=300"
FEW_SECONDS = "public, max-age=5"
FOR_EVER = "public, max-age=31536000, immutable"


def _open(response: HttpResponse, cache: str) -> HttpResponse:
    response["Cache-Control"] = cache
    response["Access-Control-Allow-Origin"] = "*"  # other programs check papers too
    return response


def _broken(error: Exception) -> Unavailable:
    return Unavailable("key_list_broken", _("Danh sách khóa công khai tạm thời không đọc được."))


@public("the public keys that certificates are signed with, for anybody who checks a signature")
def key_list(request: HttpRequest) -> HttpResponse:
    """The list of public keys and their states, as ``publish_log`` writes it too."""
    try:
        text = key_list_text()
    except (BrokenKeyList, OSError) as error:
        raise _broken(error) from error
    return _open(HttpResponse(text, content_type="application/json"), FEW_MINUTES)


@public("which entries no longer stand, by a hash of their code; for anybody who checks papers without a network")
def status(request: HttpRequest) -> HttpResponse:
    """The signed status list. 503 while there is no log key."""
    try:
        text = signed_status_list()
    except (BrokenKeyList, OSError) as error:
        raise _broken(error) from error
    return _open(HttpResponse(text, content_type=TEXT), FEW_MINUTES)


@public("the last signed checkpoint of the register's log, for witnesses and anybody who checks a proof")
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The checkpoint (c2sp.org/tlog-checkpoint). 404 before the first."""
    return _file(CHECKPOINT, TEXT, FEW_SECONDS)


@public("tiles and entries of the register's log; nothing in them names a person")
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """A tile or a bundle of entries (c2sp.org/tlog-tiles); they never change."""
    return _file(f"tile/{path}", "application/octet-stream", FOR_EVER)


def _file(name: str, content_type: str, cache: str) -> HttpResponse:
    try:
        content = log_folder().read(name)
    except FileNotFoundError as error:
        raise Http404 from error
    return _open(HttpResponse(content, content_type=content_type), cache)
