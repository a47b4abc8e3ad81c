"""Forms of planning. They read and word input; the rules are in the services."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from core.forms import DayField
from courses.models import Course, Topic
from courses.planning.choices import FIRST_YEAR, LAST_YEAR, Funding, Quarter


class SurveyForm(forms.Form):
    """A new survey: which year, about what."""

    year = forms.IntegerField(label=_("Năm muốn học"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    courses = forms.ModelMultipleChoiceField(
        label=_("Hỏi về các khóa học"), queryset=Course.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text=_("Không chọn: hỏi lại những gì khảo sát năm trước đã hỏi. Nội dung khác thêm sau."),
    )  # fmt: skip

    def __init__(self, *args: Any, centre: Centre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The literacy terms are no wishes: who cannot read is found by the literacy survey.
        courses = Course.objects.for_centre(centre.pk).filter(programme__isnull=True)
        self.fields["courses"].queryset = courses  # type: ignore[attr-defined]


class IdeaForm(forms.Form):
    """One thing more to ask about."""

    course = forms.ModelChoiceField(
        label=_("Khóa học đã có"), queryset=Course.objects.none(), required=False, empty_label=_("– nội dung khác –")
    )
    name = forms.CharField(label=_("hoặc nội dung khác"), max_length=150, required=False)
    topic = forms.ModelChoiceField(
        label=_("Lĩnh vực của nội dung khác"), queryset=Topic.objects.none(), required=False, empty_label=_("– chọn –")
    )

    def __init__(self, *args: Any, centre: Centre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = Course.objects.for_centre(centre.pk)  # type: ignore[attr-defined]
        self.fields["topic"].queryset = Topic.objects.all()  # type: ignore[attr-defined]


class LineForm(forms.Form):
    """A line of a plan."""

    name = forms.CharField(label=_("Nội dung"), max_length=150)
    topic = forms.ModelChoiceField(label=_("Lĩnh vực"), queryset=Topic.objects.none(), empty_label=_("– chọn –"))
    course = forms.ModelChoiceField(
        label=_("Khóa học"), queryset=Course.objects.none(), required=False, empty_label=_("chưa có khóa học")
    )
    quarter = forms.TypedChoiceField(label=_("Quý"), choices=Quarter.choices, coerce=int)
    class_count = forms.IntegerField(label=_("Số lớp"), min_value=1, max_value=500, initial=1)
    expected_participants = forms.IntegerField(
        label=_("Lượt người dự kiến"), min_value=0, max_value=1_000_000,
        help_text=_("Một người học hai lớp là hai lượt."),
    )  # fmt: skip
    funding = forms.ChoiceField(label=_("Kinh phí"), choices=Funding.choices, required=False)
    partner = forms.CharField(label=_("Đơn vị phối hợp"), max_length=150, required=False)
    reason = forms.CharField(
        label=_("Lý do điều chỉnh"), max_length=300, widget=forms.Textarea(attrs={"rows": "2"}),
        help_text=_("Kế hoạch đã duyệt: lý do được ghi lại và ai xem kế hoạch cũng thấy."),
    )  # fmt: skip

    def __init__(self, *args: Any, centre: Centre, approved: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = Topic.objects.all()  # type: ignore[attr-defined]
        self.fields["course"].queryset = Course.objects.for_centre(centre.pk)  # type: ignore[attr-defined]
        if not approved:
            del self.fields["reason"]


class DropForm(forms.Form):
    """Why a line is taken out of an approved plan."""

    reason = forms.CharField(label=_("Lý do"), max_length=300, widget=forms.Textarea(attrs={"rows": "2"}))


class ApproveForm(forms.Form):
    """The day the director approved the plan, as on the paper."""

    approved_on = DayField(label=_("Duyệt ngày"), initial=timezone.localdate)
