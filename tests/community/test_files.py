"""A commune states its targets beside what the system knows; who is above agrees or returns."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from core.dates import Period
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from indicators.choices import Wording
from indicators.models import Criterion, Evaluation, EvaluationEvent, EvaluationPaper, ReviewGroup, Rubric
from indicators.rubric import editing
from indicators.rubric.commune_facts import COMMUNE_QUANTITIES
from indicators.rubric.evaluating import (
    Agreed,
    Mark,
    reopen_evaluation,
    review_evaluation,
    save_evaluation,
    take_back_evaluation,
)
from indicators.rubric.papers import attach_paper, drop_paper
from indicators.rubric.selectors import areas_of, standings
from indicators.statistics.selectors import statistics
from tests.cast import make_user
from tests.community.conftest import PDF, D, File
from tests.factories import finished_class
from tests.race import race


def test_the_starting_set_has_five_criteria_fifteen_targets_and_says_what_is_not_confirmed(cast, reference):
    rubric = Rubric.objects.get(code="CDHT-XA")
    areas = areas_of(rubric)
    rows = [row for area in areas for row in area.criteria.all()]
    assert (len(areas), len(rows)) == (5, 15)
    assert editing.obstacles(rubric) == []
    assert (rubric.valid_months, rubric.raise_months) == (36, 12)
    assert {row.wording for row in rows} == {Wording.SUMMARY, Wording.UNCONFIRMED}  # none claims to be the text
    assert all(row.source for row in rows if row.wording == Wording.SUMMARY)
    assert not any(level.at_least for row in rows for level in row.levels.all())  # no threshold was made up
    assert {name for row in rows for name in (row.quantity, *row.beside)} - {""} <= set(COMMUNE_QUANTITIES)


def test_what_the_system_knows_is_what_the_tables_say(file, cast):
    period = Period.calendar_year(file.year)
    stats = statistics(user=cast.tuan, unit=file.unit, starts_on=period.starts_on, ends_on=period.ends_on)
    seen = {name: one for line in file.seen().lines for name, one in line.beside}
    assert seen["Lượt người học"].value == stats.totals["participations"] > 0
    assert seen["Số người học"].value == stats.totals["learners"]
    assert file.line("2.1").evidence.value == 30
    assert file.line("2.2").evidence.value is None  # nobody wrote what was raised: unknown, not zero
    assert file.line("5.1").evidence.value is None
    assert file.line("1.2").evidence.value == 0  # one centre, no plan approved
    assert all(line.proposed is None for line in file.seen().lines)
    for line in file.seen().lines:
        for _name, one in (("", line.evidence), *line.beside):
            assert one is None or one.words


def test_everybody_who_may_open_it_sees_the_totals_of_the_whole_commune(file, cast):
    finished_class(cast.centre_a, passing=1, sessions=1)  # elsewhere
    for viewer in (cast.nam, cast.tuan, cast.oanh):
        numbers = [(name, one.value) for line in file.seen(viewer).lines for name, one in line.beside]
        assert numbers == [(name, one.value) for line in file.seen().lines for name, one in line.beside]


def test_from_draft_to_reviewed(file, cast):
    draft = file.send(submit=False, c1_1=Mark(None), c4_1=Mark(None))
    assert (draft.state, draft.total, draft.rank) == ("draft", None, "")  # unknown remains unknown
    with pytest.raises(InvalidInput) as told:
        file.send(version=1, c1_1=Mark(None), c1_2=Mark(D(2)))
    pks = {line.criterion.code: line.criterion.pk for line in file.seen().lines}
    assert set(told.value.fields) == {f"p_{pks['1.1']}", f"p_{pks['1.2']}"}
    assert "giấy tờ" in told.value.fields[f"p_{pks['1.2']}"][0]

    sent = file.send(version=1, c5_3=Mark(D(0)))
    assert (sent.state, sent.total, sent.rank) == ("submitted", 0, "Chưa đạt mức độ 1")
    taken = take_back_evaluation(evaluation=sent, by=cast.nam)
    sent = file.send(version=taken.version)
    assert (sent.total, sent.rank) == (1, "Mức độ 1 (Khá)")
    with pytest.raises(InvalidInput):
        review_evaluation(evaluation=sent, agreed={}, version=sent.version, by=cast.tuan, accept=False)
    returned = review_evaluation(
        evaluation=sent, agreed={}, version=sent.version, by=cast.tuan, accept=False, reason="Thiếu báo cáo Tuần lễ"
    )
    again = file.send(version=returned.version, level=2)
    assert (again.total, again.rank) == (2, "Mức độ 2 (Tốt)")
    with pytest.raises(InvalidInput) as told:
        review_evaluation(
            evaluation=again, agreed={pks["4.1"]: Agreed(D(1))}, version=again.version, by=cast.tuan, accept=True
        )
    assert set(told.value.fields) == {f"a_{pks['4.1']}"}
    locked = review_evaluation(
        evaluation=again, agreed={pks["4.1"]: Agreed(D(1), "Mới đạt chuẩn mức độ 1")}, version=again.version,
        by=cast.tuan, accept=True,
    )  # fmt: skip
    assert (locked.state, locked.total, locked.rank) == ("locked", 1, "Mức độ 1 (Khá)")
    assert list(EvaluationEvent.objects.order_by("pk").values_list("state", flat=True)) == [
        "submitted", "draft", "submitted", "returned", "submitted", "locked",
    ]  # fmt: skip
    assert AuditEvent.objects.filter(verb="indicators.evaluation_locked", data__unit=file.unit.code).exists()
    opened = reopen_evaluation(evaluation=locked, by=cast.tuan, reason="Nhầm chỉ tiêu 4.1")
    assert opened.state == "returned"
    assert all(row.evaluation is None for row in standings(user=cast.tuan, year=file.year))  # no centre's


def test_only_its_officers_write_and_only_those_above_review(file, cast):
    for by, refusal in (
        (cast.minh, Forbidden), (cast.hai, Forbidden), (cast.tuan, Forbidden), (cast.oanh, Forbidden),
        (cast.lan, OutOfScope), (cast.hoa, OutOfScope), (cast.thu, OutOfScope),
    ):  # fmt: skip
        with pytest.raises(refusal):
            file.send(by=by)
    sent = file.send()
    for by, refusal in ((cast.nam, Forbidden), (cast.minh, Forbidden), (cast.oanh, Forbidden), (cast.lan, OutOfScope)):
        with pytest.raises(refusal):
            review_evaluation(evaluation=sent, agreed={}, version=sent.version, by=by, accept=True)
    assert AuditEvent.objects.filter(verb="indicators.review_evaluation_refused").count() == 4
    locked = review_evaluation(evaluation=sent, agreed={}, version=sent.version, by=cast.tuan, accept=True)
    with pytest.raises(Forbidden):
        reopen_evaluation(evaluation=locked, by=cast.nam, reason="Nhầm")


def test_the_lead_of_a_group_reviews_its_communes(file, cast):
    ha = make_user("ha", "Trần Thu Hà", "area_officer", unit=cast.commune_a)
    sent = file.send()
    with pytest.raises(OutOfScope):
        review_evaluation(evaluation=sent, agreed={}, version=sent.version, by=ha, accept=True)
    group = ReviewGroup.objects.create(
        name="Cụm 1", lead=cast.commune_a, valid_from=timezone.localdate(), document="QĐ 1"
    )
    group.units.add(file.unit)
    assert review_evaluation(evaluation=sent, agreed={}, version=sent.version, by=ha, accept=True).locked_by == ha


def test_a_commune_answers_for_years_it_was_there(file, cast):
    for year in (2024, file.year + 1):
        with pytest.raises(InvalidInput):
            attach_paper(
                unit=file.unit, year=year, criterion=file.seen().lines[0].criterion, title="KH 1", content=PDF,
                file_name="a.pdf", by=cast.nam,
            )  # fmt: skip


def test_a_reader_of_an_older_copy_is_told(file, cast):
    file.send(submit=False)
    with pytest.raises(Conflict) as told:
        file.send(version=0)
    assert told.value.code == "changed_meanwhile"


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_one_writes_first(cast, reference):
    file = File(cast)
    colleague = make_user("ha", "Trần Thu Hà", "area_officer", unit=file.unit)
    marks = file.marks()

    def write(by):
        return lambda: save_evaluation(unit=file.unit, year=file.year, marks=marks, version=0, by=by)

    results = race(write(cast.nam), write(colleague))
    assert sum(isinstance(one, Conflict) for one in results) == 1, results
    assert Evaluation.objects.get(unit=file.unit).version == 1


def _attach(file, code="1.1", by=None, content=PDF, title="KH 12"):
    return attach_paper(
        unit=file.unit, year=file.year, criterion=file.line(code).criterion, title=title, content=content,
        file_name="ke hoach.pdf", by=by or file.cast.nam,
    )  # fmt: skip


def test_an_attached_paper_is_evidence_and_stays_once_it_was_sent(file, cast):
    paper = _attach(file)
    row = Evaluation.objects.get(unit=file.unit)
    assert (row.state, row.version) == ("draft", 0)  # what a colleague has open stays savable
    for wrong in ({"content": b"<html>"}, {"title": " "}):
        with pytest.raises(InvalidInput):
            _attach(file, **wrong)
    for by, refusal in ((cast.tuan, Forbidden), (cast.lan, OutOfScope)):
        with pytest.raises(refusal):
            _attach(file, by=by)
    second = _attach(file, code="1.2")
    drop_paper(paper=second, by=cast.nam)
    assert not EvaluationPaper.objects.filter(pk=second.pk).exists()
    sent = file.send(c1_1=Mark(D(2)))  # no number typed: the file is the paper
    assert sent.state == "submitted"
    event = EvaluationEvent.objects.get()
    assert event.marks["1.1"]["files"] == [paper.sha256]
    for late in (lambda: _attach(file), lambda: drop_paper(paper=paper, by=cast.nam)):
        with pytest.raises(Conflict) as told:
            late()
        assert told.value.code == "evaluation_sent"
    assert AuditEvent.objects.filter(verb="indicators.attach_paper").count() == 2


def test_a_target_with_a_number_is_proposed_and_another_level_needs_words_and_a_paper(file, cast):
    """The next version, as an officer of the city would lay it down once the text is confirmed: no code."""
    new = editing.copy_rubric(rubric=Rubric.objects.get(code="CDHT-XA"), by=cast.tuan)
    row = Criterion.objects.get(area__rubric=new, code="3.1")
    values = {
        "code": "3.1", "name": "Lượt người học trong năm", "help": "", "points": D(2), "scoring": "quantity",
        "quantity": "commune_participations", "beside": ["commune_classes"], "wording": "text", "source": "Điều 7",
    }  # fmt: skip
    for wrong in (
        {"scoring": "yes_no"}, {"points": D(1)}, {"quantity": "classes"}, {"beside": ["books"]},
        {"wording": "summary", "source": ""},
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            editing.save_criterion(
                area=row.area, criterion=row, values=values | wrong, by=cast.tuan,
                levels=[editing.Level("Từ 2 lượt", D(1), D(2)), editing.Level("Từ 100 lượt", D(2), D(100))],
            )  # fmt: skip
    with pytest.raises(InvalidInput):
        editing.save_criterion(
            area=row.area, criterion=row, values=values, levels=[editing.Level("?", D("1.5"), D(2))], by=cast.tuan
        )
    editing.save_criterion(
        area=row.area, criterion=row, values=values, by=cast.tuan,
        levels=[editing.Level("Từ 2 lượt", D(1), D(2)), editing.Level("Từ 100 lượt", D(2), D(100))],
    )  # fmt: skip
    editing.edit_rubric(rubric=new, by=cast.tuan, from_year=file.year)
    editing.start_rubric(rubric=new, by=cast.tuan)
    assert file.seen().rubric == new
    assert file.line("3.1").proposed == 1
    assert file.send(submit=True, c3_1=Mark(D(1))).total == 1  # as proposed: no paper asked for
    taken = take_back_evaluation(evaluation=Evaluation.objects.get(unit=file.unit), by=cast.nam)
    for lacking in (Mark(D(2)), Mark(D(2), "Có thêm lớp"), Mark(D(2), "", "BC 3")):
        with pytest.raises(InvalidInput):
            file.send(version=taken.version, c3_1=lacking)
    file.send(version=taken.version, c3_1=Mark(D(2), "Có thêm lớp", "BC 3"))


def test_a_set_of_levels_needs_its_bands_and_its_months(cast, reference):
    new = editing.copy_rubric(rubric=Rubric.objects.get(code="CDHT-XA"), by=cast.tuan)
    editing.set_bands(rubric=new, bands=[("Khá", D(1)), ("Chưa", D(0))], by=cast.tuan)
    assert any("0, 1 và 2" in words for words in editing.obstacles(new))
    with pytest.raises(Conflict):
        editing.start_rubric(rubric=new, by=cast.tuan)
    with pytest.raises(InvalidInput):
        editing.edit_rubric(rubric=new, by=cast.tuan, valid_months=None)
    with pytest.raises(InvalidInput):
        editing.create_rubric(code="X", name="X", from_year=2026, by=cast.tuan, kind="levels")
    with pytest.raises(InvalidInput):
        editing.create_rubric(code="X", name="X", from_year=2026, by=cast.tuan, valid_months=36)


def test_the_database_keeps_the_rules_too(file, cast):
    sent = file.send()
    paper = {"criterion": file.line("1.1").criterion, "kind": "pdf", "file": "x", "file_name": "x", "size": 1}
    rubric = Rubric.objects.get(code="CDHT-XA")
    for broken in (
        lambda: Evaluation.objects.filter(pk=sent.pk).update(centre=cast.centre_b),
        lambda: Evaluation.objects.filter(pk=sent.pk).update(unit=None),
        lambda: Evaluation.objects.create(unit=file.unit, year=file.year, rubric=rubric),
        lambda: Rubric.objects.filter(pk=rubric.pk).update(valid_months=None),
        lambda: Rubric.objects.filter(pk=rubric.pk).update(kind="points"),
        lambda: Rubric.objects.filter(pk=rubric.pk).update(kind="other"),
        lambda: Criterion.objects.filter(area__rubric=rubric).update(wording="law"),
        lambda: Criterion.objects.filter(area__rubric=rubric).update(source=""),
        lambda: EvaluationPaper.objects.create(evaluation=sent, title="", sha256="", added_by=cast.nam, **paper),
        lambda: EvaluationEvent.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            broken()
