"""What the home page asks: what do I do now? Every part is a scoped queryset with a fixed number of queries."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q

from accounts.choices import Role
from accounts.models import User
from centres.access import Scope, scope_of
from centres.choices import Verb
from centres.models import AdminUnit, Centre
from certificates.choices import SETTLED_STATES, CertificateState
from certificates.models import Certificate
from clc_manager.duties import Duty, duties_of
from core.dates import plan_year_of
from courses.choices import ClassStatus, EnrolmentStatus, OrganiserRole, SessionStatus
from courses.models import ClassGroup, Enrolment, Session
from indicators.c3 import CentreUse, use_of
from indicators.deadlines import Mine, pressing
from indicators.statistics.periods import presets
from literacy.choices import EscalatedTo
from literacy.models import FollowUp
from literacy.selectors import told_of

SHOWN = 6
REPORT_IN_SIGHT = 90


@dataclass
class Today:
    """The parts of the page; a part the role has no use for stays None."""

    day: dt.date
    scope: Scope
    sessions: list[Session] | None = None
    session_count: int = 0
    today_count: int = 0
    classes_to_close: list[ClassGroup] | None = None
    classes_to_issue: list[ClassGroup] | None = None
    papers_waiting: int = 0
    follow_ups: list[FollowUp] | None = None
    overdue_count: int = 0
    # People whose check is due and of whom nobody recorded anything for long, with since when: for who was told.
    neglected: list[tuple[FollowUp, dt.date]] | None = None
    neglected_count: int = 0
    people: dict[str, int] = field(default_factory=dict)
    units: list[AdminUnit] = field(default_factory=list)
    centre_count: int = 0
    days_to_report: int | None = None
    duties: list[Duty] | None = None
    hands_in: bool = False
    due: list[Mine] = field(default_factory=list)
    c3: CentreUse | None = None
    presets: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_late(self) -> bool:
        """Whether something of one's own is overdue."""
        return any(row.days < 0 for row in self.due) or any(duty.late_days for duty in self.duties or ())

    @property
    def waiting(self) -> int:
        """How many things wait for the user."""
        return len(self.due) + len(self.duties or ())

    @property
    def can_enrol(self) -> bool:
        """Whether the button for enrolling is of use."""
        return self.scope.may(Verb.ENROL)

    @property
    def can_see_figures(self) -> bool:
        """Whether the link to statistics is of use."""
        return self.scope.may(Verb.VIEW_FIGURES)


def _days_to_report(day: dt.date) -> int | None:
    """Days until 1 December, before which the year's report is due (plan, part IV); None while it is far off."""
    left = (plan_year_of(day).ends_on - day).days + 1
    return left if left <= REPORT_IN_SIGHT else None


def _people(user: User, year: int) -> dict[str, int]:
    """Learners and participations of the calendar year so far, in the user's scope."""
    rows = Enrolment.objects.visible_to(user).filter(
        ~Q(status=EnrolmentStatus.WITHDRAWN),
        class_group__starts_on__year__lte=year,
        class_group__ends_on__year__gte=year,
    )
    counts = rows.aggregate(
        participations=Count("pk"),
        learners=Count("learner", distinct=True),
        women=Count("learner", distinct=True, filter=Q(learner__sex="female")),
    )
    return {name: value or 0 for name, value in counts.items()}


def classes_ready_to_close(user: User, day: dt.date) -> Any:
    """Open classes whose last session lies in the past: somebody has to close them."""
    live = ~Q(sessions__status=SessionStatus.CANCELLED)
    return (
        ClassGroup.objects.visible_to(user)
        .filter(status=ClassStatus.OPEN)
        .annotate(last_on=Max("sessions__held_on", filter=live))
        .filter(last_on__lt=day)
        .order_by("last_on", "pk")
    )


def classes_ready_to_issue(user: User) -> Any:
    """Closed classes the centre led, with people who passed and have no certificate yet."""
    lacking = Enrolment.objects.filter(class_group=OuterRef("pk"), status=EnrolmentStatus.PASSED).exclude(
        Exists(Certificate.objects.filter(enrolment=OuterRef("pk"), state__in=SETTLED_STATES))
    )
    return (
        ClassGroup.objects.visible_to(user)
        .filter(status=ClassStatus.CLOSED, organiser_role=OrganiserRole.LED)
        .filter(Exists(lacking))
        .order_by("-closed_on", "pk")
    )


def _neglected(page: Today, user: User) -> None:
    """Fill in whom nobody looks after: a director's own people, and those of the centres of a commune or district."""
    if Role.DIRECTOR in page.scope.roles:
        told = EscalatedTo.DIRECTOR
    elif page.scope.is_officer and not page.scope.everything:
        told = EscalatedTo.COMMUNE
    else:
        return
    rows = FollowUp.objects.visible_to(user).escalated(page.day, told=told)
    page.neglected_count = rows.count()
    shown = list(rows.select_related("learner", "centre").order_by("due_on", "pk")[:SHOWN])
    since = told_of([row.award_id for row in shown])
    page.neglected = [(row, since[row.award_id][0].since_on) for row in shown]


def today_for(user: User, day: dt.date) -> Today:
    """Gather the page for a user: a fixed number of queries, whatever the rows (one or two for each deadline)."""
    scope = scope_of(user)
    page = Today(day=day, scope=scope, days_to_report=_days_to_report(day))
    if scope.may(Verb.TEACH):
        pending = Session.objects.visible_to(user).to_mark(day).select_related("class_group__course")
        page.session_count = pending.count()
        page.today_count = pending.filter(held_on=day).count()
        learners = Count("class_group__enrolments", filter=Q(class_group__enrolments__status=EnrolmentStatus.ACTIVE))
        page.sessions = list(pending.annotate(people=learners).order_by("-held_on", "starts_at", "pk")[:SHOWN])
    if scope.may(Verb.CLOSE_CLASS):
        page.classes_to_close = list(classes_ready_to_close(user, day)[:SHOWN])
    if scope.may(Verb.ISSUE):
        page.classes_to_issue = list(classes_ready_to_issue(user)[:SHOWN])
        page.papers_waiting = Certificate.objects.visible_to(user).filter(state=CertificateState.RESERVED).count()
    if scope.may(Verb.FOLLOW_UP):
        due = FollowUp.objects.visible_to(user).due(day).select_related("learner", "learner__neighbourhood")
        page.overdue_count = due.count()
        page.follow_ups = list(due.order_by("-risk", "due_on", "pk")[:SHOWN])
    _neglected(page, user)
    if scope.may(Verb.VIEW):
        page.people = _people(user, day.year)
    page.hands_in = scope.may(Verb.DECLARE) or scope.may(Verb.REPORT_FIGURE) or bool(scope.body_ids)
    if page.hands_in or scope.may(Verb.ISSUE):
        duties = duties_of(user, day)
        # Who hands nothing in is asked to confirm something now and then, and else not told that all is handed in.
        page.duties = duties if page.hands_in or duties else None
    if page.hands_in:
        page.due = pressing(user, day)
    if scope.main_centre_id and scope.may(Verb.DECLARE, scope.main_centre_id):
        page.c3 = use_of(scope.main_centre_id, day)
    if scope.is_officer:
        page.units = list(AdminUnit.objects.filter(pk__in=scope.unit_ids).order_by("level", "sort_key"))
        page.presets = [(name, label) for name, (label, _period) in presets(day).items()]
        page.centre_count = Centre.objects.visible_to(user).active_on(day).count()
    return page
