"""The literacy register of a commune: who holds which level, how that is known."""

from typing import cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import AdminUnit
from core.errors import Conflict, DomainError
from core.forms import add_domain_error
from core.tabular.writing import CONTENT_TYPES
from learners.models import Learner
from learners.services import centre_where
from learners.target_groups import TargetGroup
from literacy.choices import StatedLevel
from literacy.models import LevelStatement
from literacy.register.asking import UNKNOWN, communes_of, people_of, read_asked
from literacy.register.forms import StatementForm
from literacy.register.people import level_counts, page_of
from literacy.services.register import leave_trace
from literacy.services.statements import record_statement, undo_statement
from literacy.survey.exports import write_register


def chosen_commune(request: HttpRequest) -> tuple[AdminUnit | None, list[AdminUnit]]:
    """The commune the page is about, and those to choose from. 404 for one that is not the user's."""
    communes = list(communes_of(request.user))
    asked = request.POST.get("unit") or request.GET.get("unit") or ""
    if asked:
        found = next((unit for unit in communes if asked in (str(unit.pk), unit.code)), None)
        if found is None:
            raise Http404
        return found, communes
    own = scope_of(request.user).main_unit_id
    return next((unit for unit in communes if unit.pk == own), communes[0] if communes else None), communes


@scoped(Verb.VIEW)
def register(request: HttpRequest) -> HttpResponse:
    """People of a commune by level, with the unknown as unknown."""
    user = cast(User, request.user)
    unit, communes = chosen_commune(request)
    if unit is None:
        return render(request, "literacy/register.html", {"unit": None})
    asked = read_asked(request.GET, unit)
    counts = level_counts(asked, user)
    labels = {
        "": _("Tất cả"),
        UNKNOWN: _("Chưa rõ"),
        "0": str(StatedLevel.BELOW.label).capitalize(),
        "1": str(StatedLevel.LEVEL_1.label).capitalize(),
        "2": str(StatedLevel.LEVEL_2.label).capitalize(),
        "relapsed": _("Tái mù chữ"),
    }
    context = {
        "unit": unit,
        "communes": communes,
        "asked": asked,
        "tabs": [(level, label, counts[level], asked.query(level=level)) for level, label in labels.items()],
        "page_obj": page_of(asked, user, request.GET.get("page"), counts[asked.level]),
        "groups": TargetGroup.objects.all(),
        "query": asked.query(),
        "may_survey": scope_of(user).may(Verb.SURVEY),
        "may_export": scope_of(user).may(Verb.EXPORT),
    }
    return render(request, "literacy/register.html", context)


@scoped(Verb.EXPORT)
def register_export(request: HttpRequest) -> FileResponse:
    """Whoever is asked for, in the columns of the official survey sheet; leaves a trace."""
    user = cast(User, request.user)
    unit, _communes = chosen_commune(request)
    if unit is None:
        raise Http404
    asked = read_asked(request.GET, unit)
    leave_trace(asked, by=user)
    name = f"so-biet-chu-{unit.code}-{timezone.localdate():%Y-%m-%d}.xlsx"
    answer = FileResponse(write_register(people_of(asked, user)), as_attachment=True, filename=name)
    answer.headers["Content-Type"] = CONTENT_TYPES["xlsx"]
    return answer


@scoped(Verb.SURVEY, Verb.VIEW)
def level_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a level that is known from a paper or a test, with that paper."""
    user = cast(User, request.user)
    learner = get_object_or_404(Learner.objects.visible_to(user).select_related("level_standing"), pk=pk)
    centre_id = centre_where(user, learner, Verb.SURVEY)
    form = StatementForm(request.POST or None, may_follow_up=scope_of(user).may(Verb.FOLLOW_UP, centre_id))
    if request.method == "POST" and form.is_valid():
        try:
            statement = record_statement(learner=learner, by=user, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            words = _("Đã ghi %(name)s: %(level)s.")
            said = {"name": learner.full_name, "level": statement.get_level_display()}
            messages.success(request, words % said, reverse("literacy:level-undo", args=[statement.pk]))
            return redirect("literacy:panel-learner", pk=learner.pk)
    context = {
        "form": form,
        "newly": form["newly"] if "newly" in form.fields else None,
        "learner": learner,
        "standing": getattr(learner, "level_standing", None),
        "statements": learner.level_statements.select_related("recorded_by"),
    }
    return render(request, "literacy/level_form.html", context, status=422 if form.errors else 200)


@scoped(Verb.SURVEY, Verb.VIEW)
@require_POST
def level_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was written down a moment ago."""
    user = cast(User, request.user)
    statement = get_object_or_404(LevelStatement.objects.visible_to(user).select_related("learner"), pk=pk)
    learner = statement.learner
    try:
        undo_statement(statement=statement, by=user)
    except Conflict as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Đã hoàn tác: mức độ của %(name)s chưa được ghi.") % {"name": learner.full_name})
    return redirect("literacy:panel-learner", pk=learner.pk)
