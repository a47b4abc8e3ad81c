"""Forms of learning materials."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from courses.materials.choices import Licence
from courses.materials.recognise import MAX_BYTES
from courses.models import Course


class MaterialForm(forms.Form):
    """What is said about a material."""

    title = forms.CharField(label=_("Tên học liệu"), max_length=150)
    author = forms.CharField(
        label=_("Tác giả"), max_length=150, help_text=_("Người soạn, hoặc nơi lấy: ví dụ Sở Tư pháp Hà Nội.")
    )
    licence = forms.ChoiceField(
        label=_("Giấy phép"),
        choices=[
            (Licence.CC_BY, _("CC BY: ai cũng được dùng, sửa, chia sẻ; phải ghi tên tác giả")),
            (Licence.CC_BY_SA, _("CC BY-SA: như CC BY, bản sửa cũng phải để giấy phép này")),
            (Licence.CC0, _("CC0: ai cũng được dùng, không cần ghi tên")),
            (Licence.INTERNAL, _("Nội bộ: chỉ dùng trong các trung tâm, không đăng ra ngoài")),
        ],
        widget=forms.RadioSelect(),
        help_text=_("Không chắc thì chọn Nội bộ. Tài liệu người khác soạn: hỏi tác giả trước."),
    )
    is_shared = forms.BooleanField(
        label=_("Dùng chung: trung tâm khác tìm thấy và dùng được cho khóa học của họ"), required=False
    )


class NewMaterialForm(MaterialForm):
    """A new material: a link or a file."""

    url = forms.URLField(label=_("Liên kết"), max_length=500, required=False, assume_scheme="https")
    file = forms.FileField(
        label=_("hoặc tệp"), required=False,
        help_text=_("PDF, Word (.docx), PowerPoint (.pptx), PNG, JPG, MP3 hoặc MP4, tối đa 20 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx,.pptx,.png,.jpg,.jpeg,.mp3,.mp4"}),
    )  # fmt: skip
    field_order = ("title", "url", "file", "author", "licence", "is_shared")

    def clean_file(self) -> Any:
        """Refuse a big file before it is read into memory."""
        file = self.cleaned_data["file"]
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError(_("Tệp lớn hơn 20 MB. Hãy nén nhỏ lại, hoặc đưa lên mạng rồi ghi liên kết."))
        return file


class UseForm(forms.Form):
    """Which course a material is used on."""

    course = forms.ModelChoiceField(
        label=_("Dùng cho khóa học"), queryset=Course.objects.none(), empty_label=_("– chọn –")
    )

    def __init__(self, *args: Any, centre: Centre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = Course.objects.for_centre(centre.pk)  # type: ignore[attr-defined]
