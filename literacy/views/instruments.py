"""Pages of the checking instrument: what is in use, the versions before, and a new one by the city."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scoped
from centres.choices import Verb
from core.errors import Conflict, InvalidInput
from core.forms import add_domain_error
from literacy.choices import LiteracyLevel, Skill
from literacy.instrument import tally
from literacy.instrument_forms import InstrumentForm
from literacy.models import Instrument
from literacy.services import may_set_instrument, save_instrument


@scoped(Verb.VIEW)
def instrument(request: HttpRequest) -> HttpResponse:
    """The version in use, or the one of ``?version=``, with all the others."""
    today = timezone.localdate()
    held = Instrument.objects.on(today)
    asked = request.GET.get("version", "")
    row = held
    if asked:
        row = get_object_or_404(Instrument, version=int(asked)) if asked.isdecimal() and len(asked) < 9 else None
        if row is None:
            raise Http404
    most = tally(row.sheet, {}) if row else {}
    levels = [
        (level.label, [(skill.label, row.sheet.thresholds[level][skill], most[skill].most) for skill in Skill])
        for level in (LiteracyLevel if row else ())
    ]
    context = {
        "row": row,
        "held": held,
        "items": [(item, Skill(item.skill).label) for item in row.sheet.items] if row else [],
        "levels": levels,
        "versions": Instrument.objects.select_related("by"),
        "may_set": may_set_instrument(cast(User, request.user)),
        "today": today,
    }
    return render(request, "literacy/instrument.html", context)


@scoped(Verb.SET_RULES)
def instrument_edit(request: HttpRequest) -> HttpResponse:
    """Make a new version; it starts from the newest one."""
    newest = Instrument.objects.first()
    if newest is None:
        raise Http404
    initial = {"title": newest.title, "valid_from": timezone.localdate(), "seen": newest.version}
    form = InstrumentForm(request.POST or None, content=newest.content, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("title", "valid_from", "reason", "seen")}
        try:
            row = save_instrument(content=form.content(), by=cast(User, request.user), **given)
        except (InvalidInput, Conflict) as error:
            add_domain_error(form, error)
        else:
            said = {"n": row.version, "day": f"{row.valid_from:%d/%m/%Y}"}
            messages.success(request, _("Đã lưu bản %(n)s, dùng từ %(day)s. Phiếu đã làm giữ bản cũ.") % said)
            return redirect("literacy:instrument")
    status = 422 if form.errors else 200
    return render(request, "literacy/instrument_edit.html", {"form": form, "newest": newest}, status=status)
