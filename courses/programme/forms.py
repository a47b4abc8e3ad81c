"""Forms of the literacy programme."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from centres.models import Centre
from core.forms import DayField, offer_people
from courses.forms import TEACHING_ROLES
from courses.models import ClassGroup, Course
from courses.programme.rules import Shape


class NextTermForm(forms.Form):
    """Where a closed class goes on: a class that is there already, or a new one."""

    into = forms.ModelChoiceField(
        label=_("Lên lớp"), queryset=ClassGroup.objects.none(), required=False, empty_label=_("mở lớp mới, ghi ở dưới")
    )
    course = forms.ModelChoiceField(label=_("Khóa học của lớp mới"), queryset=Course.objects.none(), required=False)
    name = forms.CharField(label=_("Tên lớp mới"), max_length=150, required=False)
    starts_on = DayField(label=_("Khai giảng"), required=False)
    ends_on = DayField(label=_("Kết thúc (dự kiến)"), required=False)
    teacher = forms.ModelChoiceField(
        label=_("Giáo viên"), queryset=User.objects.none(), required=False, empty_label=_("chưa phân công")
    )
    place = forms.CharField(label=_("Địa điểm"), max_length=150, required=False)

    def __init__(
        self, *args: Any, centre: Centre, following: list[Course], classes: QuerySet[ClassGroup], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        into: Any = self.fields["into"]
        into.queryset = classes
        into.label_from_instance = lambda group: f"{group.name} ({group.code}), {group.starts_on:%d/%m/%Y}"
        course: Any = self.fields["course"]
        course.queryset = Course.objects.filter(pk__in=[row.pk for row in following])
        course.empty_label = None
        today = timezone.localdate()
        in_force = Q(memberships__valid_to__isnull=True) | Q(memberships__valid_to__gte=today)
        teachers = User.objects.filter(
            in_force, memberships__centre=centre, memberships__role__in=TEACHING_ROLES,
            memberships__valid_from__lte=today, is_active=True,
        ).distinct()  # fmt: skip
        offer_people(self.fields["teacher"], teachers)
        if not classes.exists():
            del self.fields["into"]
            for name in ("course", "name", "starts_on", "ends_on"):
                self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        """A new class needs a name and its days; one that is there already needs nothing."""
        data = super().clean() or {}
        if data.get("into"):
            return data
        if not data.get("name") and "name" not in self.errors:
            self.add_error("name", gettext("Hãy ghi tên lớp mới."))
        for name in ("starts_on", "ends_on"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, gettext("Hãy ghi ngày."))
        return data


class PlacementForm(forms.Form):
    """A placement test with its paper."""

    term = forms.TypedChoiceField(label=_("Vào học từ"), coerce=int)
    tested_on = DayField(label=_("Ngày kiểm tra"), initial=timezone.localdate)
    paper = forms.CharField(
        label=_("Bài, biên bản kiểm tra"), max_length=150, help_text=_("Ví dụ: biên bản kiểm tra xếp lớp, bài viết.")
    )
    paper_number = forms.CharField(label=_("Số của giấy"), max_length=60, required=False)
    note = forms.CharField(label=_("Ghi chú"), max_length=200, required=False)

    def __init__(self, *args: Any, shape: Shape, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = sorted(number for numbers in shape.phases.values() for number in numbers if number > 1)
        field: Any = self.fields["term"]
        field.choices = [("", _("– chọn –")), *((number, gettext("Kỳ %(n)s") % {"n": number}) for number in terms)]


class ReasonOnlyForm(forms.Form):
    """Why something recorded is taken back."""

    reason = forms.CharField(label=_("Lý do"), max_length=200)
