"""Forms of the register."""

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from certificates.choices import CertificateState
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


class DecisionForm(forms.Form):
    """A step after issuing, with its reason and decision."""

    REVOKE, REPLACE, CORRECT, VOID = "revoke", "replace", "correct", "void"

    # What can be done depends on the entry's state: a number that was only reserved can only be voided.
    CHOICES = {
        CertificateState.ISSUED: (
            (REVOKE, _("Thu hồi: chứng nhận không còn giá trị")),
            (REPLACE, _("Cấp lại: giấy bị mất hoặc hỏng")),
            (CORRECT, _("Chỉnh sửa: nội dung ghi sai, cấp bản đúng")),
        ),
        CertificateState.RESERVED: ((VOID, _("Hủy số: giấy không in được hoặc lấy số nhầm")),),
    }

    step = forms.ChoiceField(label=_("Việc cần làm"), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Lý do"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    decision_number = forms.CharField(label=_("Số quyết định"), max_length=60, required=False)
    decided_on = DayField(label=_("Ngày quyết định"), required=False)

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # For an entry that has moved on all steps are offered; the service then says what its state is now.
        choices = self.CHOICES.get(CertificateState(state), self.CHOICES[CertificateState.ISSUED])
        field = cast(forms.ChoiceField, self.fields["step"])
        field.choices, field.initial = choices, choices[0][0]
        if state == CertificateState.RESERVED:  # nothing was handed out, so nothing has to be decided about it
            del self.fields["decision_number"], self.fields["decided_on"]
