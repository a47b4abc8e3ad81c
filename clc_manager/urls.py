"""Every address of the product. Each app keeps its own; the test suite checks that each states its scope."""

from django.urls import include, path

from certificates.views import credentials, holder, lost, offline, public, published
from clc_manager import views
from indicators.views import history, proof
from indicators.views import open_data as published_figures

urlpatterns = [
    # First, because they are asked for most: each pattern before them is tried for every paper that is checked.
    # Upper case as printed in the QR (alphanumeric mode), lower case as typed by people.
    path("C/<str:token>/current", public.successor, name="verify-successor"),
    path("C/<str:token>/log", public.logged, name="verify-log"),
    path("C/<str:token>/proof", public.proof, name="verify-proof"),
    path("C/<path:token>", public.verify, name="verify"),
    path("c/tim", lost.lost, name="verify-lost"),
    path("c/", public.ask, name="verify-ask"),
    path("c/scan", offline.scan, name="verify-scan"),
    path("c/scan.webmanifest", offline.manifest, name="verify-manifest"),
    path("c/scan-worker.js", offline.worker, name="verify-worker"),
    path("c/<path:token>", public.verify, name="verify-lower"),
    path("T/<str:token>", proof.proof, name="statistics-proof"),
    path("t/<str:token>", proof.proof, name="statistics-proof-lower"),
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("help/<slug:topic>/", views.guide, name="help"),
    path("healthz", views.health, name="health"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("accounts/", include("accounts.urls")),
    path("centres/", include("centres.urls")),
    path("learners/", include("learners.urls")),
    path("classes/", include("courses.urls")),
    path("literacy/", include("literacy.urls")),
    path("certificates/", include("certificates.urls")),
    path("plan/", include("indicators.urls")),
    path("jobs/", include("centres.job_urls")),
    path("api/", include("api.urls")),
    path("H/<str:secret>", holder.holder, name="holder"),
    path("h/<str:secret>", holder.holder, name="holder-lower"),
    path("h/<str:secret>/<str:token>/credential.<str:form>", credentials.holder_credential, name="holder-credential"),
    path("h/<str:secret>/all.pdf", history.holder_history_paper, name="holder-history"),
    path("h/<str:secret>/<str:token>.pdf", holder.holder_pdf, name="holder-pdf"),
    path(".well-known/did.json", credentials.did, name="did"),
    path("vc/status/<int:number>", credentials.status_list, name="credential-status"),
    path("vc/status/<int:number>.<str:form>", credentials.status_list, name="credential-status-form"),
    path(".well-known/clc-keys.json", published.key_list, name="key-list"),
    path("open-data/", published_figures.open_data, name="open-data"),
    path("open-data/figures.<str:form>", published_figures.open_data_file, name="open-data-file"),
    path("log/status", published.status, name="log-status"),
    path("log/checkpoint", published.checkpoint, name="log-checkpoint"),
    path("log/tile/<path:path>", published.tile, name="log-tile"),
]

handler400 = "clc_manager.views.bad_request"
handler403 = "clc_manager.views.permission_denied"
handler404 = "clc_manager.views.not_found"
handler500 = "clc_manager.views.server_error"
