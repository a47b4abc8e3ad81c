"""The whole-class grid when something goes wrong, and when the class is as large as they come (60 × 40)."""

import io
import uuid

import pypdfium2
import pytest
from django.contrib.sessions.models import Session as SignedIn
from django.urls import reverse
from playwright.sync_api import expect

from core.errors import Conflict, OutOfScope
from core.models import AuditEvent
from courses import services
from courses.choices import SessionStatus
from tests.cast import PASSWORD
from tests.courses.test_grid import address, marks_of, posted
from tests.factories import hold, make_class, make_enrolled, make_learner, make_sessions
from tests.project.test_pages_weight import LIMIT, compressed, shared_weight

PEOPLE, SESSIONS = 60, 40
NAMES = [f"Nguyễn Thị {first}{second}" for first in "ABCDĐEGHIKLM" for second in "áêiôu"]


@pytest.fixture
def group(cast, reference):
    return make_class(cast.centre_a, capacity=None)


@pytest.fixture
def people(cast, group):
    return make_enrolled(group, [make_learner(cast.centre_a, name) for name in ("Bùi Thị Nga", "Đinh Văn Lực")])


@pytest.fixture
def sessions(group, people):
    return make_sessions(group, 4)


@pytest.fixture
def large(cast, reference):
    """A class of 60 people and 40 sessions, the first of them held."""
    group = make_class(cast.centre_a, capacity=None, name="Xóa mù chữ – giai đoạn 1, thôn Yên Sơn và thôn Hợp Nhất")
    people = make_enrolled(group, [make_learner(cast.centre_a, name) for name in NAMES])
    sessions = make_sessions(group, SESSIONS)
    for place, row in enumerate(sessions[:3]):
        hold(row, absent=people[place::7])
    return group


# --- taking back ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_saving_is_taken_back_whole_by_the_button_beside_its_message(client, cast, group, people, sessions, language):
    client.force_login(cast.lan)
    client.cookies["django_language"] = language
    first, second = sessions[:2]
    hold(first, absent=people[1:], by=cast.lan)
    before = marks_of(first)
    first.refresh_from_db()
    data = posted([first, second], **{f"m-{first.pk}-{people[0].pk}": "p", f"held-{second.pk}": "1"})
    page = client.post(address(group), data, follow=True).text
    undo = reverse("courses:grid-undo", args=[group.pk, data["nonce"]]) + "?page=1"
    assert f'action="{undo}"' in page
    assert (marks_of(first) == before, len(marks_of(second))) == (False, 2)
    page = client.post(undo, follow=True).text
    assert f"{first.number}, {second.number}" in page
    assert f'action="{undo}"' not in page
    assert (marks_of(first), marks_of(second)) == (before, {})
    second.refresh_from_db()
    assert second.status == SessionStatus.PLANNED
    deeds = AuditEvent.objects.filter(verb="courses.undo_marks", actor=cast.lan)
    assert {deed.object_id for deed in deeds} == {str(first.pk), str(second.pk)}
    assert {"vi": "Lần lưu này đã được hoàn tác", "en": "This saving was taken back already"}[language] in client.post(
        undo, follow=True
    ).text


@pytest.mark.django_db
def test_what_somebody_saved_since_stays_and_is_named(client, cast, group, people, sessions):
    client.force_login(cast.lan)
    first, second = sessions[:2]
    data = posted([first, second], **{f"held-{first.pk}": "1", f"held-{second.pk}": "1"})
    client.post(address(group), data)
    hold(first, absent=people[:1], by=cast.duc)
    stands = marks_of(first)
    page = client.post(reverse("courses:grid-undo", args=[group.pk, data["nonce"]]), follow=True).text
    assert f"Đã hoàn tác: buổi {second.number} trở lại như trước lần lưu." in page
    assert f"Buổi {first.number} giữ nguyên vì đã có lần ghi sau." in page
    assert (marks_of(first), marks_of(second)) == (stands, {})


@pytest.mark.django_db
def test_only_who_saved_takes_back_and_only_the_saving_named(client, cast, group, people, sessions, monkeypatch):
    client.force_login(cast.lan)
    first = sessions[0]
    data = posted([first], **{f"held-{first.pk}": "1"})
    client.post(address(group), data)
    undo = reverse("courses:grid-undo", args=[group.pk, data["nonce"]])
    for who, refusal in ((cast.duc, Conflict), (cast.minh, OutOfScope)):
        with pytest.raises(refusal):
            services.undo_grid(class_group=group, nonce=uuid.UUID(data["nonce"]), by=who)
    for who, status in ((cast.minh, 404), (cast.hoa, 403)):
        client.force_login(who)
        assert client.post(undo).status_code == status
    client.force_login(cast.lan)
    assert client.get(undo).status_code == 405
    # A second saving of the same session: the button of the first takes nothing of it.
    first.refresh_from_db()
    client.post(address(group), posted([first], **{f"m-{first.pk}-{people[0].pk}": "v"}))
    assert "đã có lần ghi sau" in client.post(undo, follow=True).text
    assert marks_of(first)[people[0].pk] == "absent"


# --- the session of sign-in that ran out ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_was_typed_on_a_later_page_outlives_the_end_of_the_session(cast, desk_of):
    group = make_class(cast.centre_a, capacity=None)
    people = make_enrolled(group, [make_learner(cast.centre_a, name) for name in ("Bùi Thị Nga", "Đinh Văn Lực")])
    late = make_sessions(group, 12)[11]
    hand = desk_of(cast.lan)
    page = hand.page
    page.goto(address(group) + "?page=2")
    cell = page.locator(f'[name="m-{late.pk}-{people[0].pk}"]')
    cell.focus()
    hand.press("v")
    expect(page.locator(f'[name="held-{late.pk}"]')).to_be_checked()
    SignedIn.objects.all().delete()
    hand.press("Control+Enter")
    page.get_by_label("Tên đăng nhập").fill("lan")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("button", name="Khôi phục").click()
    expect(cell).to_have_value("v")
    # The first page has a draft of its own: coming by there loses nothing.
    page.goto(address(group) + "?page=1")
    page.locator("tbody input").first.fill("p")
    page.get_by_role("button", name="Lưu điểm danh").click()
    page.get_by_text("Đã lưu điểm danh buổi 1.").wait_for()
    page.goto(address(group) + "?page=2")
    page.get_by_role("button", name="Khôi phục").click()
    page.get_by_role("button", name="Lưu điểm danh").click()
    page.get_by_text("Đã lưu điểm danh buổi 12.").wait_for()
    assert marks_of(late) == {people[0].pk: "absent", people[1].pk: "present"}
    assert page.evaluate("Object.keys(localStorage).length") == 0
    page.get_by_role("button", name="Hoàn tác").click()
    page.get_by_text("Đã hoàn tác: buổi 12 trở lại như trước lần lưu.").wait_for()
    assert marks_of(late) == {}


# --- as large as they come --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_pages_of_a_large_class_are_light(client, cast, large):
    """600 cells a page are 5.7 kB compressed (103 kB as such), the sheet of 2,400 boxes 3.4 kB."""
    client.force_login(cast.lan)
    grid = client.get(address(large), {"page": "1"})
    assert grid.text.count('maxlength="1"') == 600
    assert "Trang 1 / 4" in grid.text
    sheet = client.get(reverse("courses:attendance-sheet", args=[large.pk]))
    for page in (grid, sheet):
        assert compressed(page.content) + shared_weight() < LIMIT


@pytest.mark.django_db(transaction=True)
def test_the_sheet_of_a_large_class_goes_on_under_a_head_of_its_own(cast, large, desk_of):
    """Three sheets of fourteen sessions on three leaves each: head on every leaf, everybody once, signed at the end."""
    page = desk_of(cast.lan).page
    page.goto(reverse("courses:attendance-sheet", args=[large.pk]))
    pdf = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    try:
        # Without spaces: what stands in a head that is repeated is cut apart otherwise.
        leaves = ["".join(leaf.get_textpage().get_text_bounded().split()) for leaf in pdf]
    finally:
        pdf.close()
    assert len(leaves) == 9
    assert all("Họvàtên" in leaf for leaf in leaves)
    assert ["GIÁMĐỐCTRUNGTÂM" in leaf for leaf in leaves] == [False, False, True] * 3
    for name in NAMES:
        assert [leaf.count(name.replace(" ", "")) for leaf in leaves].count(1) == 3, name
