"""Pages of templates: what is in use, editing with a picture beside it, the history, a centre's logo."""

from typing import Any, cast

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of, scoped
from centres.choices import Verb
from centres.models import Centre
from certificates.choices import CertificateKind, PaperLanguage
from certificates.forms import LogoForm, TemplateForm
from certificates.models import CentreLogo, CertificateTemplate
from certificates.paper.picture import png_of
from certificates.selectors import papers_by_template
from certificates.services.templates import (
    give_back_template,
    remove_logo,
    require_templates,
    save_template,
    set_logo,
)
from certificates.wording.blocks import problems_of
from certificates.wording.builtin import builtin_blocks
from certificates.wording.choosing import logo_in_force, template_in_force
from certificates.wording.filling import wording_of
from certificates.wording.placeholders import PLACEHOLDERS
from certificates.wording.samples import Sample, sample_paper
from core.errors import DomainError, OutOfScope
from core.forms import add_domain_error
from courses.views.shared import centres_of, working_centre

SALT = "certificates.template-picture"
PICTURE_SECONDS = 3600


def _centre(request: HttpRequest, pk: int) -> Centre:
    centre = get_object_or_404(Centre.objects.visible_to(request.user), pk=pk)
    require_templates(request.user, centre)
    return centre


def _rows(centre: Centre | None) -> list[dict[str, Any]]:
    """Each kind in each language, with the version that holds and whose it is."""
    newest: dict[tuple[int | None, str, str], CertificateTemplate] = {}
    versions = CertificateTemplate.objects.filter(centre=None)
    if centre:
        versions = versions | CertificateTemplate.objects.filter(centre=centre)
    for row in versions.select_related("by").order_by("version"):
        newest[row.centre_id, row.kind, row.language] = row
    owners = [centre.pk, None] if centre else [None]
    rows = []
    for kind in CertificateKind:
        for language in PaperLanguage:
            found = (newest.get((owner, kind, language)) for owner in owners)
            held = next((row for row in found if row and row.blocks), None)
            rows.append({"kind": kind, "language": language, "held": held})
    return rows


@scoped(Verb.EDIT_TEMPLATES)
def templates(request: HttpRequest) -> HttpResponse:
    """The city's templates for who may edit them; everybody else comes to their centre's."""
    if Verb.EDIT_TEMPLATES not in scope_of(request.user).city_verbs:
        return _centre_page(request, working_centre(request, Verb.EDIT_TEMPLATES))
    wanted = request.GET.get("centre", "")
    if wanted.isdecimal():
        return redirect("certificates:centre-templates", pk=_centre(request, int(wanted)).pk)
    own = Centre.objects.filter(certificate_templates__isnull=False) | Centre.objects.filter(
        certificate_logos__isnull=False
    )
    every = Centre.objects.visible_to(request.user).order_by("sort_key", "pk")
    context = {
        "centre": None,
        "rows": _rows(None),
        "own": own.distinct().order_by("sort_key", "pk")[:200],
        "every": every.only("pk", "name"),
    }
    return render(request, "certificates/templates.html", context)


@scoped(Verb.EDIT_TEMPLATES)
def centre_templates(request: HttpRequest, pk: int) -> HttpResponse:
    """A centre's templates and its logo."""
    return _centre_page(request, _centre(request, pk))


def _centre_page(request: HttpRequest, centre: Centre) -> HttpResponse:
    posted = request.method == "POST"
    form = LogoForm(request.POST, request.FILES) if posted else LogoForm()
    if posted:
        try:
            if request.POST.get("do") == "remove":
                remove_logo(centre=centre, by=request.user)
                messages.success(request, _("Từ nay giấy không in biểu trưng; giấy đã cấp giữ nguyên."))
                return redirect("certificates:centre-templates", pk=centre.pk)
            if form.is_valid():
                set_logo(centre=centre, data=form.cleaned_data["logo"].read(), by=request.user)
                messages.success(request, _("Từ nay giấy có biểu trưng này; giấy đã cấp giữ nguyên."))
                return redirect("certificates:centre-templates", pk=centre.pk)
        except DomainError as error:
            if isinstance(error, OutOfScope):
                raise
            add_domain_error(form, error)
    context = {
        "centre": centre,
        "centres": centres_of(request, Verb.EDIT_TEMPLATES),
        "rows": _rows(centre),
        "form": form,
        "logo": logo_in_force(centre.pk),
    }
    return render(request, "certificates/templates.html", context, status=422 if form.errors else 200)


@scoped(Verb.EDIT_TEMPLATES)
def centre_logo(request: HttpRequest, pk: int) -> HttpResponse:
    """The logo in use, as we drew it."""
    logo = logo_in_force(_centre(request, pk).pk)
    if logo is None:
        raise Http404
    return _png(bytes(logo.png))


def _png(data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="image/png")
    response["Cache-Control"] = f"private, max-age={PICTURE_SECONDS}"
    return response


@scoped(Verb.EDIT_TEMPLATES)
def city_edit(request: HttpRequest) -> HttpResponse:
    """Edit a template of the city."""
    require_templates(request.user, None)
    return _edit(request, None)


@scoped(Verb.EDIT_TEMPLATES)
def centre_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a template of a centre; it starts from the city's words."""
    return _edit(request, _centre(request, pk))


def _edit(request: HttpRequest, centre: Centre | None) -> HttpResponse:
    kind = request.GET.get("kind", CertificateKind.COURSE)
    language = request.GET.get("language", PaperLanguage.VI)
    if kind not in CertificateKind.values or language not in PaperLanguage.values:
        raise Http404
    owner = centre.pk if centre else None
    versions = list(CertificateTemplate.objects.of(owner, kind, language).select_related("by"))
    papers = papers_by_template(kind, centre) if versions else {}
    for row in versions:
        row.papers = papers.get(row.pk, 0)  # type: ignore[attr-defined]
    held = template_in_force(owner, kind, language)
    start = _start(request, versions) or held
    blocks = start.blocks if start and start.blocks else builtin_blocks(kind)
    do = request.POST.get("do", "")
    seen = {"seen": versions[0].version if versions else 0}
    form = TemplateForm(request.POST or None, language=language, blocks=blocks, initial=seen)
    said = form.blocks if form.is_bound else blocks
    if do == "preview":  # nothing is asked of what is only looked at
        kept = {name: request.POST.get(name, "") for name in ("seen", "reason", "sample")}
        form = TemplateForm(language=language, blocks=said, initial=kept)
    if request.method == "POST" and form.is_valid() and do in ("save", "give-back"):
        given: dict[str, Any] = {"centre": centre, "kind": kind, "language": language, "by": request.user}
        given |= {"reason": form.cleaned_data["reason"], "seen": form.cleaned_data["seen"]}
        try:
            row = save_template(blocks=form.blocks, **given) if do == "save" else give_back_template(**given)
        except DomainError as error:
            if isinstance(error, OutOfScope):
                raise
            add_domain_error(form, error)
        else:
            words = _("Đã lưu bản %(n)s. Giấy cấp từ nay theo bản này; giấy đã cấp giữ nguyên.") % {"n": row.version}
            messages.success(request, words)
            back = reverse("certificates:centre-templates", args=[centre.pk]) if centre else None
            return redirect(back or "certificates:templates")
    preview = {
        "problems": problems_of(said, language) if do == "preview" else [],
        "picture": _picture_url(said, kind, language, centre, request.POST.get("sample", "")),
    }
    if do == "preview" and request.headers.get("HX-Request"):
        return render(request, "certificates/_template_preview.html", {"preview": preview})
    context = {
        "centre": centre,
        "kind": CertificateKind(kind),
        "language": PaperLanguage(language),
        "form": form,
        "preview": preview,
        "versions": versions,
        "held": held,
        "own": held is not None and held.centre_id == owner,
        "start": start if start != held else None,
        "placeholders": [(f"{{{name}}}", row.help) for name, row in PLACEHOLDERS.items()],
    }
    return render(request, "certificates/template_edit.html", context, status=422 if form.errors else 200)


def _start(request: HttpRequest, versions: list[CertificateTemplate]) -> CertificateTemplate | None:
    """The earlier version somebody wants to use again."""
    wanted = request.GET.get("from", "")
    if not wanted:
        return None
    found = next((row for row in versions if str(row.pk) == wanted), None)
    if found is None:
        raise Http404
    return found


def _picture_url(
    blocks: dict[str, dict[str, str]], kind: str, language: str, centre: Centre | None, sample: str
) -> str:
    """The address of a picture of these words. They travel in it, signed: nothing is stored for a look."""
    said = [kind, language, centre.pk if centre else None, sample, blocks]
    return f"{reverse('certificates:template-picture')}?d={signing.dumps(said, salt=SALT, compress=True)}"


@scoped(Verb.EDIT_TEMPLATES)
def picture(request: HttpRequest) -> HttpResponse:
    """The page with a sample person, drawn from the PDF that would be printed. Only addresses we signed."""
    try:
        kind, language, centre_pk, sample, blocks = signing.loads(
            request.GET.get("d", ""), salt=SALT, max_age=PICTURE_SECONDS
        )
    except signing.BadSignature:
        raise Http404 from None
    centre = _centre(request, centre_pk) if centre_pk else None
    require_templates(cast(User, request.user), centre)
    if language == PaperLanguage.VI_EN:
        blocks.setdefault("en", {})
    logo: CentreLogo | None = logo_in_force(centre_pk)
    wording = wording_of(blocks, language, bytes(logo.png) if logo else b"")
    chosen = sample if sample in Sample.values else Sample.SHORT
    return _png(png_of(sample_paper(wording, kind=kind, centre=centre, sample=chosen)))
