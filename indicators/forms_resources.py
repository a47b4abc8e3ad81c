"""The form of a centre's year."""

from django import forms
from django.utils.translation import gettext_lazy as _

from indicators.models import CentreYear
from indicators.services.resources import FIELDS


class CentreYearForm(forms.ModelForm):
    """Everything may be left empty: empty is unknown, not nothing."""

    has_internet = forms.NullBooleanField(
        label=_("Có kết nối Internet"), required=False,
        widget=forms.Select(choices=[("unknown", _("chưa rõ")), ("true", _("có")), ("false", _("không"))]),
    )  # fmt: skip

    class Meta:
        model = CentreYear
        fields = FIELDS
