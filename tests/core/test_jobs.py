"""Jobs: one row per work, once per key, seen only by who asked."""

import pytest
from django.db import transaction

from core import jobs
from core.errors import InvalidInput
from core.models import Job, JobStatus


@pytest.fixture
def kinds(monkeypatch):
    """A registry of the test's own."""
    registry: dict = {}
    monkeypatch.setattr(jobs, "_registry", registry)
    return registry


def test_a_job_reports_progress_file_log_and_result(cast, kinds):
    def count(progress):
        progress.total(2)
        progress.done(1, "một nửa")
        progress.log("đang làm")
        progress.attach("so.txt", "số".encode())
        progress.done(2)
        return {"rows": 2}

    kinds["test.count"] = count

    job = jobs.start("test.count", title="Đếm", by=cast.lan)

    assert (job.status, job.percent, job.result) == (JobStatus.DONE, 100, {"rows": 2})
    with job.file.open("rb") as file:
        assert file.read().decode() == "số"
    assert "đang làm" in job.log
    assert job.started_at <= job.finished_at


def test_refusal_of_the_domain_is_told_in_its_words(cast, kinds):
    def refuse(progress):
        raise InvalidInput("no", "Lớp chưa kết thúc.")

    kinds["test.refuse"] = refuse

    job = jobs.start("test.refuse", title="Từ chối", by=cast.lan)

    assert (job.status, job.message) == (JobStatus.FAILED, "Lớp chưa kết thúc.")


def test_same_key_makes_one_job_and_a_failed_one_can_be_asked_for_again(cast, kinds):
    calls = []

    def once(progress):
        calls.append(progress.row.pk)
        if len(calls) == 1:
            raise InvalidInput("later", "Thử lại.")

    kinds["test.once"] = once

    first = jobs.start("test.once", title="Một lần", by=cast.lan, dedupe_key="k")
    second = jobs.start("test.once", title="Một lần", by=cast.lan, dedupe_key="k")
    third = jobs.start("test.once", title="Một lần", by=cast.lan, dedupe_key="k")

    assert first.pk == second.pk == third.pk
    assert len(calls) == 2
    assert second.status == JobStatus.DONE


def test_a_job_delivered_twice_runs_once(cast, kinds):
    calls = []
    kinds["test.twice"] = lambda progress: calls.append(1)

    job = jobs.start("test.twice", title="Hai lần", by=cast.lan)
    jobs.run_job.enqueue(job.pk)

    assert calls == [1]


def test_rolled_back_work_leaves_no_job(cast, kinds):
    kinds["test.none"] = lambda progress: None

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.start("test.none", title="Không", by=cast.lan)
        _ = 1 // 0

    assert not Job.objects.exists()


def test_others_do_not_see_a_job_or_its_file(as_user, cast, kinds):
    kinds["test.file"] = lambda progress: progress.attach("a.csv", b"x")
    job = jobs.start("test.file", title="Tệp", by=cast.lan)

    assert as_user(cast.duc).get(f"/jobs/{job.pk}/").status_code == 404
    assert as_user(cast.duc).get(f"/jobs/{job.pk}/file/").status_code == 404
    mine = as_user(cast.lan).get(f"/jobs/{job.pk}/file/")
    assert mine.status_code == 200
    assert b"".join(mine.streaming_content) == b"x"
