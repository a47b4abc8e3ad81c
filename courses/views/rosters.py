"""Pages for rosters: upload, look, decide, commit. Everything works without a script."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scoped
from centres.choices import Verb
from core.errors import DomainError, InvalidInput
from courses.choices import ImportStatus
from courses.models import ClassGroup, RosterImport
from courses.permissions import refuse_ended, require_on_class
from courses.services.rosters import Decision, commit_roster, discard_roster, load_preview, preview_roster

SHOWN_ROWS = 300  # a page of ten thousand rows helps nobody; the counts cover all


class RosterUploadForm(forms.Form):
    """The office's file."""

    file = forms.FileField(
        label=gettext_lazy("Tệp danh sách"),
        help_text=gettext_lazy("Excel (.xlsx) hoặc CSV, tối đa 5 MB và 10.000 dòng. Dòng tiêu đề nằm ở đâu cũng được."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@scoped(Verb.ENROL)
def roster_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the file and show what it holds."""
    user = _user(request)
    group = get_object_or_404(ClassGroup.objects.visible_to(user).select_related("centre", "course"), pk=pk)
    require_on_class(user, Verb.ENROL, group)
    refuse_ended(group)
    form = RosterUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row, _preview = preview_roster(class_group=group, content=file.read(), file_name=file.name, by=user)
        except InvalidInput as error:
            form.add_error("file", str(error.message))
        else:
            return redirect("courses:roster-preview", pk=row.pk)
    context = {"form": form, "group": group}
    return render(request, "courses/roster_upload.html", context, status=422 if form.errors else 200)


@scoped(Verb.ENROL)
def roster_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show new, known, look-alike and wrong rows; POST commits the good ones."""
    user = _user(request)
    rows = RosterImport.objects.visible_to(user).select_related("class_group__centre", "class_group__course")
    row = get_object_or_404(rows, pk=pk)
    require_on_class(user, Verb.ENROL, row.class_group)
    if row.status != ImportStatus.PREVIEW:
        return render(request, "courses/roster_done.html", {"row": row, "group": row.class_group})
    refusal = None
    if request.method == "POST":
        try:
            done = commit_roster(roster_import=row, by=user, decisions=_decisions(request))
        except DomainError as error:
            refusal = error
        else:
            words = ngettext("Đã ghi danh %(n)s người vào lớp.", "Đã ghi danh %(n)s người vào lớp.", done.committed)
            messages.success(request, words % {"n": done.committed})
            if done.left_out:
                skipped = _("%(n)s người gần giống người đã có chưa được nhập vì chưa chọn.") % {
                    "n": len(done.left_out)
                }
                messages.warning(request, skipped)
            return redirect("courses:class-detail", pk=row.class_group_id)
    row.refresh_from_db()
    preview = load_preview(row)
    order = {"lookalike": 0, "new": 1, "known": 2, "enrolled": 3}
    shown = sorted(preview.rows, key=lambda item: (order[item.kind], item.person.row))[:SHOWN_ROWS]
    context = {
        "row": row,
        "group": row.class_group,
        "preview": preview,
        "shown": shown,
        "hidden": len(preview.rows) - len(shown),
        "wrong_rows": len({error.row for error in preview.errors}),
        "refusal": refusal,
    }
    return render(request, "courses/roster_preview.html", context, status=refusal.status if refusal else 200)


def _decisions(request: HttpRequest) -> dict[int, Decision]:
    found: dict[int, Decision] = {}
    for name, value in request.POST.items():
        number = name.removeprefix("row-")
        if name.startswith("row-") and number.isdecimal() and value in ("same", "new", "skip"):
            found[int(number)] = cast(Decision, value)
    return found


@scoped(Verb.ENROL)
@require_POST
def roster_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the uploaded list away."""
    row = get_object_or_404(RosterImport.objects.visible_to(_user(request)), pk=pk)
    discard_roster(roster_import=row, by=_user(request))
    messages.success(request, _("Đã bỏ danh sách. Không ai được thêm."))
    return redirect("courses:class-detail", pk=row.class_group_id)
