"""Forms of the register."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class IssueForm(forms.Form):
    """Date and signer of a class's certificates."""

    issued_on = forms.DateField(label=_("Ngày cấp"), initial=timezone.localdate, widget=_date_input())
    signer_name = forms.CharField(
        label=_("Người ký"),
        max_length=150,
        required=False,
        help_text=_("Để trống: giám đốc ghi trong hồ sơ trung tâm."),
    )


class DecisionForm(forms.Form):
    """A step after issuing, with its reason and decision."""

    REVOKE, REPLACE, CORRECT = "revoke", "replace", "correct"

    step = forms.ChoiceField(
        label=_("Việc cần làm"),
        choices=[
            (REVOKE, _("Thu hồi: chứng nhận không còn giá trị")),
            (REPLACE, _("Cấp lại: giấy bị mất hoặc hỏng")),
            (CORRECT, _("Chỉnh sửa: nội dung ghi sai, cấp bản đúng")),
        ],
        initial=REVOKE,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Lý do"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    decision_number = forms.CharField(label=_("Số quyết định"), max_length=60, required=False)
    decided_on = forms.DateField(label=_("Ngày quyết định"), required=False, widget=_date_input())
