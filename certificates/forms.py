"""Forms of the register."""

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certificates.choices import CertificateState
from certificates.services import Decision
from certificates.services.states import MOST_COPIES
from core.forms import DayField


class IssueForm(forms.Form):
    """Date and signer of a class's certificates."""

    issued_on = DayField(label=_("Ngày cấp"), initial=timezone.localdate)
    signer_name = forms.CharField(
        label=_("Người ký"),
        max_length=150,
        required=False,
        help_text=_("Để trống: giám đốc ghi trong hồ sơ trung tâm."),
    )
    recognition = forms.CharField(
        label=_("Quyết định công nhận kết quả"),
        max_length=100,
        required=False,
        help_text=_("Số và ngày, ví dụ 05/QĐ-TTHTCĐ ngày 20/11/2026. Chỉ ghi trong sổ gốc; có thể để trống."),
    )
    late_reason = forms.CharField(
        label=_("Lý do cấp muộn"),
        max_length=300,
        required=False,
        help_text=_("Chỉ khi ngày cấp lùi quá 7 ngày: một người thứ hai phải xác nhận trước khi lấy số."),
    )


class BlanksForm(forms.Form):
    """Printed forms that came: consecutive serials of one series."""

    series = forms.CharField(
        label=_("Ký hiệu"),
        max_length=12,
        required=False,
        help_text=_("Chữ in trước số, ví dụ HN; có thể để trống."),
    )
    digits = forms.IntegerField(label=_("Số chữ số"), initial=6, min_value=1, max_value=10)
    first = forms.IntegerField(label=_("Từ số"), min_value=1, max_value=999_999_999)
    last = forms.IntegerField(label=_("Đến số"), min_value=1, max_value=999_999_999)
    received_on = DayField(label=_("Ngày nhận"), initial=timezone.localdate)
    document = forms.CharField(label=_("Giấy giao nhận"), max_length=120, required=False)


class DecisionForm(forms.Form):
    """A step after issuing, with its reason and decision."""

    REVOKE, REPLACE, CORRECT, VOID = "revoke", "replace", "correct", "void"

    # What can be done depends on the entry's state: a number that was only reserved can only be voided.
    CHOICES = {
        CertificateState.ISSUED: (
            (REVOKE, _("Đề nghị thu hồi: chứng nhận không còn giá trị, khi có người thứ hai xác nhận")),
            (REPLACE, _("Cấp lại: giấy bị mất hoặc hỏng")),
            (CORRECT, _("Chỉnh sửa: nội dung ghi sai, cấp bản đúng")),
        ),
        CertificateState.RESERVED: ((VOID, _("Hủy số: giấy không in được hoặc lấy số nhầm")),),
    }

    step = forms.ChoiceField(label=_("Việc cần làm"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Lý do"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    decision_number = forms.CharField(label=_("Số quyết định"), max_length=60)
    decided_on = DayField(label=_("Ngày quyết định"), initial=timezone.localdate)
    decision_signer = forms.CharField(label=_("Người ký quyết định"), max_length=150)

    def __init__(self, *args: Any, state: str, director: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # For an entry that has moved on all steps are offered; the service then says what its state is now.
        choices = self.CHOICES.get(CertificateState(state), self.CHOICES[CertificateState.ISSUED])
        if not director:  # who keeps the register asks for a revocation; new papers are the director's to decide
            choices = tuple(choice for choice in choices if choice[0] == self.REVOKE)
        field = cast(forms.ChoiceField, self.fields["step"])
        field.choices, field.initial = choices, choices[0][0] if choices else None
        if state == CertificateState.RESERVED:  # nothing was handed out, so nothing has to be decided about it
            for name in ("decision_number", "decided_on", "decision_signer"):
                del self.fields[name]

    @property
    def decision(self) -> Decision:
        """What the step rests on."""
        data = self.cleaned_data
        return Decision(
            data["reason"], data.get("decision_number", ""), data.get("decided_on"), data.get("decision_signer", "")
        )


class CopyForm(forms.Form):
    """Copies from the register: for whom and how many."""

    recipient = forms.CharField(label=_("Người nhận bản sao"), max_length=150)
    copies = forms.IntegerField(label=_("Số bản"), initial=1, min_value=1, max_value=MOST_COPIES)
    reason = forms.CharField(
        label=_("Ghi chú"), max_length=300, required=False, help_text=_("Ví dụ: nộp hồ sơ xin việc. Có thể để trống.")
    )
