"""A centre judges its year beside what the system knows; its officer agrees or returns; locked it stays."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from courses.choices import SessionStatus
from courses.models import Session
from indicators.models import Evaluation, EvaluationEvent, EvaluationScore
from indicators.rubric.evaluating import (
    Agreed,
    Mark,
    reopen_evaluation,
    review_evaluation,
    save_evaluation,
    take_back_evaluation,
)
from indicators.rubric.selectors import rank_counts, sheet, standings
from indicators.services.resources import record_year
from tests.factories import finished_class
from tests.race import race

D = Decimal


def year():
    return timezone.localdate().year


@pytest.fixture
def worked(cast, reference):
    """Centre A taught one class in this year, or the last one just after New Year, and wrote its yearly record."""
    finished_class(cast.centre_a, passing=2, failing=1, sessions=3)
    record_year(
        centre=cast.centre_a, year=year(), by=cast.lan, rapporteurs=4, collaborators=2, budget_state=30_000_000,
        budget_raised=10_000_000, computers=5,
    )  # fmt: skip
    return cast


def seen(cast):
    return sheet(centre=cast.centre_a, year=year(), viewer=cast.lan)


def whole(cast, **changes):
    """Marks for every criterion: as proposed, else full; ``changes`` by code with ``_`` for the dot."""
    marks = {}
    for line in seen(cast).lines:
        points = line.criterion.points if line.proposed is None else line.proposed
        marks[line.criterion.pk] = Mark(points, "", "QĐ 5 ngày 01/02")
        key = "c" + line.criterion.code.replace(".", "_")
        marks[line.criterion.pk] = changes.get(key, marks[line.criterion.pk])
    return marks


def send(cast, by=None, version=0, **changes):
    return save_evaluation(
        centre=cast.centre_a, year=year(), marks=whole(cast, **changes), version=version, by=by or cast.lan, submit=True
    )


def line(cast, code):
    return next(one for one in seen(cast).lines if one.criterion.code == code)


def test_the_evidence_is_what_the_tables_say(worked):
    held = Session.objects.filter(
        class_group__centre=worked.centre_a, status=SessionStatus.HELD, held_on__year=year()
    ).count()  # fmt: skip
    assert line(worked, "2.2").evidence.value == held
    assert line(worked, "1.4").evidence.value == 6
    assert line(worked, "1.4").proposed == 3
    assert line(worked, "3.2").evidence.value == D(25)
    assert line(worked, "3.2").proposed == 4
    reached = line(worked, "4.1")  # nobody said how many people live there: unknown, not zero
    assert (reached.evidence.value, reached.proposed) == (None, None)
    assert line(worked, "1.2").proposed == 0
    assert line(worked, "3.3").proposed is None  # shown beside, not scored by it
    assert line(worked, "3.3").evidence.value == 5


def test_from_draft_to_locked(worked):
    draft = save_evaluation(centre=worked.centre_a, year=year(), marks={}, version=0, by=worked.lan)
    assert (draft.state, draft.total, draft.rank) == ("draft", 0, "")
    with pytest.raises(InvalidInput) as told:
        send(worked, version=1, c1_4=Mark(D(4)), c1_1=Mark(D(5)), c1_5=Mark(None))
    pks = {row.criterion.code: row.criterion.pk for row in seen(worked).lines}
    assert {f"p_{pks[code]}" for code in ("1.4", "1.1", "1.5")} == set(told.value.fields)
    assert "giải trình" in told.value.fields[f"p_{pks['1.4']}"][0]

    sent = send(worked, version=1, c1_4=Mark(D(4), "Thêm 5 người từ tháng 10, hồ sơ năm chưa kịp ghi"))
    own = {score.criterion.code: score.points for score in sent.scores.all()}
    assert sent.total == sum(own.values())
    assert sent.rank
    kept = EvaluationScore.objects.get(evaluation=sent, criterion__code="1.4")
    assert (kept.value, kept.proposed, kept.points) == (6, 3, 4)
    with pytest.raises(Conflict):
        send(worked, version=sent.version)

    with pytest.raises(InvalidInput):
        review_evaluation(evaluation=sent, agreed={}, version=sent.version, by=worked.hoa, accept=False)
    returned = review_evaluation(
        evaluation=sent, agreed={}, version=sent.version, by=worked.hoa, accept=False, reason="Bổ sung giấy tờ"
    )
    again = send(worked, version=returned.version)
    changed = {pks["1.5"]: Agreed(D(2))}
    with pytest.raises(InvalidInput) as told:
        review_evaluation(evaluation=again, agreed=changed, version=again.version, by=worked.hoa, accept=True)
    assert set(told.value.fields) == {f"a_{pks['1.5']}"}
    changed = {pks["1.5"]: Agreed(D(2), "Sổ tài sản ghi chưa đều")}
    locked = review_evaluation(evaluation=again, agreed=changed, version=again.version, by=worked.hoa, accept=True)
    assert (locked.state, locked.total, locked.locked_by) == ("locked", again.total - 1, worked.hoa)
    assert sum(score.agreed for score in locked.scores.all()) == locked.total
    with pytest.raises(Conflict):
        send(worked, version=locked.version)
    assert [row.state for row in EvaluationEvent.objects.order_by("pk")] == [
        "submitted", "returned", "submitted", "locked",
    ]  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        EvaluationEvent.objects.all().delete()
    mine = standings(user=worked.hoa, year=year())
    assert [row.rating for row in mine] == [locked.rank]
    assert rank_counts(mine) == {locked.rank: 1}


def test_what_was_submitted_keeps_its_evidence(worked):
    sent = send(worked)
    before = line(worked, "1.4")
    record_year(centre=worked.centre_a, year=year(), by=worked.lan, rapporteurs=40)
    after = line(worked, "1.4")
    assert (after.proposed, after.evidence.value, after.moved) == (before.proposed, 42, True)
    take_back_evaluation(evaluation=sent, by=worked.duc)
    assert line(worked, "1.4").proposed == 4  # open again: proposed anew


def test_wrong_points_are_refused_by_service_and_database(worked):
    for code, points in (("c1_4", "4.5"), ("c1_1", "2"), ("c1_5", "1.5"), ("c2_1", "-1"), ("c2_1", "3.333")):
        with pytest.raises(InvalidInput):
            save_evaluation(
                centre=worked.centre_a, year=year(), marks=whole(worked, **{code: Mark(D(points))}), version=0,
                by=worked.lan,
            )  # fmt: skip
    with pytest.raises(InvalidInput):
        save_evaluation(centre=worked.centre_a, year=year() + 1, marks={}, version=0, by=worked.lan)
    sent = send(worked)
    with pytest.raises(DatabaseError), transaction.atomic():
        sent.scores.update(agreed=0)  # other than own, without a reason
    with pytest.raises(DatabaseError), transaction.atomic():
        Evaluation.objects.filter(pk=sent.pk).update(total=D("100.01"))


def test_only_its_people_write_and_only_its_officers_review(worked):
    for by, refusal in (
        (worked.minh, OutOfScope), (worked.nam, OutOfScope), (worked.hoa, Forbidden), (worked.van, Forbidden),
    ):  # fmt: skip
        with pytest.raises(refusal):
            send(worked, by=by)
    sent = send(worked)
    for by, refusal in ((worked.lan, Forbidden), (worked.oanh, Forbidden), (worked.nam, OutOfScope)):
        with pytest.raises(refusal):
            review_evaluation(evaluation=sent, agreed={}, version=sent.version, by=by, accept=True)
    assert AuditEvent.objects.filter(verb="indicators.review_evaluation_refused").count() == 3
    locked = review_evaluation(evaluation=sent, agreed={}, version=sent.version, by=worked.hoa, accept=True)
    with pytest.raises(Forbidden):
        reopen_evaluation(evaluation=locked, by=worked.hoa, reason="Nhầm")
    with pytest.raises(InvalidInput):
        reopen_evaluation(evaluation=locked, by=worked.tuan, reason=" ")
    opened = reopen_evaluation(evaluation=locked, by=worked.tuan, reason="Sở yêu cầu chấm lại 1.5")
    assert send(worked, version=opened.version).state == "submitted"


def test_a_reader_of_an_older_copy_is_told(worked):
    save_evaluation(centre=worked.centre_a, year=year(), marks={}, version=0, by=worked.lan)
    with pytest.raises(Conflict) as told:
        save_evaluation(centre=worked.centre_a, year=year(), marks=whole(worked), version=0, by=worked.duc)
    assert told.value.code == "changed_meanwhile"
    sent = send(worked, version=1)
    taken = take_back_evaluation(evaluation=sent, by=worked.lan)
    again = send(worked, version=taken.version)
    with pytest.raises(Conflict) as told:
        review_evaluation(evaluation=again, agreed={}, version=sent.version, by=worked.hoa, accept=True)
    assert told.value.code == "changed_meanwhile"


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_one_decides(cast, reference):
    sent = send(cast)

    def decide(by, accept):
        return lambda: review_evaluation(
            evaluation=sent, agreed={}, version=sent.version, by=by, accept=accept, reason="Thiếu giấy tờ"
        )

    results = race(decide(cast.hoa, True), decide(cast.tuan, False))
    refused = [one for one in results if isinstance(one, Conflict)]
    assert len(refused) == 1, results
    assert EvaluationEvent.objects.exclude(state="submitted").count() == 1
    assert AuditEvent.objects.filter(verb="indicators.review_evaluation_refused").count() == 1


def test_the_pages(as_user, worked):
    page = reverse("indicators:evaluation", args=[worked.centre_a.pk])
    everybody = reverse("indicators:evaluation-list")
    for who in ("oanh", "hoa", "lan"):  # nothing written yet
        assert as_user(getattr(worked, who)).get(page).status_code == 200
        assert worked.centre_a.name in as_user(getattr(worked, who)).get(everybody).content.decode()
    client = as_user(worked.lan)
    assert "Hệ thống đề xuất" in client.get(page).content.decode()
    data = {"version": "0"}
    for pk, mark in whole(worked).items():
        data[f"p_{pk}"] = str(mark.points.normalize() + 0).replace(".", ",")
        data[f"d_{pk}"] = "QĐ 5"
    first = next(one for one in seen(worked).lines if one.criterion.code == "1.4").criterion.pk
    wrong = client.post(page, data | {f"p_{first}": "99", f"w_{first}": "Đủ người"})
    assert wrong.status_code == 422
    assert "Đủ người" in wrong.content.decode()
    assert not Evaluation.objects.exists()
    assert client.post(page, data | {"save": "1"}).status_code == 302
    assert client.post(page, data | {"version": "1", "submit": "1"}).status_code == 302
    row = Evaluation.objects.get()
    assert row.state == "submitted"

    client = as_user(worked.hoa)
    body = client.get(page).content.decode()
    assert "Công nhận, khóa" in body
    review = reverse("indicators:evaluation-review", args=[worked.centre_a.pk])
    assert client.post(review, {"version": row.version, "return": "1"}).status_code == 422
    assert client.post(review, {"version": row.version, "accept": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "locked"
    assert row.rank in as_user(worked.oanh).get(page).content.decode()


def test_posts_by_strangers_change_nothing(as_user, worked):
    sent = send(worked)
    for name in ("take-back", "review", "reopen"):
        at = reverse(f"indicators:evaluation-{name}", args=[worked.centre_a.pk])
        for who in ("minh", "nam", "oanh", "van"):
            assert as_user(getattr(worked, who)).post(at, {"version": sent.version}).status_code in (403, 404)
    sent.refresh_from_db()
    assert sent.state == "submitted"


def test_last_year_stands_beside(worked):
    this = year()
    old = save_evaluation(
        centre=worked.centre_a, year=this - 1, marks={line(worked, "1.5").criterion.pk: Mark(D(2))}, version=0,
        by=worked.lan,
    )  # fmt: skip
    assert (line(worked, "1.5").before, line(worked, "1.6").before) == (2, None)
    assert seen(worked).last_year == old
