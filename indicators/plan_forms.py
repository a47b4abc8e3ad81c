"""Forms by which a plan is laid down, told about and reported on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Body
from core.forms import DayField, GroupedDecimalField
from indicators.choices import Comparator, Formula, Measure, MeasuredPer, TaskState
from indicators.models import Block, Indicator, Plan
from indicators.rules import STATUS_WORDS

AREA = forms.Textarea(attrs={"rows": 3})


class Reasoned(forms.Form):
    """A form whose reason is only asked for once the plan is in force."""

    reason = forms.CharField(label=_("Lý do sửa"), max_length=300, help_text=_("Ví dụ số văn bản điều chỉnh."))

    def __init__(self, plan: Plan | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if plan is None or plan.state == "draft":
            del self.fields["reason"]
        else:
            self.order_fields([name for name in self.fields if name != "reason"])


class PlanForm(Reasoned):
    """What a plan is called and when it holds."""

    code = forms.CharField(label=_("Mã kế hoạch"), max_length=30, help_text=_("Ngắn, không dấu, ví dụ KH-2026."))
    name = forms.CharField(label=_("Tên kế hoạch"), max_length=300)
    document = forms.CharField(label=_("Văn bản (số, ngày)"), max_length=150, required=False)
    starts_on = DayField(label=_("Từ ngày"))
    ends_on = DayField(label=_("Đến ngày"))
    copy_of = forms.ModelChoiceField(
        Plan.objects.none(), label=_("Chép từ kế hoạch"), required=False, empty_label=_("Không chép, bắt đầu trống"),
        help_text=_("Chép mục, chỉ tiêu, mức phải đạt, lộ trình và nhiệm vụ; số liệu không chép."),
    )  # fmt: skip
    note = forms.CharField(label=_("Ghi chú"), max_length=300, required=False)

    def __init__(self, plan: Plan | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(plan, *args, **kwargs)
        if plan is not None:
            del self.fields["copy_of"]
        else:
            field = self.fields["copy_of"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Plan.objects.all()


class BlockForm(Reasoned):
    """A heading."""

    code = forms.CharField(label=_("Mã mục"), max_length=5)
    name = forms.CharField(label=_("Tên mục"), max_length=200)
    order = forms.IntegerField(label=_("Thứ tự"), min_value=1, max_value=1000)


class LineForm(Reasoned):
    """One line of a plan."""

    block = forms.ModelChoiceField(Block.objects.none(), label=_("Mục"), empty_label=None)
    code = forms.CharField(label=_("Mã"), max_length=10)
    order = forms.IntegerField(label=_("Thứ tự"), min_value=1, max_value=1000)
    name = forms.CharField(label=_("Tên chỉ tiêu"), max_length=200)
    measure = forms.ChoiceField(label=_("Đơn vị tính"), choices=Measure.choices)
    measured_per = forms.ChoiceField(label=_("Tính theo"), choices=MeasuredPer.choices)
    formula = forms.ChoiceField(
        label=_("Hệ thống tính được"), required=False,
        choices=[("", _("Không, do cơ quan báo cáo")), *Formula.choices],
    )  # fmt: skip
    responsible = forms.ModelChoiceField(Body.objects.all(), label=_("Cơ quan chủ trì"), required=False)
    co_operating = forms.ModelMultipleChoiceField(
        Body.objects.all(), label=_("Cơ quan phối hợp"), required=False,
        help_text=_("Giữ Ctrl để chọn nhiều."), widget=forms.SelectMultiple(attrs={"size": 6}),
    )  # fmt: skip
    responsible_basis = forms.CharField(label=_("Căn cứ phân công"), max_length=100, required=False)
    note = forms.CharField(label=_("Ghi chú"), max_length=300, required=False)

    def __init__(self, plan: Plan, *args: Any, **kwargs: Any) -> None:
        super().__init__(plan, *args, **kwargs)
        field = self.fields["block"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = plan.blocks.all()


class TargetForm(Reasoned):
    """What is asked of a line by the end of a year."""

    year = forms.IntegerField(label=_("Năm"), min_value=2000, max_value=2100, localize=False)
    comparator = forms.ChoiceField(label=_("So sánh"))
    low = GroupedDecimalField(label=_("Mức"), max_digits=12, decimal_places=2, required=False)
    high = GroupedDecimalField(
        label=_("Mức trên"), max_digits=12, decimal_places=2, required=False,
        help_text=_("Chỉ khi kế hoạch nêu một khoảng."),
    )  # fmt: skip
    status = forms.CharField(label=_("Trạng thái phải đạt"), max_length=60, help_text=_("Ví dụ: được công nhận."))
    quote = forms.CharField(label=_("Lời của kế hoạch"), widget=AREA)

    def __init__(self, line: Indicator, *args: Any, **kwargs: Any) -> None:
        super().__init__(line.plan, *args, **kwargs)
        drop = ("status",) if line.is_numeric else ("low", "high")
        for name in drop:
            del self.fields[name]
        words = (Comparator.STATUS, Comparator.MILESTONE)
        field = self.fields["comparator"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [row for row in Comparator.choices if (row[0] in words) != line.is_numeric]

    def clean_status(self) -> str:
        """A status that has a code keeps it, whatever word people write."""
        typed: str = self.cleaned_data["status"].strip()
        return next((code for code, words in STATUS_WORDS.items() if str(words) == typed.lower()), typed)


class StepForm(forms.Form):
    """Another value than the straight way in a year, with the reason."""

    step_year = forms.IntegerField(label=_("Năm"), min_value=2000, max_value=2100, localize=False)
    step_value = GroupedDecimalField(label=_("Mức của năm"), max_digits=12, decimal_places=2)
    step_reason = forms.CharField(label=_("Lý do"), max_length=300)


class UnitTargetForm(Reasoned):
    """A unit's own part."""

    unit = forms.ModelChoiceField(AdminUnit.objects.none(), label=_("Đơn vị"))
    year = forms.IntegerField(label=_("Năm"), min_value=2000, max_value=2100, localize=False)
    value = GroupedDecimalField(label=_("Mức giao"), max_digits=12, decimal_places=2)
    status = forms.ChoiceField(label=_("Trạng thái phải đạt"))
    weight = forms.IntegerField(
        label=_("Số để tính"), min_value=1, max_value=100_000_000, required=False,
        help_text=_("Số người, số hộ, số trung tâm… của đơn vị: có số này mới cộng được thành mức của thành phố."),
    )  # fmt: skip
    document = forms.CharField(label=_("Văn bản của đơn vị"), max_length=150, required=False)

    def __init__(self, line: Indicator, units: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(line.plan, *args, **kwargs)
        del self.fields["status" if line.is_numeric else "value"]
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = units
        if not line.is_numeric:
            statuses = dict.fromkeys(target.status for target in line.targets.all() if target.status)
            choice = self.fields["status"]
            assert isinstance(choice, forms.ChoiceField)
            choice.choices = [(code, STATUS_WORDS.get(code, code)) for code in statuses]


class TaskForm(Reasoned):
    """A task in the plan's own words."""

    part = forms.CharField(label=_("Phần"), max_length=5, help_text=_("Ví dụ V."))
    number = forms.CharField(label=_("Số"), max_length=12, help_text=_("Ví dụ V.1.1."))
    words = forms.CharField(label=_("Lời của kế hoạch"), widget=AREA)
    body = forms.ModelChoiceField(
        Body.objects.all(), label=_("Cơ quan chủ trì"), required=False, empty_label=_("Tất cả các cấp, các ngành")
    )
    co_operating = forms.ModelMultipleChoiceField(
        Body.objects.all(), label=_("Cơ quan phối hợp"), required=False,
        help_text=_("Giữ Ctrl để chọn nhiều."), widget=forms.SelectMultiple(attrs={"size": 6}),
    )  # fmt: skip
    cadence = forms.CharField(label=_("Nhịp"), max_length=60, required=False, help_text=_("Ví dụ: hằng năm."))
    due_on = DayField(label=_("Hạn"), required=False)


class TaskUpdateForm(forms.Form):
    """How far a task is, with the evidence."""

    state = forms.ChoiceField(label=_("Trạng thái"), choices=TaskState.choices)
    words = forms.CharField(label=_("Đã làm gì, hoặc lý do"), max_length=1000, widget=AREA)
    document = forms.CharField(label=_("Văn bản số"), max_length=150, required=False)
    document_on = DayField(label=_("Ngày văn bản"), required=False)
    link = forms.URLField(label=_("Đường dẫn"), max_length=300, required=False, assume_scheme="https")


class ContributionForm(forms.Form):
    """What a body did this year: four short texts."""

    done = forms.CharField(
        label=_("Việc đã làm trong năm"), required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Theo từng nhiệm vụ được giao. Cần có khi gửi."),
    )  # fmt: skip
    figures = forms.CharField(label=_("Số liệu"), required=False, widget=forms.Textarea(attrs={"rows": 5}))
    difficulties = forms.CharField(label=_("Khó khăn, vướng mắc"), required=False, widget=AREA)
    proposals = forms.CharField(label=_("Đề xuất, kiến nghị"), required=False, widget=AREA)
    version = forms.IntegerField(widget=forms.HiddenInput, localize=False)


class BodyForm(forms.Form):
    """A department, association or other addressee."""

    code = forms.CharField(label=_("Mã"), max_length=20, help_text=_("Ngắn, không dấu, ví dụ SGDDT."))
    name = forms.CharField(label=_("Tên cơ quan, tổ chức"), max_length=200)
    name_now = forms.CharField(label=_("Nay là"), max_length=200, required=False)
