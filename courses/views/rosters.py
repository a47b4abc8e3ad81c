"""Pages for rosters: upload, look, decide, commit, take back. Everything works without a script."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scoped
from centres.choices import Verb
from core.downloads import attachment
from core.errors import DomainError, InvalidInput
from core.tabular.reading import ACCEPTED
from core.tabular.writing import CONTENT_TYPES
from courses.choices import ImportStatus
from courses.models import ClassGroup, RosterImport
from courses.permissions import refuse_ended, require_on_class
from courses.roster.labels import mapping_words, titles_passed_over
from courses.roster.preview import SHOWN_ROWS
from courses.selectors import class_imports, import_job
from courses.services.roster_undo import undo_roster
from courses.services.rosters import (
    LONG,
    Decision,
    commit_roster,
    discard_roster,
    keep_unread,
    load_preview,
    preview_roster,
    start_commit,
    wrong_rows_of,
)

SHOWN_IMPORTS = 20


class RosterUploadForm(forms.Form):
    """The office's file."""

    file = forms.FileField(
        label=gettext_lazy("Tệp danh sách"),
        help_text=gettext_lazy(
            "Excel (.xlsx, .xls), .ods hoặc CSV; tối đa 5 MB, 10.000 người, 60 cột. Dòng tiêu đề nằm ở đâu cũng được."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )


def current_user(request: HttpRequest) -> User:
    """Who is signed in."""
    return cast(User, request.user)


def _rewound(file: UploadedFile) -> bytes:
    file.seek(0)
    content: bytes = file.read()
    return content


def import_or_404(request: HttpRequest, pk: int) -> RosterImport:
    """The import, if it is in scope and the person may enrol there."""
    rows = RosterImport.objects.visible_to(current_user(request)).select_related(
        "class_group__centre", "class_group__course", "created_by", "undone_by"
    )
    row = get_object_or_404(rows, pk=pk)
    require_on_class(current_user(request), Verb.ENROL, row.class_group)
    return row


@scoped(Verb.ENROL)
def roster_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the file and show what it holds."""
    user = current_user(request)
    group = get_object_or_404(ClassGroup.objects.visible_to(user).select_related("centre", "course"), pk=pk)
    require_on_class(user, Verb.ENROL, group)
    refuse_ended(group)
    form = RosterUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row, _preview = preview_roster(class_group=group, content=file.read(), file_name=file.name, by=user)
        except InvalidInput as error:
            if error.code == "header_missing":  # somebody who looks at the sheet can say which column is what
                row = keep_unread(class_group=group, content=_rewound(file), file_name=file.name, by=user)
                return redirect("courses:roster-columns", pk=row.pk)
            form.add_error("file", str(error.message))
        else:
            return redirect("courses:roster-preview", pk=row.pk)
    context = {
        "form": form,
        "group": group,
        "imports": list(class_imports(group)[:SHOWN_IMPORTS]),
        "kept_days": RosterImport.KEPT_FOR.days,
    }
    return render(request, "courses/roster_upload.html", context, status=422 if form.errors else 200)


@scoped(Verb.ENROL)
def roster_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show new, known, look-alike and wrong rows; POST commits the good ones. Afterwards: what came of it."""
    user, row = current_user(request), import_or_404(request, pk)
    if row.status != ImportStatus.PREVIEW:
        return _done(request, row)
    job = import_job(row)
    if job and not job.is_finished:
        return render(request, "courses/roster_job.html", {"row": row, "group": row.class_group, "job": job})
    refusal = str(job.message) if job and request.method == "GET" else ""
    status = 200
    if request.method == "POST":
        try:
            if sum((row.new_count, row.known_count, row.lookalike_count)) > LONG:
                start_commit(roster_import=row, by=user, decisions=_decisions(request))
                return redirect("courses:roster-preview", pk=row.pk)
            done = commit_roster(roster_import=row, by=user, decisions=_decisions(request))
        except DomainError as error:
            refusal, status = str(error.message), error.status
        else:
            words = ngettext("Đã ghi danh %(n)s người vào lớp.", "Đã ghi danh %(n)s người vào lớp.", done.committed)
            messages.success(request, words % {"n": done.committed})
            if not done.refused():
                return redirect("courses:class-detail", pk=row.class_group_id)
            if done.left_out:
                skipped = _("%(n)s người gần giống người đã có chưa được nhập vì chưa chọn.")
                messages.warning(request, skipped % {"n": len(done.left_out)})
            return redirect("courses:roster-preview", pk=row.pk)
        row.refresh_from_db()
    try:
        preview = load_preview(row)
    except InvalidInput:  # nobody has said yet which column is what
        return redirect("courses:roster-columns", pk=row.pk)
    order = {"lookalike": 0, "new": 1, "known": 2, "enrolled": 3}
    shown = sorted(preview.rows, key=lambda item: (order[item.kind], item.person.row))[:SHOWN_ROWS]
    context = {
        "row": row,
        "group": row.class_group,
        "preview": preview,
        "shown": shown,
        "hidden": preview.counts.total() - len(shown),
        "errors": preview.errors[:SHOWN_ROWS],
        "hidden_errors": max(0, len(preview.errors) - SHOWN_ROWS),
        "refusal": refusal,
        "mapping": mapping_words(preview.header),
        "passed": titles_passed_over(preview.header),
    }
    return render(request, "courses/roster_preview.html", context, status=status)


def _done(request: HttpRequest, row: RosterImport, *, refusal: str = "", status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "row": row,
        "group": row.class_group,
        "refusal": refusal,
        "may_undo": row.status == ImportStatus.COMMITTED and row.class_group.is_editable,
    }
    return render(request, "courses/roster_done.html", context, status=status)


def _decisions(request: HttpRequest) -> dict[int, Decision]:
    found: dict[int, Decision] = {}
    for name, value in request.POST.items():
        number = name.removeprefix("row-")
        if name.startswith("row-") and number.isdecimal() and value in ("same", "new", "skip"):
            found[int(number)] = cast(Decision, value)
    return found


@scoped(Verb.ENROL)
def roster_wrong_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were not taken, as the same sheet with a column of reasons."""
    row = import_or_404(request, pk)
    name = row.file_name.rpartition(".")[0] or row.file_name
    return attachment(wrong_rows_of(row), CONTENT_TYPES["xlsx"], f"{name}-dong-sai.xlsx")


@scoped(Verb.ENROL)
@require_POST
def roster_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the whole import back."""
    row = import_or_404(request, pk)
    try:
        moved = undo_roster(roster_import=row, by=current_user(request))
    except DomainError as error:
        return _done(request, row, refusal=str(error.message), status=error.status)
    words = _("Đã hoàn tác: %(n)s người của danh sách này không còn trong lớp.") % {"n": row.committed_count}
    if moved:
        names = ", ".join(enrolment.learner.full_name for enrolment in moved)
        words += " " + _("Đã xếp từ danh sách chờ: %(names)s. Hãy báo cho họ biết.") % {"names": names}
    messages.success(request, words)
    return redirect("courses:roster-upload", pk=row.class_group_id)


@scoped(Verb.ENROL)
@require_POST
def roster_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the uploaded list away."""
    row = get_object_or_404(RosterImport.objects.visible_to(current_user(request)), pk=pk)
    discard_roster(roster_import=row, by=current_user(request))
    messages.success(request, _("Đã bỏ danh sách. Không ai được thêm."))
    return redirect("courses:class-detail", pk=row.class_group_id)
