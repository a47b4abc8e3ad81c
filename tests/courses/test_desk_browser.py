"""The enrolment desk in a real browser: how many actions the two jobs take, on a phone and a slow network."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from courses import services
from courses.models import Enrolment
from learners.models import Learner
from tests.browser import fits
from tests.cast import PASSWORD
from tests.comfort.test_walk import judge
from tests.factories import make_class, make_enrolled, make_learner
from tests.learners.scanner import scan
from tests.learners.test_card import FIELDS, NEW, OLD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def group(cast):
    """A class of twenty places, and people at both centres."""
    make_learner(cast.centre_a, "Bùi Thị Nga")
    make_learner(cast.centre_a, "Đinh Văn Lực")
    make_learner(cast.centre_b, "Bùi Thị Ngân")
    return make_class(cast.centre_a, name="Đan lát thôn 5", capacity=20)


def open_desk(hand, group):
    hand.page.goto(reverse("courses:enrol", args=[group.pk]))
    hand.page.wait_for_function("document.getElementById('q').getAttribute('role') === 'combobox'")
    hand.start()
    return hand.page


def focused(page, selector):
    page.wait_for_function("place => document.activeElement && document.activeElement.matches(place)", arg=selector)


def listed(page, words):
    """Wait for what was found for these words, not for the first letters of them."""
    page.locator(f'#desk-found [data-q="{words}"]').wait_for()


def outcome(page, words):
    page.locator("#desk-outcome").get_by_text(words).wait_for()


def test_somebody_known_is_enrolled_in_three_actions(cast, group, phone_of):
    hand = phone_of(cast.lan)
    page = open_desk(hand, group)
    focused(page, "#q")
    hand.type("nga bui")
    hand.press("Enter")  # at once, before anything has come over the slow network
    focused(page, "#desk-go")
    assert not Enrolment.objects.exists()
    expect(page.locator("#desk-chosen")).to_contain_text("Bùi Thị Nga")
    hand.press("Enter")
    outcome(page, "Đã ghi danh Bùi Thị Nga vào lớp.")
    assert hand.actions == 3, hand.done
    assert group.enrolments.get().learner.full_name == "Bùi Thị Nga"
    # Ready for the next one: the box is empty and has the focus, the list beside it knows.
    focused(page, "#q")
    expect(page.locator("#q")).to_have_value("")
    expect(page.locator("#desk-recent")).to_contain_text("Bùi Thị Nga")
    expect(page.locator("#desk-state")).to_contain_text("Trong lớp có 1 người trên 20 chỗ")
    hand.start()
    hand.type("luc 1980")
    page.get_by_role("option", name="Đinh Văn Lực").wait_for()
    hand.press("Enter")
    focused(page, "#desk-go")
    hand.press("Enter")
    outcome(page, "Đã ghi danh Đinh Văn Lực vào lớp.")
    assert hand.actions == 3, hand.done
    assert fits(page)


def test_the_next_name_is_not_taken_for_the_one_before(cast, group, phone_of):
    hand = phone_of(cast.lan)
    page = open_desk(hand, group)
    hand.type("nga bui")
    page.get_by_role("option", name="Bùi Thị Nga").wait_for()
    with page.expect_response(lambda answer: "do=choose" in (answer.request.post_data or "")):
        hand.press("Enter")
        page.locator("#q").fill("luc dinh")  # faster than the network
    page.get_by_role("option", name="Đinh Văn Lực").wait_for()
    focused(page, "#q")
    expect(page.locator("#desk-go")).to_have_count(0)


def test_with_the_finger_alone_it_takes_three_actions_too(cast, group, phone_of):
    hand = phone_of(cast.lan)
    page = open_desk(hand, group)
    hand.type("bui nga", into=page.locator("#q"))
    listed(page, "bui nga")
    option = page.get_by_role("option", name="Bùi Thị Nga")
    option.wait_for()
    assert option.bounding_box()["height"] >= 44
    expect(page.get_by_role("option", name="Ngân")).to_have_count(0)  # another centre's
    hand.tap(option)
    button = page.locator("#desk-go")
    button.wait_for()
    assert button.bounding_box()["height"] >= 44
    hand.tap(button)
    outcome(page, "Đã ghi danh Bùi Thị Nga vào lớp.")
    assert hand.actions == 3, hand.done


def test_somebody_new_is_one_page_five_fields_and_one_save(cast, group, phone_of):
    hand = phone_of(cast.lan)
    page = open_desk(hand, group)
    address = page.url
    hand.type("Bàn Thị Ợt", into=page.get_by_label("Họ và tên"))
    hand.type("1961", into=page.get_by_label("Ngày sinh"))
    hand.choose(page.get_by_label("Giới tính"), "Nữ")
    hand.choose(page.get_by_label("Dân tộc"), "Dao")
    hand.type("Thôn 5", into=page.get_by_label("Thôn, tổ dân phố"))
    hand.tap(page.locator("#desk-new").get_by_role("button", name="Lưu và ghi danh").last)
    outcome(page, "Đã thêm Bàn Thị Ợt và ghi danh vào lớp.")
    assert (hand.actions, page.url) == (6, address), hand.done
    person = group.enrolments.get().learner
    assert (person.birth_year, person.birth_day, person.sex, person.ethnicity) == (1961, None, "female", "09")
    focused(page, "#q")
    expect(page.get_by_label("Họ và tên")).to_have_value("")
    assert fits(page)


def test_the_name_typed_into_the_search_goes_into_the_form(cast, group, desk_of):
    hand = desk_of(cast.lan)
    page = open_desk(hand, group)
    hand.type("Quách Văn Ễnh 1950")
    listed(page, "Quách Văn Ễnh 1950")
    page.get_by_role("option", name="ghi người mới").wait_for()
    hand.press("Enter")
    focused(page, "#id_birth")
    expect(page.get_by_label("Họ và tên")).to_have_value("Quách Văn Ễnh")
    hand.type("1950")
    hand.press("Enter")
    outcome(page, "Đã thêm Quách Văn Ễnh")
    assert hand.actions == 4, hand.done


def test_the_list_is_worked_with_arrows_and_escape(cast, group, desk_of):
    for name in ("Bùi Thị Nga", "Bùi Thị Ngát"):
        make_learner(cast.centre_a, name)
    hand = desk_of(cast.lan)
    page = open_desk(hand, group)
    box = page.get_by_role("combobox", name="Tên, năm sinh")
    hand.type("bui nga")
    listed(page, "bui nga")
    page.get_by_role("listbox").wait_for()
    expect(box).to_have_attribute("aria-expanded", "true")
    chosen = lambda: page.locator(f"#{box.get_attribute('aria-activedescendant')}")  # noqa: E731
    first = chosen().inner_text()
    expect(chosen()).to_have_attribute("aria-selected", "true")
    hand.press("ArrowDown")
    expect(chosen()).not_to_have_text(first, use_inner_text=True)
    hand.press("ArrowUp")
    expect(chosen()).to_have_text(first, use_inner_text=True)
    hand.press("ArrowUp")
    expect(chosen()).to_contain_text("ghi người mới")
    hand.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("listbox")).to_have_count(0)
    focused(page, "#q")
    expect(page.locator("#desk-status")).to_contain_text("Tìm thấy 3 người.")


def test_a_look_alike_appears_while_one_types_and_before_saving(cast, group, desk_of, console_errors):
    known = Learner.objects.get(full_name="Bùi Thị Nga")
    hand = desk_of(cast.lan)
    page = open_desk(hand, group)
    hand.type("Bùi Thị Nga", into=page.get_by_label("Họ và tên"))
    hand.type("1980", into=page.get_by_label("Ngày sinh"))
    page.locator("#desk-lookalikes").get_by_text(known.code).wait_for()
    # Enter in a field saves; it never means "the same person". Nothing is saved without an answer.
    hand.press("Enter")
    focused(page, "#desk-ask")
    assert not Enrolment.objects.exists()
    expect(page.get_by_label("Ngày sinh")).to_have_value("1980")
    hand.tap(page.get_by_role("button", name=f"Đúng người này: Bùi Thị Nga, {known.code}"))
    focused(page, "#desk-go")
    hand.press("Enter")
    outcome(page, "Đã ghi danh Bùi Thị Nga vào lớp.")
    assert group.enrolments.get().learner == known
    expect(page.get_by_label("Họ và tên")).to_have_value("")
    assert ["422" in line for line in console_errors] == [True] * len(console_errors)
    console_errors.clear()


def test_a_card_fills_the_new_person_and_shows_who_has_the_number(cast, group, desk_of, console_errors):
    known = Learner.objects.get(full_name="Bùi Thị Nga")
    known.set_personal_id(FIELDS[OLD]["personal_id"])
    known.save()
    hand = desk_of(cast.lan)
    hand.page.clock.install()
    page = open_desk(hand, group)
    focused(page, "#q")
    scan(page, OLD)  # into the search box, which has the focus
    page.locator("#desk-lookalikes").get_by_text(known.code).wait_for()
    expect(page.locator("#q")).to_have_value("")
    expect(page.get_by_label("Họ và tên")).to_have_value(FIELDS[OLD]["full_name"])
    # Enrolled from the card one after the other: the form is still the one the card fills.
    hand.tap(page.get_by_role("button", name="Đúng người này"))
    focused(page, "#desk-go")
    hand.press("Enter")
    outcome(page, "Đã ghi danh Bùi Thị Nga vào lớp.")
    focused(page, "#q")
    scan(page, NEW)
    page.wait_for_function(
        "name => document.getElementById('id_full_name').value === name", arg=FIELDS[NEW]["full_name"]
    )
    hand.tap(page.locator("#desk-new").get_by_role("button", name="Lưu và ghi danh").last)
    outcome(page, "ghi danh vào lớp")
    assert group.enrolments.count() == 2
    console_errors.clear()


def test_a_slip_is_undone_beside_the_box(cast, group, desk_of):
    hand = desk_of(cast.lan)
    page = open_desk(hand, group)
    hand.type("bui nga")
    hand.press("Enter")
    focused(page, "#desk-go")
    hand.press("Enter")
    hand.tap(page.get_by_role("button", name="Hoàn tác ghi danh Bùi Thị Nga"))
    outcome(page, "Đã hoàn tác: Bùi Thị Nga không còn trong lớp.")
    assert not Enrolment.objects.exists()
    focused(page, "#q")


def test_a_full_class_is_said_before_and_what_was_typed_stays(cast, group, desk_of, console_errors):
    hand = desk_of(cast.lan)
    page = open_desk(hand, group)
    page.get_by_label("Họ và tên").fill("Bàn Thị Ợt")
    type(group).objects.filter(pk=group.pk).update(capacity=1)
    make_enrolled(group, 1)  # a colleague took the last place meanwhile
    hand.tap(page.locator("#desk-new").get_by_role("button", name="Lưu và ghi danh").last)
    outcome(page, "Lớp đã đủ 1 chỗ.")
    expect(page.get_by_label("Họ và tên")).to_have_value("Bàn Thị Ợt")
    assert not Learner.objects.filter(full_name="Bàn Thị Ợt").exists()
    hand.type("bui nga", into=page.locator("#q"))
    hand.press("Enter")
    page.locator("#desk-checks").get_by_text("Lớp đã đủ 1 chỗ.").wait_for()
    expect(page.get_by_role("button", name="Ghi danh", exact=True)).to_have_count(0)
    assert ["409" in line for line in console_errors] == [True] * len(console_errors)
    console_errors.clear()


def test_a_lost_connection_loses_nothing_and_saves_once(cast, group, desk_of, console_errors):
    hand = desk_of(cast.lan)
    page = open_desk(hand, group)
    page.get_by_label("Họ và tên").fill("Bàn Thị Ợt")
    page.get_by_label("Ngày sinh").fill("1961")
    page.context.set_offline(True)
    save = page.locator("#desk-new").get_by_role("button", name="Lưu và ghi danh").last
    hand.tap(save)
    outcome(page, "mất kết nối")
    expect(page.get_by_label("Họ và tên")).to_have_value("Bàn Thị Ợt")
    page.context.set_offline(False)
    # The answer of this one is lost on the way back: it was saved, and sending again saves nothing twice.
    page.route(page.url, lambda route: (route.fetch(), route.abort()))
    with page.expect_event("requestfailed", lambda request: "do=new" in (request.post_data or "")):
        hand.tap(save)
    page.unroute(page.url)
    assert Enrolment.objects.count() == 1
    hand.tap(save)
    outcome(page, "không ghi hai lần")
    assert Enrolment.objects.count() == 1
    console_errors.clear()


def test_an_ended_session_is_said_and_nothing_is_lost(cast, group, desk_of, console_errors):
    hand = desk_of(cast.lan)
    page = open_desk(hand, group)
    page.get_by_label("Họ và tên").fill("Bàn Thị Ợt")
    page.context.clear_cookies(name="sessionid")
    hand.tap(page.locator("#desk-new").get_by_role("button", name="Lưu và ghi danh").last)
    outcome(page, "Phiên làm việc đã hết")
    expect(page.get_by_label("Họ và tên")).to_have_value("Bàn Thị Ợt")
    page.reload()
    page.get_by_label("Tên đăng nhập").fill("lan")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("button", name="Khôi phục").click()
    expect(page.get_by_label("Họ và tên")).to_have_value("Bàn Thị Ợt")
    page.locator("#desk-new").get_by_role("button", name="Lưu và ghi danh").last.click()
    outcome(page, "Đã thêm Bàn Thị Ợt và ghi danh vào lớp.")
    page.reload()
    page.get_by_role("combobox", name="Tên, năm sinh").wait_for()
    expect(page.get_by_role("button", name="Khôi phục")).to_have_count(0)
    console_errors.clear()


def test_without_script_the_same_page_does_it(cast, group, desk_of):
    hand = desk_of(cast.lan, java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = hand.page
    page.goto(reverse("courses:enrol", args=[group.pk]))
    hand.type("bui nga", into=page.locator("#q"))
    hand.press("Enter")
    button = page.get_by_role("button", name="Ghi danh", exact=True)  # the only one found is put forward at once
    button.wait_for()
    expect(page.locator("#desk-chosen")).to_contain_text("Bùi Thị Nga")
    hand.tap(button)
    expect(page.get_by_text("Đã ghi danh Bùi Thị Nga vào lớp.")).to_be_visible()
    assert hand.actions == 3, hand.done
    page.get_by_label("Họ và tên").fill("Bàn Thị Ợt")
    page.get_by_label("Ngày sinh").fill("1961")
    page.locator("#desk-new").get_by_role("button", name="Lưu và ghi danh").last.click()
    expect(page.get_by_text("Đã thêm Bàn Thị Ợt và ghi danh vào lớp.")).to_be_visible()
    make_learner(cast.centre_a, "Bùi Thị Ngát")
    page.locator("#q").fill("bui")
    page.get_by_role("button", name="Tìm", exact=True).click()
    page.get_by_role("button", name="Chọn Bùi Thị Ngát").click()
    expect(page.get_by_text("Bùi Thị Ngát").first).to_be_visible()
    page.get_by_role("button", name="Hoàn tác ghi danh Bàn Thị Ợt").click()
    expect(page.get_by_text("Đã hoàn tác")).to_be_visible()
    assert [row.learner.full_name for row in group.enrolments.all()] == ["Bùi Thị Nga"]


def test_a_class_that_ended_meanwhile_says_so(cast, group, desk_of, console_errors):
    hand = desk_of(cast.lan)
    page = open_desk(hand, group)
    services.cancel_class(class_group=group, by=cast.duc, reason="Không đủ người")
    hand.type("bui nga")
    page.get_by_role("link", name="Về lớp này").wait_for()
    console_errors.clear()


def test_the_desk_at_work_is_for_everybody(cast, group, desk_of, console_errors):
    hand = desk_of(cast.lan)
    page = open_desk(hand, group)
    hand.type("bui nga")
    listed(page, "bui nga")
    page.get_by_role("option").first.wait_for()
    faults = judge(page)
    page.locator("#q").focus()
    hand.press("Enter")
    focused(page, "#desk-go")
    faults += judge(page)
    page.locator("#desk-go").focus()
    hand.press("Enter")
    outcome(page, "Đã ghi danh Bùi Thị Nga vào lớp.")
    hand.type("Bùi Thị Nga", into=page.get_by_label("Họ và tên"))
    hand.press("Enter")
    focused(page, "#desk-ask")
    faults += judge(page)
    assert faults == []
    console_errors.clear()
