"""Addresses of literacy."""

from django.urls import path

from literacy import cohort_urls, register_urls, standard_urls
from literacy.views import (
    follow_ups,
    held,
    instruments,
    learner,
    outside_learning,
    phone,
    relapses,
    volunteers,
    worklist,
)

app_name = "literacy"
urlpatterns = [
    *cohort_urls.urlpatterns,
    *register_urls.urlpatterns,
    *standard_urls.urlpatterns,
    path("", worklist.followup_list, name="followup-list"),
    path("follow-ups/<int:pk>/", follow_ups.check_add, name="check-add"),
    path("checks/<int:pk>/undo/", follow_ups.check_undo, name="check-undo"),
    path("assign/", worklist.people_assign, name="people-assign"),
    path("assign/<str:kind>/<int:pk>/undo/", worklist.assign_undo, name="assign-undo"),
    path("phone/", phone.phone, name="phone"),
    path("phone/worker.js", phone.phone_worker, name="phone-worker"),
    path("phone/app.webmanifest", phone.phone_manifest, name="phone-manifest"),
    path("phone/pick/", phone.phone_pick, name="phone-pick"),
    path("phone/list/", phone.phone_list, name="phone-list"),
    path("phone/send/", phone.phone_send, name="phone-send"),
    path("instrument/", instruments.instrument, name="instrument"),
    path("instrument/new/", instruments.instrument_edit, name="instrument-edit"),
    path("held/", held.held, name="held"),
    path("held/<int:pk>/settle/", held.held_settle, name="held-settle"),
    path("volunteers/", volunteers.volunteer_list, name="volunteer-list"),
    path("volunteers/<int:pk>/", volunteers.volunteer_edit, name="volunteer-edit"),
    path("volunteers/<int:pk>/sheet/", worklist.call_sheet, name="call-sheet"),
    path("volunteers/<int:pk>/retire/", volunteers.volunteer_retire, name="volunteer-retire"),
    path("volunteers/<int:pk>/restore/", volunteers.volunteer_restore, name="volunteer-restore"),
    path("learners/<int:pk>/", learner.panel_learner, name="panel-learner"),
    path("learners/<int:pk>/outside/", outside_learning.outside_add, name="outside-add"),
    path("relapses/", relapses.relapse_list, name="relapse-list"),
    path("relapses/<int:pk>/", relapses.relapse_detail, name="relapse-detail"),
    path("relapses/<int:pk>/enter/", relapses.relapse_enter, name="relapse-enter"),
    path("outside/<int:pk>/take-back/", outside_learning.outside_take_back, name="outside-take-back"),
]
