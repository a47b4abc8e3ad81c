"""Courses: list, add, edit."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.permissions import require
from core.errors import DomainError, Forbidden
from core.forms import add_domain_error
from core.text import search_key
from courses import services
from courses.forms import CourseForm
from courses.models import Course
from courses.views.shared import READERS, centres_of, refusal_of, working_centre

PER_PAGE = 50
RULE = (
    "planned_sessions",
    "min_attendance_percent",
    "needs_result",
    "certifies",
    "completes_phase",
    "term",
    "requires_phase",
    "requires_course",
)
FIELDS = ("name", "name_en", "topic", "programme", *RULE, "is_active")


@scoped(*READERS)
def course_list(request: HttpRequest) -> HttpResponse:
    """Courses in scope: shared ones and those of the centres."""
    courses = Course.objects.visible_to(request.user).select_related("topic", "centre")
    text = request.GET.get("q", "")
    for word in search_key(text).split():
        courses = courses.filter(search_key__contains=word)
    scope = scope_of(request.user)
    page = Paginator(courses.order_by("topic__order", "search_key", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page_obj": page,
        "text": text,
        "query": query.urlencode(),
        "may_manage": scope.may(Verb.MANAGE_CLASSES),
        "my_centres": scope.centre_ids(Verb.MANAGE_CLASSES),
    }
    return render(request, "courses/course_list.html", context)


@scoped(Verb.MANAGE_CLASSES)
def course_add(request: HttpRequest) -> HttpResponse:
    """Add a course of the centre."""
    centre = working_centre(request, Verb.MANAGE_CLASSES)
    form = CourseForm(request.POST or None, is_new=True, centre=centre)
    if request.method == "POST" and form.is_valid():
        try:
            course = services.create_course(centre=centre, by=request.user, **form.cleaned_data)
        except DomainError as error:
            refusal_of(error)
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã thêm khóa học %(name)s.") % {"name": course.name})
            return redirect("courses:course-list")
    context = {"form": form, "course": None, "centre": centre, "centres": centres_of(request, Verb.MANAGE_CLASSES)}
    return render(request, "courses/course_form.html", context, status=422 if form.errors else 200)


@scoped(*READERS)
def course_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a course of the centre; shared courses are the city's."""
    course = get_object_or_404(Course.objects.visible_to(request.user).select_related("centre"), pk=pk)
    if course.centre is None:
        raise Forbidden("shared_course", _("Khóa học dùng chung của thành phố, trung tâm không sửa được."))
    require(request.user, Verb.MANAGE_CLASSES, course.centre.pk)
    initial = {name: getattr(course, name) for name in FIELDS}
    form = CourseForm(request.POST or None, is_new=False, centre=course.centre, course=course, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_course(course=course, by=request.user, **form.cleaned_data)
        except DomainError as error:
            refusal_of(error)
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã lưu khóa học."))
            return redirect("courses:course-list")
    context = {"form": form, "course": course, "centre": course.centre, "centres": []}
    return render(request, "courses/course_form.html", context, status=422 if form.errors else 200)
