"""A person's learning history: the page, the paper handed to them, and the paper behind the link on their slip."""

import io

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from centres.access import public, scope_of, scoped
from centres.choices import Verb
from certificates.views.holder import not_here
from certificates.views.public import closed_page
from core.offline import in_asked_language
from indicators.history.papers import make_holder_paper, make_paper
from indicators.history.selectors import history_of
from indicators.views.asking import user_of
from learners.models import Learner


@scoped(Verb.VIEW)
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """What a person has learned, as far as the reader sees it."""
    user = user_of(request)
    learner = get_object_or_404(Learner.objects.visible_to(user), pk=pk)
    context = {
        "learner": learner, "history": history_of(learner, user, timezone.localdate()),
        "may_export": scope_of(user).may(Verb.EXPORT),
    }  # fmt: skip
    return render(request, "indicators/history.html", context)


def _file(pdf: bytes, name: str) -> FileResponse:
    return closed_page(
        FileResponse(io.BytesIO(pdf), as_attachment=True, content_type="application/pdf", filename=name)
    )  # fmt: skip


@scoped(Verb.EXPORT)
@require_POST
def history_paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Make the paper, in Vietnamese or in both languages; that it was made is on record."""
    user = user_of(request)
    learner = get_object_or_404(Learner.objects.visible_to(user), pk=pk)
    language = request.POST.get("language", "vi")
    _row, pdf = make_paper(learner=learner, language=language if language == "both" else "vi", by=user)
    return _file(pdf, f"qua-trinh-hoc-tap-{learner.code}.pdf")


@public("the holder's own certificates on one paper, opened by the secret on their slip: what its page shows anyway")
@in_asked_language
def holder_history_paper(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The certificates behind a slip's link as one paper for a dossier."""
    made = make_holder_paper(secret=secret, language="both" if request.GET.get("language") == "both" else "vi")
    if made is None:
        return not_here(request)
    return _file(made[1], "cac-chung-nhan.pdf")
