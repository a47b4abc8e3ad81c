"""The year of the home centre in the demo: a survey, the plan made from it, classes under it, shared materials."""

import datetime as dt

from accounts.models import User
from clc_manager.demo.city import Place
from clc_manager.demo.names import SUBJECTS
from clc_manager.demo.teaching import Town
from courses.models import Course, NeedsSurvey
from courses.planning.choices import Funding
from courses.services import materials, planning
from learners.target_groups import TargetGroup

ASKED_BY = ("Bà Phùng Thị Én", "Ông Bàn Văn Lực", "Chị Triệu Thị Mùi")
# What the rules of each class say of whom it is for.
FOR_WHOM = {"CSSK": ("cao_tuoi",), "RAU": ("nong_dan", "phu_nu"), "VNEID": ("cao_tuoi", "noi_tro")}
GUIDE = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


def year_of(town: Town, place: Place, users: dict[str, User], neighbour: Place) -> None:
    """Ask, plan and approve this year, ask for the next one, share a link and a file; before the classes are held."""
    staff, director = users["lan"], users["duc"]
    courses = [town.course(place.centre, subject, place.desk) for subject in SUBJECTS[:8]]
    this_year = town.today.year
    plan = planning.plan_from_survey(survey=_survey(town, place, this_year, courses, staff), by=staff)
    for line in plan.lines.order_by("pk"):
        subject = next(subject for subject in SUBJECTS if line.course and subject.code == line.course.code)
        classes = 1 + line.expected_participants // 100
        planning.change_line(
            line=line, by=staff, class_count=classes, expected_participants=classes * 25, partner=subject.partner,
            funding=Funding.BUDGET if subject.certified else Funding.DONATION,
        )  # fmt: skip
    planning.approve_plan(plan=plan, by=director, approved_on=min(dt.date(this_year, 1, 15), town.today))
    line = plan.lines.order_by("pk")[0]
    planning.change_line(line=line, by=director, quarter=4, reason="Phòng máy sửa chữa đến hết quý III")
    for line in plan.lines.select_related("plan"):
        if line.course_id:
            town.plan_lines[line.course_id, this_year] = line
    for subject in SUBJECTS:
        town.target_groups[subject.code] = list(TargetGroup.objects.filter(code__in=FOR_WHOM.get(subject.code, ())))
    _survey(town, place, this_year + 1, courses, staff)
    _materials(place, neighbour, courses, staff)


def _survey(town: Town, place: Place, year: int, courses: list[Course], by: User) -> NeedsSurvey:
    survey = planning.open_survey(centre=place.centre, year=year, by=by, courses=courses)
    ideas = list(survey.ideas.order_by("pk"))
    visits = list(survey.visits.select_related("neighbourhood").order_by("neighbourhood__search_key"))
    counts: dict[tuple[int, int], int | None] = {}
    facts = {}
    # The last villages have not been asked yet for the year to come.
    asked = visits if year == town.today.year else visits[:-3]
    for place_number, visit in enumerate(asked):
        for number, idea in enumerate(ideas):
            counts[visit.pk, idea.pk] = (place_number * 7 + number * 11 + year) % 23
        facts[visit.pk] = {
            "households_asked": 30 + place_number * 13 % 40,
            "asked_by": ASKED_BY[place_number % len(ASKED_BY)],
            "asked_on": town.today - dt.timedelta(days=20 + place_number % 9),
        }
    planning.record_needs(survey=survey, by=by, counts=counts, visits=facts)
    if year == town.today.year:
        planning.close_survey(survey=survey, by=by)
    return survey


def _materials(place: Place, neighbour: Place, courses: list[Course], by: User) -> None:
    by_code = {course.code: course for course in courses}
    materials.add_material(
        centre=place.centre, by=by, title="Cài đặt và dùng VNeID từng bước", licence="cc_by", is_shared=True,
        author="Trung tâm học tập cộng đồng xã Ba Vì", content=GUIDE, file_name="cai-dat-vneid.pdf",
        course=by_code["VNEID"],
    )  # fmt: skip
    shared = materials.add_material(
        centre=neighbour.centre, by=neighbour.desk, title="Nhận biết cuộc gọi lừa đảo", licence="internal",
        author="Công an thành phố Hà Nội", url="https://congan.hanoi.gov.vn/", is_shared=True,
    )  # fmt: skip
    materials.use_material(material=shared, course=by_code["ATTT"], centre=place.centre, by=by)
