"""Papers attached to a target or criterion: evidence from outside the system, as long as the evaluation is open."""

import hashlib

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from centres.models import AdminUnit
from core import audit
from core.errors import Conflict, InvalidInput
from core.text import clean
from courses.materials.recognise import recognise, safe_name
from indicators.models import Criterion, Evaluation, EvaluationPaper
from indicators.rubric.access import require_writing
from indicators.rubric.evaluating import hold_year
from indicators.rubric.selectors import COMMUNE_SET, rubric_for

MOST = 10  # of one criterion


@transaction.atomic
def attach_paper(
    *, unit: AdminUnit, year: int, criterion: Criterion, title: str, content: bytes, file_name: str, by: User
) -> EvaluationPaper:
    """Attach a file to a target of a commune's year; the first one begins the file.

    What it is goes by its content, as of learning materials. What others have open stays savable: no new version.
    Raises InvalidInput, Conflict ``evaluation_sent``, ``too_many_papers``, ``no_rubric``; Forbidden, OutOfScope.
    """
    require_writing(by, unit)
    hold_year(unit, year)
    row = Evaluation.objects.select_related("rubric").filter(unit=unit, year=year).first()
    rubric = row.rubric if row else rubric_for(year, COMMUNE_SET)
    if rubric is None or criterion.area.rubric_id != rubric.pk:
        raise Conflict("no_rubric", _("Chỉ tiêu này không thuộc bộ tiêu chí của năm."))
    if row is not None and not row.is_open:
        raise Conflict("evaluation_sent", _("Bản tự đánh giá đã gửi. Hãy rút lại trước khi sửa."))
    if not clean(title):
        words = _("Hãy ghi tên giấy tờ, số và ngày.")
        raise InvalidInput("title_missing", words, fields={"title": [words]})
    kind = recognise(content)
    row = row or Evaluation.objects.create(unit=unit, year=year, rubric=rubric, version=0)
    if row.papers.filter(criterion=criterion).count() >= MOST:
        raise Conflict("too_many_papers", _("Mỗi chỉ tiêu kèm tối đa %(n)s tệp.") % {"n": MOST})
    paper = EvaluationPaper(
        evaluation=row, criterion=criterion, title=clean(title)[:200], kind=kind, file_name=safe_name(file_name, kind),
        size=len(content), sha256=hashlib.sha256(content).hexdigest(), added_by=by,
    )  # fmt: skip
    paper.file.save(paper.file_name, ContentFile(content), save=False)
    paper.save()
    data = {"unit": unit.code, "year": year, "criterion": criterion.code, "title": paper.title, "sha256": paper.sha256}
    audit.record("indicators.attach_paper", paper, by=by, data=data)
    return paper


@transaction.atomic
def drop_paper(*, paper: EvaluationPaper, by: User) -> None:
    """Take a file away again. Raises Conflict ``evaluation_sent`` once it was submitted, Forbidden, OutOfScope."""
    row = Evaluation.objects.select_for_update(of=("self",)).select_related("unit").get(pk=paper.evaluation_id)
    require_writing(by, row.subject)
    if not row.is_open:
        raise Conflict("evaluation_sent", _("Bản tự đánh giá đã gửi. Hãy rút lại trước khi sửa."))
    data = {"year": row.year, "criterion": paper.criterion.code, "title": paper.title, "sha256": paper.sha256}
    audit.record("indicators.drop_paper", paper, by=by, data=data)
    file = paper.file
    paper.delete()
    transaction.on_commit(lambda: file.delete(save=False))
