"""Administrative units as they were and are, centres with dated locations, memberships."""

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import BODY_ROLES, CENTRE_ROLES, UNIT_ROLES, Role
from centres.choices import BEGINNING, UnitKind, UnitLevel
from centres.querysets import AdminUnitQuerySet, CentreQuerySet
from core.models import TimeStamped
from core.text import clean, search_key, sort_key


class AdminUnit(models.Model):
    """A city, district or commune during the time it existed. The key is (code, level, valid_from); never re-keyed."""

    code = models.CharField(_("mã"), max_length=5)
    level = models.CharField(_("cấp"), max_length=10, choices=UnitLevel)
    kind = models.CharField(_("loại"), max_length=10, choices=UnitKind)
    name = models.CharField(_("tên"), max_length=100)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("thuộc")
    )
    valid_from = models.DateField(_("từ ngày"), default=BEGINNING)
    valid_to = models.DateField(_("đến ngày"), null=True, blank=True)
    search_key = models.CharField(max_length=120, editable=False, db_index=True)
    sort_key = models.CharField(max_length=255, editable=False)

    objects: ClassVar[AdminUnitQuerySet] = AdminUnitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("đơn vị hành chính")
        verbose_name_plural = _("đơn vị hành chính")
        ordering = ("level", "sort_key", "code")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "level", "valid_from"], name="centres_adminunit_key_uniq"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="centres_adminunit_dates_ordered",
            ),
            models.CheckConstraint(
                condition=Q(level="city", parent__isnull=True) | (~Q(level="city") & Q(parent__isnull=False)),
                name="centres_adminunit_parent_by_level",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name in NFC with its keys."""
        self.name = clean(self.name)
        self.search_key = search_key(self.name)
        self.sort_key = sort_key(self.name)
        super().save(*args, **kwargs)

    @property
    def is_closed(self) -> bool:
        """Whether the unit no longer exists today."""
        return self.valid_to is not None and self.valid_to < timezone.localdate()


class UnitLineage(models.Model):
    """An old unit gave land and people to a new one on a day. ``old_is_split``: it gave to several."""

    effective_on = models.DateField(_("hiệu lực"))
    old = models.ForeignKey(AdminUnit, models.PROTECT, related_name="successions", verbose_name=_("đơn vị cũ"))
    new = models.ForeignKey(AdminUnit, models.PROTECT, related_name="origins", verbose_name=_("đơn vị mới"))
    old_is_split = models.BooleanField(_("bị chia"))

    class Meta:
        verbose_name = _("quan hệ kế thừa")
        verbose_name_plural = _("quan hệ kế thừa")
        ordering = ("effective_on", "old_id", "new_id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["effective_on", "old", "new"], name="centres_unitlineage_pair_uniq"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="centres_unitlineage_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class Centre(TimeStamped):
    """A community learning centre."""

    code = models.CharField(_("mã"), max_length=20, unique=True)
    name = models.CharField(_("tên"), max_length=150)
    established_on = models.DateField(_("thành lập ngày"))
    closed_on = models.DateField(_("dừng hoạt động ngày"), null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name=_("nhập vào")
    )
    phone = models.CharField(_("điện thoại"), max_length=20, blank=True)
    director_name = models.CharField(_("giám đốc"), max_length=150, blank=True)
    search_key = models.CharField(max_length=180, editable=False, db_index=True)
    sort_key = models.CharField(max_length=400, editable=False)

    objects: ClassVar[CentreQuerySet] = CentreQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("trung tâm học tập cộng đồng")
        verbose_name_plural = _("trung tâm học tập cộng đồng")
        ordering = ("sort_key", "code")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("established_on")),
                name="centres_centre_dates_ordered",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | Q(closed_on__isnull=False),
                name="centres_centre_successor_when_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name in NFC with its keys."""
        self.name = clean(self.name)
        self.search_key = search_key(self.name)
        self.sort_key = sort_key(self.name)
        super().save(*args, **kwargs)


class CentreLocation(models.Model):
    """Where a centre is, from a day on. Every event belongs to the unit of its own day."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="locations", verbose_name=_("trung tâm"))
    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="locations", verbose_name=_("phường, xã"))
    address = models.CharField(_("địa chỉ"), max_length=200, blank=True)
    valid_from = models.DateField(_("từ ngày"))
    valid_to = models.DateField(_("đến ngày"), null=True, blank=True)

    class Meta:
        verbose_name = _("địa điểm của trung tâm")
        verbose_name_plural = _("địa điểm của trung tâm")
        ordering = ("centre_id", "valid_from")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "valid_from"], name="centres_centrelocation_from_uniq"),
            models.UniqueConstraint(
                fields=["centre"], condition=Q(valid_to__isnull=True), name="centres_centrelocation_one_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="centres_centrelocation_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre} – {self.unit}"


class Neighbourhood(models.Model):
    """Thôn or tổ dân phố of a commune. Split communes are restated by it (issue of statistics)."""

    unit = models.ForeignKey(AdminUnit, models.PROTECT, related_name="neighbourhoods", verbose_name=_("phường, xã"))
    name = models.CharField(_("tên"), max_length=100)
    search_key = models.CharField(max_length=120, editable=False)

    class Meta:
        verbose_name = _("thôn, tổ dân phố")
        verbose_name_plural = _("thôn, tổ dân phố")
        ordering = ("unit_id", "search_key")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "search_key"], name="centres_neighbourhood_name_uniq"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name in NFC with its key."""
        self.name = clean(self.name)
        self.search_key = search_key(self.name)
        super().save(*args, **kwargs)


class Body(models.Model):
    """A department, association or other addressee of the city's plans.

    ``is_units``: the name stands for every district then and commune now, each of which answers for itself.
    """

    code = models.CharField(_("mã"), max_length=20, unique=True)
    number = models.CharField(_("số trong kế hoạch"), max_length=5, blank=True)
    name = models.CharField(_("tên"), max_length=200)
    name_now = models.CharField(_("nay là"), max_length=200, blank=True)
    is_units = models.BooleanField(_("là các đơn vị hành chính"), default=False)
    order = models.PositiveSmallIntegerField(_("thứ tự"), default=100)

    class Meta:
        verbose_name = _("cơ quan, tổ chức")
        verbose_name_plural = _("cơ quan, tổ chức")
        ordering = ("order", "code")
        constraints: ClassVar = [
            # The addressee that is not one body but all units: there cannot be two of them.
            models.UniqueConstraint(fields=["is_units"], condition=Q(is_units=True), name="centres_body_one_units"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the names in NFC."""
        self.name, self.name_now = clean(self.name), clean(self.name_now)
        super().save(*args, **kwargs)


class Membership(models.Model):
    """A role somebody holds in a centre, a unit or a body, from a day to a day."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("người dùng")
    )
    role = models.CharField(_("vai trò"), max_length=20, choices=Role)
    centre = models.ForeignKey(
        Centre, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("trung tâm")
    )
    unit = models.ForeignKey(
        AdminUnit, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("đơn vị")
    )
    body = models.ForeignKey(
        Body, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("cơ quan, tổ chức")
    )
    valid_from = models.DateField(_("từ ngày"), default=timezone.localdate)
    valid_to = models.DateField(_("đến ngày"), null=True, blank=True)

    class Meta:
        verbose_name = _("phân công")
        verbose_name_plural = _("phân công")
        ordering = ("user_id", "id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role__in=CENTRE_ROLES, centre__isnull=False, unit__isnull=True, body__isnull=True)
                | Q(role__in=UNIT_ROLES, centre__isnull=True, unit__isnull=False, body__isnull=True)
                | Q(role__in=BODY_ROLES, centre__isnull=True, unit__isnull=True, body__isnull=False),
                name="centres_membership_place_by_role",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="centres_membership_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()} – {self.centre or self.unit or self.body}"

    def in_force_on(self, day: dt.date) -> bool:
        """Whether the membership holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)
