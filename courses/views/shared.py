"""What the pages have in common: finding the row in scope, answering a refusal."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from centres.access import scope_of
from centres.choices import Verb
from centres.models import Centre
from core.errors import DomainError, Forbidden
from core.forms import add_domain_error
from courses.models import ClassGroup, Enrolment, Session
from courses.permissions import require_on_class
from courses.selectors import Clash, clashes_of, fingerprint

# Everybody who sees classes; whether the verb is allowed is asked of the row, so that a foreign row is 404 for all.
READERS = (Verb.VIEW, Verb.VIEW_OWN_CLASSES)
REFUSALS = (409, 422)


def class_or_404(request: HttpRequest, pk: int, verb: Verb | None = None) -> ClassGroup:
    """Return a class in scope with what its pages show; with ``verb``, refuse (403) who may not do it."""
    classes = ClassGroup.objects.visible_to(request.user)
    row: ClassGroup = get_object_or_404(
        classes.select_related("course__topic", "centre", "unit", "teacher", "closed_by", "plan_line__plan", "room"),
        pk=pk,
    )
    if verb:
        require_on_class(request.user, verb, row)
    return row


def session_or_404(request: HttpRequest, pk: int, verb: Verb | None = None) -> Session:
    """Return a session in scope, with its class."""
    sessions = Session.objects.visible_to(request.user)
    row: Session = get_object_or_404(
        sessions.select_related("class_group__course", "class_group__centre", "marked_by", "unit"), pk=pk
    )
    if verb:
        require_on_class(request.user, verb, row.class_group)
    return row


def enrolment_or_404(request: HttpRequest, pk: int, verb: Verb) -> Enrolment:
    """Return an enrolment in scope, with its class and person."""
    rows = Enrolment.objects.visible_to(request.user)
    row: Enrolment = get_object_or_404(
        rows.select_related("class_group__course", "class_group__centre", "learner"), pk=pk
    )
    require_on_class(request.user, verb, row.class_group)
    return row


def working_centre(request: HttpRequest, verb: Verb) -> Centre:
    """Return the centre the page works for: the one asked for, else the user's own.

    Raises Forbidden when the user may not do the verb in any single centre.
    """
    ids = scope_of(request.user).centre_ids(verb)
    asked = request.POST.get("centre") or request.GET.get("centre") or ""
    centres = Centre.objects.filter(pk__in=ids)
    if asked.isdecimal():
        return get_object_or_404(centres, pk=int(asked))
    main = scope_of(request.user).main_centre_id
    found = (centres.filter(pk=main).first() if main else None) or centres.first()
    if found is None:
        raise Forbidden("role_may_not", _("Vai trò của bạn không làm được việc này. Hãy hỏi giám đốc trung tâm."))
    return found


def centres_of(request: HttpRequest, verb: Verb) -> list[Centre]:
    """The centres to choose from on a page that works for one; empty when there is nothing to choose."""
    centres = list(Centre.objects.filter(pk__in=scope_of(request.user).centre_ids(verb)))
    return centres if len(centres) > 1 else []


def refusal_of(error: DomainError) -> int:
    """Return the status to show a refusal with in the page it happened on; others go to the error page."""
    if error.status not in REFUSALS:
        raise error
    return error.status


def attempt[T](form: forms.Form, service: Callable[..., T], **given: Any) -> tuple[T | None, int]:
    """Send a form that is whole to a service: what it answered and 200, or None and the status of the refusal.

    What the service refuses stands in the form; an empty or wrong form is sent nowhere.
    """
    if form.is_bound and form.is_valid():
        try:
            return service(**given, **form.cleaned_data), 200
        except DomainError as error:
            status = refusal_of(error)
            add_domain_error(form, error)
            return None, status
    return None, 422 if form.errors else 200


def unseen_clashes(request: HttpRequest, class_group: ClassGroup, planned: Iterable[Session]) -> list[Clash]:
    """Clashes of room or teacher with sessions about to be saved, unless the form says that just these were seen."""
    clashes = clashes_of(class_group, planned)
    return clashes if request.POST.get("clashes_seen", "") != fingerprint(clashes) else []


def ended(request: HttpRequest, class_group: ClassGroup) -> HttpResponse:
    """Say (409) that the class is over, by whom and when, with the way back to it."""
    class_group.refresh_from_db()
    return render(request, "courses/ended.html", context_of(class_group), status=409)


def context_of(class_group: ClassGroup, **more: Any) -> dict[str, Any]:
    """The class under the name every template uses."""
    return {"group": class_group, **more}
