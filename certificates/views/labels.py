"""Labels with the small QR for cards: of one certificate or of a class."""

from typing import cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from centres.access import scoped
from centres.choices import Verb
from centres.permissions import require
from certificates.choices import CertificateState
from certificates.labels.printing import LABELS_A_SHEET, label_sheets
from certificates.models import Certificate
from core.downloads import attachment
from core.errors import InvalidInput
from core.text import search_key
from courses.models import ClassGroup


class PlaceForm(forms.Form):
    """How many places of the first sheet are used already."""

    skip = forms.IntegerField(label=_("Số nhãn đã dùng trên tờ đầu"), min_value=0, max_value=LABELS_A_SHEET - 1)


def _skip(request: HttpRequest) -> int:
    """The places to leave empty; a number that is none counts as a new sheet, as the printed sheet shows at once."""
    form = PlaceForm(request.GET)
    return int(form.cleaned_data["skip"]) if form.is_valid() else 0


def _file(rows: list[Certificate], request: HttpRequest, name: str) -> HttpResponse:
    return attachment(label_sheets(rows, skip=_skip(request)), "application/pdf", name)


@scoped(Verb.VIEW)
def label(request: HttpRequest, pk: int) -> HttpResponse:
    """One label of a certificate in force."""
    rows = Certificate.objects.visible_to(request.user).filter(state=CertificateState.ISSUED)
    row = get_object_or_404(rows, pk=pk)
    return _file([row], request, f"nhan-{row.register_number.replace('/', '-')}.pdf")


@scoped(Verb.VIEW)
def labels(request: HttpRequest, pk: int) -> HttpResponse:
    """The labels of a class, in the register's order: the certificates in force."""
    user = cast(User, request.user)
    group = get_object_or_404(ClassGroup.objects.visible_to(user), pk=pk)
    require(user, Verb.VIEW, group.centre_id)
    rows = Certificate.objects.filter(enrolment__class_group=group, state=CertificateState.ISSUED).order_by("number")
    found = list(rows)
    if not found:
        raise InvalidInput("nothing_printed", gettext("Chưa có chứng nhận nào in xong."))
    slug = search_key(group.code).replace(" ", "-")
    return _file(found, request, f"nhan-{slug}-{timezone.localdate():%Y%m%d}.pdf")
