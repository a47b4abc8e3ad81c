"""The fixed cast: two centres in two old districts, and one person per role.

Lan (staff), Văn (registrar), Thu (teacher), Đức (director) work at centre A (xã Ba Vì, old Huyện Ba Vì);
Minh (staff) and Hải (director) at centre B (phường Ba Đình, old Quận Ba Đình). Hoa is the officer of old Huyện Ba Vì,
Nam of commune Ba Đình, Tuấn works for the city, Oanh audits the city.
"""

import datetime as dt
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from accounts.choices import Role, Salutation
from accounts.models import User
from centres.choices import BEGINNING, UnitKind, UnitLevel
from centres.models import AdminUnit, Body, Centre, CentreLocation, Membership, UnitLineage
from clc_manager.reference import load_apps
from learners.models import Learner
from tests import flush  # noqa: F401 - lifts append-only triggers while Django empties tables
from tests.remembered import Remembered

PASSWORD = "mat-khau-thu-nghiem"
OLD_END = dt.date(2025, 6, 30)
NEW_START = dt.date(2025, 7, 1)


@dataclass
class Cast:
    """Everybody and everything a test may need; created once per test that asks for it."""

    city: AdminUnit
    district_a: AdminUnit
    district_b: AdminUnit
    old_commune_a: AdminUnit
    old_commune_b: AdminUnit
    commune_a: AdminUnit
    commune_b: AdminUnit
    centre_a: Centre
    centre_b: Centre
    lan: User
    van: User
    thu: User
    duc: User
    minh: User
    hai: User
    hoa: User
    nam: User
    tuan: User
    oanh: User
    linh: User | None = None  # of an association; made by ``with_linh`` where a test needs somebody of a body

    @property
    def users(self) -> dict[str, User]:
        """Every user by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, User)}


def _unit(code: str, level: str, kind: str, name: str, parent: AdminUnit | None, new: bool = False) -> AdminUnit:
    closed = None if level == UnitLevel.CITY or new else OLD_END
    return AdminUnit.objects.create(
        code=code,
        level=level,
        kind=kind,
        name=name,
        parent=parent,
        valid_from=NEW_START if new else BEGINNING,
        valid_to=closed,
    )


def _centre(code: str, name: str, old: AdminUnit, new: AdminUnit) -> Centre:
    centre = Centre.objects.create(code=code, name=name, established_on=dt.date(2010, 1, 1), director_name="")
    CentreLocation.objects.create(centre=centre, unit=old, valid_from=dt.date(2010, 1, 1), valid_to=OLD_END)
    CentreLocation.objects.create(centre=centre, unit=new, valid_from=NEW_START)
    return centre


def make_user(
    username: str, full_name: str, role: Role, *, centre=None, unit=None, body=None, salutation=Salutation.CHI
) -> User:
    """Create a user with one membership that has held for years."""
    user = User.objects.create_user(username, PASSWORD, full_name=full_name, salutation=salutation)
    Membership.objects.create(user=user, role=role, centre=centre, unit=unit, body=body, valid_from=dt.date(2020, 1, 1))
    return user


def with_linh(cast: Cast) -> User:
    """Linh of the city's association for promoting education (fixture ``reference``), made once per cast."""
    if cast.linh is None:
        body = Body.objects.get(code="HKH")
        cast.linh = make_user("linh", "Đoàn Mỹ Linh", Role.BODY_OFFICER, body=body)
    return cast.linh


def make_cast() -> Cast:
    """Write the whole cast into the database."""
    city = _unit("01", "city", UnitKind.THANH_PHO, "Thành phố Hà Nội", None)
    district_a = _unit("271", "district", UnitKind.HUYEN, "Huyện Ba Vì", city)
    district_b = _unit("001", "district", UnitKind.QUAN, "Quận Ba Đình", city)
    old_a = _unit("09703", "commune", UnitKind.XA, "Xã Ba Vì", district_a)
    old_b = _unit("00004", "commune", UnitKind.PHUONG, "Phường Trúc Bạch", district_b)
    new_a = _unit("09700", "commune", UnitKind.XA, "Xã Ba Vì", city, new=True)
    new_b = _unit("00004", "commune", UnitKind.PHUONG, "Phường Ba Đình", city, new=True)
    for old, new in ((old_a, new_a), (old_b, new_b)):
        UnitLineage.objects.create(effective_on=NEW_START, old=old, new=new, old_is_split=False)
    a = _centre("HN-BAVI", "Trung tâm học tập cộng đồng xã Ba Vì", old_a, new_a)
    b = _centre("HN-BADINH", "Trung tâm học tập cộng đồng phường Ba Đình", old_b, new_b)
    people = SimpleNamespace(
        lan=make_user("lan", "Nguyễn Thị Lan", Role.CENTRE_STAFF, centre=a),
        van=make_user("van", "Phạm Thị Vân", Role.REGISTRAR, centre=a),
        thu=make_user("thu", "Đỗ Minh Thu", Role.TEACHER, centre=a, salutation=Salutation.CO),
        duc=make_user("duc", "Phùng Văn Đức", Role.DIRECTOR, centre=a, salutation=Salutation.ONG),
        minh=make_user("minh", "Trần Quang Minh", Role.CENTRE_STAFF, centre=b, salutation=Salutation.ANH),
        hai=make_user("hai", "Lê Thanh Hải", Role.DIRECTOR, centre=b, salutation=Salutation.BA),
        hoa=make_user("hoa", "Vũ Thị Hoa", Role.AREA_OFFICER, unit=district_a),
        nam=make_user("nam", "Hoàng Hải Nam", Role.AREA_OFFICER, unit=new_b, salutation=Salutation.ANH),
        tuan=make_user("tuan", "Đặng Anh Tuấn", Role.CITY_OFFICER, unit=city, salutation=Salutation.ANH),
        oanh=make_user("oanh", "Ngô Kiều Oanh", Role.AUDITOR, unit=city),
    )
    return Cast(city, district_a, district_b, old_a, old_b, new_a, new_b, a, b, **vars(people))


CAST = Remembered(make_cast, unless=[])


@pytest.fixture
def cast(db) -> Cast:
    """The whole cast in the database."""
    return CAST.again()


@pytest.fixture
def as_user(client):
    """``as_user(cast.lan)`` → a test client signed in as that person."""

    def sign_in(user: User):
        client.force_login(user)
        return client

    return sign_in


REFERENCE = Remembered(load_apps, unless=[Learner])


@pytest.fixture
def reference(db) -> None:
    """Topics, programmes, dated settings and the plan."""
    REFERENCE.again()
