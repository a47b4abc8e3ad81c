"""The literacy programme as data: its parts, how periods are spread, results by subject."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from courses.choices import Result
from courses.models import Course, PeriodSplit, ProgrammeTerm, SubjectResult
from courses.programme.rules import Shape, overall, sum_of
from courses.selectors.programme import literacy_programme, programme_parts, programme_shape, split_in_force
from courses.services import close_class
from courses.services.programme import record_subject_results, save_split
from courses.services.reference import load_reference
from tests.factories import closed_class, make_class, make_enrolled

SHAPE = Shape({1: (1, 2, 3), 2: (4, 5)})


def whole(parts):
    """A split with the right totals: everything in the first cell of each phase but one period for each other."""
    found = {}
    for part in parts:
        first, *others = part.cells
        found[first] = part.phase.periods - len(others)
        found |= dict.fromkeys(others, 1)
    return found


def test_the_programme_is_loaded_as_the_circular_has_it_and_only_once(reference):
    parts = programme_parts(literacy_programme())

    assert [(part.phase.number, part.phase.periods) for part in parts] == [(1, 1005), (2, 949)]
    assert sum(part.phase.periods for part in parts) == 1954
    assert [[term.number for term in part.terms] for part in parts] == [[1, 2, 3], [4, 5]]
    assert [[row.code for row in part.subjects] for part in parts] == [
        ["tieng_viet", "toan", "tu_nhien_xa_hoi"],
        ["tieng_viet", "toan", "khoa_hoc", "lich_su_dia_li", "tu_chon"],
    ]
    assert len(parts[1].cells) == 9  # elective topics in term 5 only
    assert programme_shape() == SHAPE
    assert load_reference()["programme_phases"] == 0
    assert not PeriodSplit.objects.exists()  # nobody's split is invented


@pytest.mark.parametrize(
    ("term", "phase", "begins", "ends", "after"),
    [
        (1, None, 1, 1, 2),
        (3, 1, 3, 3, 4),
        (None, 1, 1, 3, 4),
        (None, 2, 4, 5, None),
        (5, 2, 5, 5, None),
        (None, None, 0, 0, 1),
    ],
)
def test_what_a_course_teaches(term, phase, begins, ends, after):
    assert SHAPE.begins_with(term=term, completes_phase=phase) == begins
    assert SHAPE.ends_with(term=term, completes_phase=phase) == ends
    assert SHAPE.after(ends) == after


@given(st.dictionaries(st.tuples(st.just(1), st.integers(0, 5)), st.integers(0, 300)))
def test_a_phase_is_blank_or_whole(periods):
    cells = [(1, number) for number in range(6)]
    total = sum_of(1, 100, cells, periods)

    assert total.fits == (not periods or (len(periods) == 6 and sum(periods.values()) == 100))


@given(st.lists(st.sampled_from(["good", "pass", "fail", ""]), max_size=5))
def test_the_result_of_a_term_follows_from_its_subjects(results):
    found = overall(results)

    if not results or "" in results:
        assert found == ""
    else:
        assert (found == Result.FAIL) == ("fail" in results)
        assert (found == Result.GOOD) == (set(results) == {"good"})


def test_a_centre_spreads_its_periods_the_city_those_of_the_others(cast, reference):
    row = literacy_programme()
    parts = programme_parts(row)
    save_split(programme=row, centre=None, periods=whole(parts), by=cast.tuan)
    own = whole(parts)
    first, second = parts[0].cells[:2]
    own[first], own[second] = own[first] - 10, own[second] + 10
    save_split(programme=row, centre=cast.centre_a, periods=own, by=cast.duc)

    assert split_in_force(row, cast.centre_a).periods[second] == 11
    assert split_in_force(row, cast.centre_a).centre == cast.centre_a
    assert split_in_force(row, cast.centre_b).periods[second] == 1
    assert split_in_force(row, cast.centre_b).centre is None
    with pytest.raises(Conflict):
        save_split(programme=row, centre=cast.centre_a, periods=own, by=cast.duc)
    save_split(programme=row, centre=cast.centre_a, periods={}, by=cast.duc)  # given back
    assert split_in_force(row, cast.centre_a).periods[second] == 1


def test_totals_are_checked_and_nothing_half_is_kept(cast, reference):
    row = literacy_programme()
    parts = programme_parts(row)
    short, gap, foreign = (whole(parts) for _ in range(3))
    short[parts[0].cells[0]] -= 5
    del gap[parts[1].cells[3]]
    foreign[(parts[0].terms[0].pk, parts[1].subjects[0].pk)] = 0
    for periods, words in ((short, "thiếu 5"), (gap, "1 ô trống"), (foreign, "số nguyên")):
        with pytest.raises(InvalidInput) as refused:
            save_split(programme=row, centre=cast.centre_a, periods=periods, by=cast.lan)
        assert words in str(refused.value.message)
    half = {cell: value for cell, value in whole(parts).items() if cell in parts[0].cells}
    for user, centre, refusal in (
        (cast.lan, None, Forbidden), (cast.minh, cast.centre_a, OutOfScope), (cast.tuan, cast.centre_a, Forbidden),
    ):  # fmt: skip
        with pytest.raises(refusal):
            save_split(programme=row, centre=centre, periods=half, by=user)
    assert not PeriodSplit.objects.exists()
    save_split(programme=row, centre=cast.centre_a, periods=half, by=cast.lan)  # phase 2 is not known yet
    assert PeriodSplit.objects.count() == len(half)


def test_the_page_says_whose_split_it_is_and_keeps_what_was_typed(as_user, cast, reference):
    row = literacy_programme()
    parts = programme_parts(row)
    client, page = as_user(cast.lan), reverse("courses:programme")
    assert "Chưa ai ghi" in client.get(page).content.decode()
    url = reverse("courses:split-edit", args=[cast.centre_a.pk])
    fields = {f"p_{term}_{subject}": str(n) for (term, subject), n in whole(parts).items()}
    name = next(iter(fields))
    for wrong, words in (({name: "7a"}, "7a"), ({name: "3"}, "thiếu")):
        refused = client.post(url, fields | wrong)
        assert refused.status_code == 422
        assert words in refused.content.decode()
    assert client.post(url, fields).status_code == 302
    assert client.post(url, fields).status_code == 409
    assert f"do {cast.centre_a} tự phân chia" in client.get(page).content.decode()
    assert as_user(cast.minh).get(url).status_code == 404
    city = as_user(cast.tuan)
    assert city.post(reverse("courses:split-city"), fields).status_code == 302
    assert "do thành phố phân chia" in as_user(cast.hai).get(page).content.decode()


def test_classes_are_counted_and_listed_by_term(as_user, cast, reference):
    make_class(cast.centre_a, name="Lớp kỳ hai", course=Course.objects.get(code="XMC-K2"))
    make_class(cast.centre_a, name="Lớp cả giai đoạn", course=Course.objects.get(code="XMC-GD1"))
    closed_class(cast.centre_a, name="Lớp cũ", course=Course.objects.get(code="XMC-K2"), passing=1)
    client = as_user(cast.lan)

    assert client.get(reverse("courses:programme")).context["terms"] == [
        (1, 1, 0), (2, 1, 1), (3, 0, 0), (4, 0, 0), (5, 0, 0),
    ]  # fmt: skip
    listed = {}
    for number in (1, 2, 3):
        page = client.get(reverse("courses:class-list"), {"term": number}).context["page_obj"]
        listed[number] = {row.name for row in page}
    assert listed == {1: {"Lớp cả giai đoạn"}, 2: {"Lớp kỳ hai", "Lớp cũ"}, 3: set()}


@pytest.fixture
def term_3(cast, reference):
    group = make_class(cast.centre_a, course=Course.objects.get(code="XMC-K3"), teacher=cast.thu)
    return group, make_enrolled(group, 3), ProgrammeTerm.objects.get(number=3)


def test_results_by_subject_and_what_follows(cast, term_3):
    group, rows, term = term_3
    subjects = list(term.phase.subjects.order_by("order"))
    marks = ("good", "good", "good"), ("good", "pass", "fail"), ("pass", "", "pass")
    results = {
        (row.pk, subject.pk): mark
        for row, line in zip(rows, marks, strict=True)
        for subject, mark in zip(subjects, line, strict=True)
    }
    assert record_subject_results(class_group=group, term=term, results=results, by=cast.thu, take_over=True) == 8
    assert record_subject_results(class_group=group, term=term, results=results, by=cast.thu) == 0

    for row in rows:
        row.refresh_from_db()
    assert [row.result for row in rows] == ["good", "fail", ""]
    record_subject_results(class_group=group, term=term, results={(rows[0].pk, subjects[0].pk): ""}, by=cast.thu)
    assert SubjectResult.objects.count() == 7
    rows[0].refresh_from_db()
    assert rows[0].result == "good"  # what was taken over stays until somebody changes it


def test_results_that_are_refused(cast, term_3):
    group, rows, term = term_3
    subject, foreign = term.phase.subjects.first(), ProgrammeTerm.objects.get(number=4).phase.subjects.last()
    first_term = ProgrammeTerm.objects.get(number=1)
    for results, more in (
        ({(rows[0].pk, subject.pk): "best"}, {}),
        ({(rows[0].pk, foreign.pk): "pass"}, {}),
        ({(rows[0].pk + 999, subject.pk): "pass"}, {}),
        ({}, {"term": first_term, "take_over": True}),
    ):
        with pytest.raises(InvalidInput):
            record_subject_results(**{"class_group": group, "term": term, "results": results, "by": cast.thu} | more)
    with pytest.raises(OutOfScope):
        record_subject_results(class_group=group, term=term, results={}, by=cast.minh)
    close_class(class_group=group, by=cast.lan, accept_exceptions=True)
    with pytest.raises(Conflict):
        record_subject_results(class_group=group, term=term, results={(rows[0].pk, subject.pk): "pass"}, by=cast.thu)
    assert not SubjectResult.objects.exists()


def test_the_page_of_results_by_subject(as_user, cast, term_3):
    group, rows, term = term_3
    client, url = as_user(cast.thu), reverse("courses:subject-results", args=[group.pk])
    assert client.get(url).status_code == 200
    subjects = list(term.phase.subjects.all())
    given = {f"r_{rows[0].pk}_{subject.pk}": "pass" for subject in subjects} | {"term": "3", "take_over": "on"}
    assert client.post(url, given | {f"r_{rows[0].pk}_{subjects[0].pk}": "best"}).status_code == 422
    assert client.post(url, given).status_code == 302
    rows[0].refresh_from_db()
    assert rows[0].result == "pass"
    assert as_user(cast.tuan).post(url, given).status_code == 403
    assert as_user(cast.minh).get(url).status_code == 404
