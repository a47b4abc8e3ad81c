"""Forms of a commune's file: a paper to attach, the decision that recognises, the end of a title."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from core.forms import DayField
from courses.materials.recognise import MAX_BYTES


class PaperForm(forms.Form):
    """A paper that proves a target."""

    title = forms.CharField(
        label=_lazy("Tên giấy tờ, số, ngày"), max_length=200,
        help_text=_lazy("Ví dụ: Kế hoạch số 12/KH-UBND ngày 15/01/2026."),
    )  # fmt: skip
    file = forms.FileField(
        label=_lazy("Tệp"), help_text=_lazy("PDF, Word (.docx), PowerPoint (.pptx), PNG hoặc JPG, tối đa 20 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx,.pptx,.png,.jpg,.jpeg"}),
    )  # fmt: skip

    def clean_file(self) -> Any:
        """Refuse a big file before it is read into memory."""
        file = self.cleaned_data["file"]
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError(_lazy("Tệp lớn hơn 20 MB. Hãy quét ở độ phân giải thấp hơn rồi gửi lại."))
        return file


class DecisionForm(forms.Form):
    """The decision that recognises a commune."""

    version = forms.IntegerField(widget=forms.HiddenInput, localize=False, required=False)
    level = forms.TypedChoiceField(
        label=_lazy("Mức độ"), coerce=int,
        choices=[(1, _lazy("Mức độ 1 (Khá)")), (2, _lazy("Mức độ 2 (Tốt)"))],
    )  # fmt: skip
    number = forms.CharField(label=_lazy("Số quyết định"), max_length=60)
    decided_on = DayField(label=_lazy("Ngày quyết định"))
    decided_by = forms.CharField(
        label=_lazy("Cơ quan, chức danh người ký"), max_length=200,
        help_text=_lazy("Ghi như trên giấy. Thông tư giao trưởng phòng giáo dục và đào tạo; nay phòng không còn, "
                        "người quyết định thay chưa xác nhận."),
    )  # fmt: skip
    note = forms.CharField(
        label=_lazy("Ghi chú, căn cứ"), max_length=300, required=False,
        help_text=_lazy(
            "Bắt buộc khi không có hồ sơ trên hệ thống. Quyết định của phường, xã trước khi sắp xếp: ghi căn cứ để "
            "danh hiệu tiếp tục có giá trị."
        ),
    )  # fmt: skip


class EndForm(forms.Form):
    """Why a title holds no more."""

    ended_on = DayField(label=_lazy("Thu hồi từ ngày"))
    document = forms.CharField(label=_lazy("Văn bản thu hồi"), max_length=150, required=False)
    reason = forms.CharField(label=_lazy("Lý do"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
