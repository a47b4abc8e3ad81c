"""Addresses without a line in the table of roles, and where each is tested instead."""

RUBRIC_PAGES = (
    "rubric", "rubric-edit", "rubric-bands", "rubric-area-add", "rubric-area-edit", "criterion-add", "criterion-edit",
)  # fmt: skip
RUBRIC_POSTS = ("rubric-copy", "rubric-start", "rubric-discard", "rubric-area-drop", "criterion-drop")

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
    "literacy:standards-people": "units, not centres: tests/literacy/test_standard_pages.py, test_who_is_missing",
    "literacy:standards-form": "a file of a unit: tests/literacy/test_standard_pages.py, test_the_files",
    "literacy:people-assign": "POST only: tests/literacy/test_worklist.py",
    "literacy:survey-undo": "POST only: tests/literacy/test_survey_pages.py",
    "literacy:survey-discard": "POST only: tests/literacy/test_survey_pages.py",
    "literacy:call-undo": "POST only: tests/literacy/test_mobilisation.py",
    "literacy:level-undo": "POST only: tests/literacy/test_register.py",
    "literacy:assign-undo": "POST only: tests/literacy/test_volunteers.py",
    "literacy:volunteer-retire": "POST only: tests/literacy/test_volunteers.py",
    "literacy:volunteer-restore": "POST only: tests/literacy/test_volunteers.py",
    "literacy:check-undo": "POST only: tests/literacy/test_undo.py",
    "literacy:phone": "public, without rows: tests/literacy/test_phone_browser.py",
    "literacy:phone-manifest": "public: tests/literacy/test_sending.py",
    "literacy:phone-worker": "public: tests/literacy/test_phone_browser.py",
    "literacy:phone-send": "POST only, people in the body: tests/literacy/test_sending.py",
    "literacy:held-settle": "POST only: tests/literacy/test_sending.py, test_who_may_decide",
    "literacy:relapse-enter": "POST only: tests/literacy/test_relapse_cases.py, test_the_pages",
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
    **{
        f"indicators:{name}": "the city's plan, no tenant rows: tests/indicators/test_plan_pages.py, test_who_opens"
        for name in (
            "plan-setup",
            "plan-edit",
            "block-add",
            "block-edit",
            "line-add",
            "line-edit",
            "plan-line",
            "unit-targets",
            "task",
            "task-add",
            "task-edit",
            "contribution",
            "contribution-edit",
        )
    },
    **{
        f"indicators:{name}": "POST only: tests/indicators/test_plan_pages.py, test_posts_by_strangers_change_nothing"
        for name in (
            "plan-start",
            "plan-start-undo",
            "plan-default",
            "plan-end",
            "plan-discard",
            "block-drop",
            "line-drop",
            "target-set",
            "target-drop",
            "step-set",
            "step-drop",
            "unit-target-drop",
            "task-drop",
            "contribution-take-back",
            "contribution-decide",
        )
    },
    **{
        f"indicators:{name}": "the city's criteria, no tenant rows: tests/rubric/test_rubrics.py, test_who_opens"
        for name in RUBRIC_PAGES
    },
    **{f"indicators:{name}": "POST only: tests/rubric/test_rubrics.py, test_who_opens" for name in RUBRIC_POSTS},
    **{
        f"indicators:evaluation-{name}": "POST only: tests/rubric/test_evaluations.py, test_posts_by_strangers"
        for name in ("take-back", "review", "reopen")
    },
    **{
        f"indicators:{name}": "units, not centres: tests/community/test_pages.py, test_who_opens_what"
        for name in ("community", "community-pdf")
    },
    **{
        f"indicators:community-{name}": "POST only: tests/community/test_pages.py, test_posts_by_strangers"
        for name in ("take-back", "review", "reopen", "paper-drop")
    },
    **{
        f"indicators:community-{name}": "units, not centres: tests/community/test_pages.py, test_posts_by_strangers"
        for name in ("recognise", "papers", "paper")
    },
    "indicators:community-end": "units, not centres: tests/community/test_titles.py, test_only_the_city_records",
    "indicators:report-figure": "units, not centres: tests/indicators/test_plan.py",
    "indicators:evidence": "units, not centres: tests/indicators/test_evidence.py",
    "indicators:lock-lift": "of the city, without a centre: tests/indicators/test_lock_pages.py",
    "indicators:exception-ask": "units, not centres: tests/indicators/test_lock_pages.py",
    "indicators:exception-answer": "POST only, of the city: tests/indicators/test_lock_pages.py",
    "indicators:deadline-edit": "of the city, without a centre: tests/indicators/test_deadlines.py",
    "indicators:deadline-day": "of the city, without a centre: tests/indicators/test_deadlines.py",
    "indicators:reminders-choose": "POST only, own choice: tests/indicators/test_deadlines.py",
    "indicators:title-take-back": "of a centre: tests/indicators/test_titles.py",
    "indicators:approve-figure": "POST only, units: tests/indicators/test_approval.py",
    "indicators:return-figure": "POST only, units: tests/indicators/test_approval.py",
    "indicators:quality-answer": "POST only: tests/indicators/test_quality.py",
    "indicators:quality-again": "POST only: tests/indicators/test_quality.py",
    "indicators:quality-take-back": "POST only: tests/indicators/test_quality.py",
    "indicators:figures-preview": "the uploader's own: tests/indicators/test_figure_import.py",
    "indicators:figures-discard": "POST only, the uploader's own: tests/indicators/test_figure_import.py",
    "indicators:divided-unit": "units, not centres: tests/indicators/test_boundaries.py",
    "indicators:form-detail": "the city's forms: tests/indicators/test_report_forms.py",
    "indicators:form-fill": "a file, the city's forms: tests/indicators/test_report_forms.py",
    "indicators:form-original": "a file, the city's forms: tests/indicators/test_report_forms.py",
    "indicators:form-withdraw": "POST only: tests/indicators/test_report_forms.py",
    "indicators:schedule-change": "POST only, own: tests/indicators/test_report_forms.py",
    "indicators:schedule-file": "own files only: tests/indicators/test_report_forms.py",
    **{
        f"indicators:annual{name}": "of units and centres: tests/indicators/test_annual_pages.py, test_who_opens"
        for name in ("", "-preview", "-section", "-compare", "-file")
    },
    **{
        f"indicators:annual-{name}": "POST only: tests/indicators/test_annual_pages.py, test_posts_by_strangers"
        for name in ("begin", "make", "send")
    },
    "statistics-proof": "public: tests/indicators/test_statistics_files.py",
    "statistics-proof-lower": "public: tests/indicators/test_statistics_files.py",
    "indicators:keep-figure": "units, not centres: tests/indicators/test_plan.py",
    "api:indicator-detail": "the plan, no tenant rows: tests/api/test_api.py",
    "api:figure-detail": "units, not centres: tests/matrix/test_matrix.py, test_units",
    "open-data": "public: tests/indicators/test_exchange.py",
    "open-data-file": "public: tests/indicators/test_exchange.py",
    "verify": "public: tests/certificates/test_pages.py",
    "verify-lower": "public: tests/certificates/test_pages.py",
    "verify-successor": "public: tests/certificates/test_public_pages.py",
    "verify-log": "public: tests/certificates/test_public_log.py",
    "verify-proof": "public: tests/certificates/test_public_log.py",
    "verify-scan": "public: tests/certificates/test_offline_browser.py",
    "verify-manifest": "public: tests/certificates/test_offline_browser.py",
    "verify-worker": "public: tests/certificates/test_offline_browser.py",
    "verify-ask": "public: tests/certificates/test_pages.py",
    "verify-lost": "public: tests/certificates/test_lost.py",
    "holder": "public, by a secret: tests/certificates/test_holder.py",
    "holder-lower": "public, by a secret: tests/certificates/test_holder.py",
    "indicators:year-form-file": "a file of what year-form shows: tests/rubric/test_year_form.py, test_who_gets_it",
    "indicators:history-paper": "POST only, a file: tests/rubric/test_history.py, test_strangers_get_nothing",
    "holder-history": "public, by a secret: tests/rubric/test_history.py",
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
