"""Building the small demo city from beginning to end."""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from centres.models import AdminUnit, Centre
from certificates.models import Certificate
from clc_manager.demo import (
    city,
    communities,
    following,
    going_on,
    judging,
    papers,
    planning,
    plans,
    reading,
    standards,
    surveying,
    teaching,
    visits,
    years,
)
from clc_manager.demo.people import describe_users
from core.errors import Conflict, Forbidden
from courses.models import Attendance, ClassGroup, Enrolment, Session
from indicators.models import Figure
from indicators.quality.services import keep_quality
from learners.models import Learner
from literacy.models import Escalation, FollowUp, LiteracyAward, LiteracyCheck, Relapse, Volunteer

SEED = 23  # the number of the resolution the plan carries out
CLASSES_PER_YEAR = 4
Say = Callable[[str], None]


def check_allowed() -> None:
    """Refuse on production settings, without units, and when people are registered already."""
    if settings.IS_PRODUCTION:
        raise Forbidden("demo_in_production", _("Không tạo dữ liệu mẫu trên hệ thống thật."))
    if not city.units_are_loaded():
        raise Conflict("units_missing", _("Chưa có danh mục đơn vị hành chính. Chạy load_reference trước."))
    if User.objects.exists() or Centre.objects.exists():
        raise Conflict(
            "not_empty", _("Cơ sở dữ liệu đã có người dùng hoặc trung tâm; dữ liệu mẫu chỉ tạo trên hệ thống trống.")
        )


def build_small(*, today: dt.date, say: Say) -> dict[str, Any]:
    """Build about 30 centres with two years of work, all through the services. Returns what the command prints."""
    check_allowed()
    rng = random.Random(SEED)  # noqa: S311 - believable, not secret
    with transaction.atomic():
        places, users = city.build_centres()
        say(_("%(n)s trung tâm") % {"n": len(places)})
        town = teaching.Town(today=today, rng=rng)
        reading.literacy_classes(town, places, users)
        home = next(place for place in places if place.centre.code == f"HN{city.HOME_COMMUNE}")
        reading.class_to_fill(town, home, users)
        planning.year_of(town, home, users, next(place for place in places if place is not home))
        for place in places:
            teaching.ordinary_classes(town, place, per_year=CLASSES_PER_YEAR + (place is home) * 2)
        teaching.running_classes(town, places)
        reading.class_to_close(town, home, users)
        following.volunteers(town, home, users)
        visits.second_word(town, home, users)
        standards.closed_year(town, home, users)
        surveying.survey_of(town, home)
        standards.surveyed_communes(town, places, home, users["tuan"])
        going_on.term_by_term(town, home)
        going_on.relapse_at_home(town, home)
        going_on.learning_elsewhere(town, places)
        say(_("%(n)s lớp") % {"n": len(town.classes)})
    say(_("đang in chứng nhận…"))
    papers.certificates(town, places)
    with transaction.atomic():
        papers.use_of_the_system(town, places)
        colleague = papers.figures(town, users, AdminUnit.objects.get(level="city"))
        years.earlier_years(today=today, entered_by=colleague, approved_by=users["tuan"])
        years.units(today=today, entered_by=colleague, approved_by=users["tuan"])
        keep_quality()
        plans.of_the_plan(today, users)
        judging.yearly_records(places, today)
        judging.self_evaluations(places, home, today, users["tuan"])
        communities.files_and_titles(places, home, today, users)
    return describe()


def describe() -> dict[str, Any]:
    """Return users, classes and counts of what is in the database."""
    people = (Learner, Enrolment, Attendance, LiteracyAward, FollowUp, LiteracyCheck, Relapse, Volunteer, Escalation)
    models = (AdminUnit, Centre, ClassGroup, Session, Certificate, Figure, *people)
    groups = ClassGroup.objects.order_by("code").values("code", "centre__code", "status")
    return {
        "users": describe_users(),
        "classes": [{"code": row["code"], "centre": row["centre__code"], "status": row["status"]} for row in groups],
        "counts": {model._meta.model_name: model._default_manager.count() for model in models},
    }
