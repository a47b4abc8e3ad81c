"""The enrolment desk: find somebody or write down somebody new, see what stands against it, enrol (docs/adr/0014).

One address answers everything. With script htmx asks for parts of the page, without it the same forms bring the page.
Names and numbers travel in the body of a request, so that none of them stands in an address or in a log of addresses.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from centres.access import scoped
from centres.choices import Verb
from core.camera import with_camera
from core.errors import DomainError
from core.forms import add_domain_error
from core.text import clean
from courses import services
from courses.forms import DeskForm
from courses.models import ClassGroup, Enrolment, WaitlistEntry
from courses.selectors import (
    DeskPerson,
    desk_classes,
    desk_lookalikes,
    desk_people,
    enrolment_checks,
    just_enrolled,
    taken_places,
)
from courses.selectors.checks import EnrolmentCheck
from courses.views.shared import READERS, class_or_404, context_of, ended, enrolment_or_404, refusal_of
from learners.card import CardReading
from learners.card_views import posted_card, with_card
from learners.forms import LearnerForm
from learners.matching import CERTAIN
from learners.models import Learner
from learners.selectors import Lookalike

PER_PAGE = 25
MOST_RECENT = 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """The person about to be enrolled, and what to know before."""

    person: Learner
    checks: list[EnrolmentCheck]
    waiver: str = ""
    # The form of the new person led here: it is emptied when this person is enrolled.
    from_form: bool = False

    @property
    def may_enrol(self) -> bool:
        """Whether nothing stands against it but what a reason can waive."""
        return not self.codes & {"full", "enrolled", "ended", "waiting"}

    @property
    def may_wait(self) -> bool:
        """Whether the waitlist is what is left."""
        return "full" in self.codes and not self.codes & {"enrolled", "ended", "waiting"}

    @property
    def needs_waiver(self) -> bool:
        """Whether a reason has to be given: the course builds on what the person has not completed here."""
        return "prerequisite" in self.codes and (self.may_enrol or self.may_wait)

    @property
    def codes(self) -> set[str]:
        """What the checks are about."""
        return {check.code for check in self.checks}


@dataclass
class Desk:
    """What one answer shows."""

    request: HttpRequest
    group: ClassGroup
    text: str
    form: DeskForm
    found: list[DeskPerson] = field(default_factory=list)
    chosen: Chosen | None = None
    lookalikes: list[Lookalike] = field(default_factory=list)
    asked: bool = False
    outcome: str = ""
    tone: str = "ok"
    made: Enrolment | None = None
    reading: CardReading | None = None
    parts: tuple[str, ...] = ()

    @property
    def waiver(self) -> str:
        """Why somebody comes in without what the course builds on."""
        return self.request.POST.get("waiver", "")[:200]

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a part of the page."""
        return self.request.headers.get("HX-Request") == "true"

    def show(self, template: str, *, status: int = 200, focus: str = "", done: bool = False) -> HttpResponse:
        """Return the part htmx asked for, or the whole page; ``focus`` is where the person goes on."""
        keys = _recent_keys(self.request, self.group)
        context = context_of(
            self.group,
            desk=self,
            text=self.text,
            name=_name_in(self.text),
            wait=self.asked and self.request.POST.get("wait"),
            form=self.form,
            number_taken=any(row.score >= CERTAIN for row in self.lookalikes),
            warnings=self.form.warnings() if self.asked and self.form.is_valid() else [],
        )
        if not self.is_fragment or template == ANSWER:
            checks = enrolment_checks(class_group=self.group)
            context |= {
                "people_count": taken_places(self.group),
                "class_checks": checks,
                "is_full": any(check.code == "full" for check in checks),
                "recent": just_enrolled(user=self.request.user, class_group=self.group, keys=keys),
            }
        name = template if self.is_fragment else "courses/desk/desk.html"
        answer = render(self.request, name, context, status=status)
        if self.is_fragment and (focus or done):
            answer["HX-Trigger-After-Settle"] = json.dumps({"desk:done" if done else "desk:focus": {"to": focus}})
        return answer

    def choose(self, person: Learner, *, from_form: bool = False) -> None:
        """Put one person forward, with what stands against enrolling them."""
        checks = enrolment_checks(class_group=self.group, learner=person)
        self.chosen = Chosen(person, checks, self.waiver, from_form)

    def finish(self, message: str, *, made: Enrolment | None = None) -> HttpResponse:
        """Say what was done and go back to the search box."""
        if not self.is_fragment:
            messages.success(self.request, message)
            return redirect("courses:enrol", self.group.pk)
        self.outcome, self.made, self.text = message, made, ""
        return self.show(ANSWER, focus="#q", done=True)

    def refuse(self, error: DomainError, *, focus: str) -> HttpResponse:
        """Say why not; everything typed stays."""
        status = refusal_of(error)
        self.outcome, self.tone = str(error.message), "bad"
        return self.show(ANSWER, status=status, focus=focus)


ANSWER = "courses/desk/_answer.html"


@with_camera
@sensitive_post_parameters("card_text")
@scoped(*READERS)
def enrol(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk of one class; a POST says in ``do`` what to do."""
    group = class_or_404(request, pk, Verb.ENROL)
    if not group.is_editable:
        return ended(request, group)
    text = (request.POST.get("q") or request.GET.get("q", ""))[:100]
    desk = Desk(request, group, text, DeskForm(group, initial={"full_name": _name_in(text)}))
    if request.method == "POST":
        return ACTS.get(request.POST.get("do", ""), _find)(desk)
    return _find(desk)


def _find(desk: Desk) -> HttpResponse:
    """Who was meant. Without script, the only one found is put forward at once."""
    desk.found = desk_people(user=desk.request.user, class_group=desk.group, text=desk.text)
    if len(desk.found) == 1 and desk.request.method == "POST" and not desk.is_fragment:
        return _choose(desk, str(desk.found[0].person.pk))
    return desk.show("courses/desk/_found.html")


def _choose(desk: Desk, key: str = "") -> HttpResponse:
    """One person, with capacity, prerequisite and timetable, before anything is saved."""
    desk.choose(_person(desk, key))
    return desk.show("courses/desk/_chosen.html", focus="#desk-go")


def _enrol(desk: Desk) -> HttpResponse:
    """Enrol the person who was chosen."""
    person = _person(desk)
    from_form = bool(desk.request.POST.get("from_form"))
    verb = services.sign_up if desk.request.POST.get("wait") else services.enrol
    try:
        row: Enrolment | WaitlistEntry = verb(
            class_group=desk.group, learner=person, by=desk.request.user, waiver=desk.waiver
        )
    except DomainError as error:
        desk.choose(person, from_form=from_form)
        desk.parts = ("chosen",)
        return desk.refuse(error, focus="#desk-waiver" if error.code == "prerequisite_missing" else "#desk-go")
    desk.parts = ("chosen", "new") if from_form else ("chosen",)
    if isinstance(row, WaitlistEntry):
        return desk.finish(_waits(row))
    _remember(desk, row)
    return desk.finish(_("Đã ghi danh %(name)s vào lớp.") % {"name": row.learner.full_name}, made=row)


def _new(desk: Desk) -> HttpResponse:
    """One save: the person and the enrolment, both or neither. Look-alikes are shown first."""
    post, user = desk.request.POST, desk.request.user
    desk.reading = posted_card(post)
    if desk.reading:  # the button of a page without script; with it the card fills the form by itself
        typed = with_card(LearnerForm, post, desk.reading).initial
        desk.form = DeskForm(desk.group, initial={**typed, "waiver": desk.waiver})
        return desk.show(ANSWER)
    desk.form, desk.parts = DeskForm(desk.group, post), ("chosen", "new")
    if not desk.form.is_valid():
        return desk.show(ANSWER, status=422, focus="#desk-new [role=alert]")
    if post.get("same"):
        desk.text = desk.form.cleaned_data["personal_id"] or desk.text
        desk.choose(_person(desk, post["same"]), from_form=True)
        return desk.show(ANSWER, focus="#desk-go")
    seen = {int(key) for key in post.getlist("seen") if key.isascii() and key.isdecimal()}
    try:
        answer = services.enrol_at_desk(
            class_group=desk.group, by=user, seen=seen if post.get("decision") == "new" else (),
            wait=bool(post.get("wait")), **desk.form.values(),
        )  # fmt: skip
    except DomainError as error:
        if error.code == "looks_like_somebody":
            desk.lookalikes, desk.asked = error.data["lookalikes"], True
            return desk.refuse(error, focus="#desk-ask")
        if error.fields:
            add_domain_error(desk.form, error)
            return desk.refuse(error, focus="#desk-new [role=alert]")
        return desk.refuse(error, focus="#desk-new .btn.main")
    row = answer.row
    words = {"name": row.learner.full_name}
    desk.form = DeskForm(desk.group)
    if isinstance(row, Enrolment):
        _remember(desk, row)
    if answer.sent_twice:
        return desk.finish(_("%(name)s đã được ghi ở lần bấm trước; không ghi hai lần.") % words)
    if isinstance(row, WaitlistEntry):
        return desk.finish(_waits(row))
    return desk.finish(_("Đã thêm %(name)s và ghi danh vào lớp.") % words, made=row)


def _waits(entry: WaitlistEntry) -> str:
    words = {"name": entry.learner.full_name, "n": entry.position}
    return _("Đã ghi %(name)s vào danh sách chờ, số %(n)s.") % words


def _look(desk: Desk) -> HttpResponse:
    """Whom the person being written down may be; half a form is enough."""
    desk.form = DeskForm(desk.group, desk.request.POST)
    desk.form.is_valid()
    given = desk.form.cleaned_data
    if len(given.get("full_name", "").split()) > 1 or given.get("personal_id"):
        desk.lookalikes = desk_lookalikes(user=desk.request.user, class_group=desk.group, person=given)
    return desk.show("courses/desk/_lookalikes.html")


def _undo(desk: Desk) -> HttpResponse:
    """Take back an enrolment of a moment ago."""
    key = desk.request.POST.get("enrolment", "")
    row = Enrolment.objects.filter(class_group=desk.group, pk=_number(key)).select_related("learner").first()
    if row is None:
        return desk.finish(_("Ghi danh này đã được hoàn tác."))
    row = enrolment_or_404(desk.request, row.pk, Verb.ENROL)
    try:
        undone = services.undo_enrolment(enrolment=row, by=desk.request.user)
    except DomainError as error:
        return desk.refuse(error, focus="#q")
    words = {"name": row.learner.full_name}
    message = _("Đã hoàn tác: %(name)s không còn trong lớp.")
    if undone.person_too:
        message = _("Đã hoàn tác: %(name)s không còn trong lớp, hồ sơ mới cũng đã bỏ.")
    message %= words
    if undone.moved_up:
        names = ", ".join(moved.learner.full_name for moved in undone.moved_up)
        message += " " + _("Đã xếp từ danh sách chờ: %(names)s. Hãy báo cho họ biết.") % {"names": names}
    return desk.finish(message)


ACTS: dict[str, Callable[[Desk], HttpResponse]] = {
    "find": _find, "choose": _choose, "enrol": _enrol, "new": _new, "look": _look, "undo": _undo,
}  # fmt: skip


@scoped(Verb.ENROL)
def choose_class(request: HttpRequest) -> HttpResponse:
    """Which class the desk is for; who has only one goes straight to it."""
    text = clean(request.GET.get("q", ""))[:100]
    classes = desk_classes(request.user)
    if not text and (only := classes[:2]) and len(only) == 1:
        return redirect("courses:enrol", only[0].pk)
    page = Paginator(classes.named_like(text), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "text": text, "several_centres": len({row.centre_id for row in page}) > 1}
    return render(request, "courses/desk/classes.html", context)


def _person(desk: Desk, key: str = "") -> Learner:
    key = key or desk.request.POST.get("learner", "")
    return services.person_at_desk(class_group=desk.group, by=desk.request.user, key=key, text=desk.text)


def _number(key: str) -> int:
    return int(key) if key.isascii() and key.isdecimal() and len(key) < 18 else 0


def _name_in(text: str) -> str:
    """The name in what was searched for, to start the form with; without tones it is no name to keep."""
    words = [word for word in clean(text).split() if not any(letter.isdigit() for letter in word)]
    return "" if text.isascii() else " ".join(words)


def _recent_keys(request: HttpRequest, group: ClassGroup) -> list[int]:
    keys: list[int] = request.session.get("desk", {}).get(str(group.pk), [])
    return keys


def _remember(desk: Desk, row: Enrolment) -> None:
    """Note the enrolment for the list of this desk: who sits at another one has a list of their own."""
    desks: dict[str, Any] = desk.request.session.get("desk", {})
    keys = [key for key in desks.pop(str(desk.group.pk), []) if key != row.pk]
    # The class worked on stands last; who enrols into many classes keeps the latest few.
    desks[str(desk.group.pk)] = [*keys, row.pk][-MOST_RECENT:]
    desk.request.session["desk"] = dict(list(desks.items())[-5:])
