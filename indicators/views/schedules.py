"""Files made by themselves: the list, adding one, pausing, deleting, taking a file."""

from typing import cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import own, scope_of, scoped
from centres.choices import Verb
from centres.models import AdminUnit
from core.errors import DomainError, OutOfScope
from indicators.choices import Every, ExportFormat
from indicators.models import ScheduledExport, ScheduledFile
from indicators.statistics.questions import Question
from indicators.statistics.schedules import add_schedule, pause_schedule, remove_schedule
from indicators.statistics.services import KINDS
from indicators.views.boundaries import read_boundaries
from indicators.views.statistics import read_asked


@scoped(Verb.EXPORT)
def schedule_list(request: HttpRequest) -> HttpResponse:
    """One's own schedules with the files made so far, and a form for the question that was on the screen."""
    user, asked, boundaries = cast(User, request.user), read_asked(request), read_boundaries(request)
    by_unit, refusal = request.GET.get("table") == "units", ""
    every, kind = request.POST.get("every", Every.MONTH), request.POST.get("format", ExportFormat.XLSX)
    if request.method == "POST":
        try:
            question = Question(**asked.what, boundaries=boundaries, by_unit=by_unit)
            add_schedule(question=question, kind=kind, every=every, by=user)
        except DomainError as error:
            if error.status in (403, 404):
                raise
            refusal = str(error.message)
        else:
            messages.success(request, _("Đã đặt. Tệp đầu tiên có khi kỳ sau đến hạn; trang Hôm nay sẽ báo."))
            return redirect(f"{reverse('indicators:schedule-list')}?{asked.query}")
    rows = ScheduledExport.objects.filter(owner=user).select_related("unit", "centre").prefetch_related("files")
    context = {
        "asked": asked, "boundaries": boundaries, "by_unit": by_unit, "rows": rows, "refusal": refusal, "every": every,
        "kind": kind, "rules": Every.choices, "formats": ExportFormat.choices,
    }  # fmt: skip
    return render(request, "indicators/schedule_list.html", context, status=422 if refusal else 200)


@require_POST
@own("schedules of the signed-in user only")
def schedule_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause, go on or delete."""
    user, row = cast(User, request.user), get_object_or_404(ScheduledExport, pk=pk, owner_id=request.user.pk)
    what = request.POST.get("what", "")
    if what == "delete":
        remove_schedule(schedule=row, by=user)
        messages.success(request, _("Đã bỏ tệp định kỳ."))
    elif what in ("pause", "go-on"):
        pause_schedule(schedule=row, paused=what == "pause", by=user)
        messages.success(request, _("Đã tạm dừng.") if what == "pause" else _("Đã cho chạy tiếp."))
    return redirect("indicators:schedule-list")


@own("files of the signed-in user's own schedules, within the scope of this moment")
def schedule_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a file: only while its subject is still in one's scope."""
    row = get_object_or_404(
        ScheduledFile.objects.select_related("schedule__unit", "schedule__centre"),
        pk=pk, schedule__owner_id=request.user.pk,
    )  # fmt: skip
    scope, kept = scope_of(request.user), row.schedule
    still = scope.may(Verb.EXPORT, kept.centre_id) if kept.centre_id else (
        scope.may(Verb.EXPORT) and AdminUnit.objects.visible_to(request.user).filter(pk=kept.unit_id or 0).exists()
    )  # fmt: skip
    if not still:
        raise OutOfScope("not_found", _("Không tìm thấy."))
    if row.seen_at is None:
        row.seen_at = timezone.now()
        row.save(update_fields=["seen_at"])
    return FileResponse(
        row.file.open("rb"), as_attachment=True, filename=row.file_name, content_type=KINDS[kept.format]
    )
