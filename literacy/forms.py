"""Forms of literacy."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import DayField
from literacy.choices import CheckOutcome

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

    def values(self) -> dict[str, object]:
        """Return the cleaned values as the service takes them."""
        data = dict(self.cleaned_data)
        for name in ("reads", "writes", "counts"):
            data[name] = _READ[data[name]]
        return data
