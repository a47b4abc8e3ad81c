"""Uploading a form with place-holders."""

from django import forms
from django.utils.translation import gettext_lazy as _


class UploadForm(forms.Form):
    """A workbook under a name; the same name makes the next version."""

    name = forms.CharField(
        label=_("Tên biểu"), max_length=120, help_text=_("Tải lên với tên đã có thì thành lần tiếp theo của biểu đó.")
    )
    source = forms.CharField(label=_("Văn bản ban hành"), max_length=200, required=False)
    file = forms.FileField(
        label=_("Tệp Excel (.xlsx)"), widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        help_text=_("Ghi chỗ trống như {{nu}} vào ô cần điền. Tối đa 2 MB, không có macro."),
    )  # fmt: skip
