"""People of the neighbourhood who call on learners for a centre."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from core.text import clean, name_of, search_key
from literacy.querysets import VolunteerQuerySet


class Volunteer(TimeStamped):
    """A named person who calls on people for a centre. Most have no account: their work list is paper, or a phone call.

    ``user`` is set when the person also signs in (a member of staff who visits people): their list is "my people".
    """

    PERSONAL_FIELDS: ClassVar[frozenset[str]] = frozenset(
        {"full_name", "phone", "search_key", "sort_key", "organisation"}
    )

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="volunteers", verbose_name=_("trung tâm"))
    full_name = models.CharField(_("họ và tên"), max_length=120)
    phone = models.CharField(_("điện thoại"), max_length=20, blank=True)
    organisation = models.CharField(_("hội, đoàn, tổ"), max_length=100, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tài khoản")
    )
    retired_on = models.DateField(_("thôi từ ngày"), null=True, blank=True)
    search_key = models.CharField(max_length=150, editable=False)
    sort_key = models.CharField(max_length=500, editable=False)

    objects: ClassVar[VolunteerQuerySet] = VolunteerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("tình nguyện viên")
        verbose_name_plural = _("tình nguyện viên")
        ordering = ("sort_key", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(full_name=""), name="literacy_volunteer_named"),
            # Two people of one name have two telephones.
            models.UniqueConstraint(fields=["centre", "search_key", "phone"], name="literacy_volunteer_once"),
            models.UniqueConstraint(
                fields=["centre", "user"], condition=Q(user__isnull=False), name="literacy_volunteer_account_once"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the name in NFC with its keys."""
        self.full_name = clean(self.full_name)
        self.search_key = search_key(self.full_name)
        self.sort_key = name_of(self.full_name).sort_key
        super().save(*args, **kwargs)

    @property
    def is_active(self) -> bool:
        """Whether people can be given to them."""
        return self.retired_on is None
