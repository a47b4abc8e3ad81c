"""Closed classes whose people have passed, written in bulk: what there is before anybody issues."""

import datetime as dt
import random

from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from bench.population import people_like
from centres.models import AdminUnit, Centre, CentreLocation, Membership
from courses.choices import ClassStatus, EnrolmentStatus, Result
from courses.models import ClassGroup, Course, Enrolment, Topic
from learners.models import Learner

CODE, DAY = "BENCH-G", dt.date(2026, 7, 6)


class School:
    """A centre with staff, and as many closed classes as are asked for."""

    def __init__(self, code: str = CODE) -> None:
        """Find the one of an earlier measurement of the same run, or make it."""
        self.code = code
        found = Centre.objects.filter(code=code).first()
        if found is None:
            self._make()
            return
        self.centre = found
        self.unit = CentreLocation.objects.get(centre=found).unit
        self.staff = User.objects.get(username=code.lower())
        self.course = Course.objects.get(centre=found)

    def _make(self) -> None:
        city, _ = AdminUnit.objects.get_or_create(
            code="01", level="city", defaults={"kind": "thanh_pho", "name": "Thành phố Hà Nội"}
        )
        self.unit, _ = AdminUnit.objects.get_or_create(
            code="99995", level="commune", defaults={"kind": "xa", "name": "Xã Đo Lường", "parent": city}
        )
        self.centre = Centre.objects.create(
            code=self.code,
            name="Trung tâm học tập cộng đồng xã Đo Lường",
            director_name="Phùng Văn Đức",
            established_on=DAY,
        )
        CentreLocation.objects.create(centre=self.centre, unit=self.unit, valid_from=DAY)
        self.staff = User.objects.create_user(self.code.lower(), None, full_name="Đo Lường")
        Membership.objects.create(user=self.staff, role=Role.CENTRE_STAFF, centre=self.centre, valid_from=DAY)
        topic, _ = Topic.objects.get_or_create(code="ky_nang_so", defaults={"name": "Kỹ năng số", "name_en": "Digital"})
        self.course = Course.objects.create(centre=self.centre, code=self.code, name="Kỹ năng số cơ bản", topic=topic)

    def closed_class(self, people: int) -> ClassGroup:
        """A class of so many distinct people who all passed."""
        number, known = ClassGroup.objects.filter(centre=self.centre).count() + 1, Learner.objects.count()
        today = timezone.localdate()
        group = ClassGroup.objects.create(
            centre=self.centre, unit=self.unit, course=self.course, code=f"{self.code}-{number}",
            name=f"Lớp đo {number}", starts_on=DAY, ends_on=DAY, status=ClassStatus.CLOSED,
            closed_at=timezone.now(), closed_by=self.staff, closed_on=today,
        )  # fmt: skip
        drawn = people_like(random.Random(number), people, 5_000_001 + known)
        rows = Learner.objects.bulk_create(drawn, batch_size=500)
        Enrolment.objects.bulk_create(
            [
                Enrolment(
                    class_group=group, learner=row, enrolled_on=DAY, status=EnrolmentStatus.PASSED,
                    result=Result.PASS, sessions_held=10, sessions_attended=10,
                )
                for row in rows
            ],
            batch_size=500,
        )  # fmt: skip
        return group
