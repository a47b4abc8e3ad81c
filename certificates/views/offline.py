"""Checking papers without a network: a page that installs, its manifest and what keeps it (docs/adr/0035)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from centres.access import public
from certificates.choices import CertificateKind
from certificates.services.publishing import public_host
from certificates.tlog.status import FRESH_HOURS
from core.camera import with_camera
from core.offline import KeptPage, in_asked_language, worker_response

PAGE = KeptPage(
    name="clc-scan",
    named=("css/verify.css", "js/verify/scan.js", "img/mark.svg", "img/scan-192.png", "img/scan-512.png"),
    imported=(
        "js/verify/judge.js", "js/verify/statuslist.js", "js/verify/camera.js", "vendor/qr/decode.js",
        "vendor/qr/index.js", "vendor/noble/ed25519.js",
    ),
    templates=("verify/*.html", "layouts/verify.html"),
)  # fmt: skip
THEME = "#084745"


@public("a form and scripts that check papers in the browser; holds no rows")
@with_camera
@in_asked_language
def scan(request: HttpRequest) -> HttpResponse:
    """Scan a paper with the camera; kept by the browser for the time without a network."""
    context = {"host": public_host(), "fresh_hours": FRESH_HOURS, "kinds": CertificateKind.choices}
    response = render(request, "verify/scan.html", context)
    response["Cache-Control"] = "no-cache"
    response["Referrer-Policy"] = "no-referrer"
    return response


@public("name and picture of the scanning page, for installing it")
@in_asked_language
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest (W3C Web Application Manifest)."""
    page = reverse("verify-scan")
    icons = [
        {
            "src": static(f"img/scan-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for size in (192, 512)
    ]
    content = {
        "id": page,
        "name": _("Kiểm tra chứng nhận"),
        "short_name": _("Kiểm tra giấy"),
        "lang": get_language(),
        "start_url": page if get_language() == "vi" else f"{page}?lang={get_language()}",
        "scope": page,
        "display": "standalone",
        "background_color": "#faf9f6",
        "theme_color": THEME,
        "icons": icons,
    }
    return JsonResponse(content, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@public("the script by which a browser keeps the scanning page; the same for everybody")
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. It lives beside the page, because a worker has no say above its own folder."""
    told = [reverse("key-list"), reverse("log-status")]
    return worker_response(PAGE, address=reverse("verify-scan"), told=told)
