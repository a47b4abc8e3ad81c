"""The register on paper and as a table."""

import tempfile
from typing import cast

from django import forms
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from centres.permissions import require
from certificates.book.lines import register_table
from certificates.models import Register
from certificates.views.register import rows_asked_for
from core import audit, jobs
from core.models import Job
from core.tabular.writing import CONTENT_TYPES, WRITERS
from core.text import search_key

PER_PAGE = 100


class PagesForm(forms.Form):
    """Which part of a book to print; empty: all of it."""

    first = forms.IntegerField(label=gettext_lazy("Từ số"), min_value=1, required=False)
    last = forms.IntegerField(label=gettext_lazy("Đến số"), min_value=1, required=False)

    def clean_last(self) -> int | None:
        """The end does not come before the beginning."""
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            raise forms.ValidationError(_("Số cuối phải lớn hơn hoặc bằng số đầu."))
        return cast(int | None, last)


@scoped(Verb.VIEW)
def books(request: HttpRequest) -> HttpResponse:
    """The books a person may print: one per centre and year."""
    scope = scope_of(request.user)
    rows = Register.objects.filter(scope.centre_q()).select_related("centre").order_by("-year", "centre__sort_key")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    jobs_made = Job.objects.filter(kind="certificates.print_book", requested_by=cast(User, request.user))
    return render(request, "certificates/books.html", {"page_obj": page, "job": jobs_made.first()})


@scoped(Verb.VIEW)
def print_book(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the numbers; POST prints in the background and leads to where the file will be."""
    user = cast(User, request.user)
    book = get_object_or_404(Register.objects.filter(scope_of(user).centre_q()).select_related("centre"), pk=pk)
    require(user, Verb.VIEW, book.centre_id)
    form = PagesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        jobs.start(
            "certificates.print_book",
            title=_("In sổ gốc năm %(year)s, %(centre)s") % {"year": book.year, "centre": book.centre.name},
            by=user,
            params={"register": book.pk, **form.cleaned_data},
            centre_id=book.centre_id,
        )
        return redirect("certificates:books")
    context = {"book": book, "form": form, "last_number": book.next_number - 1}
    return render(request, "certificates/print_book.html", context, status=422 if form.errors else 200)


@scoped(Verb.EXPORT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The entries the register page shows, as XLSX (with the book of copies) or CSV."""
    user = cast(User, request.user)
    kind = request.GET.get("format", "xlsx")
    kind = kind if kind in WRITERS else "xlsx"
    rows, asked = rows_asked_for(request)
    centre = Centre.objects.visible_to(user).filter(pk=int(asked["centre"])).first() if asked["centre"] else None
    whose = centre.name if centre else scope_of(user).label
    titles = [
        _("SỔ GỐC CẤP GIẤY XÁC NHẬN, CHỨNG NHẬN"),
        str(whose),
        _("Người xuất: %(who)s, %(at)s") % {"who": user.full_name, "at": f"{timezone.localtime():%H:%M %d/%m/%Y}"},
    ]
    target = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it when it has been sent
    count = WRITERS[kind](register_table(rows, titles), target)
    target.seek(0)
    audit.record("certificates.register_exported", user, by=user, data={"rows": count, "asked": asked, "kind": kind})
    name = f"so-goc-{search_key(str(whose)).replace(' ', '-')[:40]}-{timezone.localdate():%Y%m%d}.{kind}"
    return FileResponse(target, as_attachment=True, content_type=CONTENT_TYPES[kind], filename=name)
