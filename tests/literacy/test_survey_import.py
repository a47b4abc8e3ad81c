"""Survey sheets come in: matched, idempotent, contradictions left out, undone as long as nothing was built on them."""

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from centres.models import Centre, CentreLocation
from core.dates import PartialDate
from core.errors import Conflict, Forbidden, InvalidInput, OutOfScope
from core.models import AuditEvent
from learners.models import Learner, LearnerCentre, StatedSchooling
from literacy.models import LevelStanding, LevelStatement, SurveyImport
from literacy.services import record_award
from literacy.services.survey_undo import undo_survey
from literacy.services.surveys import commit_survey, preview_survey, wrong_survey_rows
from tests.factories import make_learner
from tests.literacy.surveys import book, person

DAY = dt.date(2025, 3, 1)
SAMPLE = Path(__file__).parents[1] / "data" / "roster_survey_sheet.xlsx"


def commit(cast, content, by=None, decisions=None, name="phieu.xlsx"):
    row, _preview = preview_survey(unit=cast.commune_a, content=content, file_name=name, by=by or cast.hoa)
    return row, commit_survey(survey=row, by=by or cast.hoa, decisions=decisions)


def levels():
    rows = Learner.objects.order_by("pk").values_list("full_name", "level_standing__level", "level_standing__relapsed")
    return {name: (level, relapsed) for name, level, relapsed in rows}


def test_a_commune_officer_brings_in_people_without_any_class(cast, reference):
    content = book([
        person("Đào", done=3), person("Bích", school="TH"), person("Dung", done=0), person("Nga", now=1),
        person("Mai", done=4, relapsed=1),
    ])  # fmt: skip
    _row, done = commit(cast, content)

    assert (done.committed, done.stated, done.new, done.errors) == (5, 4, 5, [])
    assert levels() == {
        "Bùi Thị Đào": (1, False), "Bùi Thị Bích": (2, False), "Bùi Thị Dung": (0, False), "Bùi Thị Nga": (None, None),
        "Bùi Thị Mai": (0, True),
    }  # fmt: skip
    people = Learner.objects.visible_to(cast.hoa)
    assert people.count() == 5
    assert set(people.values_list("unit", "neighbourhood__name")) == {(cast.commune_a.pk, "Thôn 1")}
    assert not Learner.objects.visible_to(cast.nam).exists()


def test_people_of_all_centres_of_the_commune_are_recognised_by_whoever_may_know_them(cast, reference):
    """A commune has several centres: its officer must not register the people of the others a second time."""
    other = Centre.objects.create(code="HN-BAVI-2", name="Trung tâm Ba Vì 2", established_on=dt.date(2012, 1, 1))
    CentreLocation.objects.create(centre=other, unit=cast.commune_a, valid_from=dt.date(2025, 7, 1))
    born = PartialDate(1980, 5, 3)
    mai = make_learner(other, "Bùi Thị Mai", birth=born, unit=cast.commune_a)
    dao = make_learner(other, "Bùi Thị Đào", birth=born, unit=cast.commune_a)
    LearnerCentre.objects.create(learner=dao, centre=cast.centre_a)
    content = book([person(given, day=3, month=5, done=3) for given in ("Mai", "Đào")])
    _row, seen = preview_survey(unit=cast.commune_a, content=content, file_name="a.xlsx", by=cast.lan)
    assert (seen.known, seen.new) == (1, 1), "staff of one centre know their own people only"
    _row, done = commit(cast, content, by=cast.tuan)
    assert (done.known, done.new, Learner.objects.count()) == (2, 0, 2)
    assert LevelStanding.objects.filter(learner__in=[mai, dao], level=1).count() == 2


def test_people_of_a_centre_that_closed_are_not_registered_a_second_time(cast, reference):
    last = timezone.localdate() - dt.timedelta(days=1)
    closed = Centre.objects.create(
        code="HN-BAVI-3", name="Trung tâm Ba Vì 3", established_on=dt.date(2015, 1, 1), closed_on=last
    )
    CentreLocation.objects.create(centre=closed, unit=cast.commune_a, valid_from=dt.date(2025, 7, 1), valid_to=last)
    make_learner(closed, "Bùi Thị Mai", birth=PartialDate(1980, 5, 3), unit=cast.commune_a)
    _row, done = commit(cast, book([person("Mai", day=3, month=5, done=3)]), by=cast.tuan)
    assert (done.known, done.new, Learner.objects.count()) == (1, 0, 1)


def test_contradictory_rows_stay_out_and_nothing_is_half_written(cast, reference):
    content = book(
        [
            person("Đào", relapsed=1), person("Bích", done=5, **{"Mức độ biết chữ": "không rõ"}),
            person("Dung", year=2031), person("Nga", done=3),
        ],
        extra=["Mức độ biết chữ"],
    )  # fmt: skip
    row, done = commit(cast, content)

    assert [(error.row, error.column) for error in done.errors] == [
        (3, "Tái mù chữ"), (4, "Mức độ biết chữ"), (5, "Ngày / Tháng / Năm sinh"),
    ]  # fmt: skip
    assert list(levels()) == ["Bùi Thị Nga"]
    assert LevelStatement.objects.count() == StatedSchooling.objects.count() == 1
    # The wrong rows come back as the same sheet: mended there and sent again, they are taken.
    again, done = commit(cast, wrong_survey_rows(SurveyImport.objects.get(pk=row.pk)), name="sai.xlsx")
    assert (len(done.errors), again.wrong_file.name != "") == (3, True)


def test_the_same_file_twice_changes_nothing(cast, reference):
    content = SAMPLE.read_bytes()
    _row, first = commit(cast, content)
    before = list(LevelStatement.objects.order_by("pk").values())
    people = list(Learner.objects.order_by("pk").values("pk", "code", "updated_at"))

    _row, second = commit(cast, content, decisions=dict.fromkeys(range(1, 100), "skip"))

    assert (first.committed, first.wrong_rows) == (57, 3)
    assert (second.new, second.stated) == (0, 0)
    assert second.known + second.lookalike == 57
    assert list(LevelStatement.objects.order_by("pk").values()) == before
    assert list(Learner.objects.order_by("pk").values("pk", "code", "updated_at")) == people


def test_known_people_are_found_and_the_certificate_outweighs_the_sheet(cast, reference):
    learner = make_learner(cast.centre_a)
    record_award(
        learner=learner, level=1, proof="test", certified_on=DAY, centre=cast.centre_a,
        by=cast.lan,
    )  # fmt: skip
    name, birth = learner.name, learner.birth
    cells = {
        "middle": name.family_middle, "given": name.given, "day": birth.day, "month": birth.month, "year": birth.year,
    }  # fmt: skip
    row, preview = preview_survey(
        unit=cast.commune_a, content=book([{**cells, "done": 0}]), file_name="a.xlsx", by=cast.lan
    )
    assert (preview.known, len(preview.odd)) == (1, 1)
    commit_survey(survey=row, by=cast.lan)
    assert LevelStanding.objects.get(learner=learner).level == 1

    # The same person fell back: no contradiction, since the register knows that they could read.
    row, preview = preview_survey(
        unit=cast.commune_a, content=book([{**cells, "relapsed": "x"}]), file_name="b.xlsx", by=cast.lan
    )
    assert preview.errors == []
    commit_survey(survey=row, by=cast.lan)
    standing = LevelStanding.objects.get(learner=learner)
    assert (standing.level, standing.relapsed) == (0, True)


def test_lookalikes_are_asked_about(cast, reference):
    make_learner(cast.centre_a, "Bùi Thị Đào", birth=PartialDate(1980))
    content = book([person("Đào", done=3)])
    _row, done = commit(cast, content)
    assert (done.lookalike, done.committed, len(done.left_out)) == (1, 0, 1)

    _row, done = commit(cast, content, decisions={3: "same"})
    assert (done.committed, Learner.objects.count(), LevelStanding.objects.get().level) == (1, 1, 1)


def test_undo_takes_everything_back_unless_something_was_built_on_it(cast, reference):
    known = make_learner(cast.centre_a, "Bùi Thị Đào", birth=PartialDate(1980, 2, 3))
    Learner.objects.filter(pk=known.pk).update(unit=cast.commune_b)
    content = book([person("Đào", day=3, month=2, done=3), person("Nga", done=0)])
    row, done = commit(cast, content)
    known.refresh_from_db()
    assert (done.new, done.known, known.unit_id) == (1, 1, cast.commune_a.pk)
    fresh = Learner.objects.get(given_name="Nga")
    award = record_award(
        learner=fresh, level=1, proof="test", certified_on=DAY, centre=cast.centre_a,
        by=cast.lan,
    )  # fmt: skip

    with pytest.raises(Conflict) as refusal:
        undo_survey(survey=SurveyImport.objects.get(pk=row.pk), by=cast.hoa)
    assert refusal.value.code == "undo_built_on"
    award.follow_ups.all().delete()
    award.delete()

    assert undo_survey(survey=SurveyImport.objects.get(pk=row.pk), by=cast.hoa) == 1
    known.refresh_from_db()
    assert (list(Learner.objects.all()), known.unit_id) == ([known], cast.commune_b.pk)
    assert not LevelStatement.objects.exists()
    assert not LevelStanding.objects.exists()
    assert not StatedSchooling.objects.exists()
    assert AuditEvent.objects.filter(verb="literacy.undo_survey").count() == 1


def test_who_may_and_where(cast, reference):
    content = book([person("Đào", done=3)])

    def look(by, unit):
        return preview_survey(unit=unit, content=content, file_name="a.xlsx", by=by)[0].centre

    assert look(cast.lan, cast.commune_a) == look(cast.hoa, cast.commune_a) == look(cast.tuan, cast.commune_a)
    for by, unit, error in (
        (cast.minh, cast.commune_a, OutOfScope), (cast.nam, cast.commune_a, OutOfScope),
        (cast.van, cast.commune_a, Forbidden), (cast.oanh, cast.commune_a, Forbidden),
        (cast.hoa, cast.district_a, InvalidInput), (cast.hoa, cast.old_commune_a, InvalidInput),
    ):  # fmt: skip
        with pytest.raises(error):
            look(by, unit)
    CentreLocation.objects.filter(unit=cast.commune_a).delete()
    with pytest.raises(InvalidInput) as refusal:
        look(cast.tuan, cast.commune_a)
    assert refusal.value.code == "unit_without_centre"


def test_the_command_previews_and_commits(cast, reference, tmp_path, capsys):
    path = tmp_path / "phieu.xlsx"
    path.write_bytes(book([person("Đào", done=3), person("Nga", relapsed="x")]))

    def run(*options):
        out = io.StringIO()
        call_command(
            "import_survey", str(path), "--unit", cast.commune_a.code, "--by", "hoa", "--json", *options, stdout=out
        )
        return json.loads(out.getvalue())

    look = run()
    assert (look["new"], look["committed"], [error["row"] for error in look["errors"]]) == (1, 0, [4])
    assert not Learner.objects.exists()
    done = run("--commit")
    assert (done["committed"], done["stated"], done["levels"]) == (1, 1, {"1": 1})
    with pytest.raises(SystemExit):
        call_command("import_survey", str(path), "--unit", "99999", "--by", "hoa", stdout=io.StringIO())
