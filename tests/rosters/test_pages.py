"""Lists are worked through a page at a time: that changes nothing but the memory it takes."""

import tracemalloc
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dates import PartialDate
from core.errors import Conflict
from core.tabular.reading import SheetRow, Spool, read_sheet, spool
from courses.models import Enrolment
from courses.roster import rows as roster_rows
from courses.roster.header import find_header
from courses.services import withdraw
from courses.services.rosters import commit_roster, preview_roster, wrong_rows_of
from learners import selectors
from learners.models import DifferentPeople, Learner, LearnerCentre
from tests.factories import make_class, make_learner
from tests.rosters.sheets import HEADER, person, read_all, roster, saved


def sheet_of(rows: list[list[Any]]) -> bytes:
    """An .xlsx of these rows and nothing else."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


CELL = st.one_of(st.text(max_size=8), st.floats(allow_nan=False), st.booleans(), st.dates(), st.datetimes(), st.none())


@settings(max_examples=60, deadline=None)
@given(cells=st.lists(st.lists(CELL, max_size=4), max_size=40), data=st.data())
def test_a_spool_is_the_list_of_its_rows(cells, data):
    rows = [SheetRow(at * 2, row) for at, row in enumerate(cells)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "PAGE", data.draw(st.integers(1, 7)))
        kept = Spool(iter(rows))
        assert (list(kept), len(kept), bool(kept)) == (rows, len(rows), bool(rows))
        assert [kept[at] for at in range(-len(rows), len(rows))] == rows * 2
        first, last = data.draw(st.integers(-45, 45)), data.draw(st.integers(-45, 45))
        assert (kept[first:last], kept[:first]) == (rows[first:last], rows[:first])
        assert kept.width == max(map(len, cells), default=0)
        for outside in (len(rows), -len(rows) - 1):
            with pytest.raises(IndexError):
                kept[outside]


def test_rows_and_columns_keep_the_numbers_people_see():
    rows = [[None] * 4, [None] * 4, [None, None, "Họ và tên", "Năm sinh"], [None, None, "Bùi Thị Nga", 1984]]
    sheet = read_sheet(sheet_of(rows), "ds.xlsx")
    assert list(sheet.rows) == [
        SheetRow(3, ["", "", "Họ và tên", "Năm sinh"]),
        SheetRow(4, ["", "", "Bùi Thị Nga", 1984.0]),
    ]


def told(group, by):
    """What a list with something of everything comes to, in words that do not depend on keys."""
    people = [person(n, **{"Họ và tên": f"Bùi Thị {chr(64 + n)}oa", "Điện thoại": None}) for n in range(1, 20)]
    people[2][4] = "12345"  # wrong
    people[11][4] = people[0][4]  # the number of an earlier page
    people[4] = person(5, **{"Họ và tên": "Đinh Thị Mai", "Ngày sinh": "01/02/1970", "Số CCCD": None})  # was here
    people[17] = person(18, **{"Họ và tên": "Đinh Thị Mai", "Ngày sinh": "1970", "Số CCCD": "001170000009"})  # too
    people[8] = person(9, **{"Họ và tên": "Lò Văn Páo", "Ngày sinh": "1961", "Số CCCD": None})  # like Lò Văn Pao
    people[13] = person(14, **{"Họ và tên": "Lò Văn Pạo", "Ngày sinh": "1961", "Số CCCD": None})  # like him too
    content = roster([*people, ["Tổng cộng", *[None] * 8], [None, "Nguyễn Văn Ký", *[None] * 7]], footer=False)
    row, look = preview_roster(class_group=group, content=content, file_name="ds.xlsx", by=by)
    wrong = read_sheet(wrong_rows_of(row), "sai.xlsx").rows
    done = commit_roster(roster_import=row, by=by, decisions={16: "new"})
    seen = Enrolment.objects.filter(class_group=group).order_by("learner__sort_key", "learner__birth_year")
    row.refresh_from_db()
    return {
        "looks": [
            (found.counts, found.errors, found.unread, [(item.kind, item.person) for item in found.rows])
            for found in (look, done)
        ],
        "wrong": [[line.number, line.cells] for line in wrong],
        "done": (done.committed, done.left_out, row.new_count, row.known_count, row.lookalike_count, row.error_count),
        "made": (sum(b - a + 1 for a, b in row.made["registered"]), len(row.made["tied"]), len(row.made["back"])),
        "class": list(seen.values_list("learner__full_name", "learner__personal_id_tail", "status")),
        "neighbourhoods": list(seen.values_list("neighbourhood__name", "learner__neighbourhood__name")),
        "links": LearnerCentre.objects.filter(centre=group.centre).count(),
        "different": DifferentPeople.objects.count(),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("at_hand", [0, 5000])
def test_a_list_in_many_pages_comes_to_the_same_as_in_one(cast, reference, monkeypatch, at_hand):
    group = make_class(cast.centre_a, capacity=None)
    mai = make_learner(cast.centre_a, "Đinh Thị Mai", birth=PartialDate(1970, 2, 1))
    mai.set_personal_id("001170000009")
    mai.save()
    make_learner(cast.centre_a, "Lò Văn Pao", birth=PartialDate(1961))
    enrolment = Enrolment.objects.create(class_group=group, learner=mai, enrolled_on=group.starts_on)
    withdraw(enrolment=enrolment, by=cast.lan, reason="bận việc")
    results = []
    for rows, spooled in ((2000, 1000), (3, 2), (1, 1), (7, 30)):
        monkeypatch.setattr(roster_rows, "PAGE", rows)
        monkeypatch.setattr(spool, "PAGE", spooled)
        monkeypatch.setattr(selectors, "MOST_AT_HAND", at_hand)
        with transaction.atomic():
            results.append(told(group, cast.lan))
            transaction.set_rollback(True)
    assert results[0]["done"][0] == 15
    assert results[0]["made"] == (14, 0, 1)
    assert results[1:] == results[:1] * 3


@pytest.mark.parametrize("page", [1, 2, 100])
def test_crosses_far_down_tell_of_those_above_too(monkeypatch, page):
    monkeypatch.setattr(roster_rows, "PAGE", page)
    rows = [["TT", "Họ và tên", "Nam", "Nữ"], ["(1)", "(2)", "(3)", "(4)"]]
    people = [[1, "Bùi Văn An", None, None], [2, "Bùi Văn Ba", None, None], [3, "Bùi Thị Ca", None, "x"]]

    def sexes(sheet):
        return [one.sex.value for one in read_all(sheet, find_header(sheet)).people]

    assert sexes(read_sheet(sheet_of([*rows, *people]), "a.xlsx")) == ["male", "male", "female"]
    assert sexes(read_sheet(sheet_of([*rows, *people[:2]]), "a.xlsx")) == ["unknown", "unknown"]


@pytest.mark.django_db
def test_too_many_for_the_class_and_no_page_of_them_stays(cast, reference, monkeypatch):
    monkeypatch.setattr(roster_rows, "PAGE", 2)
    group = make_class(cast.centre_a, capacity=4)
    content = roster([person(n) for n in range(1, 8)])
    row, _look = preview_roster(class_group=group, content=content, file_name="ds.xlsx", by=cast.lan)
    with pytest.raises(Conflict, match="Lớp chỉ còn 4 chỗ, danh sách có 7 người"):
        commit_roster(roster_import=row, by=cast.lan)
    assert not Learner.objects.exists()
    row.refresh_from_db()
    assert (row.status, bool(row.file)) == ("preview", True)


@pytest.mark.django_db
def test_memory_does_not_grow_with_the_rows(cast, reference, monkeypatch):
    monkeypatch.setattr(roster_rows, "PAGE", 200)
    monkeypatch.setattr(spool, "PAGE", 200)

    def peak(centre, by, count, series):
        group = make_class(centre, capacity=None)
        lines = [",".join(HEADER)]
        lines += [f"{n},Bùi Thị A,{1950 + n % 50},Nữ,0011{series}{n:07d},,,," for n in range(count)]
        content = "\n".join(lines).encode()
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        row, _look = preview_roster(class_group=group, content=content, file_name="ds.csv", by=by)
        assert commit_roster(roster_import=row, by=by).committed == count
        return tracemalloc.get_traced_memory()[1] - before

    tracemalloc.start()
    try:
        peak(cast.centre_b, cast.minh, 200, 0)  # what is loaded once
        small, large = peak(cast.centre_a, cast.lan, 400, 1), peak(cast.centre_b, cast.minh, 2400, 2)
    finally:
        tracemalloc.stop()
    # The file itself, and of each row what tells whether it comes again; a row held in memory would be 2.5 kB.
    assert (large - small) / 2000 < 450, (small, large)
