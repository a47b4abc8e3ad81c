"""Leaving, moving and moving up on a phone of 360 px: the whole walks, with their actions counted."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from courses import services
from courses.models import Enrolment, WaitlistEntry
from tests.browser import fits
from tests.factories import make_class, make_course, make_enrolled, make_learner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def full(cast):
    """A class of one place, held by Nga; Một and Hai wait."""
    course = make_course(cast.centre_a)
    group = make_class(cast.centre_a, course=course, name="May thôn 5", capacity=1, starts_on=timezone.localdate())
    make_enrolled(group, [make_learner(cast.centre_a, "Bùi Thị Nga")])
    for name in ("Đinh Văn Một", "Đinh Văn Hai"):
        services.sign_up(class_group=group, learner=make_learner(cast.centre_a, name), by=cast.lan)
    return group


@pytest.mark.parametrize("script", [True, False])
def test_one_leaves_and_the_first_who_waits_moves_up(cast, full, phone_of, script):
    hand = phone_of(cast.lan, java_script_enabled=script)
    page = hand.page
    page.goto(reverse("courses:class-detail", args=[full.pk]))
    assert fits(page)
    hand.start()
    hand.tap(page.get_by_role("link", name="Thôi học: Bùi Thị Nga"))
    hand.type("Đi làm xa", page.get_by_label("Lý do"))
    assert fits(page)
    hand.tap(page.get_by_role("button", name="Ghi thôi học"))
    page.get_by_text("Đã ghi Bùi Thị Nga thôi học.").wait_for()
    assert hand.actions == 3, hand.done
    assert fits(page)
    row = page.get_by_role("row").filter(has_text="Đinh Văn Một")
    row.get_by_text("từ danh sách chờ").wait_for()
    waiting = page.get_by_role("region", name="Danh sách chờ").get_by_role("listitem")
    page.wait_for_load_state()  # the list comes last over a slow network
    expect(waiting).to_have_count(1)
    assert WaitlistEntry.objects.waiting().get().learner.given_name == "Hai"
    # The slip cannot be undone at the expense of who has come in: the words say so.
    hand.tap(page.get_by_role("button", name="Hoàn tác"))
    page.get_by_text("Chỗ này đã có người khác.").wait_for()
    assert Enrolment.objects.get(learner__given_name="Nga").status == "withdrawn"


def test_one_moves_to_another_class_and_both_classes_say_so(cast, full, phone_of):
    other = make_class(cast.centre_a, course=full.course, name="May thôn 7", capacity=5, starts_on=full.starts_on)
    hand = phone_of(cast.lan)
    page = hand.page
    page.goto(reverse("courses:class-detail", args=[full.pk]))
    hand.start()
    hand.tap(page.get_by_role("link", name="Chuyển lớp: Bùi Thị Nga"))
    target = page.get_by_label("Chuyển sang lớp")
    page.get_by_label("Lý do", exact=True).wait_for()  # the page comes piece by piece
    label = target.locator("option", has_text="May thôn 7").inner_text()
    assert label.endswith("0/5")
    hand.choose(target, label)
    hand.type("Chuyển nhà sang thôn 7", page.get_by_label("Lý do", exact=True))
    assert fits(page)
    hand.tap(page.get_by_role("button", name="Chuyển lớp"))
    page.get_by_text("Đã chuyển Bùi Thị Nga sang lớp May thôn 7.").wait_for()
    assert hand.actions == 4, hand.done
    assert fits(page)
    page.get_by_text(f"chuyển từ {full.code}").wait_for()
    arrived = Enrolment.objects.get(class_group=other)
    assert arrived.transferred_from.class_group == full
    page.goto(reverse("courses:class-detail", args=[full.pk]))
    page.get_by_role("row").filter(has_text="Đinh Văn Một").get_by_text("từ danh sách chờ").wait_for()
    expect(page.locator("main")).to_contain_text(f"Chuyển sang lớp {other.code}: Chuyển nhà sang thôn 7")
    assert fits(page)
