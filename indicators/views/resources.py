"""The yearly record of a centre: staff, premises, equipment, money."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from core.dates import read_year
from core.errors import DomainError
from core.forms import add_domain_error
from indicators.forms_resources import CentreYearForm
from indicators.models import CentreYear
from indicators.services.resources import record_year


@scoped(Verb.DECLARE)
def centre_year(request: HttpRequest) -> HttpResponse:
    """The form of a year, with the years written down so far."""
    user, scope = cast(User, request.user), scope_of(request.user)
    if scope.main_centre_id is None:
        raise Http404
    centre = get_object_or_404(Centre, pk=scope.main_centre_id)
    today = timezone.localdate().year
    text = request.POST.get("year", "") or request.GET.get("year", "")
    year = read_year(text, today)
    row = CentreYear.objects.filter(centre=centre, year=year).first()
    posted = request.POST if request.method == "POST" else None
    form = CentreYearForm(posted, instance=row, initial={} if row else _from_before(centre, year))
    if posted is not None and form.is_valid():
        try:
            record_year(centre=centre, year=year, by=user, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Đã lưu hồ sơ năm %(year)s.") % {"year": year})
            return redirect(f"{reverse('indicators:centre-year')}?year={year}")
    context = {
        "centre": centre, "year": year, "form": form, "row": row,
        "years": list(range(today, today - 5, -1)),
        "written": list(CentreYear.objects.filter(centre=centre).select_related("entered_by")),
    }  # fmt: skip
    return render(request, "indicators/centre_year.html", context, status=422 if posted is not None else 200)


def _from_before(centre: Centre, year: int) -> dict[str, object]:
    """Premises and equipment seldom change: offer those of the last year, not the money."""
    last = CentreYear.objects.filter(centre=centre, year__lt=year).order_by("-year").first()
    names = ("managers", "seconded_teachers", "premises", "rooms", "area_m2", "computers", "has_internet", "books")
    return {name: getattr(last, name) for name in names} if last else {}
