"""Centres of the demo city: real communes of five old districts, moved to the new communes on 1 July 2025."""

import datetime as dt
from dataclasses import dataclass

from accounts.models import User
from centres.choices import BEGINNING, UnitLevel
from centres.models import AdminUnit, Centre, UnitLineage
from centres.services import close_centre, create_centre, move_centre
from clc_manager.demo.people import create_demo_users, create_desk

REFORM = dt.date(2025, 7, 1)
FOUNDED = dt.date(2012, 3, 1)
# Old district code → how many of its communes get a centre. Ba Vì (271) is the home of the demo users.
DISTRICTS = (("271", 10), ("016", 6), ("269", 5), ("276", 5), ("001", 5))
HIGHLAND = frozenset({"271", "276"})
HOME_COMMUNE = "09703"  # Xã Ba Vì before the reform
DIRECTORS = (
    "Nguyễn Văn Sơn", "Trần Thị Hải", "Lê Đình Thọ", "Phạm Văn Khang", "Hoàng Thị Bích", "Vũ Đức Toàn",
    "Đặng Thị Nhung", "Bùi Văn Lực", "Đỗ Thị Hằng", "Ngô Văn Phong",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A centre of the demo with the account that keeps its books."""

    number: int
    centre: Centre
    desk: User
    highland: bool
    # How well it keeps the system: 0 hardly, 1 mostly, 2 always (what C3 measures).
    diligence: int

    def teaches_until(self, day: dt.date) -> bool:
        """Whether a class that ends that day ends before the centre does."""
        return self.centre.closed_on is None or day <= self.centre.closed_on


def _old_communes(district: AdminUnit, count: int) -> list[AdminUnit]:
    communes = list(AdminUnit.objects.filter(parent=district, level=UnitLevel.COMMUNE).order_by("code"))
    home = [unit for unit in communes if unit.code == HOME_COMMUNE]
    others = [unit for unit in communes if unit.code != HOME_COMMUNE]
    step = max(1, len(others) // max(1, count - len(home)))
    return (home + others[::step])[:count]


def _new_commune(old: AdminUnit) -> AdminUnit:
    lines = list(UnitLineage.objects.filter(old=old).select_related("new").order_by("new__code"))
    # A split commune's centre goes where the name went, else to the first part.
    return next((line.new for line in lines if line.new.name == old.name), lines[0].new)


def build_centres() -> tuple[list[Place], dict[str, User]]:
    """Create about 30 centres and every account; return the places and the demo sign-ins by user name."""
    places: list[Place] = []
    users: dict[str, User] = {}
    by_commune: dict[int, Centre] = {}
    number = 0
    for code, count in DISTRICTS:
        district = AdminUnit.objects.get(code=code, level=UnitLevel.DISTRICT)
        for old in _old_communes(district, count):
            number += 1
            director = DIRECTORS[number % len(DIRECTORS)]
            centre = create_centre(
                code=f"HN{old.code}",
                name=f"Trung tâm học tập cộng đồng {old.name[:1].lower()}{old.name[1:]}",
                unit=old,
                established_on=FOUNDED,
                by=None,
                address=f"Nhà văn hóa {old.name[:1].lower()}{old.name[1:]}",
                director_name=director,
            )
            desk = create_desk(centre=centre, number=number, full_name=director)
            new = _new_commune(old)
            move_centre(centre=centre, unit=new, moved_on=REFORM, by=desk)
            diligence = 2 if old.code == HOME_COMMUNE else (2, 2, 1, 2, 0)[number % 5]
            places.append(Place(number, centre, desk, code in HIGHLAND, diligence))
            if old.code == HOME_COMMUNE:
                units = {"district": district, "commune": new, "city": AdminUnit.objects.get(level=UnitLevel.CITY)}
                users = create_demo_users(centre=centre, units=units)
                centre.director_name = users["duc"].full_name
                centre.save()
            _merge_if_crowded(centre, new, by_commune, desk, number)
    return places, users


def _merge_if_crowded(centre: Centre, new: AdminUnit, by_commune: dict[int, Centre], desk: User, number: int) -> None:
    """Two centres in one new commune: every other such pair was merged at the end of 2025."""
    first = by_commune.setdefault(new.pk, centre)
    if first != centre and number % 2 == 0 and centre.code != f"HN{HOME_COMMUNE}":
        close_centre(centre=centre, closed_on=dt.date(2025, 12, 31), by=desk, successor=first)
        centre.refresh_from_db()  # the programme that is planned from this row has to end with it


def units_are_loaded() -> bool:
    """Whether ``load_units`` has run."""
    return AdminUnit.objects.filter(level=UnitLevel.DISTRICT, valid_from=BEGINNING).count() >= 30
