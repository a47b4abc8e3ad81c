"""Forms of literacy."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from centres.models import Centre
from core.forms import DayField, offer_people
from literacy.choices import CheckOutcome, StepKind
from literacy.instrument import Item
from literacy.models import Instrument
from literacy.selectors import accounts_of

_YES_NO_UNKNOWN = [("", _("Không rõ")), ("yes", _("Được")), ("no", _("Không"))]
_READ = {"": None, "yes": True, "no": False}


class CheckForm(forms.Form):
    """What a check found. Unknown is not no."""

    outcome = forms.ChoiceField(label=_("Kết quả"), choices=CheckOutcome.choices, widget=forms.RadioSelect)
    checked_on = DayField(label=_("Ngày kiểm tra"), initial=timezone.localdate)
    reads = forms.ChoiceField(
        label=_("Đọc"), choices=_YES_NO_UNKNOWN, required=False, help_text=_("Không thử được thì để “không rõ”.")
    )
    writes = forms.ChoiceField(label=_("Viết"), choices=_YES_NO_UNKNOWN, required=False)
    counts = forms.ChoiceField(label=_("Tính"), choices=_YES_NO_UNKNOWN, required=False)
    note = forms.CharField(label=_("Ghi chú"), max_length=300, required=False)
    reason = forms.CharField(label=_("Vì sao ghi khác phiếu"), max_length=300, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        # One tap on the list sends no instrument; the page sends back the version it showed.
        self.version = Instrument.objects.on(timezone.localdate()) if data is None else _instrument_sent(data)
        if self.version is None:
            return
        self.fields["instrument"] = forms.IntegerField(widget=forms.HiddenInput, initial=self.version.version)
        self.fields["outcome"].required = False
        self.fields["outcome"].help_text = _("Để trống thì lấy kết quả theo điểm của phiếu.")
        for item in self.version.sheet.items:
            points = [(str(value), f"{value} · {text}") for value, text in enumerate(item.scores)]
            self.fields[f"item_{item.code}"] = forms.ChoiceField(
                label=item.ask, choices=[("", _("Chưa thử")), *points], required=False, widget=forms.RadioSelect,
                help_text="", initial="",
            )  # fmt: skip

    @property
    def version_field(self) -> forms.BoundField:
        """The hidden field that says which version the page showed."""
        return self["instrument"]

    @property
    def sheet_rows(self) -> list[tuple[Item, forms.BoundField]]:
        """The items of the instrument, each with its field."""
        items = self.version.sheet.items if self.version else ()
        return [(item, self[f"item_{item.code}"]) for item in items]

    def values(self) -> dict[str, object]:
        """Return the cleaned values as the service takes them."""
        data = {name: value for name, value in self.cleaned_data.items() if not name.startswith("item_")}
        data["instrument"] = self.version
        data["answers"] = {
            name.removeprefix("item_"): int(value)
            for name, value in self.cleaned_data.items()
            if name.startswith("item_") and value != ""
        }
        for name in ("reads", "writes", "counts"):
            data[name] = _READ[data[name]]
        return data


class VolunteerForm(forms.Form):
    """Somebody who calls on people for the centre."""

    full_name = forms.CharField(label=_("Họ và tên"), max_length=120)
    phone = forms.CharField(label=_("Điện thoại"), max_length=20, required=False)
    organisation = forms.CharField(
        label=_("Hội, đoàn, tổ"),
        max_length=100,
        required=False,
        help_text=_("Ví dụ: Chi hội Phụ nữ thôn 5, Đoàn Thanh niên."),
    )
    user = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Tài khoản"),
        required=False,
        empty_label=_("Không dùng phần mềm"),
        help_text=_("Nếu người này đăng nhập được, họ chọn “Tôi” ở ô “Người phụ trách” là thấy người của mình."),
    )

    def __init__(self, *args: Any, centre: Centre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["user"], accounts_of(centre))


class OutsideLearningForm(forms.Form):
    """What somebody learned elsewhere, with the paper that proves it."""

    what = forms.CharField(label=_("Học gì"), max_length=150, help_text=_("Ví dụ: lớp 6 bổ túc, nghề may."))
    place = forms.CharField(
        label=_("Học ở đâu"), max_length=150, help_text=_("Ví dụ: Trung tâm GDNN-GDTX Ba Vì, xưởng may Hồng Hà.")
    )
    starts_on = DayField(label=_("Từ ngày"))
    ends_on = DayField(label=_("Đến ngày"), help_text=_("Còn đang học thì ghi ngày trên giấy."))
    paper = forms.CharField(
        label=_("Giấy tờ chứng minh"), max_length=150, help_text=_("Ví dụ: giấy xác nhận của trung tâm GDTX.")
    )
    paper_number = forms.CharField(label=_("Số của giấy"), max_length=60, required=False)


class TakeBackForm(forms.Form):
    """Why something recorded is taken back."""

    reason = forms.CharField(label=_("Lý do"), max_length=200)


def _instrument_sent(data: Mapping[str, Any]) -> Instrument | None:
    """The version a page showed; the one in use when it names none that is there; None where it showed none."""
    sent = str(data.get("instrument", ""))
    if not sent:
        return None
    found = Instrument.objects.filter(version=int(sent)).first() if sent.isdecimal() and len(sent) < 9 else None
    return found or Instrument.objects.on(timezone.localdate())


class RelapseStepForm(forms.Form):
    """What was done for somebody who fell back; coming back to a class has its own button."""

    kind = forms.ChoiceField(
        label=_("Việc đã làm"),
        choices=[choice for choice in StepKind.choices if choice[0] != StepKind.ENTERED],
        widget=forms.RadioSelect,
    )
    done_on = DayField(label=_("Ngày"), initial=timezone.localdate)
    note = forms.CharField(label=_("Ghi chú"), max_length=300, required=False)
