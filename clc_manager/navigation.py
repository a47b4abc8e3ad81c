"""Navigation by role (context processor): a link is shown only when the role can use it."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from centres.access import scope_of
from centres.choices import Verb
from clc_manager.help import help_for

# Label, name of the address, verbs of which one is enough (none: everybody).
ITEMS: tuple[tuple[str | Promise, str, tuple[Verb, ...]], ...] = (
    (_("Hôm nay"), "home", ()),
    (_("Ghi danh"), "courses:desk", (Verb.ENROL,)),
    (_("Học viên"), "learners:learner-list", (Verb.VIEW, Verb.VIEW_OWN_CLASSES)),
    (_("Lớp học"), "courses:class-list", (Verb.VIEW, Verb.VIEW_OWN_CLASSES)),
    (_("Chứng nhận"), "certificates:register", (Verb.VIEW,)),
    (_("Theo dõi biết chữ"), "literacy:followup-list", (Verb.VIEW,)),
    (_("Chỉ tiêu"), "indicators:plan", (Verb.VIEW_FIGURES,)),
    # People of a body see the plan; statistics are of centres, of which they have none.
    (_("Thống kê"), "indicators:statistics", (Verb.EXPORT,)),
    (_("Trung tâm"), "centres:centre-list", (Verb.VIEW,)),
    (_("Nhật ký"), "centres:audit-list", (Verb.READ_AUDIT,)),
)


def _mark_current(items: list[dict[str, Any]], path: str) -> None:
    """Mark the one item the page belongs to: the longest address it starts with (/plan/statistics/ is not /plan/)."""
    fitting = [item for item in items if path == item["url"] or (item["url"] != "/" and path.startswith(item["url"]))]
    if fitting:
        max(fitting, key=lambda item: len(item["url"]))["current"] = True


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return ``nav``, ``workplace`` and ``role_label``; nothing for visitors who are not signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "workplace": "", "role_label": "", "search_text": "", "help_url": ""}
    scope = scope_of(user)
    items = []
    for label, name, verbs in ITEMS:
        if verbs and not any(scope.may(verb) for verb in verbs):
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        items.append({"label": label, "url": url, "current": False})
    _mark_current(items, request.path)
    roles = ", ".join(str(Role(role).label) for role in sorted(scope.roles))
    short = scope.label.replace("Trung tâm học tập cộng đồng", "TTHTCĐ")
    search_text = request.GET.get("q", "") if request.path == reverse("search") else ""
    match = request.resolver_match
    return {
        "nav": items,
        "workplace": short,
        "role_label": roles,
        "search_text": search_text,
        "help_url": help_for(scope, match.view_name if match else ""),
    }
