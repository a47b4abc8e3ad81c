"""Forms of the plan."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit, Neighbourhood
from core.forms import DayField
from indicators.choices import Measure, PeriodKind, WeightedMeasure
from indicators.evidence.measures import BESIDE
from indicators.models import Indicator
from indicators.populations import GROUP_OF
from indicators.rules import STATUS_WORDS
from indicators.services import statuses_of


class ReportForm(forms.Form):
    """A figure another body knows, with its source and document."""

    value = forms.DecimalField(
        label=_("Giá trị (%)"),
        max_digits=12,
        decimal_places=2,
        localize=True,
        help_text=_("Ví dụ 71,2."),
    )
    status_value = forms.ChoiceField(label=_("Trạng thái đạt được"))
    ends_on = DayField(label=_("Số liệu tính đến ngày"), initial=timezone.localdate)
    period_kind = forms.ChoiceField(
        label=_("Kỳ"), initial=PeriodKind.CALENDAR_YEAR, required=False,
        choices=[choice for choice in PeriodKind.choices if choice[0] != PeriodKind.CUSTOM],
    )  # fmt: skip
    source_name = forms.CharField(label=_("Cơ quan cung cấp"), max_length=150)
    document = forms.CharField(label=_("Văn bản (số, tên)"), max_length=150)
    document_on = DayField(label=_("Ngày văn bản"), required=False)
    population = forms.IntegerField(
        label=_("Số dân để đối chiếu"), required=False, min_value=1, max_value=20_000_000,
        help_text=_("Số người trong độ tuổi của chỉ tiêu. Bỏ trống nếu đã ghi ở trang Số dân: hệ thống dùng số đó để "
                    "đặt cạnh số báo cáo tỷ lệ những người các trung tâm biết."),
    )  # fmt: skip
    explanation = forms.CharField(
        label=_("Vì sao khác số hệ thống tính"), max_length=300, required=False,
        help_text=_("Chỉ cần khi số báo cáo khác số hệ thống đặt bên cạnh. Ghi ở đây thì người duyệt khỏi hỏi lại."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("Lý do sửa"),
        max_length=300,
        required=False,
        help_text=_("Chỉ cần khi sửa số liệu đã báo cáo của kỳ này."),
    )

    def __init__(self, indicator: Indicator, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if indicator.formula not in GROUP_OF:
            del self.fields["population"]
        if indicator.formula not in BESIDE:
            del self.fields["explanation"]
        if indicator.measure == Measure.NUMBER:
            self.fields["value"].label, self.fields["value"].help_text = _("Số lượng"), _("Ví dụ 1250.")
        if indicator.is_numeric:
            del self.fields["status_value"]
        else:
            del self.fields["value"]
            # Also the honest answer: a line that can only be reported as reached says nothing.
            codes = statuses_of(indicator)
            field = self.fields["status_value"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "–"), *((code, STATUS_WORDS.get(code, code)) for code in codes)]

    def values(self) -> dict[str, Any]:
        """Return the cleaned values as the service takes them."""
        given = {"value": None, "status_value": "", **self.cleaned_data}
        return given | {"period_kind": given["period_kind"] or PeriodKind.CALENDAR_YEAR}


class DeclareForm(forms.Form):
    """The centre's own word on C3."""

    applies_it = forms.TypedChoiceField(
        label=_("Trung tâm có ứng dụng CNTT trong quản lý, tổ chức hoạt động không?"),
        choices=[("yes", _("Có")), ("no", _("Chưa"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Cụ thể"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class WeightsForm(forms.Form):
    """How a divided commune's figures are shared among the units it lies in, in percent."""

    measure = forms.ChoiceField(label=_("Áp dụng cho"), choices=WeightedMeasure.choices, required=False)
    document = forms.CharField(
        label=_("Văn bản làm căn cứ"), max_length=200, help_text=_("Ví dụ: Công văn 12/CTK ngày 05/8/2025 về dân số.")
    )

    def __init__(self, targets: Sequence[AdminUnit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = targets
        for unit in targets:
            self.fields[f"w{unit.pk}"] = forms.DecimalField(
                label=unit.name, max_digits=7, decimal_places=4, min_value=0, max_value=100, localize=True,
                required=False, widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": "%"}),
            )  # fmt: skip

    @property
    def millionths(self) -> dict[int, int]:
        """The shares in millionths; an empty field is nothing."""
        return {unit.pk: int((self.cleaned_data.get(f"w{unit.pk}") or 0) * 10_000) for unit in self.targets}


class NeighbourhoodsForm(forms.Form):
    """In which unit of the other map each neighbourhood lies."""

    document = forms.CharField(label=_("Văn bản làm căn cứ"), max_length=200)

    def __init__(
        self, neighbourhoods: Sequence[Neighbourhood], targets: Sequence[AdminUnit], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.neighbourhoods = neighbourhoods
        choices = [("", _("chưa rõ")), *((unit.pk, unit.name) for unit in targets)]
        for row in neighbourhoods:
            self.fields[f"n{row.pk}"] = forms.TypedChoiceField(
                label=row.name, choices=choices, required=False, coerce=int, empty_value=None
            )

    @property
    def places(self) -> dict[int, int | None]:
        """The unit chosen for each neighbourhood."""
        return {row.pk: self.cleaned_data[f"n{row.pk}"] for row in self.neighbourhoods}
