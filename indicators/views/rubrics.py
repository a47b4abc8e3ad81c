"""Pages that lay a set of criteria down: list, set, areas, criteria, bands, putting it in force."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centres.access import scoped
from centres.choices import Verb
from indicators.models import Criterion, Rubric, RubricArea
from indicators.rubric import editing
from indicators.rubric.known import quantities_of
from indicators.rubric.selectors import areas_of, bands_of, sums_of
from indicators.rubric_forms import AreaForm, BandsForm, CriterionForm, RubricForm, typed
from indicators.views.asking import user_of
from indicators.views.plans import done_or_told, filled, form_page, may_plan


def rubric_or_404(request: HttpRequest, pk: int) -> Rubric:
    """Return a set this person sees."""
    return get_object_or_404(Rubric.objects.visible_to(request.user), pk=pk)


def _page(pk: int) -> str:
    return reverse("indicators:rubric", args=[pk])


@scoped(Verb.VIEW_FIGURES)
def rubric_list(request: HttpRequest) -> HttpResponse:
    """Sets of criteria with their versions."""
    rows = Rubric.objects.visible_to(request.user)
    return render(request, "rubrics/rubric_list.html", {"rubrics": rows, "may_edit": may_plan(request)})


@scoped(Verb.SET_RULES)
def rubric_add(request: HttpRequest) -> HttpResponse:
    """Begin an empty set."""
    form = RubricForm(None, request.POST or None)
    row = filled(request, form, lambda **given: editing.create_rubric(by=user_of(request), **given))
    if row:
        messages.success(request, _("Đã tạo bộ tiêu chí. Hãy thêm lĩnh vực, tiêu chí và mức xếp loại."))
        return redirect(_page(row.pk))
    return form_page(request, form, heading=_("Bộ tiêu chí mới"), back=reverse("indicators:rubric-list"))


@scoped(Verb.VIEW_FIGURES)
def rubric_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What a set consists of, what its areas are worth, and by how much it misses 100."""
    rubric = rubric_or_404(request, pk)
    areas = areas_of(rubric)
    sums, whole = sums_of(areas)
    may_edit, known = may_plan(request), quantities_of(rubric)
    context = {
        "rubric": rubric,
        "areas": [
            (
                area,
                [
                    (row, known.get(row.quantity), [known[name] for name in row.beside if name in known])
                    for row in area.criteria.all()
                ],
                sums[area.pk].maximum,
            )
            for area in areas
        ],
        "total": whole.maximum,
        "targets": sum(len(area.criteria.all()) for area in areas),
        "bands": bands_of(rubric),
        "obstacles": editing.obstacles(rubric) if rubric.is_draft else [],
        "may_edit": may_edit and rubric.is_draft,
        "may_copy": may_edit and not rubric.is_draft,
    }
    return render(request, "rubrics/rubric.html", context)


@scoped(Verb.SET_RULES)
def rubric_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the head of a draft."""
    rubric = rubric_or_404(request, pk)
    names = ("name", "document", "from_year", "period_kind", "note", "valid_months", "raise_months")
    form = RubricForm(rubric, request.POST or None, initial={name: getattr(rubric, name) for name in names})
    if filled(request, form, lambda **given: editing.edit_rubric(rubric=rubric, by=user_of(request), **given)):
        messages.success(request, _("Đã lưu."))
        return redirect(_page(pk))
    return form_page(request, form, heading=_("Sửa bộ tiêu chí"), note=rubric.name, back=_page(pk))


@scoped(Verb.SET_RULES)
@require_POST
def rubric_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the next version as a draft."""
    rubric = rubric_or_404(request, pk)
    made: list[Rubric] = []
    done_or_told(
        request, lambda: made.append(editing.copy_rubric(rubric=rubric, by=user_of(request))),
        _("Đã tạo phiên bản mới. Phiên bản đang áp dụng vẫn giữ nguyên."),
    )  # fmt: skip
    return redirect(_page(made[0].pk if made else pk))


@scoped(Verb.SET_RULES)
@require_POST
def rubric_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a draft in force."""
    rubric = rubric_or_404(request, pk)
    done_or_told(
        request, lambda: editing.start_rubric(rubric=rubric, by=user_of(request)), _("Bộ tiêu chí đã được áp dụng.")
    )
    return redirect(_page(pk))


@scoped(Verb.SET_RULES)
@require_POST
def rubric_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a draft."""
    rubric = rubric_or_404(request, pk)
    was_draft = rubric.is_draft
    done_or_told(request, lambda: editing.discard_rubric(rubric=rubric, by=user_of(request)), _("Đã xóa bản soạn."))
    return redirect(reverse("indicators:rubric-list") if was_draft else _page(pk))


@scoped(Verb.SET_RULES)
def area_edit(request: HttpRequest, pk: int, area_pk: int | None = None) -> HttpResponse:
    """Add an area, or rename one."""
    rubric = rubric_or_404(request, pk)
    area = get_object_or_404(rubric.areas, pk=area_pk) if area_pk else None
    form = AreaForm(rubric, request.POST or None, initial={"name": area.name if area else ""})
    if filled(request, form, lambda **given: editing.save_area(rubric=rubric, area=area, by=user_of(request), **given)):
        messages.success(request, _("Đã lưu lĩnh vực."))
        return redirect(_page(pk))
    drop = reverse("indicators:rubric-area-drop", args=[pk, area.pk]) if area else ""
    heading = _("Sửa lĩnh vực") if area else _("Thêm lĩnh vực")
    return form_page(request, form, heading=heading, note=rubric.name, back=_page(pk), drop=drop)


@scoped(Verb.SET_RULES)
@require_POST
def area_drop(request: HttpRequest, pk: int, area_pk: int) -> HttpResponse:
    """Take an area out of a draft."""
    area = get_object_or_404(RubricArea, rubric=rubric_or_404(request, pk), pk=area_pk)
    done_or_told(request, lambda: editing.drop_area(area=area, by=user_of(request)), _("Đã xóa lĩnh vực."))
    return redirect(_page(pk))


@scoped(Verb.SET_RULES)
def criterion_edit(request: HttpRequest, pk: int, criterion_pk: int | None = None) -> HttpResponse:
    """Add a criterion, or change one."""
    rubric = rubric_or_404(request, pk)
    row = get_object_or_404(Criterion, area__rubric=rubric, pk=criterion_pk) if criterion_pk else None
    initial: dict[str, Any] = {}
    if row:
        initial = {
            name: getattr(row, name)
            for name in (
                "area", "code", "order", "name", "help", "scoring", "quantity", "beside", "wording", "source",
            )
        }  # fmt: skip
        initial["points"] = typed(row.points)
    elif asked := request.GET.get("area", ""):
        initial["area"] = asked
    form = CriterionForm(rubric, row, request.POST or None, initial=initial)

    def save(area: RubricArea, edition: int | None = None, **given: Any) -> Criterion:
        values = {name: given[name] for name in editing.CRITERION_FIELDS if name in given}
        return editing.save_criterion(
            area=area, values=values, levels=form.levels(), by=user_of(request), criterion=row, edition=edition
        )

    if filled(request, form, save):
        messages.success(request, _("Đã lưu tiêu chí."))
        return redirect(_page(pk))
    drop = reverse("indicators:criterion-drop", args=[pk, row.pk]) if row else ""
    heading = _("Sửa tiêu chí") if row else _("Thêm tiêu chí")
    return form_page(request, form, heading=heading, note=rubric.name, back=_page(pk), drop=drop)


@scoped(Verb.SET_RULES)
@require_POST
def criterion_drop(request: HttpRequest, pk: int, criterion_pk: int) -> HttpResponse:
    """Take a criterion out of a draft."""
    row = get_object_or_404(Criterion, area__rubric=rubric_or_404(request, pk), pk=criterion_pk)
    done_or_told(request, lambda: editing.drop_criterion(criterion=row, by=user_of(request)), _("Đã xóa tiêu chí."))
    return redirect(_page(pk))


@scoped(Verb.SET_RULES)
def bands_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the ranking bands."""
    rubric = rubric_or_404(request, pk)
    form = BandsForm(rubric, request.POST or None)

    def save(edition: int | None = None, **_given: Any) -> bool:
        editing.set_bands(rubric=rubric, bands=form.bands(), by=user_of(request), edition=edition)
        return True

    if filled(request, form, save):
        messages.success(request, _("Đã lưu các mức xếp loại."))
        return redirect(_page(pk))
    return form_page(request, form, heading=_("Mức xếp loại"), note=rubric.name, back=_page(pk))
