"""Rooms classes are held in."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from core.text import clean, search_key
from courses.querysets import CentreRowQuerySet


class Room(TimeStamped):
    """A room of a centre, or a hall it may use."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="rooms", verbose_name=_("trung tâm"))
    name = models.CharField(_("tên phòng"), max_length=100)
    places = models.PositiveSmallIntegerField(_("sức chứa"), null=True, blank=True)
    # Off: not offered for classes any more, and kept for those that were held there.
    is_active = models.BooleanField(_("đang dùng"), default=True)
    search_key = models.CharField(max_length=120, editable=False)

    objects: ClassVar[CentreRowQuerySet] = CentreRowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("phòng học")
        verbose_name_plural = _("phòng học")
        ordering = ("search_key", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["centre", "search_key"], name="courses_room_name_uniq"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name in NFC with its key."""
        self.name = clean(self.name)
        self.search_key = search_key(self.name)
        super().save(*args, **kwargs)
