"""Addresses of courses."""

from django.urls import path

from courses import material_urls, planning_urls, programme_urls, roster_urls
from courses.views import classes, closing, courses, desk, enrolments, grid, rooms, teaching, timetable, undo, waitlist

app_name = "courses"
urlpatterns = [
    path("", classes.class_list, name="class-list"),
    path("add/", classes.class_add, name="class-add"),
    path("desk/", desk.choose_class, name="desk"),
    path("desk/<int:pk>/", desk.enrol, name="enrol"),
    path("<int:pk>/", classes.class_detail, name="class-detail"),
    path("<int:pk>/edit/", classes.class_edit, name="class-edit"),
    path("<int:pk>/cancel/", classes.class_cancel, name="class-cancel"),
    path("<int:pk>/schedule/", teaching.schedule, name="schedule"),
    path("<int:pk>/sessions/add/", timetable.session_add, name="session-add"),
    path("<int:pk>/attendance/", grid.attendance_grid, name="attendance-grid"),
    path("<int:pk>/attendance/undo/<uuid:nonce>/", undo.grid_undo, name="grid-undo"),
    path("<int:pk>/attendance/sheet/", grid.attendance_sheet, name="attendance-sheet"),
    path("<int:pk>/results/", teaching.results, name="results"),
    path("<int:pk>/close/", closing.close, name="close"),
    path("<int:pk>/close/results/", closing.close_results, name="close-results"),
    path("sessions/<int:pk>/", teaching.session_detail, name="session-detail"),
    path("sessions/<int:pk>/cancel/", teaching.session_cancel, name="session-cancel"),
    path("sessions/<int:pk>/cancel/undo/", undo.session_cancel_undo, name="session-cancel-undo"),
    path("sessions/<int:pk>/marks/undo/", undo.marks_undo, name="marks-undo"),
    path("enrolments/<int:pk>/withdraw/", enrolments.withdraw, name="withdraw"),
    path("enrolments/<int:pk>/withdraw/undo/", undo.withdraw_undo, name="withdraw-undo"),
    path("sessions/<int:pk>/move/", timetable.session_move, name="session-move"),
    path("sessions/<int:pk>/guests/", rooms.session_guests, name="session-guests"),
    path("guests/<int:pk>/remove/", rooms.guest_remove, name="guest-remove"),
    path("rooms/", rooms.room_list, name="room-list"),
    path("rooms/<int:pk>/", rooms.room_edit, name="room-edit"),
    path("rooms/<int:pk>/remove/", rooms.room_remove, name="room-remove"),
    path("rooms/<int:pk>/restore/", rooms.room_restore, name="room-restore"),
    path("days-off/", timetable.days_off, name="days-off"),
    path("days-off/<int:pk>/remove/", timetable.day_off_remove, name="day-off-remove"),
    path("enrolments/<int:pk>/transfer/", enrolments.transfer, name="transfer"),
    path("waitlist/<int:pk>/place/", waitlist.waitlist_place, name="waitlist-place"),
    path("waitlist/<int:pk>/leave/", waitlist.waitlist_leave, name="waitlist-leave"),
    path("learners/<int:pk>/", enrolments.panel_learner, name="panel-learner"),
    path("courses/", courses.course_list, name="course-list"),
    path("courses/add/", courses.course_add, name="course-add"),
    path("courses/<int:pk>/edit/", courses.course_edit, name="course-edit"),
    *material_urls.urlpatterns,
    *planning_urls.urlpatterns,
    *programme_urls.urlpatterns,
    *roster_urls.urlpatterns,
]
