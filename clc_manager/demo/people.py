"""Who signs in to the demo city: one person per role, and a desk account at every centre."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from accounts.choices import Role, Salutation
from accounts.models import User
from centres.models import AdminUnit, Centre
from centres.services import add_membership

# Known to everybody, like the demo secrets; production settings refuse to seed.
PASSWORD = "hoc-tap-suot-doi"  # noqa: S105
SINCE = dt.date(2020, 1, 1)


@dataclass(frozen=True)
class DemoUser:
    """A sign-in that ``./run`` prints."""

    username: str
    full_name: str
    salutation: str
    role: Role
    place: str  # "centre", "district", "commune" or "city"


DEMO_USERS = (
    DemoUser("lan", "Nguyễn Thị Lan", Salutation.CHI, Role.CENTRE_STAFF, "centre"),
    DemoUser("van", "Phạm Hồng Vân", Salutation.CHI, Role.REGISTRAR, "centre"),
    DemoUser("thu", "Đỗ Minh Thu", Salutation.CO, Role.TEACHER, "centre"),
    DemoUser("duc", "Phùng Văn Đức", Salutation.ONG, Role.DIRECTOR, "centre"),
    DemoUser("hoa", "Vũ Thị Hoa", Salutation.CHI, Role.AREA_OFFICER, "district"),
    DemoUser("nam", "Hoàng Hải Nam", Salutation.ANH, Role.AREA_OFFICER, "commune"),
    DemoUser("tuan", "Đặng Anh Tuấn", Salutation.ANH, Role.CITY_OFFICER, "city"),
    DemoUser("oanh", "Ngô Kiều Oanh", Salutation.BA, Role.AUDITOR, "city"),
)


def create_demo_users(*, centre: Centre, units: dict[str, AdminUnit]) -> dict[str, User]:
    """Create the sign-ins and their memberships; ``units`` holds district, commune and city."""
    users = {}
    for entry in DEMO_USERS:
        user = User.objects.create_user(
            entry.username, PASSWORD, full_name=entry.full_name, salutation=entry.salutation, phone="0912345678"
        )
        place: dict[str, Any] = {"centre": centre} if entry.place == "centre" else {"unit": units[entry.place]}
        add_membership(user=user, role=entry.role, by=None, valid_from=SINCE, **place)
        users[entry.username] = user
    return users


def create_desk(*, centre: Centre, number: int, full_name: str) -> User:
    """Create a centre's director account, which keeps its books in the demo; nobody can sign in with it."""
    user = User.objects.create_user(f"gd-{number:03d}", None, full_name=full_name, salutation=Salutation.ONG)
    add_membership(user=user, role=Role.DIRECTOR, centre=centre, by=None, valid_from=SINCE)
    return user


def create_colleague(*, city: AdminUnit) -> User:
    """Create a second officer of the city, who enters what departments report; nobody can sign in with it."""
    user = User.objects.create_user("sgd-001", None, full_name="Lưu Thị Bích Hòa", salutation=Salutation.BA)
    add_membership(user=user, role=Role.CITY_OFFICER, unit=city, by=None, valid_from=SINCE)
    return user


def create_commune_officer(*, communes: list[AdminUnit]) -> User:
    """Create one officer for several communes, who keeps their files; nobody can sign in with it."""
    user = User.objects.create_user("cbx-001", None, full_name="Kiều Thị Hạnh", salutation=Salutation.BA)
    for unit in communes:
        add_membership(user=user, role=Role.AREA_OFFICER, unit=unit, by=None, valid_from=unit.valid_from)
    return user


def describe_users() -> list[dict[str, str]]:
    """Return the sign-ins as ``./run`` prints them; empty when there is no demo city."""
    rows = []
    for entry in DEMO_USERS:
        user = User.objects.filter(username=entry.username, full_name=entry.full_name).first()
        membership = user.memberships.select_related("centre", "unit").first() if user else None
        if membership:
            rows.append(
                {
                    "username": entry.username,
                    "password": PASSWORD,
                    "role": str(entry.role),
                    "scope": str(membership.centre or membership.unit),
                }
            )
    return rows
