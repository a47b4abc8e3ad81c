"""A class of 300 through the page: numbers, progress, one merged file, single files; again takes nothing."""

import io
import zipfile

import pikepdf
import pytest
from django.utils import timezone

from certificates.choices import CertificateState
from certificates.models import Certificate
from certificates.services import printing
from core.models import Job, JobStatus
from tests.factories import closed_class

PEOPLE = 300


def body(response):
    """What a download brought."""
    raw = b"".join(response.streaming_content)
    for close in response._resource_closers:
        close()
    return io.BytesIO(raw)


@pytest.mark.django_db
def test_a_class_of_300_from_issue_to_files(as_user, cast, reference, monkeypatch):
    """Its first run is stopped after a third; the page says so, and going on takes no second number."""
    group = closed_class(cast.centre_a, passing=PEOPLE, failing=0)[0]
    client, page, told = as_user(cast.lan), f"/certificates/classes/{group.pk}/", []
    put_in_force = printing._put_in_force

    def stopped(printed):
        if len(told) >= 2:
            raise OSError("no space left on device")
        told.append(len(printed))
        return put_in_force(printed)

    form = {"issued_on": timezone.localdate().isoformat(), "signer_name": ""}
    with monkeypatch.context() as patched:
        patched.setattr(printing, "_put_in_force", stopped)
        assert client.post(page, form).status_code == 302
    numbers = Certificate.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, PEOPLE + 1))
    assert Certificate.objects.filter(state=CertificateState.ISSUED).count() == sum(told)
    job = Job.objects.get(kind="certificates.render_class")
    assert (job.status, job.progress_done, job.progress_total) == (JobStatus.FAILED, sum(told), PEOPLE)
    assert "In tiếp" in client.get(page).content.decode()

    assert client.post(page, {"resume": "1"}).status_code == 302
    job.refresh_from_db()
    assert (job.status, job.result["printed"]) == (JobStatus.DONE, PEOPLE - sum(told))
    assert client.post(page, form).status_code == 302  # a second click
    assert list(numbers) == list(range(1, PEOPLE + 1))
    rows = list(Certificate.objects.order_by("number"))
    assert len({row.learner_id for row in rows}) == PEOPLE
    assert {row.state for row in rows} == {CertificateState.ISSUED}

    with pikepdf.open(body(client.get(f"{page}merged/"))) as merged:
        assert len(merged.pages) == PEOPLE
    with zipfile.ZipFile(body(client.get(f"{page}files/"))) as single:
        assert [name[:6] for name in single.namelist()] == [f"{number:06d}" for number in range(1, PEOPLE + 1)]
