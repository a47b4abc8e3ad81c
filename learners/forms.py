"""Forms about people."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.dates import PartialDate, parse_partial_date
from core.text import split_name
from learners.choices import ETHNICITIES, KINH, Sex
from learners.identity import contradictions, read_personal_id, read_phone
from learners.models import Learner
from learners.target_groups import TargetGroup


class PartialDateField(forms.CharField):
    """Birth date as far as it is known."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.TextInput(attrs={"placeholder": "dd/mm/yyyy", "inputmode": "numeric"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """Return a PartialDate or None."""
        text = super().clean(value)
        try:
            return parse_partial_date(text, today=timezone.localdate())
        except ValueError as error:
            raise forms.ValidationError(str(error).capitalize() + ".") from error

    def prepare_value(self, value: Any) -> Any:
        """Show a PartialDate as people write it."""
        return str(value) if isinstance(value, PartialDate) else value


class GroupsField(forms.ModelMultipleChoiceField):
    """Target groups; a blank choice is nothing chosen."""

    def clean(self, value: Any) -> Any:
        """Return the chosen groups."""
        return super().clean([key for key in value or () if key])


class LearnerForm(forms.Form):
    """A person: five fields are enough, everything but the name may be unknown."""

    full_name = forms.CharField(
        label=_("Họ và tên"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    birth = PartialDateField(label=_("Ngày sinh"), help_text=_("dd/mm/yyyy; chỉ biết năm thì ghi năm."))
    sex = forms.ChoiceField(label=_("Giới tính"), choices=Sex.choices, initial=Sex.FEMALE)
    ethnicity = forms.ChoiceField(label=_("Dân tộc"), choices=ETHNICITIES, required=False, initial=KINH)
    neighbourhood = forms.CharField(label=_("Thôn, tổ dân phố"), max_length=100, required=False)
    personal_id = forms.CharField(
        label=_("Số định danh cá nhân"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("12 chữ số trên thẻ căn cước; chưa có thì để trống. Được mã hóa, chỉ hiện ba số cuối."),
    )
    phone = forms.CharField(
        label=_("Điện thoại"), max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    address = forms.CharField(label=_("Địa chỉ"), max_length=200, required=False)
    note = forms.CharField(label=_("Ghi chú"), max_length=300, required=False)
    target_groups = GroupsField(
        label=_("Nhóm đối tượng"),
        queryset=TargetGroup.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(),
        help_text=_(
            "Nhóm của Kế hoạch thành phố, chỉ ghi điều người học tự nói. Thông tin nhạy cảm: giáo viên không thấy. "
            "Phụ nữ, dân tộc thiểu số, thanh niên và người cao tuổi được biết từ các ô trên, không phải chọn."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = TargetGroup.objects.filter(asked_of_people=True)
        self.fields["target_groups"].queryset = asked  # type: ignore[attr-defined]

    def clean_full_name(self) -> str:
        """The name must hold letters."""
        value: str = self.cleaned_data["full_name"]
        try:
            return split_name(value).full
        except ValueError as error:
            raise forms.ValidationError(_("Hãy ghi họ và tên bằng chữ.")) from error

    def clean_personal_id(self) -> str:
        """Digits, with lost zeros restored."""
        return self._read(read_personal_id, "personal_id")

    def clean_phone(self) -> str:
        """Digits, with lost zeros restored."""
        return self._read(read_phone, "phone")

    def _read(self, reader: Any, field: str) -> str:
        try:
            read: str = reader(self.cleaned_data[field])
        except ValueError as error:
            raise forms.ValidationError(str(error).capitalize() + ".") from error
        return read

    def warnings(self) -> list[str]:
        """Return contradictions between the number and the other fields; call after ``is_valid``."""
        birth = self.cleaned_data.get("birth")
        return contradictions(
            self.cleaned_data.get("personal_id", ""),
            sex=self.cleaned_data["sex"],
            birth_year=birth.year if birth else None,
        )

    def values(self) -> dict[str, Any]:
        """Return the cleaned values as the services take them."""
        return dict(self.cleaned_data)

    @staticmethod
    def initial_of(learner: Learner) -> dict[str, Any]:
        """Return the initial values for editing; the number is not shown, an empty field keeps it."""
        return {
            "full_name": learner.full_name,
            "birth": learner.birth,
            "sex": learner.sex,
            "ethnicity": learner.ethnicity,
            "neighbourhood": learner.neighbourhood.name if learner.neighbourhood else "",
            "phone": learner.phone,
            "address": learner.address,
            "note": learner.note,
            "target_groups": list(learner.target_groups.values_list("pk", flat=True)),
        }
