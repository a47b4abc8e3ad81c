"""The holder's link: made and closed by the centre, kept as a hash, opens one person's papers and nothing else."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.utils import timezone

from certificates.guessing import MISSES_PER_MINUTE
from certificates.holder.models import HolderLink
from certificates.holder.secret import hash_of, new_secret, printed, read_secret
from certificates.services import Decision, issue_class, revoke_certificate, supersede_certificate
from certificates.services.holder import make_holder_link, revoke_holder_link
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses import services as courses
from learners.merging import merge_people
from learners.models import LearnerCentre
from tests.factories import (
    AT_SERVER,
    closed_class,
    hold,
    make_certificates,
    make_class,
    make_enrolled,
    make_learner,
    make_sessions,
)


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def row(cast, reference):
    return make_certificates(cast.centre_a, passing=1)[0]


@pytest.fixture
def fresh(cast, row):
    return make_holder_link(learner=row.learner, by=cast.lan, after=None)


def body_of(response):
    """The bytes of a file, which is closed again."""
    body = b"".join(response.streaming_content)
    for close in response._resource_closers:
        close()
    return body


def test_a_secret_is_long_random_and_read_in_every_spelling():
    secrets = {new_secret() for _ in range(200)}
    assert len(secrets) == 200
    secret = secrets.pop()
    assert len(secret) == 26  # 130 bits
    for spelling in (secret, secret.lower(), printed(secret), secret.replace("0", "O").replace("1", "l")):
        assert read_secret(spelling) == secret
    for wrong in ("", secret[:-1], secret + "A", secret[:-1] + "U", "x" * 300):
        assert read_secret(wrong) is None


def test_only_a_hash_is_kept(fresh):
    link = HolderLink.objects.get()
    kept = " ".join(str(value) for value in vars(link).values())
    audit = " ".join(str(vars(event)) for event in AuditEvent.objects.all())
    for text in (fresh.secret, printed(fresh.secret), fresh.secret.lower()):
        assert text not in kept
        assert text not in audit
    assert link.secret_hash == hash_of(fresh.secret)


def test_the_page_shows_all_papers_of_the_person_and_of_nobody_else(client, cast, row, fresh):
    """Of every centre, with its state, without a script; a paper that no longer stands is shown, not handed out."""
    learner = row.learner
    LearnerCentre.objects.create(learner=learner, centre=cast.centre_b)
    stranger = make_certificates(cast.centre_a, passing=1)[0]
    second = issue_second(cast, learner)
    new = supersede_certificate(certificate=second, by=cast.hai, decision=Decision("Mất giấy"))

    body = client.get(f"/h/{fresh.secret.lower()}").content.decode()

    assert learner.full_name in body
    for paper in (row, second, new):
        assert paper.register_number in body
        assert f"/c/{paper.token}" in body
        assert paper.content["centre"] in body
    assert stranger.token not in body
    assert stranger.content["learner"] not in body
    assert f"bản đang có giá trị: số {new.register_number}" in body
    assert f"{row.token}.pdf" in body
    assert f"{second.token}.pdf" not in body
    assert "<script" not in body
    assert "Đã mở" not in body
    for secret in (learner.code, str(learner.birth), "Mất giấy"):
        assert secret not in body
    assert HolderLink.objects.get().opened == 1


def issue_second(cast, learner):
    """Another certificate of the person, from centre B."""
    group = make_class(cast.centre_b)
    (enrolment,) = make_enrolled(group, [learner])
    for session in make_sessions(group):
        hold(session)
    courses.record_results(class_group=group, results={enrolment.pk: ("pass", "")}, by=cast.minh)
    courses.close_class(class_group=group, by=cast.minh, closed_on=group.sessions.order_by("-held_on")[0].held_on)
    made = issue_class(class_group=group, by=cast.minh).certificates[0]
    made.refresh_from_db()
    return made


def test_the_frozen_file_is_handed_out_to_the_holder_only(client, cast, row, fresh):
    stranger = make_certificates(cast.centre_a, passing=1)[0]
    response = client.get(f"/h/{fresh.secret}/{row.token}.pdf")
    with row.pdf.open("rb") as stream:
        assert body_of(response) == stream.read()
    assert response["Cache-Control"] == "no-store"
    assert client.get(f"/h/{fresh.secret}/{stranger.token}.pdf").status_code == 404
    assert client.get(f"/h/{new_secret()}/{row.token}.pdf").status_code == 404
    revoke_certificate(certificate=row, by=cast.duc, second=AT_SERVER, decision=Decision("Sai"))
    assert client.get(f"/h/{fresh.secret}/{row.token}.pdf").status_code == 404
    assert "đã thu hồi" in client.get(f"/h/{fresh.secret}").content.decode()


def test_headers_keep_the_page_to_its_holder(client, fresh):
    for url in (f"/h/{fresh.secret}", f"/H/{fresh.secret}", f"/h/{new_secret()}"):
        response = client.get(url)
        assert response["Cache-Control"] == "no-store"
        assert "noindex" in response["X-Robots-Tag"]
        assert response["Referrer-Policy"] == "no-referrer"
        assert not response.cookies
        assert len(response.content) < 30_000


def test_unknown_malformed_revoked_and_expired_are_one_answer(client, cast, row, fresh):
    second = make_holder_link(learner=row.learner, by=cast.lan, after=fresh.link.pk)
    HolderLink.objects.filter(pk=second.link.pk).update(expires_on=timezone.localdate() - dt.timedelta(days=1))

    answers = [client.get(f"/h/{secret}") for secret in (fresh.secret, second.secret, new_secret(), "x", "A" * 90)]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_the_last_day_is_a_day_of_use(client, fresh):
    HolderLink.objects.update(expires_on=timezone.localdate())
    assert client.get(f"/h/{fresh.secret}").status_code == 200


def test_guessing_is_slowed_down(client, fresh):
    answers = {client.get("/h/x").status_code for _ in range(MISSES_PER_MINUTE)}
    assert answers == {404}
    assert client.get("/h/x").status_code == 429
    refused = client.get("/h/x?lang=en")
    assert refused["Content-Language"] == "en"
    assert "try again in a minute" in refused.content.decode().lower()
    assert client.get(f"/h/{fresh.secret}").status_code == 200


def test_a_merged_record_brings_its_papers_and_its_slip_goes_on_working(client, cast, row, fresh):
    other = make_certificates(cast.centre_a, passing=1)[0]
    merge_people(kept=other.learner, other=row.learner, by=cast.duc)
    body = client.get(f"/h/{fresh.secret}").content.decode()
    assert row.register_number in body
    assert other.register_number in body
    assert body_of(client.get(f"/h/{fresh.secret}/{other.token}.pdf")).startswith(b"%PDF")


def test_renewing_closes_the_slip_before(client, cast, row, fresh):
    second = make_holder_link(learner=row.learner, by=cast.duc, after=fresh.link.pk, months=1)
    assert client.get(f"/h/{fresh.secret}").status_code == 404
    assert client.get(f"/h/{second.secret}").status_code == 200
    first = HolderLink.objects.get(pk=fresh.link.pk)
    assert first.revoked_by == cast.duc
    verbs = list(AuditEvent.objects.filter(verb__endswith="holder_link").values_list("verb", "actor__username"))
    assert len(verbs) == 2


def test_sending_a_form_twice_makes_one_slip(cast, row, fresh):
    with pytest.raises(Conflict, match="lập rồi"):
        make_holder_link(learner=row.learner, by=cast.lan, after=None)
    assert HolderLink.objects.in_force().get().pk == fresh.link.pk


def test_revoking_closes_it_once(client, cast, fresh):
    revoke_holder_link(link=fresh.link, by=cast.van)
    assert client.get(f"/h/{fresh.secret}").status_code == 404
    with pytest.raises(Conflict):
        revoke_holder_link(link=fresh.link, by=cast.lan)
    assert AuditEvent.objects.filter(verb="certificates.revoke_holder_link").count() == 1


def test_who_may_make_a_slip(cast, row):
    for who in (cast.minh, cast.hai):
        with pytest.raises(OutOfScope):
            make_holder_link(learner=row.learner, by=who, after=None)
    for who in (cast.hoa, cast.tuan, cast.oanh):
        with pytest.raises(Forbidden):
            make_holder_link(learner=row.learner, by=who, after=None)
    with pytest.raises(InvalidInput):
        make_holder_link(learner=row.learner, by=cast.lan, after=None, months=999)
    # Centre B knows the person as well, but has issued nothing to them: no way to look into A's papers.
    LearnerCentre.objects.create(learner=row.learner, centre=cast.centre_b)
    with pytest.raises(Conflict, match="chưa cấp chứng nhận"):
        make_holder_link(learner=row.learner, by=cast.minh, after=None)
    with pytest.raises(Conflict, match="chưa cấp chứng nhận"):
        make_holder_link(learner=make_learner(cast.centre_a), by=cast.lan, after=None)


def test_strangers_close_no_link(as_user, cast, fresh):
    url = f"/certificates/links/{fresh.link.pk}/revoke/"
    for who, status in ((cast.minh, 404), (cast.hoa, 403), (cast.thu, 403)):
        assert as_user(who).post(url).status_code == status
    assert HolderLink.objects.in_force().exists()


def test_the_desk_prints_the_slip_from_the_persons_page(as_user, cast, row):
    client = as_user(cast.lan)
    panel = client.get(f"/certificates/learners/{row.learner_id}/").content.decode()
    url = f"/certificates/learners/{row.learner_id}/link/"
    assert url in panel
    assert "Lập phiếu để in" in client.get(url).content.decode()

    slip = client.post(url, {"months": "12", "after": ""})
    body = slip.content.decode()

    assert slip["Cache-Control"] == "no-store"
    address = re.search(r"/h/([0-9A-Z-]{26,})<", body)[1]
    assert client.get(f"/h/{address}").status_code == 200
    assert row.content["learner"] in body
    assert "<path d=" in body
    again = client.post(url, {"months": "12", "after": ""})
    assert again.status_code == 422
    assert "lập rồi" in again.content.decode()
    page = client.get(url).content.decode()
    assert address not in page
    assert "đã mở 1 lần" in page
    client.post(f"/certificates/links/{HolderLink.objects.get().pk}/revoke/")
    assert "đã hủy lúc" in client.get(url).content.decode()
    # Who reads only is not led there.
    assert url not in as_user(cast.hoa).get(f"/certificates/learners/{row.learner_id}/").content.decode()


def test_a_reserved_number_is_not_shown(client, cast, row, fresh, monkeypatch):
    monkeypatch.setattr("certificates.jobs.render_reserved", lambda **_: [])
    group, _report = closed_class(cast.centre_a, passing=1)
    waiting = issue_class(class_group=group, by=cast.lan).certificates[0]
    merge_people(kept=row.learner, other=waiting.learner, by=cast.duc)
    assert waiting.register_number not in client.get(f"/h/{fresh.secret}").content.decode()
