"""Pages that make one person of two records, and two again."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from core.errors import Conflict, DomainError, Forbidden, InvalidInput
from core.text import mask_number
from learners.duplicates import likely_pairs
from learners.matching import compare, traits_of
from learners.merging import CHOICES, look_ahead, merge_people, undo_merge
from learners.models import Learner, PersonMerge

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One field of two records side by side; ``other_is_better`` is what the page proposes."""

    name: str
    label: str
    mine: str
    theirs: str
    other_is_better: bool

    @property
    def differs(self) -> bool:
        """Whether there is something to choose."""
        return self.mine != self.theirs and bool(self.theirs)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _person(user: User, pk: int) -> Learner:
    """A person the user sees and may change; 404 or 403 otherwise."""
    people = Learner.objects.visible_to(user).select_related("unit", "neighbourhood")
    learner: Learner = get_object_or_404(people, pk=pk)
    scope = scope_of(user)
    if not any(scope.may(Verb.ENROL, pk) for pk in learner.centre_links.values_list("centre_id", flat=True)):
        raise Forbidden("role_may_not", _("Vai trò của bạn không làm được việc này. Hãy hỏi giám đốc trung tâm."))
    return learner


@scoped(Verb.ENROL)
def pair_list(request: HttpRequest) -> HttpResponse:
    """Records that are probably one person, likeliest first."""
    user = _user(request)
    page = Paginator(likely_pairs(user=user), PER_PAGE).get_page(request.GET.get("page"))
    pks = {pk for pair in page for pk in (pair.one, pair.other)}
    people = Learner.objects.visible_to(user).select_related("neighbourhood").in_bulk(pks)
    rows = [
        {"one": people[pair.one], "other": people[pair.other], "reasons": pair.reasons, "strong": pair.score >= 85}
        for pair in page
        if pair.one in people and pair.other in people
    ]
    return render(request, "learners/pair_list.html", {"page_obj": page, "rows": rows})


@scoped(Verb.ENROL)
def merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Show two records side by side; POST merges the second into the first."""
    user = _user(request)
    kept, gone = _person(user, pk), _person(user, other)
    refusal, status = "", 200
    if request.method == "POST":
        take = [name for name in CHOICES if request.POST.get(name) == "other"]
        try:
            done = merge_people(kept=kept, other=gone, by=user, take=take)
        except (Conflict, InvalidInput) as error:
            refusal, status = str(error.message), error.status
        else:
            words = {"other": gone.code, "kept": kept.code}
            messages.success(request, _("Đã gộp %(other)s vào %(kept)s. Có thể tách lại ở cuối trang này.") % words)
            for note in done.notes:
                messages.info(request, note)
            return redirect("learners:learner-detail", kept.pk)
    try:
        outlook = look_ahead(kept=kept, other=gone, by=user)
    except InvalidInput as error:
        refusal, outlook, status = str(error.message), None, error.status
    context = {
        "kept": kept,
        "other": gone,
        "lines": lines_of(kept, gone),
        "reasons": compare(traits_of(kept), traits_of(gone)).reasons,
        "outlook": outlook,
        "refusal": refusal or (outlook.refusal if outlook else ""),
        "sides": [_side(user, person) for person in (kept, gone)],
    }
    return render(request, "learners/merge.html", context, status=status)


def _side(user: User, learner: Learner) -> dict[str, Any]:
    scope = scope_of(user)
    links = learner.centre_links.select_related("centre").order_by("pk")
    return {
        "person": learner,
        "centres": [link.centre.name for link in links if scope.sees_centre(link.centre_id)],
    }


def lines_of(kept: Learner, other: Learner) -> list[Line]:
    """The fields of both, with the fuller value proposed."""

    def place(row: Learner) -> str:
        return ", ".join(str(part) for part in (row.neighbourhood, row.unit) if part)

    def birth(row: Learner) -> str:
        return str(row.birth or "")

    return [
        Line("full_name", _("Họ và tên"), kept.full_name, other.full_name,
             kept.full_name.isascii() and not other.full_name.isascii()),
        Line("birth", _("Ngày sinh"), birth(kept), birth(other), len(birth(other)) > len(birth(kept))),
        Line("sex", _("Giới tính"), str(kept.get_sex_display()), str(other.get_sex_display()), kept.sex == "unknown"),
        Line("ethnicity", _("Dân tộc"), str(kept.get_ethnicity_display()), str(other.get_ethnicity_display()),
             not kept.ethnicity),
        Line("personal_id", _("Số định danh"), mask_number(kept.personal_id_tail), mask_number(other.personal_id_tail),
             other.personal_id_length > kept.personal_id_length),
        Line("phone", _("Điện thoại"), kept.phone, other.phone, not kept.phone),
        Line("place", _("Nơi ở"), place(kept), place(other), not kept.neighbourhood and bool(other.neighbourhood)),
        Line("address", _("Địa chỉ"), kept.address, other.address, not kept.address),
        Line("note", _("Ghi chú"), kept.note, other.note, not kept.note),
    ]  # fmt: skip


@scoped(Verb.ENROL)
@require_POST
def unmerge(request: HttpRequest, pk: int, merge: int) -> HttpResponse:
    """Make two records of one again."""
    user = _user(request)
    kept = _person(user, pk)
    row = get_object_or_404(PersonMerge.objects.select_related("kept", "other"), pk=merge, kept=kept)
    try:
        undo_merge(merge=row, by=user)
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect("learners:learner-detail", kept.pk)
    messages.success(request, _("Đã tách %(code)s thành hồ sơ riêng như trước.") % {"code": row.other.code})
    return redirect("learners:learner-detail", row.other_id)
