"""Keeping forms and filling them."""

import hashlib
from collections import defaultdict
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from centres.access import scope_of
from centres.choices import Verb
from core import audit
from core.errors import Conflict, Forbidden, InvalidInput
from core.text import clean, sort_key
from core.tokens import new_token
from indicators.models import ReportForm, ReportRun
from indicators.report_forms.words import known_words, values_of
from indicators.report_forms.workbook import Form
from indicators.statistics.questions import Question, centres_in_scope, totals_of

MOST_NAMED = 20


def _require(by: User) -> None:
    if not scope_of(by).may(Verb.SET_RULES):
        raise Forbidden("role_may_not", _("Chỉ cán bộ thành phố tải lên và bỏ biểu mẫu."))


def read_form(content: bytes) -> dict[str, list[str]]:
    """Return the place-holders of a workbook with their cells.

    Raises InvalidInput for a file that is no plain .xlsx, that has no place-holder, or that has unknown ones: every
    one of these is named with its cell.
    """
    found = Form(content).markers()
    if not found:
        words = _("Tệp không có chỗ trống nào. Hãy ghi chỗ trống như {{nu}} vào ô cần điền.")
        raise InvalidInput("no_markers", words, fields={"file": [words]})
    known = {word.name for word in known_words()}
    wrong = [f"{one.cell}: {{{{{one.name}}}}}" for one in found if one.name not in known]
    if wrong:
        words = _("Chỗ trống không có trong danh sách: %(cells)s")
        shown = "; ".join(wrong[:MOST_NAMED]) + ("; …" if len(wrong) > MOST_NAMED else "")
        raise InvalidInput(
            "unknown_markers", words % {"cells": shown}, fields={"file": [words % {"cells": shown}]}, cells=wrong
        )
    cells: dict[str, list[str]] = defaultdict(list)
    for one in found:
        cells[one.name].append(one.cell)
    return dict(cells)


@transaction.atomic
def upload_form(*, name: str, source: str, content: bytes, by: User) -> ReportForm:
    """Keep a workbook as the next version of a form. Raises as ``read_form`` does, Forbidden, Conflict."""
    _require(by)
    name = clean(name)[:120]
    if not name:
        words = _("Hãy ghi tên biểu.")
        raise InvalidInput("name_missing", words, fields={"name": [words]})
    markers, digest = read_form(content), hashlib.sha256(content).hexdigest()
    last = ReportForm.objects.filter(name=name).order_by("-version").first()
    if last is not None and last.sha256 == digest and not last.is_withdrawn:
        raise Conflict("nothing_changed", _("Tệp giống hệt bản đang dùng; không cần tải lên lại."))
    row = ReportForm(
        name=name, version=last.version + 1 if last else 1, source=clean(source)[:200], sha256=digest, markers=markers,
        uploaded_by=by,
    )  # fmt: skip
    row.file.save(f"{digest[:16]}.xlsx", ContentFile(content), save=False)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict("saved_meanwhile", _("Có người vừa tải lên biểu này. Hãy tải lại trang.")) from error
    audit.record("indicators.upload_form", row, by=by, data={"version": row.version, "sha256": digest})
    return row


@transaction.atomic
def withdraw_form(*, form: ReportForm, by: User) -> None:
    """Take a version out of use; it stays to be read."""
    _require(by)
    form = ReportForm.objects.select_for_update().get(pk=form.pk)
    if form.is_withdrawn:
        raise Conflict("withdrawn", _("Biểu này đã bỏ."))
    form.is_withdrawn = True
    form.save(update_fields=["is_withdrawn"])
    audit.record("indicators.withdraw_form", form, by=by)


def fill_form(*, form: ReportForm, question: Question, by: User) -> bytes:
    """Return the form with a question's figures and keep a ReportRun of it.

    Raises Forbidden without Verb.EXPORT, Conflict for a withdrawn form, and as ``restate`` does.
    """
    if not scope_of(by).may(Verb.EXPORT, question.centre.pk if question.centre else None):
        raise Forbidden("role_may_not", _("Vai trò của bạn không xuất được thống kê."))
    if form.is_withdrawn:
        raise Conflict("withdrawn", _("Biểu này đã bỏ."))
    with form.file.open("rb") as stream:
        content = Form(stream.read()).filled(values_of(question, by=by))
    with transaction.atomic():
        run = ReportRun.objects.create(
            **question.what, boundaries=question.boundaries, format="xlsx", rows=len(form.markers), token=new_token(),
            sha256=hashlib.sha256(content).hexdigest(), totals=totals_of(question, by), made_by=by, form=form,
            centre_ids=centres_in_scope(by),
        )  # fmt: skip
        data: dict[str, Any] = {"form": str(form), "from": str(question.starts_on), "to": str(question.ends_on)}
        centre_id = question.centre.pk if question.centre else None
        audit.record("indicators.fill_form", run, by=by, centre_id=centre_id, data=data)
    return content


def latest_forms() -> list[ReportForm]:
    """Return the version of each form that is in use, in Vietnamese order of their names."""
    found: dict[str, ReportForm] = {}
    for row in ReportForm.objects.filter(is_withdrawn=False).order_by("-version"):
        found.setdefault(row.name, row)
    return sorted(found.values(), key=lambda row: sort_key(row.name))
