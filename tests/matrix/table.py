"""Which role opens which page of which object. One line per address; a new address fails until it has its line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.matrix.world import Rows

INSIDERS = frozenset({"lan", "van", "thu", "duc", "hoa", "tuan", "oanh"})  # everybody who reaches centre A
READERS = frozenset({"lan", "van", "duc", "hoa", "tuan", "oanh"})
DESK = frozenset({"lan", "duc"})
TEACHING = frozenset({"lan", "duc", "thu"})
IDENTITY = frozenset({"lan", "van", "duc"})
DIRECTOR = frozenset({"duc"})
TEMPLATES = frozenset({"duc", "tuan"})
OFFICERS = frozenset({"hoa", "tuan"})
# The person of centre B with the same role: must be told "not found", not "not allowed".
TWIN = {"lan": "minh", "duc": "hai", "hoa": "nam"}


@dataclass(frozen=True)
class Line:
    """An address of an object of a centre, who may open it, and by which method."""

    name: str
    pick: Callable[[Rows], Any]
    may: frozenset[str]
    method: str = "get"


OBJECT_LINES: tuple[Line, ...] = (
    Line("centres:centre-detail", lambda rows: rows.open_class.centre_id, READERS),
    Line("learners:learner-detail", lambda rows: rows.learner.pk, INSIDERS),
    Line("learners:learner-edit", lambda rows: rows.learner.pk, DESK),
    Line("learners:reveal-id", lambda rows: rows.learner.pk, IDENTITY, "post"),
    Line("courses:class-detail", lambda rows: rows.open_class.pk, INSIDERS),
    Line("courses:class-edit", lambda rows: rows.open_class.pk, DESK),
    Line("courses:class-cancel", lambda rows: rows.open_class.pk, DESK),
    Line("courses:enrol", lambda rows: rows.open_class.pk, DESK),
    Line("courses:schedule", lambda rows: rows.open_class.pk, DESK),
    Line("courses:attendance-grid", lambda rows: rows.open_class.pk, INSIDERS),
    Line("courses:attendance-sheet", lambda rows: rows.open_class.pk, INSIDERS),
    Line("courses:results", lambda rows: rows.open_class.pk, INSIDERS),
    Line("courses:close", lambda rows: rows.open_class.pk, DESK),
    Line("courses:close-results", lambda rows: rows.open_class.pk, DESK),
    Line("courses:session-detail", lambda rows: rows.session.pk, INSIDERS),
    Line("courses:session-cancel", lambda rows: rows.session.pk, TEACHING),
    Line("courses:session-guests", lambda rows: rows.session.pk, TEACHING),
    Line("courses:session-move", lambda rows: rows.session.pk, TEACHING),
    Line("courses:session-add", lambda rows: rows.open_class.pk, DESK),
    Line("courses:withdraw", lambda rows: rows.enrolment.pk, DESK),
    Line("courses:transfer", lambda rows: rows.enrolment.pk, DESK),
    Line("courses:panel-learner", lambda rows: rows.learner.pk, INSIDERS),
    Line("courses:course-edit", lambda rows: rows.course.pk, DESK),
    Line("courses:room-edit", lambda rows: rows.room.pk, DESK),
    Line("courses:roster-upload", lambda rows: rows.open_class.pk, DESK),
    Line("courses:roster-preview", lambda rows: rows.roster.pk, DESK),
    Line("courses:roster-columns", lambda rows: rows.roster.pk, DESK),
    Line("courses:roster-wrong-rows", lambda rows: rows.roster.pk, DESK),
    Line("courses:material-edit", lambda rows: rows.material.pk, DESK),
    Line("courses:material-use", lambda rows: rows.material.pk, DESK),
    Line("courses:material-file", lambda rows: rows.material.pk, INSIDERS),
    Line("courses:course-materials", lambda rows: rows.course.pk, INSIDERS),
    Line("courses:survey-detail", lambda rows: rows.survey.pk, READERS),
    Line("courses:survey-entry", lambda rows: rows.survey.pk, DESK),
    Line("courses:plan-detail", lambda rows: rows.plan.pk, READERS),
    Line("courses:plan-report", lambda rows: rows.plan.pk, READERS),
    Line("courses:plan-report-export", lambda rows: rows.plan.pk, READERS),
    Line("courses:plan-line-add", lambda rows: rows.plan.pk, DESK),
    Line("courses:plan-line-edit", lambda rows: rows.plan_line.pk, DESK),
    Line("courses:plan-line-drop", lambda rows: rows.plan_line.pk, DESK),
    Line("literacy:check-add", lambda rows: rows.follow_up.pk, DESK),
    Line("literacy:panel-learner", lambda rows: rows.learner.pk, READERS),
    Line("certificates:certificate-detail", lambda rows: rows.certificate.pk, READERS),
    Line("certificates:pdf", lambda rows: rows.certificate.pk, READERS),
    Line("certificates:revoke", lambda rows: rows.certificate.pk, IDENTITY),
    Line("certificates:copy", lambda rows: rows.certificate.pk, IDENTITY),
    Line("certificates:copy-pdf", lambda rows: rows.certificate.events.get(kind="copied").pk, IDENTITY),
    Line("certificates:print-book", lambda rows: rows.certificate.register_id, READERS),
    Line("certificates:issue", lambda rows: rows.closed_class.pk, IDENTITY),
    Line("certificates:centre-templates", lambda rows: rows.open_class.centre_id, TEMPLATES),
    Line("certificates:centre-template-edit", lambda rows: rows.open_class.centre_id, TEMPLATES),
    Line("certificates:centre-logo", lambda rows: rows.open_class.centre_id, TEMPLATES),
    Line("certificates:merged", lambda rows: rows.closed_class.pk, READERS),
    Line("certificates:panel-learner", lambda rows: rows.learner.pk, READERS),
    Line("certificates:holder-link", lambda rows: rows.certificate.learner_id, IDENTITY),
    Line("api:centre-detail", lambda rows: rows.open_class.centre_id, INSIDERS),
    Line("api:course-detail", lambda rows: rows.course.pk, INSIDERS),
    Line("api:class-detail", lambda rows: rows.open_class.pk, INSIDERS),
    Line("api:enrolment-detail", lambda rows: rows.enrolment.pk, INSIDERS),
    Line("api:certificate-detail", lambda rows: rows.certificate.pk, READERS),
)

# Pages without an object: who may open them. Everybody's rows in them are scoped (the canary test looks inside).
ALL = frozenset({"lan", "van", "thu", "duc", "minh", "hai", "hoa", "nam", "tuan", "oanh"})
NO_TEACHER = ALL - {"thu"}
DESKS = frozenset({"lan", "duc", "minh", "hai"})
PLAIN: dict[str, frozenset[str]] = {
    "home": ALL,
    "courses:desk": DESKS,
    "search": ALL,
    "accounts:profile": ALL,
    "accounts:password": ALL,
    "centres:centre-list": NO_TEACHER,
    "centres:unit-list": NO_TEACHER,
    "centres:audit-list": frozenset({"duc", "hai", "oanh"}),
    "learners:learner-list": ALL,
    "learners:learner-add": frozenset({"lan", "duc", "minh", "hai"}),
    "learners:pair-list": frozenset({"lan", "duc", "minh", "hai"}),
    "courses:class-list": ALL,
    "courses:class-add": frozenset({"lan", "duc", "minh", "hai"}),
    "courses:course-list": ALL,
    "courses:material-list": ALL,
    "courses:material-add": frozenset({"lan", "duc", "minh", "hai"}),
    "courses:days-off": DESKS,
    "courses:room-list": DESKS,
    "courses:plan-list": NO_TEACHER,
    "courses:survey-add": frozenset({"lan", "duc", "minh", "hai"}),
    "courses:course-add": frozenset({"lan", "duc", "minh", "hai"}),
    "literacy:followup-list": NO_TEACHER,
    "certificates:register": NO_TEACHER,
    "certificates:register-export": NO_TEACHER,
    "certificates:books": NO_TEACHER,
    "certificates:blanks": frozenset({"lan", "van", "duc", "minh", "hai"}),
    "certificates:templates": frozenset({"duc", "hai", "tuan"}),
    "certificates:city-template-edit": frozenset({"tuan"}),
    "certificates:proposals": frozenset({"lan", "van", "duc", "minh", "hai"}),
    "indicators:plan": NO_TEACHER,
    "indicators:declare": frozenset({"lan", "duc", "minh", "hai"}),
    "indicators:inbox": frozenset({"hoa", "nam", "tuan"}),
    "indicators:statistics": NO_TEACHER,
    "indicators:statistics-people": NO_TEACHER,
    "indicators:statistics-export": NO_TEACHER,
    "api:unit-list": NO_TEACHER,
    "api:centre-list": ALL,
    "api:course-list": ALL,
    "api:class-list": ALL,
    "api:enrolment-list": ALL,
    "api:certificate-list": NO_TEACHER,
    "api:indicator-list": NO_TEACHER,
    "api:figure-list": NO_TEACHER,
    "api:schema": ALL,
    "api:docs": ALL,
    "api:keys": ALL,
}

# Judged elsewhere, with the reason and the test that does it.
EXCUSED: dict[str, str] = {
    "help": "the same words for everybody: tests/comfort/test_guides.py",
    "health": "public: tests/project/test_home.py",
    "favicon": "public: a redirect to a static file",
    "accounts:sign-in": "public: tests/accounts/test_sign_in.py",
    "accounts:sign-out": "POST only, own session: tests/accounts/test_sign_in.py",
    "accounts:set-language": "public cookie: tests/accounts/test_sign_in.py",
    "job-status": "own jobs only: tests/core/test_jobs.py",
    "job-file": "own jobs only: tests/core/test_jobs.py",
    "learners:read-card": "POST only, no object: tests/learners/test_card_pages.py",
    "learners:say-different": "POST only: tests/learners/test_lookalikes.py",
    "certificates:template-picture": "signed addresses: tests/certificates/test_templates.py, test_pictures_only_by_us",
    "certificates:blanks-use": "POST only: tests/certificates/test_blanks.py, test_strangers_touch_no_form",
    "certificates:blank-settle": "POST only: tests/certificates/test_blanks.py, test_strangers_touch_no_form",
    "certificates:proposal-settle": "POST only: tests/certificates/test_two_people.py, test_strangers_settle_nothing",
    "certificates:holder-link-revoke": "POST only: tests/certificates/test_holder.py, test_strangers_close_no_link",
    "literacy:check-undo": "POST only: tests/literacy/test_undo.py",
    "courses:withdraw-undo": "POST only: tests/courses/test_undo.py",
    "courses:marks-undo": "POST only: tests/courses/test_undo.py",
    "courses:grid-undo": "POST only: tests/courses/test_grid.py",
    "courses:session-cancel-undo": "POST only: tests/courses/test_undo.py",
    "courses:waitlist-place": "POST only: tests/matrix/test_matrix.py, test_posts_on_foreign_rows",
    "courses:waitlist-leave": "POST only: tests/matrix/test_matrix.py, test_posts_on_foreign_rows",
    "learners:merge": "two people at once: tests/learners/test_merging.py",
    "learners:unmerge": "POST only: tests/learners/test_merging.py",
    "courses:guest-remove": "POST only: tests/courses/test_rooms.py",
    "courses:room-remove": "POST only: tests/courses/test_rooms.py",
    "courses:room-restore": "POST only: tests/courses/test_rooms.py",
    "courses:day-off-remove": "POST only: tests/courses/test_timetable.py",
    "courses:roster-undo": "POST only: tests/matrix/test_matrix.py, test_posts_on_foreign_rows",
    "courses:roster-discard": "POST only: tests/matrix/test_matrix.py, test_posts_on_foreign_rows",
    "courses:material-stop": "POST only: tests/planning/test_materials.py, test_posts_by_strangers_change_nothing",
    "courses:material-delete": "POST only: tests/planning/test_materials.py, test_posts_by_strangers_change_nothing",
    "courses:plan-start": "POST only: tests/planning/test_plans.py",
    "courses:plan-approve": "POST only: tests/planning/test_plans.py, test_posts_by_strangers_change_nothing",
    "courses:survey-cell": "POST only: tests/planning/test_surveys.py, test_posts_by_strangers_change_nothing",
    "courses:survey-idea-add": "POST only: tests/planning/test_surveys.py, test_posts_by_strangers_change_nothing",
    "courses:survey-idea-drop": "POST only: tests/planning/test_surveys.py, test_posts_by_strangers_change_nothing",
    "courses:survey-place-add": "POST only: tests/planning/test_surveys.py, test_posts_by_strangers_change_nothing",
    "courses:survey-close": "POST only: tests/planning/test_surveys.py, test_posts_by_strangers_change_nothing",
    "courses:survey-to-plan": "POST only: tests/planning/test_surveys.py, test_posts_by_strangers_change_nothing",
    "centres:unit-detail": "units, not centres: tests/matrix/test_matrix.py, test_units",
    "api:unit-detail": "units, not centres: tests/matrix/test_matrix.py, test_units",
    "indicators:figure": "units, not centres: tests/indicators/test_plan.py",
    "indicators:report-figure": "units, not centres: tests/indicators/test_plan.py",
    "indicators:approve-figure": "POST only, units: tests/indicators/test_approval.py",
    "indicators:return-figure": "POST only, units: tests/indicators/test_approval.py",
    "indicators:keep-figure": "units, not centres: tests/indicators/test_plan.py",
    "api:indicator-detail": "the plan, no tenant rows: tests/api/test_api.py",
    "api:figure-detail": "units, not centres: tests/matrix/test_matrix.py, test_units",
    "verify": "public: tests/certificates/test_pages.py",
    "verify-lower": "public: tests/certificates/test_pages.py",
    "verify-successor": "public: tests/certificates/test_public_pages.py",
    "verify-scan": "public: tests/certificates/test_offline_browser.py",
    "verify-manifest": "public: tests/certificates/test_offline_browser.py",
    "verify-worker": "public: tests/certificates/test_offline_browser.py",
    "verify-ask": "public: tests/certificates/test_pages.py",
    "verify-lost": "public: tests/certificates/test_lost.py",
    "holder": "public, by a secret: tests/certificates/test_holder.py",
    "holder-lower": "public, by a secret: tests/certificates/test_holder.py",
    "holder-pdf": "public, by a secret: tests/certificates/test_holder.py",
    "certificates:credential": "two arguments: tests/certificates/test_credentials.py, test_strangers_download_none",
    "holder-credential": "public, by a secret: tests/certificates/test_credentials.py",
    "did": "public: tests/certificates/test_credentials.py",
    "credential-status": "public: tests/certificates/test_credentials.py",
    "credential-status-form": "public: tests/certificates/test_credentials.py",
    "key-list": "public: tests/certificates/test_signing_keys.py",
    "log-status": "public: tests/certificates/test_status_list.py",
    "log-checkpoint": "public: tests/certificates/test_log.py",
    "log-tile": "public: tests/certificates/test_log.py",
    "api:verify": "public: tests/api/test_api.py",
}
