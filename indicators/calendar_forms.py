"""Forms of locks, exceptions and deadlines."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit
from core.forms import DayField
from indicators.choices import DueLevel, DueWhat, PeriodKind
from indicators.models import Deadline, Indicator


class LockForm(forms.Form):
    """Which period is closed, for whom, why and until when."""

    kind = forms.ChoiceField(
        label=_("Loại kỳ"), required=False, choices=[("", _("mọi loại kỳ")), *PeriodKind.choices],
        help_text=_("“Mọi loại kỳ” khóa cả năm kế hoạch, năm dương lịch và các kỳ khác có ngày cuối trong khoảng này."),
    )  # fmt: skip
    starts_on = DayField(label=_("Từ ngày"))
    ends_on = DayField(label=_("Đến ngày"))
    unit = forms.ModelChoiceField(
        AdminUnit.objects.none(), label=_("Đơn vị"), required=False, empty_label=_("tất cả đơn vị")
    )
    until_on = DayField(
        label=_("Khóa đến hết ngày"), required=False, help_text=_("Bỏ trống: khóa cho đến khi thành phố mở.")
    )
    reason = forms.CharField(label=_("Lý do khóa"), max_length=300)

    def __init__(self, units: list[AdminUnit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = AdminUnit.objects.filter(pk__in=[unit.pk for unit in units])
        field.choices = [("", field.empty_label or ""), *((unit.pk, str(unit)) for unit in units)]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Lý do"), max_length=300)


class AskForm(forms.Form):
    """Asking to enter into a locked period."""

    unit = forms.ModelChoiceField(AdminUnit.objects.none(), label=_("Đơn vị"), empty_label=None)
    indicator = forms.ModelChoiceField(
        Indicator.objects.none(), label=_("Chỉ tiêu"), required=False, empty_label=_("mọi chỉ tiêu")
    )
    reason = forms.CharField(
        label=_("Vì sao cần nhập vào kỳ đã khóa"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, units: Any, lines: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("unit", units), ("indicator", lines)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows


class AnswerForm(forms.Form):
    """Letting somebody in until a day, or not."""

    answer = forms.CharField(label=_("Lý do của câu trả lời"), max_length=300)
    expires_on = DayField(label=_("Được nhập đến hết ngày"), required=False)


class DeadlineForm(forms.Form):
    """The rule of a deadline."""

    code = forms.SlugField(label=_("Mã"), max_length=40, help_text=_("Chữ không dấu, số và gạch nối."))
    name = forms.CharField(label=_("Phải nộp"), max_length=200)
    what = forms.ChoiceField(label=_("Nộp gì"), choices=DueWhat)
    level = forms.ChoiceField(label=_("Ai nộp"), choices=DueLevel)
    period_kind = forms.ChoiceField(
        label=_("Kỳ"), choices=[choice for choice in PeriodKind.choices if choice[0] != PeriodKind.CUSTOM]
    )
    due_day = forms.IntegerField(label=_("Hạn, ngày"), min_value=1, max_value=31)
    due_month = forms.IntegerField(label=_("Hạn, tháng"), min_value=1, max_value=12)
    years_later = forms.IntegerField(
        label=_("Hạn ở năm sau khi hết kỳ"), min_value=0, max_value=2, initial=0,
        help_text=_("0: cùng năm với ngày cuối của kỳ; 1: năm sau."),
    )  # fmt: skip
    indicators = forms.CharField(
        label=_("Chỉ tiêu phải nộp"), required=False, help_text=_("Các mã cách nhau bằng dấu phẩy; bỏ trống: tất cả.")
    )
    first_year = forms.IntegerField(label=_("Từ năm"), min_value=2020, max_value=2100)
    last_year = forms.IntegerField(label=_("Đến năm"), min_value=2020, max_value=2100, required=False)
    source = forms.CharField(label=_("Căn cứ"), max_length=200)

    def __init__(self, row: Deadline | None, *args: Any, **kwargs: Any) -> None:
        if row is not None:
            columns = [name for name in self.base_fields if name != "indicators"]
            kwargs["initial"] = {name: getattr(row, name) for name in columns} | {
                "indicators": ", ".join(row.indicators)
            }
        super().__init__(*args, **kwargs)
        if row is not None:
            self.fields["code"].disabled = True
        else:
            self.fields["first_year"].initial = timezone.localdate().year

    def clean_indicators(self) -> list[str]:
        """Read the codes; every one has to be a line of a plan."""
        asked = [code.strip().upper() for code in self.cleaned_data["indicators"].split(",") if code.strip()]
        known = set(Indicator.objects.filter(code__in=asked).values_list("code", flat=True))
        if wrong := [code for code in asked if code not in known]:
            raise forms.ValidationError(_("Không có chỉ tiêu mã %(codes)s.") % {"codes": ", ".join(wrong)})
        return asked

    def clean(self) -> dict[str, Any]:
        """What is handed in has to be a thing of who hands it in."""
        data = super().clean() or {}
        of_centre = data.get("what") in {DueWhat.CENTRE_REPORT, DueWhat.DECLARATION}
        if data.get("level") and of_centre != (data["level"] == DueLevel.CENTRE):
            self.add_error("level", _("Báo cáo và tự khai do trung tâm nộp; số liệu và khóa năm do đơn vị nộp."))
        return data


class DeadlineDayForm(forms.Form):
    """Another day in one year."""

    year = forms.IntegerField(label=_("Kỳ của năm"), min_value=2020, max_value=2100)
    due_on = DayField(label=_("Hạn mới"))
    reason = forms.CharField(label=_("Lý do"), max_length=300)
