"""A decision recognises a commune for 36 months; it expires, is followed by another, or is revoked with a reason."""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from clc_manager.duties import duties_of
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from indicators.choices import TitleState
from indicators.community.files import make_list
from indicators.community.selectors import current, expiring_for, history_of, overview_of
from indicators.community.titles import end_community, recognise_community
from indicators.models import CommunityTitle, CommunityTitleEnd
from indicators.rubric.evaluating import reopen_evaluation, review_evaluation
from indicators.rubric.marks import months_later
from tests.community.conftest import File
from tests.race import race


def today():
    return timezone.localdate()


def recognise(file, row=None, *, by=None, level=1, number="12/QĐ-UBND", on=None, **more):
    given = {"note": "" if row else "Quyết định trên giấy"} | more
    return recognise_community(
        unit=file.unit, evaluation=row, level=level, number=number, decided_on=on or today(),
        decided_by="Chủ tịch UBND thành phố", by=by or file.cast.tuan, **given,
    )  # fmt: skip


def test_a_reviewed_file_leads_to_a_title_of_36_months(file, cast):
    sent = file.send()
    with pytest.raises(Conflict) as told:
        recognise(file, sent)
    assert told.value.code == "not_locked"
    assert AuditEvent.objects.filter(verb="indicators.recognise_community_refused").count() == 1
    row = review_evaluation(evaluation=sent, agreed={}, version=sent.version, by=cast.tuan, accept=True)
    for wrong in ({"number": " "}, {"on": today() + dt.timedelta(days=1)}, {"level": 3}):
        with pytest.raises(InvalidInput):
            recognise(file, row, **wrong)
    for code, wrong in (("level_above_file", {"level": 2}), ("changed_meanwhile", {"version": row.version - 1})):
        with pytest.raises(Conflict) as told:
            recognise(file, row, **wrong)
        assert told.value.code == code
    title = recognise(file, row, version=row.version)
    assert title.valid_to == months_later(today(), 36)
    with pytest.raises(Conflict) as told:
        recognise(file, row)
    assert told.value.code == "decision_known"
    with pytest.raises(Conflict) as told:
        reopen_evaluation(evaluation=row, by=cast.tuan, reason="Xem lại")
    assert told.value.code == "has_title"
    kept = history_of(file.unit).current
    assert (kept.title, kept.state, kept.holds) == (title, TitleState.VALID, True)
    assert AuditEvent.objects.filter(verb="indicators.recognise_community").count() == 1


def test_only_the_city_records_and_revokes(file, cast):
    row = file.locked()
    for by, refusal in (
        (cast.nam, Forbidden), (cast.oanh, Forbidden), (cast.minh, Forbidden), (cast.lan, OutOfScope),
    ):  # fmt: skip
        with pytest.raises(refusal):
            recognise(file, row, by=by)
    title = recognise(file, row)
    for by, refusal in ((cast.nam, Forbidden), (cast.hoa, OutOfScope)):
        with pytest.raises(refusal):
            end_community(title=title, ended_on=today(), reason="Sai", by=by)
    for wrong in ({"reason": " "}, {"ended_on": today() + dt.timedelta(days=1)}):
        with pytest.raises(InvalidInput):
            end_community(**({"title": title, "ended_on": today(), "reason": "Sai", "by": cast.tuan} | wrong))
    end_community(title=title, ended_on=today(), reason="Chỉ tiêu 4.1 không còn đạt", by=cast.tuan)
    with pytest.raises(Conflict):
        end_community(title=title, ended_on=today(), reason="Lại", by=cast.tuan)
    assert history_of(file.unit).current.state == TitleState.REVOKED
    opened = reopen_evaluation(evaluation=row, by=cast.tuan, reason="Đánh giá lại")
    assert opened.state == "returned"
    for broken in (
        lambda: CommunityTitle.objects.filter(pk=title.pk).update(level=2),
        lambda: CommunityTitleEnd.objects.all().delete(),
        lambda: CommunityTitle.objects.filter(pk=title.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            broken()
    values = {"unit": file.unit, "number": "1", "decided_by": "A", "recorded_by": cast.tuan, "decided_on": today()}
    later = today() + dt.timedelta(days=1)
    for wrong in (
        {"level": 3, "valid_to": later}, {"level": 1, "valid_to": today()},
        {"level": 1, "valid_to": later, "number": ""}, {"level": 1, "valid_to": later, "decided_by": ""},
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            CommunityTitle.objects.create(**(values | wrong))
    other = CommunityTitle.objects.create(level=1, valid_to=later, **values)
    with pytest.raises(DatabaseError), transaction.atomic():
        CommunityTitleEnd.objects.create(title=other, ended_on=today(), reason="", ended_by=cast.tuan)


def test_level_2_comes_twelve_months_after_level_1(file, cast):
    recognise(file, on=today() - dt.timedelta(days=200))
    row = file.locked(level=2)
    with pytest.raises(Conflict) as told:
        recognise(file, row, level=2, number="99/QĐ")
    assert told.value.code == "too_early"
    earliest = months_later(today() - dt.timedelta(days=200), 12)
    assert f"{earliest:%d/%m/%Y}" in str(told.value.message)
    CommunityTitleEnd.objects.create(
        title=CommunityTitle.objects.get(), ended_on=today(), reason="Ghi nhầm", ended_by=cast.tuan
    )
    assert recognise(file, row, level=2, number="99/QĐ").level == 2


def test_a_decision_of_before_the_merger_goes_on_only_with_a_reason(file, cast):
    early = dt.date(2024, 6, 1)
    with pytest.raises(InvalidInput):
        recognise(file, on=early, note=" ")
    with pytest.raises(InvalidInput):
        recognise(file, file.locked(), on=early)
    with pytest.raises(Conflict) as told:  # no set of criteria held that year
        recognise(file, on=dt.date(2023, 6, 1))
    assert told.value.code == "no_rubric"
    title = recognise(file, on=early, note="Tiếp tục theo văn bản 7 của thành phố")
    assert title.valid_to == dt.date(2027, 6, 1)
    # The old commune's own title is shown to the new one, and does not count as its.
    old = recognise_community(
        unit=cast.old_commune_b, level=2, number="5/QĐ", decided_on=dt.date(2024, 9, 1), decided_by="Trưởng phòng",
        note="Trên giấy", by=cast.tuan,
    )  # fmt: skip
    kept = history_of(file.unit)
    assert ([row.title for row in kept.own], [row.title for row in kept.before]) == ([title], [old])
    assert kept.current.title == title
    with pytest.raises(InvalidInput):
        recognise_community(
            unit=cast.old_commune_b, level=1, number="6/QĐ", decided_on=dt.date(2025, 8, 1), decided_by="A",
            note="x", by=cast.tuan,
        )  # fmt: skip


def test_which_title_counts(file, cast):
    def made(level, on, valid_to, ended=False):
        row = CommunityTitle.objects.create(
            unit=file.unit, level=level, number=str(on), decided_on=on, valid_to=valid_to, decided_by="A",
            recorded_by=cast.tuan,
        )  # fmt: skip
        if ended:
            CommunityTitleEnd.objects.create(title=row, ended_on=on, reason="Sai", ended_by=cast.tuan)
        return row

    day = dt.date(2026, 12, 1)
    over = made(1, dt.date(2022, 1, 1), dt.date(2025, 1, 1))
    near = made(1, dt.date(2024, 3, 1), dt.date(2027, 3, 1))
    gone = made(2, dt.date(2026, 1, 1), dt.date(2029, 1, 1), ended=True)
    rows = [over, near, gone]
    assert (current(rows, day).title, current(rows, day).state, current(rows, day).days) == (
        near, TitleState.EXPIRING, 90,
    )  # fmt: skip
    assert current([over, gone], day).state == TitleState.EXPIRED
    assert current([gone], day).state == TitleState.REVOKED
    assert current(rows, dt.date(2027, 3, 2)).state == TitleState.EXPIRED
    assert current(rows, dt.date(2027, 3, 1)).holds
    assert current([], day) is None


def test_the_list_counts_and_the_files_say_the_same(file, cast):
    recognise(file, on=months_later(today(), -33), note="Tiếp tục theo văn bản 7")
    found = overview_of(user=cast.tuan, year=file.year)
    by_unit = {row.unit: row for row in found.communes}
    assert set(by_unit) == {cast.commune_a, cast.commune_b}
    assert by_unit[cast.commune_b].title_state == TitleState.EXPIRING
    assert (found.holding, found.at_first, found.at_second, found.without, found.waiting) == (1, 1, 0, 1, 0)
    assert [row.unit for row in found.only("expiring")] == [cast.commune_b]
    assert [row.unit for row in found.only("without")] == [cast.commune_a]
    assert [row.unit for row in overview_of(user=cast.tuan, year=file.year, district=cast.district_b).communes] == [
        cast.commune_b
    ]
    assert [row.unit for row in overview_of(user=cast.tuan, year=2024, district=cast.district_b).communes] == [
        cast.old_commune_b
    ]
    assert [row.unit for row in overview_of(user=cast.lan, year=file.year).communes] == [cast.commune_a]

    book = openpyxl.load_workbook(io.BytesIO(make_list(by=cast.tuan, year=file.year, kind="xlsx")))
    rows = [list(row) for row in book.active.iter_rows(values_only=True)]
    head = next(place for place, row in enumerate(rows) if row[0] == "Mã đơn vị")
    lines = {row[1]: row for row in rows[head + 1 :]}
    assert set(lines) == {"Xã Ba Vì", "Phường Ba Đình"}
    assert lines["Phường Ba Đình"][5:8] == ["sắp hết hạn", 1, "12/QĐ-UBND"]
    assert lines["Xã Ba Vì"][5:8] == ["chưa có danh hiệu", None, ""]
    text = make_list(by=cast.tuan, year=file.year, kind="csv", only="expiring").decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    with pytest.raises(InvalidInput):
        make_list(by=cast.tuan, year=file.year, kind="pdf")
    assert AuditEvent.objects.filter(verb="indicators.export_communities").count() == 2


def test_who_is_to_act_is_reminded(file, cast):
    recognise(file, on=months_later(today(), -33), note="Tiếp tục theo văn bản 7")
    assert [row.title.unit for row in expiring_for(cast.nam, today())] == [file.unit]
    assert expiring_for(cast.hoa, today()) == expiring_for(cast.minh, today()) == []
    words = {who: " ".join(duty.text for duty in duties_of(getattr(cast, who), today())) for who in ("nam", "tuan")}
    assert "Cộng đồng học tập mức độ 1 hết hạn" in words["nam"]
    assert "1 danh hiệu Cộng đồng học tập" in words["tuan"]
    file.send()
    later = dt.date(file.year + 1, 1, 2)  # a file that waits does not go with the year
    for day in (today(), later):
        (duty,) = [duty for duty in duties_of(cast.tuan, day) if "chờ xem xét" in duty.text]
        assert duty.text == f"1 hồ sơ Cộng đồng học tập năm {file.year} chờ xem xét"
        assert duty.url.endswith(f"?only=waiting&year={file.year}")


@pytest.mark.django_db(transaction=True)
def test_two_officers_record_one_decision_once(cast, reference):
    file = File(cast)
    results = race(lambda: recognise(file), lambda: recognise(file))
    assert sum(isinstance(one, Conflict) for one in results) == 1, results
    assert CommunityTitle.objects.count() == 1
