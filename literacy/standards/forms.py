"""Forms of the literacy standards."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from centres.models import AdminUnit
from core.forms import DayField


class CloseForm(forms.Form):
    """Why a year is closed again; the first time nothing is asked."""

    reason = forms.CharField(label=_("Lý do lập lại"), max_length=300, required=False)

    def __init__(self, *args: Any, again: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if again:
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = _("Năm này đã khóa. Hãy ghi lý do lập lại.")
        else:
            self.fields["reason"].widget = forms.HiddenInput()


class DifficultyForm(forms.Form):
    """Which commune is, or is no longer, especially difficult."""

    unit = forms.ModelChoiceField(label=_("Phường, xã"), queryset=AdminUnit.objects.none(), empty_label=_("– chọn –"))
    difficult = forms.TypedChoiceField(
        label=_("Diện"),
        choices=[("1", _("đặc biệt khó khăn")), ("0", _("không còn đặc biệt khó khăn"))],
        coerce=lambda text: text == "1",
    )
    valid_from = DayField(label=_("Từ ngày"))
    source = forms.CharField(label=_("Căn cứ"), max_length=200, help_text=_("Số và ngày của quyết định"))

    def __init__(self, *args: Any, communes: list[AdminUnit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = AdminUnit.objects.filter(pk__in=[unit.pk for unit in communes]).order_by("sort_key")
