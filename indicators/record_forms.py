"""Forms of what is recorded once: populations and titles."""

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import DayField
from indicators.choices import PopulationGroup


class PeopleField(forms.IntegerField):
    """A number of people as offices write it: 20500, 20.500 or 20 500."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """Take the marks between thousands away."""
        return super().to_python(re.sub(r"(?<=\d)[.,\s](?=\d{3}(?!\d))", "", str(value or "")) or None)


class PopulationForm(forms.Form):
    """How many people live in a unit, by whom it was said."""

    group = forms.ChoiceField(label=_("Độ tuổi"), choices=PopulationGroup)
    people = PeopleField(label=_("Số người"), min_value=1, max_value=20_000_000)
    counted_on = DayField(label=_("Tính đến ngày"), initial=timezone.localdate)
    source_name = forms.CharField(label=_("Cơ quan cung cấp"), max_length=150)
    document = forms.CharField(label=_("Văn bản (số, ngày)"), max_length=150, required=False)
    note = forms.CharField(
        label=_("Lý do sửa"), max_length=300, required=False,
        help_text=_("Chỉ cần khi ngày này đã có một số khác."),
    )  # fmt: skip


class TitleForm(forms.Form):
    """Who recognised a learner, when, by which paper."""

    recognised_on = DayField(label=_("Công nhận ngày"))
    decided_by = forms.CharField(label=_("Cơ quan công nhận"), max_length=150, help_text=_("Ví dụ: UBND xã Ba Vì."))
    document = forms.CharField(label=_("Văn bản (số, ngày)"), max_length=150)
    valid_to = DayField(
        label=_("Có giá trị đến"), required=False, help_text=_("Chỉ ghi khi trên giấy có ngày hết giá trị.")
    )


class TakeBackTitleForm(forms.Form):
    """Why a record is taken back."""

    reason = forms.CharField(label=_("Lý do"), max_length=200)
