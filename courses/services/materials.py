"""Verbs on learning materials: add, change, use on a course, stop using, delete."""

import hashlib
from typing import Any
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from core import audit
from core.errors import Conflict, InvalidInput, OutOfScope
from core.text import clean
from courses.materials.choices import Licence, MaterialKind
from courses.materials.recognise import recognise, safe_name
from courses.models import Course, CourseMaterial, Material

CHANGEABLE = frozenset({"title", "licence", "author", "is_shared"})


@transaction.atomic
def add_material(
    *,
    centre: Centre,
    by: Any,
    title: str,
    licence: str,
    author: str,
    url: str = "",
    content: bytes | None = None,
    file_name: str = "",
    is_shared: bool = False,
    course: Course | None = None,
) -> Material:
    """Add a link or a file (``content``), and use it on ``course`` when one is given.

    Raises InvalidInput when there is neither or both, for a link that is no web address, a file that is not taken, or
    a title, author or licence that is missing.
    """
    require(by, Verb.MANAGE_CLASSES, centre.pk)
    url = clean(url)
    if bool(url) == (content is not None):
        words = _("Hãy ghi một liên kết, hoặc chọn một tệp.")
        raise InvalidInput("link_or_file", words, fields={"url": [words]})
    material = Material(
        centre=centre, title=clean(title)[:150], licence=licence, author=clean(author)[:150], is_shared=is_shared,
        added_by=by, url=url, kind=MaterialKind.LINK,
    )  # fmt: skip
    _check(material)
    if content is not None:
        kind = recognise(content)
        material.kind, material.file_name = kind, safe_name(file_name, kind)
        material.size, material.sha256 = len(content), hashlib.sha256(content).hexdigest()
        material.file.save(material.file_name, ContentFile(content), save=False)
    material.save()
    data = {"title": material.title, "kind": material.kind, "licence": licence, "shared": is_shared}
    audit.record("courses.add_material", material, by=by, data=data)
    if course:
        use_material(material=material, course=course, centre=centre, by=by)
    return material


@transaction.atomic
def change_material(*, material: Material, by: Any, **changes: Any) -> Material:
    """Change title, author, licence or whether it is shared; a new file is a new material.

    Who used a shared material no longer sees it once it is not shared: it stays the centre's own.
    """
    if unknown := set(changes) - CHANGEABLE:
        raise TypeError(f"cannot change {sorted(unknown)}")
    require(by, Verb.MANAGE_CLASSES, material.centre_id)
    fresh: Material = Material.objects.select_for_update(of=("self",)).get(pk=material.pk)
    before = {name: getattr(fresh, name) for name in changes}
    for name, value in changes.items():
        setattr(fresh, name, clean(value)[:150] if isinstance(value, str) else value)
    _check(fresh)
    fresh.save()
    changed = {name: [before[name], getattr(fresh, name)] for name in changes if before[name] != getattr(fresh, name)}
    audit.record("courses.change_material", fresh, by=by, data={"changes": changed})
    return fresh


@transaction.atomic
def use_material(*, material: Material, course: Course, centre: Centre, by: Any) -> CourseMaterial:
    """Use a material on a course, by reference: it stays its centre's. Using it twice is using it once.

    Raises OutOfScope for a material or a course the user does not see, InvalidInput for another centre's course.
    """
    require(by, Verb.MANAGE_CLASSES, centre.pk)
    if not Material.objects.visible_to(by).filter(pk=material.pk).exists():
        raise OutOfScope("not_found", _("Không tìm thấy."))
    if course.centre_id not in (None, centre.pk):
        words = _("Khóa học này của trung tâm khác.")
        raise InvalidInput("foreign_course", words, fields={"course": [words]})
    link, created = CourseMaterial.objects.get_or_create(
        course=course, material=material, centre=centre, defaults={"added_by": by}
    )
    if created:
        data = {"course": course.code, "from": material.centre.code}
        audit.record("courses.use_material", material, by=by, centre_id=centre.pk, data=data)
    return link


@transaction.atomic
def stop_using(*, link: CourseMaterial, by: Any) -> None:
    """Take a material off a course; the material itself stays."""
    require(by, Verb.MANAGE_CLASSES, link.centre_id)
    data = {"course": link.course.code}
    audit.record("courses.stop_using_material", link.material, by=by, centre_id=link.centre_id, data=data)
    CourseMaterial.objects.filter(pk=link.pk).delete()


@transaction.atomic
def delete_material(*, material: Material, by: Any) -> None:
    """Delete a material and its file. Raises Conflict ``material_in_use`` while any course uses it."""
    require(by, Verb.MANAGE_CLASSES, material.centre_id)
    fresh = Material.objects.select_for_update(of=("self",)).get(pk=material.pk)
    uses = CourseMaterial.objects.filter(material=fresh).count()
    if uses:
        words = _("Học liệu đang dùng ở %(count)s khóa học. Hãy bỏ khỏi các khóa học trước, hoặc thôi dùng chung.")
        raise Conflict("material_in_use", words % {"count": uses})
    audit.record("courses.delete_material", fresh, by=by, data={"title": fresh.title, "sha256": fresh.sha256})
    storage, name = fresh.file.storage, fresh.file.name
    fresh.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def _check(material: Material) -> None:
    fields: dict[str, list[str]] = {}
    if not material.title:
        fields["title"] = [_("Hãy ghi tên học liệu.")]
    if not material.author:
        fields["author"] = [_("Hãy ghi tác giả, hoặc nơi lấy học liệu.")]
    if material.licence not in Licence.values:
        fields["licence"] = [_("Hãy chọn giấy phép.")]
    if material.url and not _is_web(material.url):
        fields["url"] = [_("Liên kết phải bắt đầu bằng https:// hoặc http://.")]
    if fields:
        raise InvalidInput("bad_material", _("Học liệu chưa ghi đúng. Hãy xem các ô báo đỏ."), fields=fields)


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= 500
    except ValueError:
        return False
