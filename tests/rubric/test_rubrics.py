"""A set of criteria is laid down by pages alone, must be worth 100, and is frozen once it holds."""

from decimal import Decimal

import pytest
from django.urls import reverse

from core.errors import Conflict, InvalidInput
from core.models import AuditEvent
from indicators.models import Criterion, Rubric, RubricArea
from indicators.rubric import editing
from indicators.rubric.quantities import QUANTITIES
from indicators.rubric.selectors import areas_of, bands_of, rubric_for, sums_of
from indicators.services import load_reference

D = Decimal
HEAD = {
    "code": "THU",
    "name": "Bộ thử",
    "document": "QĐ 1",
    "from_year": "2026",
    "period_kind": "calendar_year",
    "kind": "points",
    "note": "",
}


def at(name, *args):
    return reverse(f"indicators:{name}", args=args)


@pytest.fixture
def starter(cast, reference):
    return Rubric.objects.get(code="TTHTCD")


def test_the_starting_set_is_worth_100_and_says_what_it_is(starter):
    areas = areas_of(starter)
    parts, whole = sums_of(areas)
    assert [parts[area.pk].maximum for area in areas] == [25, 40, 15, 20]
    assert whole.maximum == 100
    assert editing.obstacles(starter) == []
    assert "đề xuất" in starter.note
    assert {row.quantity for area in areas for row in area.criteria.all()} - {""} <= set(QUANTITIES)
    assert load_reference()["criteria"] == 0  # a second time adds nothing


def test_a_set_is_laid_down_by_pages_and_only_holds_with_100_points(as_user, cast, starter):
    client = as_user(cast.tuan)
    assert client.post(at("rubric-add"), HEAD).status_code == 302
    rubric = Rubric.objects.get(code="THU")
    client.post(at("rubric-area-add", rubric.pk), {"name": "Tổ chức"})
    area = RubricArea.objects.get(rubric=rubric)
    given = {"area": area.pk, "code": "1", "name": "Số lớp", "points": "60,5", "scoring": "quantity",
             "quantity": "classes", "level_1_points": "30", "level_1_at_least": "2", "level_2_points": "60,5",
             "level_2_at_least": "6"}  # fmt: skip
    for wrong in (
        {"quantity": ""}, {"level_2_at_least": "1"}, {"level_2_points": "70"}, {"level_1_points": ""},
        {"points": "0"}, {"level_1_at_least": ""},
    ):  # fmt: skip
        answer = client.post(at("criterion-add", rubric.pk), given | wrong)
        assert answer.status_code == 422, wrong
        assert "Số lớp" in answer.content.decode()
    assert client.post(at("criterion-add", rubric.pk), given).status_code == 302
    yes = {"area": area.pk, "code": "2", "name": "Có quyết định", "points": "30", "scoring": "yes_no"}
    assert client.post(at("criterion-add", rubric.pk), yes | {"code": "1"}).status_code == 422
    assert client.post(at("criterion-add", rubric.pk), yes).status_code == 302
    bands = {"band_1_name": "Đạt", "band_1_at_least": "50", "band_2_name": "Chưa đạt", "band_2_at_least": "0"}
    assert client.post(at("rubric-bands", rubric.pk), bands).status_code == 302
    body = client.get(at("rubric", rubric.pk)).content.decode()
    assert "thiếu 9,5" in body
    client.post(at("rubric-start", rubric.pk))
    assert Rubric.objects.get(pk=rubric.pk).state == "draft"

    row = Criterion.objects.get(area=area, code="2")
    assert client.post(at("criterion-edit", rubric.pk, row.pk), yes | {"points": "39,5"}).status_code == 302
    client.post(at("rubric-start", rubric.pk))
    rubric.refresh_from_db()
    assert (rubric.state, rubric.started_by) == ("in_force", cast.tuan)
    assert AuditEvent.objects.filter(verb="indicators.start_rubric", object_id=str(rubric.pk)).exists()


def test_in_force_is_frozen_and_a_new_version_takes_over(as_user, cast, starter):
    area = starter.areas.first()
    criterion = area.criteria.first()
    for attempt in (
        lambda: editing.save_area(rubric=starter, name="Khác", by=cast.tuan),
        lambda: editing.drop_area(area=area, by=cast.tuan),
        lambda: editing.drop_criterion(criterion=criterion, by=cast.tuan),
        lambda: editing.set_bands(rubric=starter, bands=[("Đạt", D(0))], by=cast.tuan),
        lambda: editing.edit_rubric(rubric=starter, by=cast.tuan, name="Khác"),
        lambda: editing.discard_rubric(rubric=starter, by=cast.tuan),
    ):
        with pytest.raises(Conflict) as told:
            attempt()
        assert told.value.code == "rubric_frozen"

    client = as_user(cast.tuan)
    client.post(at("rubric-copy", starter.pk))
    draft = Rubric.objects.get(code="TTHTCD", version=2)
    assert (bands_of(draft), sums_of(areas_of(draft))[1]) == (bands_of(starter), sums_of(areas_of(starter))[1])
    assert [row.code for area in areas_of(draft) for row in area.criteria.all()] == [
        row.code for area in areas_of(starter) for row in area.criteria.all()
    ]
    with pytest.raises(Conflict):
        editing.copy_rubric(rubric=starter, by=cast.tuan)
    editing.edit_rubric(rubric=draft, by=cast.tuan, from_year=2026)
    editing.start_rubric(rubric=draft, by=cast.tuan)
    assert (rubric_for(2026).version, rubric_for(2025).version, rubric_for(2023)) == (2, 1, None)


def test_two_people_on_one_draft(cast, starter):
    draft = editing.copy_rubric(rubric=starter, by=cast.tuan)
    read = draft.edition
    editing.save_area(rubric=draft, name="Lĩnh vực năm", by=cast.tuan, edition=read)
    with pytest.raises(Conflict) as told:
        editing.save_area(rubric=draft, name="Lĩnh vực sáu", by=cast.tuan, edition=read)
    assert told.value.code == "changed_meanwhile"
    assert draft.areas.filter(name="Lĩnh vực sáu").count() == 0
    with pytest.raises(InvalidInput):
        editing.set_bands(rubric=draft, bands=[("A", D(0)), ("B", D(0))], by=cast.tuan)


def test_who_opens_and_who_changes(as_user, cast, starter):
    draft = editing.copy_rubric(rubric=starter, by=cast.tuan)
    area, criterion = draft.areas.first(), Criterion.objects.filter(area__rubric=draft).first()
    pages = {
        "rubric-edit": [draft.pk], "rubric-bands": [draft.pk], "rubric-area-add": [draft.pk],
        "rubric-area-edit": [draft.pk, area.pk], "criterion-add": [draft.pk], "rubric-add": [],
        "criterion-edit": [draft.pk, criterion.pk],
    }  # fmt: skip
    posts = {
        "rubric-copy": [starter.pk], "rubric-start": [draft.pk], "rubric-discard": [draft.pk],
        "rubric-area-drop": [draft.pk, area.pk], "criterion-drop": [draft.pk, criterion.pk],
    }  # fmt: skip
    for who in ("lan", "duc", "hoa", "oanh", "nam"):
        client = as_user(getattr(cast, who))
        assert client.get(at("rubric", starter.pk)).status_code == 200
        assert client.get(at("rubric", draft.pk)).status_code == 404
        for name, args in (pages | posts).items():
            assert client.post(at(name, *args)).status_code == 403, (who, name)
    assert as_user(cast.thu).get(at("rubric-list")).status_code == 403
    client = as_user(cast.tuan)
    for name, args in pages.items():
        assert client.get(at(name, *args)).status_code == 200, name
    assert Rubric.objects.get(pk=draft.pk).edition == 1
