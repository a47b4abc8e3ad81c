"""Forms of the register."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import DayField
from core.tabular.reading import ACCEPTED
from literacy.choices import CallOutcome, Proof, StatedLevel


class StatementForm(forms.Form):
    """A level known from a paper or a test. Papers of our own classes are written down by closing the class."""

    level = forms.TypedChoiceField(label=_("Mức độ"), choices=StatedLevel.choices, coerce=int, widget=forms.RadioSelect)
    proof = forms.ChoiceField(
        label=_("Biết từ đâu"),
        choices=[(row.value, row.label) for row in (Proof.PRIMARY_SCHOOL, Proof.TEST, Proof.SURVEY, Proof.PROGRAMME)],
        widget=forms.RadioSelect,
    )
    source = forms.CharField(
        label=_("Giấy tờ làm căn cứ"),
        max_length=200,
        help_text=_("Ví dụ: học bạ tiểu học, giấy xác nhận số 12 ngày 01/06/1999 của Trường Tiểu học Ba Vì."),
    )
    since_on = DayField(label=_("Đạt từ ngày"), required=False, help_text=_("Không biết thì để trống."))
    stated_on = DayField(label=_("Ngày ghi"), initial=timezone.localdate)
    newly = forms.BooleanField(
        label=_("Vừa được công nhận biết chữ lần đầu: bắt đầu theo dõi"),
        required=False,
        help_text=_("Chỉ đánh dấu khi giấy trên công nhận mức độ này lần đầu. Ai biết chữ từ trước thì để trống."),
    )

    def __init__(self, *args: Any, may_follow_up: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_follow_up:
            del self.fields["newly"]


class SurveyUploadForm(forms.Form):
    """The commune's survey sheet."""

    file = forms.FileField(
        label=_("Tệp phiếu điều tra"),
        help_text=_("Excel (.xlsx, .xls), .ods hoặc CSV; tối đa 5 MB, 10.000 người, 60 cột. Xã đông hơn thì chia tệp."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
    )
    stated_on = DayField(label=_("Ngày điều tra"), initial=timezone.localdate)


class CallForm(forms.Form):
    """What came of calling on somebody."""

    outcome = forms.ChoiceField(label=_("Kết quả"), choices=CallOutcome.choices, widget=forms.RadioSelect)
    called_on = DayField(label=_("Ngày vận động"), initial=timezone.localdate)
    note = forms.CharField(label=_("Ghi chú"), max_length=300, required=False)
