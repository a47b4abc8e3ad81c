"""Watching one's own long work."""

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from centres.access import own
from core.models import Job


@own("jobs of the signed-in user only")
def job_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress of a job: a fragment for htmx, a page otherwise."""
    job = get_object_or_404(Job, pk=pk, requested_by_id=request.user.pk)
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "components/progress.html" if fragment else "centres/job_detail.html", {"job": job})


@own("files of the signed-in user's own jobs")
def job_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Download what a job made."""
    job = get_object_or_404(Job.objects.exclude(file=""), pk=pk, requested_by_id=request.user.pk)
    return FileResponse(job.file.open("rb"), as_attachment=True, filename=job.file_name)
