"""Forms of the register."""

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from certificates.choices import CertificateState, PaperLanguage
from certificates.holder.finding import read_register_number
from certificates.services import Decision
from certificates.services.holder import MONTHS, USUAL_MONTHS
from certificates.services.states import MOST_COPIES
from certificates.wording.blocks import BLOCKS, LANGUAGES, Block, blocks_in, tidy
from certificates.wording.samples import Sample
from core.forms import DayField

LENGTHS = {1: _("1 tháng"), 12: _("1 năm"), 60: _("5 năm")}


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
    language = forms.ChoiceField(
        label=_("Ngôn ngữ trên giấy"),
        choices=PaperLanguage.choices,
        required=False,
        help_text=_("Giấy song ngữ có dòng tiếng Anh dưới mỗi dòng, cho lớp có người nước ngoài. Lần sau chọn sẵn."),
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


class LostForm(forms.Form):
    """What stood on a lost paper. Only what cannot be read is said to be wrong, never what does not fit."""

    register_number = forms.CharField(
        label=_("Số vào sổ gốc"), max_length=30, help_text=_("Cả năm, ví dụ 000123/2026.")
    )
    place = forms.CharField(
        label=_("Trung tâm hoặc phường, xã cấp giấy"),
        max_length=200,
        help_text=_("Ví dụ: Xã Ba Vì, hoặc tên trung tâm như in trên giấy."),
    )
    full_name = forms.CharField(label=_("Họ và tên trên giấy, đủ dấu"), max_length=150)
    birth_year = forms.IntegerField(label=_("Năm sinh"), min_value=1900, max_value=2100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"
        self.fields["birth_year"].widget = forms.TextInput({"inputmode": "numeric", "autocomplete": "off"})

    def clean_register_number(self) -> tuple[int, int]:
        """Return number and year."""
        number = read_register_number(self.cleaned_data["register_number"])
        if number is None:
            raise forms.ValidationError(_("Hãy ghi cả số và năm, ví dụ 000123/2026."))
        return number


class HolderLinkForm(forms.Form):
    """How long a holder's slip is good for; ``after`` tells which slip the desk saw last."""

    months = forms.TypedChoiceField(
        label=_("Phiếu dùng được trong"),
        coerce=int,
        choices=[(months, LENGTHS[months]) for months in MONTHS],
        initial=USUAL_MONTHS,
        widget=forms.RadioSelect,
    )
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)


class TemplateForm(forms.Form):
    """The blocks of a template, a field for each; in two languages the English one right under its Vietnamese."""

    reason = forms.CharField(
        label=_("Vì sao sửa"),
        max_length=300,
        help_text=_("Ghi vào lịch sử của mẫu."),
        error_messages={"required": _("Hãy ghi vì sao sửa, để người xem lịch sử hiểu.")},
    )
    sample = forms.ChoiceField(label=_("Xem thử với"), choices=Sample.choices, initial=Sample.SHORT)
    seen = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(
        self, data: Any = None, *, language: str, blocks: dict[str, dict[str, str]], initial: dict[str, Any]
    ) -> None:
        given = {block.name: blocks["vi"].get(block.name, "") for block in BLOCKS}
        given |= {f"{block.name}_en": blocks.get("en", {}).get(block.name, "") for block in BLOCKS}
        super().__init__(data, initial={**given, **initial})
        self.language = language
        for block in BLOCKS:
            self.fields[block.name] = self._field(block, str(block.label), "vi", asked=not block.empty)
            if language == PaperLanguage.VI_EN and block.in_english:
                label = gettext("%(block)s (tiếng Anh)") % {"block": block.label}
                self.fields[f"{block.name}_en"] = self._field(block, label, "en", asked=bool(block.must))

    @staticmethod
    def _field(block: Block, label: str, lang: str, *, asked: bool) -> forms.CharField:
        """A field that takes more than fits on the paper: what is too long is said, not cut off.

        ``lang`` is the language of the words, whatever the page's own is: they are read out in it.
        """
        notes = []
        if block.must:
            notes.append(gettext("Phải có {%(name)s}.") % {"name": block.must})
        if block.lines > 1:
            notes.append(gettext("Nhiều nhất %(n)s dòng.") % {"n": block.lines})
        if not asked:
            notes.append(gettext("Có thể để trống."))
        field = forms.CharField(
            label=label,
            required=asked,
            error_messages={"required": _("Không được để trống.")},
            max_length=1000,
            strip=False,
            widget=forms.Textarea(attrs={"rows": block.lines + (block.lines > 1), "spellcheck": "false", "lang": lang}),
            help_text=" ".join(notes),
        )
        field.label_suffix = ""
        return field

    @property
    def block_fields(self) -> list[forms.BoundField]:
        """The fields of the blocks, in the order of the paper."""
        return [self[name] for name in self.fields if name not in ("reason", "sample", "seen")]

    @property
    def blocks(self) -> dict[str, dict[str, str]]:
        """What was typed, by language; tidied, so that it can be looked at before it is right."""
        said: dict[str, dict[str, str]] = {}
        for code in LANGUAGES[PaperLanguage(self.language)]:
            ending = "" if code == "vi" else "_en"
            said[code] = {
                block.name: tidy(str(self.data.get(f"{block.name}{ending}", ""))[:1000]) for block in blocks_in(code)
            }
        return said


class LogoForm(forms.Form):
    """A picture to print between the two headings."""

    logo = forms.FileField(
        label=_("Hình biểu trưng"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_("PNG, JPEG hoặc WebP, nhiều nhất 2 MB. In cao 20 mm, giữa tên cơ quan và quốc hiệu."),
    )
