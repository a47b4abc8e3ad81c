"""Learning materials: the list, one course's, adding, changing, using, downloading."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.permissions import require
from core.errors import DomainError
from core.forms import add_domain_error
from core.text import clean, search_key
from courses.materials.choices import CONTENT_TYPES
from courses.materials.forms import MaterialForm, NewMaterialForm, UseForm
from courses.models import Course, CourseMaterial, Material
from courses.services import materials as services
from courses.views.shared import READERS, centres_of, refusal_of, working_centre

PER_PAGE = 25


def material_or_404(request: HttpRequest, pk: int, verb: Verb | None = None) -> Material:
    """Return a material in scope; with ``verb``, refuse (403) who may not do it in its centre."""
    rows = Material.objects.visible_to(request.user).select_related("centre", "added_by")
    material: Material = get_object_or_404(rows, pk=pk)
    if verb:
        if scope_of(request.user).sees_centre(material.centre_id):
            require(request.user, verb, material.centre_id)
        else:  # shared by a centre that is none of ours: to be read, as if it could not be changed by anybody
            material = get_object_or_404(rows.none(), pk=pk)
    return material


@scoped(*READERS)
def material_list(request: HttpRequest) -> HttpResponse:
    """Materials of the scope and those any centre shares, newest first."""
    scope = scope_of(request.user)
    text = clean(request.GET.get("q", ""))[:100]
    only_shared = request.GET.get("shared") == "1"
    rows = Material.objects.visible_to(request.user).select_related("centre")
    for word in search_key(text).split():
        rows = rows.filter(search_key__contains=word)
    if only_shared:
        rows = rows.filter(is_shared=True)
    page = Paginator(rows.order_by("-created_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page_obj": page,
        "text": text,
        "only_shared": only_shared,
        "query": query.urlencode(),
        "may_manage": bool(scope.centre_ids(Verb.MANAGE_CLASSES)),
        "my_centres": scope.centre_ids(Verb.MANAGE_CLASSES),
    }
    return render(request, "materials/material_list.html", context)


@scoped(*READERS)
def course_materials(request: HttpRequest, pk: int) -> HttpResponse:
    """What is used on one course, and where each material comes from."""
    course = get_object_or_404(Course.objects.visible_to(request.user).select_related("centre", "topic"), pk=pk)
    scope = scope_of(request.user)
    links = CourseMaterial.objects.visible_to(request.user).filter(course=course)
    mine = scope.centre_ids(Verb.MANAGE_CLASSES)
    context = {
        "course": course,
        "links": links.select_related("material__centre", "centre").order_by("-created_at", "-pk"),
        "my_centres": mine,
        "may_add": bool(mine) if course.centre_id is None else course.centre_id in mine,
    }
    return render(request, "materials/course_materials.html", context)


@scoped(Verb.MANAGE_CLASSES)
def material_add(request: HttpRequest) -> HttpResponse:
    """Add a link or a file, for a course when the page was opened from one."""
    centre = working_centre(request, Verb.MANAGE_CLASSES)
    asked = request.POST.get("course") or request.GET.get("course") or ""
    courses = Course.objects.for_centre(centre.pk)
    course = courses.filter(pk=int(asked)).first() if asked.isascii() and asked.isdecimal() else None
    form = NewMaterialForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        file = given.pop("file")
        if file:
            given |= {"content": file.read(), "file_name": file.name}
        try:
            services.add_material(centre=centre, course=course, by=request.user, **given)
        except DomainError as error:
            refusal_of(error)
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã thêm học liệu."))
            return _back(course)
    context = {
        "form": form,
        "material": None,
        "course": course,
        "centre": centre,
        "centres": [] if course else centres_of(request, Verb.MANAGE_CLASSES),
    }
    return render(request, "materials/material_form.html", context, status=422 if form.errors else 200)


@scoped(*READERS)
def material_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is said about a material of one's own centre."""
    material = material_or_404(request, pk, Verb.MANAGE_CLASSES)
    initial = {name: getattr(material, name) for name in ("title", "author", "licence", "is_shared")}
    form = MaterialForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_material(material=material, by=request.user, **form.cleaned_data)
        except DomainError as error:
            refusal_of(error)
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã lưu học liệu."))
            return redirect("courses:material-list")
    elsewhere = ~Q(course_links__centre=material.centre_id) & Q(course_links__isnull=False)
    used = Material.objects.filter(pk=material.pk).aggregate(n=Count("course_links__centre", elsewhere, distinct=True))
    context = {
        "form": form, "material": material, "course": None, "centre": material.centre, "centres": [],
        "elsewhere": used["n"],
    }  # fmt: skip
    return render(request, "materials/material_form.html", context, status=422 if form.errors else 200)


@scoped(*READERS)
def material_use(request: HttpRequest, pk: int) -> HttpResponse:
    """Use a material on a course of one's own, by reference."""
    material = material_or_404(request, pk)
    centre = working_centre(request, Verb.MANAGE_CLASSES)
    form = UseForm(request.POST or None, centre=centre)
    if request.method == "POST" and form.is_valid():
        course = form.cleaned_data["course"]
        try:
            services.use_material(material=material, course=course, centre=centre, by=request.user)
        except DomainError as error:
            refusal_of(error)
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã dùng học liệu này cho khóa học."))
            return _back(course)
    context = {
        "form": form, "material": material, "centre": centre, "centres": centres_of(request, Verb.MANAGE_CLASSES),
    }  # fmt: skip
    return render(request, "materials/material_use.html", context, status=422 if form.errors else 200)


@scoped(*READERS)
def material_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the file: always to be saved, never to be shown by the browser as a page of ours."""
    material = get_object_or_404(Material.objects.visible_to(request.user).exclude(file=""), pk=pk)
    response = FileResponse(
        material.file.open("rb"), as_attachment=True, filename=material.file_name,
        content_type=CONTENT_TYPES[material.kind],
    )  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-cache"
    return response


@scoped(*READERS)
@require_POST
def material_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a material off a course."""
    links = CourseMaterial.objects.visible_to(request.user).select_related("course", "material")
    link = get_object_or_404(links, pk=pk)
    services.stop_using(link=link, by=request.user)
    messages.success(request, _("Đã bỏ học liệu khỏi khóa học."))
    return _back(link.course)


@scoped(*READERS)
@require_POST
def material_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a material no course uses."""
    material = material_or_404(request, pk, Verb.MANAGE_CLASSES)
    try:
        services.delete_material(material=material, by=request.user)
    except DomainError as error:
        refusal_of(error)
        messages.error(request, str(error.message), extra_tags="bad")
    else:
        messages.success(request, _("Đã xóa học liệu."))
    return redirect("courses:material-list")


def _back(course: Any) -> HttpResponse:
    return redirect("courses:course-materials", course.pk) if course else redirect("courses:material-list")
