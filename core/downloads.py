"""Answering with a file that the browser saves."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def attachment(content: bytes | str, content_type: str, name: str) -> HttpResponse:
    """Return a small file under a name; any letters may stand in it (RFC 6266). Large ones go by FileResponse."""
    answer = HttpResponse(content, content_type=content_type)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
