"""Roles and ways to address a person."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody does, always within a centre, a unit or a body of the city (centres.Membership)."""

    CENTRE_STAFF = "centre_staff", _("Cán bộ trung tâm")
    REGISTRAR = "registrar", _("Văn thư, giữ sổ gốc")
    TEACHER = "teacher", _("Giáo viên")
    DIRECTOR = "director", _("Giám đốc trung tâm")
    AREA_OFFICER = "area_officer", _("Cán bộ quận, huyện, xã, phường")
    CITY_OFFICER = "city_officer", _("Cán bộ thành phố")
    AUDITOR = "auditor", _("Kiểm tra viên")
    BODY_OFFICER = "body_officer", _("Cán bộ sở, ngành, đoàn thể")


CENTRE_ROLES = (Role.CENTRE_STAFF, Role.REGISTRAR, Role.TEACHER, Role.DIRECTOR)
UNIT_ROLES = (Role.AREA_OFFICER, Role.CITY_OFFICER, Role.AUDITOR)
BODY_ROLES = (Role.BODY_OFFICER,)


class Salutation(models.TextChoices):
    """The word before a name when we greet somebody."""

    ANH = "anh", _("anh")
    CHI = "chi", _("chị")
    ONG = "ong", _("ông")
    BA = "ba", _("bà")
    THAY = "thay", _("thầy")
    CO = "co", _("cô")
