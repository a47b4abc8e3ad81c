"""Navigation by role (context processor)."""

from typing import Any

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Nothing yet."""
    return {"nav": []}
