"""Learning materials, and the courses they are used on."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.models import TimeStamped
from core.text import clean, search_key
from courses.materials.choices import Licence, MaterialKind
from courses.models.catalogue import Course
from courses.querysets import CourseMaterialQuerySet, MaterialQuerySet


def material_path(material: "Material", name: str) -> str:
    """Where a file is kept, outside anything served by address and under a name nobody chose."""
    return f"materials/{timezone.localdate():%Y/%m}/{uuid.uuid4().hex}.{material.kind}"


class Material(TimeStamped):
    """Something to learn with: a link or a file, with its author and what others may do with it."""

    centre = models.ForeignKey(Centre, models.PROTECT, related_name="materials", verbose_name=_("trung tâm"))
    title = models.CharField(_("tên học liệu"), max_length=150)
    kind = models.CharField(_("loại"), max_length=10, choices=MaterialKind)
    url = models.URLField(_("liên kết"), max_length=500, blank=True)
    file = models.FileField(_("tệp"), upload_to=material_path, blank=True, max_length=300)
    file_name = models.CharField(_("tên tệp khi tải"), max_length=120, blank=True)
    size = models.PositiveIntegerField(_("dung lượng"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    licence = models.CharField(_("giấy phép"), max_length=10, choices=Licence)
    author = models.CharField(_("tác giả"), max_length=150)
    is_shared = models.BooleanField(_("dùng chung"), default=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người thêm")
    )
    search_key = models.CharField(max_length=320, editable=False)

    objects: ClassVar[MaterialQuerySet] = MaterialQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("học liệu")
        verbose_name_plural = _("học liệu")
        ordering = ("-created_at", "-pk")
        indexes: ClassVar = [models.Index(fields=["is_shared", "-created_at"], name="courses_material_shared_idx")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(kind=MaterialKind.LINK, file="") & ~Q(url=""))
                | (~Q(kind=MaterialKind.LINK) & Q(url="") & ~Q(file="")),
                name="courses_material_link_or_file",
            ),
            models.CheckConstraint(condition=Q(kind__in=MaterialKind.values), name="courses_material_kind_known"),
            models.CheckConstraint(condition=Q(licence__in=Licence.values), name="courses_material_licence_known"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the texts in NFC with their key."""
        self.title, self.author = clean(self.title), clean(self.author)
        self.search_key = search_key(f"{self.title} {self.author}")
        super().save(*args, **kwargs)


class CourseMaterial(TimeStamped):
    """A centre uses a material on a course: its own, or one another centre shares."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="material_links", verbose_name=_("khóa học"))
    material = models.ForeignKey(Material, models.PROTECT, related_name="course_links", verbose_name=_("học liệu"))
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="+", verbose_name=_("trung tâm dùng"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người thêm")
    )

    objects: ClassVar[CourseMaterialQuerySet] = CourseMaterialQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("học liệu của khóa học")
        verbose_name_plural = _("học liệu của khóa học")
        ordering = ("course_id", "created_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "material", "centre"], name="courses_coursematerial_use_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} – {self.material}"
