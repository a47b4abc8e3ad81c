"""What is published for programs that check papers: keys, status list, the log. No sign-in, no cookie."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from centres.access import public
from certificates.selectors import public_key_list
from certificates.services.publishing import signed_status_list
from certificates.signing.keys import BrokenKeyList
from core.errors import Unavailable

TEXT = "text/plain; charset=utf-8"
FEW_MINUTES = "public, max-age=300"


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
        response = JsonResponse(public_key_list(), json_dumps_params={"indent": 1})
    except (BrokenKeyList, OSError) as error:
        raise _broken(error) from error
    return _open(response, FEW_MINUTES)


@public("which entries no longer stand, by a hash of their code; for anybody who checks papers without a network")
def status(request: HttpRequest) -> HttpResponse:
    """The signed status list. 503 while there is no log key."""
    try:
        text = signed_status_list()
    except (BrokenKeyList, OSError) as error:
        raise _broken(error) from error
    return _open(HttpResponse(text, content_type=TEXT), FEW_MINUTES)
