"""A person's learning on paper: the hours that were attended, only what the reader sees, provable, nobody else's."""

import datetime as dt

import pypdfium2
import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from certificates.services.holder import make_holder_link
from core.errors import Forbidden, OutOfScope
from core.models import AuditEvent
from courses.choices import AttendanceStatus
from courses.models import Attendance, Session
from indicators.history.papers import make_paper, proof_of_paper
from indicators.history.selectors import history_of
from indicators.models import HistoryPaper
from learners.models import Learner
from literacy.models import OutsideLearning
from tests.certificates.test_holder import body_of
from tests.factories import finished_class, make_certificates


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def learner(cast, reference):
    """Somebody certified at centre A, in a second class there without times, in a third at centre B, and elsewhere."""
    row = make_certificates(cast.centre_a, passing=1)[0]
    learner = row.learner
    Session.objects.filter(class_group=row.enrolment.class_group).update(
        starts_at=dt.time(18, 30), ends_at=dt.time(20, 15)
    )
    group = finished_class(cast.centre_a, people=[learner], passing=1, sessions=2)
    Session.objects.filter(class_group=group).update(starts_at=None, ends_at=None)
    finished_class(cast.centre_b, people=[learner], passing=1, sessions=3)
    OutsideLearning.objects.create(
        learner=learner, centre=cast.centre_a, what="Tin học", place="Trường nghề", starts_on=dt.date(2026, 1, 5),
        ends_on=dt.date(2026, 3, 5), paper="Chứng chỉ", paper_number="12", recorded_by=cast.lan,
    )  # fmt: skip
    return Learner.objects.get(pk=learner.pk)


def words_of(pdf):
    """Everything that stands on a paper, in one line: long words wrap."""
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    return " ".join(" ".join(pages).split())


def seen_by(user, learner):
    return history_of(learner, user, timezone.localdate())


def attended(learner, **more):
    return Attendance.objects.filter(enrolment__learner=learner, status=AttendanceStatus.PRESENT, **more)


def minutes(rows):
    days = dt.date(2026, 1, 1)
    times = rows.exclude(session__starts_at=None).values_list("session__starts_at", "session__ends_at")
    return sum(
        (dt.datetime.combine(days, end) - dt.datetime.combine(days, start)).total_seconds() / 60 for start, end in times
    )


def test_it_says_what_was_attended_and_only_what_the_reader_sees(cast, learner):
    everything, own = seen_by(cast.tuan, learner), seen_by(cast.lan, learner)
    assert everything.totals["sessions"] == attended(learner).count()
    assert everything.totals["minutes"] == minutes(attended(learner))
    at_a = attended(learner, session__class_group__centre=cast.centre_a)
    assert own.totals["sessions"] == at_a.count()
    assert own.totals["minutes"] == minutes(at_a)
    assert own.untimed == 2
    assert own.totals["minutes"] == 105 * (own.totals["sessions"] - 2) > 0
    assert (own.totals["outside"], own.totals["certificates"], own.totals["in_force"]) == (1, 1, 1)
    assert cast.centre_b.name not in own.centres
    assert cast.centre_b.name in everything.centres
    assert round(sum(hours for _name, _count, hours in own.topics), 6) == round(own.hours, 6)
    assert history_of(learner, cast.tuan, dt.date(2001, 1, 1)).totals["sessions"] == 0


def test_the_paper_proves_itself_until_a_row_changes(as_user, client, cast, learner):
    paper, pdf = make_paper(learner=learner, language="both", by=cast.lan)
    text = words_of(pdf)
    assert learner.full_name in text
    assert "Personal learning history" in text
    assert cast.centre_b.name not in text
    assert AuditEvent.objects.filter(verb="indicators.make_history", actor=cast.lan).count() == 1

    page = reverse("statistics-proof", args=[paper.token])
    body = client.get(page).content.decode()
    assert "số liệu vẫn đúng" in body
    assert learner.full_name not in body
    assert "mù chữ" not in body
    # Learning after that day changes nothing, a mark of before does.
    attended(learner, session__class_group__centre=cast.centre_a).first().delete()
    body = client.get(page).content.decode()
    assert "đã thay đổi" in body
    changed = {name for name, _value, moved in proof_of_paper(paper).figures if moved}
    assert "Buổi đã dự" in changed
    assert "Chứng nhận đã cấp" not in changed


def test_strangers_get_nothing(as_user, cast, learner):
    at = reverse("indicators:history-paper", args=[learner.pk])
    for who, status in (("nam", 404), ("thu", 403)):
        if who == "nam":
            Learner.objects.get(pk=learner.pk).centre_links.filter(centre=cast.centre_b).delete()
        assert as_user(getattr(cast, who)).post(at).status_code == status
    with pytest.raises((Forbidden, OutOfScope)):
        make_paper(learner=learner, language="vi", by=cast.thu)
    assert not HistoryPaper.objects.exists()
    assert as_user(cast.lan).get(reverse("indicators:history", args=[learner.pk])).status_code == 200


def test_the_holder_gets_what_the_slip_shows_and_no_more(client, cast, learner):
    fresh = make_holder_link(learner=learner, by=cast.lan, after=None)
    answer = client.get(reverse("holder-history", args=[fresh.secret]))
    pdf = body_of(answer)
    text = words_of(pdf)
    assert learner.full_name in text
    assert "Trường nghề" not in text
    assert "Buổi" not in text
    paper = HistoryPaper.objects.get()
    assert (paper.kind, paper.made_by, paper.totals["sessions"]) == ("papers", None, 0)
    body = client.get(reverse("statistics-proof", args=[paper.token])).content.decode()
    assert "số liệu vẫn đúng" in body
    assert client.get(reverse("holder-history", args=["SAI" * 9])).status_code == 404
