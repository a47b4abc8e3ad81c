"""The centre's own word on C3, beside what was measured."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from core.dates import Period, plan_year_of, read_year, report_year_of
from indicators import c3, services
from indicators.forms import DeclareForm
from indicators.models import CentreDeclaration
from indicators.views.asking import city, user_of


@scoped(Verb.DECLARE)
def declare(request: HttpRequest) -> HttpResponse:
    """The centre's own declaration, beside what was measured.

    Of the plan year people report on; from December to March of the one that runs as well.
    """
    user, scope, today = user_of(request), scope_of(request.user), timezone.localdate()
    centre = get_object_or_404(Centre.objects.visible_to(user), pk=scope.main_centre_id)
    years = sorted({report_year_of(today).ends_on.year, plan_year_of(today).ends_on.year})
    year = read_year(request.GET.get("year", ""), years[0])
    if year not in years:
        raise Http404
    row = CentreDeclaration.objects.visible_to(user).filter(centre=centre, year=year).first()
    initial = {"applies_it": "yes" if row.applies_it else "no", "note": row.note} if row else None
    form = DeclareForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.declare(centre=centre, year=year, by=user, **form.cleaned_data)
        messages.success(request, _("Đã ghi lời khai của trung tâm."))
        return redirect(f"{request.path}?year={year}")
    measured = c3.measure(unit=city(), as_of=min(today, Period.plan_year(year).ends_on), only={centre.pk})
    use = next(iter(measured.centres), None)
    context = {
        "form": form, "centre": centre, "row": row, "year": year, "years": years[::-1], "use": use,
        "measured": measured,
    }  # fmt: skip
    return render(request, "indicators/declare.html", context, status=422 if form.errors else 200)
