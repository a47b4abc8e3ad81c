"""Every page in a real browser at 360 px: axe-core (WCAG 2.2 A and AA), nothing wider than the screen, the keyboard.

One walk for all three: the width is measured on the phone, the focus is moved through every control, axe-core looks at
one page as the phone has it and at the next as the computer has it. ``CLC_PROOFS=full`` has each looked at both ways,
which takes twice as long.
"""

import hashlib
import re
from itertools import cycle
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.comfort.pages import FILES, lengthen, stops, unjudged
from tests.matrix.table import PLAIN
from tests.proofs import FULL

VENDOR = Path(__file__).parent.parent / "vendor"
AXE = (VENDOR / "axe.min.js").read_text(encoding="utf-8")
PHONE = {"width": 360, "height": 740}
# Lists that are empty before anybody has written anything, and those of them whose reader can write the first row.
LISTS = {
    "learners:learner-list",
    "courses:class-list",
    "certificates:register",
    "certificates:books",
    "search",
    "literacy:followup-list",
    "literacy:phone-pick",
    "literacy:held",
    "literacy:relapse-list",
    "courses:returner-list",
}
BEGUN_HERE = {"learners:learner-list", "courses:class-list"}
DESK = {"width": 1280, "height": 800}
# How axe-core looks at the pages of a walk, one after the other.
BOTH = "phone and desk"
TURNS = (BOTH,) if FULL else ("phone", "desk")
# The walk is parted, so that several processes share it.
PARTS = 4
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
JUDGE = """async (tags) => {
  const found = await axe.run(document, {
    runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], rules: {"target-size": {enabled: true}},
  });
  const why = (node) => [...node.any, ...node.all, ...node.none].map((check) => check.message)[0];
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")}: ${why(node) || rule.help}`));
}"""
# What is folded away is judged too; the menu of the person is worked in tests/look.
UNFOLD = """() => document.querySelectorAll("details:not(.who)").forEach((node) => { node.open = true; })"""
# What runs over: the outermost element that begins inside the screen and ends outside it, where nothing scrolls.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const over = [...document.querySelectorAll("body *")]
    .filter((node) => node.getBoundingClientRect().right > width + 1);
  return [`${document.documentElement.scrollWidth} px wide: ` + over.slice(0, 4).map((node) =>
    node.tagName.toLowerCase() + (node.className && "." + node.className)).join(", ")];
}"""
# The first stop of the tab key, an order of our own (tabindex above 0), and whether each control shows its focus.
KEYBOARD = """() => {
  const faults = [];
  const shown = (node) => node.checkVisibility() && node.getClientRects().length;
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter((node) => !node.disabled && node.type !== "hidden" && node.tabIndex >= 0 && shown(node));
  if (document.querySelector("header.top") && !all[0].matches("a.skip")) faults.push("the skip link is not first");
  for (const node of all) {
    if (node.tabIndex > 0) faults.push("tabindex above 0: " + node.outerHTML.slice(0, 80));
    node.focus({preventScroll: true});
    if (document.activeElement !== node) { faults.push("takes no focus: " + node.outerHTML.slice(0, 80)); continue; }
    const places = [node, node.nextElementSibling, node.parentElement].filter(Boolean);
    if (!places.some((place) => getComputedStyle(place).outlineStyle !== "none"))
      faults.push("shows no focus: " + node.outerHTML.slice(0, 80));
  }
  for (const node of document.querySelectorAll("[accesskey]")) faults.push("accesskey: " + node.outerHTML.slice(0, 80));
  return faults;
}"""


# What the walk asks axe-core is asked of every page: the script comes with it, not once more each time.
HAS_AXE = "() => typeof axe !== 'undefined'"


def judge(page: Page, width: str = BOTH) -> list[str]:
    """What is wrong with the page; axe-core looks at the layout of a ``PHONE``, of a desk, or at both."""
    if not page.evaluate(HAS_AXE):
        page.evaluate(AXE)
    page.set_viewport_size(PHONE)
    faults = [f"phone: {fault}" for fault in page.evaluate(TOO_WIDE)]
    page.evaluate(UNFOLD)
    faults += [f"phone, unfolded: {fault}" for fault in page.evaluate(TOO_WIDE)]
    if width != "desk":
        faults += [f"phone: {fault}" for fault in page.evaluate(JUDGE, TAGS)]
    faults += [f"keyboard: {fault}" for fault in page.evaluate(KEYBOARD)]
    if width != "phone":
        page.set_viewport_size(DESK)
        faults += [f"desk: {fault}" for fault in page.evaluate(JUDGE, TAGS)]
    return faults


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.django_db(transaction=True)
def test_every_page_is_for_everybody(world, window_of, part):
    lengthen(world)
    faults: list[str] = []
    walked = stops(world)
    assert len(walked) > 60
    for stop, width in zip(walked[part::PARTS], cycle(TURNS)):
        page = window_of(world.cast.users.get(stop.who))
        page.set_viewport_size(PHONE)
        answer = page.goto(stop.url)
        assert answer is not None, stop
        assert answer.status == 200, (stop, answer.status)
        if page.locator("[hx-trigger~=load]").count():  # panels that come after the page
            page.wait_for_load_state("networkidle")
        faults += [f"{stop.name} as {stop.who}: {fault}" for fault in judge(page, width)]
    assert not faults, "\n".join(faults)


@pytest.mark.django_db(transaction=True)
def test_refused_forms_are_for_everybody_and_say_what_is_wrong(world, window_of, console_errors):
    faults: list[str] = []
    for name, args in (
        ("learners:learner-add", []), ("courses:class-add", []), ("courses:course-add", []), ("accounts:password", []),
        ("literacy:check-add", [world.a.follow_up.pk]), ("courses:class-cancel", [world.a.open_class.pk]),
        ("courses:session-cancel", [world.a.session.pk]), ("certificates:revoke", [world.a.certificate.pk]),
    ):  # fmt: skip
        page = window_of(world.cast.duc)
        page.set_viewport_size(PHONE)
        page.goto(reverse(name, args=args))
        form = page.locator("main form[method=post]").last
        form.evaluate("form => { form.noValidate = true; form.removeAttribute('data-confirm'); }")
        for button in form.locator("[data-confirm]").all():
            button.evaluate("node => node.removeAttribute('data-confirm')")
        form.evaluate("form => form.requestSubmit()")
        page.get_by_role("alert").first.wait_for()
        faults += [f"{name} refused: {fault}" for fault in judge(page)]
    console_errors.clear()  # each form was refused with 422, as it should be
    assert not faults, "\n".join(faults)


@pytest.mark.django_db(transaction=True)
def test_lists_without_rows_are_for_everybody_and_say_how_to_begin(cast, reference, window_of):
    """On the first day nothing is there: a list says what it will hold, and the one who may begin is led there."""
    faults: list[str] = []
    silent: list[str] = []
    empty = [name for name, may in PLAIN.items() if {"lan", "oanh"} & may and name not in FILES]
    for name, width in zip([name for name in empty if not name.startswith("api:")], cycle(reversed(TURNS))):
        page = window_of(cast.lan if "lan" in PLAIN[name] else cast.oanh)
        page.set_viewport_size(PHONE)
        page.goto(reverse(name))
        if page.locator("[hx-trigger~=load]").count():  # panels that come after the page
            page.wait_for_load_state("networkidle")
        faults += [f"{name} empty: {fault}" for fault in judge(page, width)]
        if name in LISTS and not page.locator("main .empty").count():
            silent.append(name)
        if name in BEGUN_HERE and not page.locator("main .empty a").count():
            silent.append(f"{name}: no way to begin")
    assert not faults, "\n".join(faults)
    assert silent == []


@pytest.mark.django_db(transaction=True)
def test_the_judge_sees_what_it_is_for(window_of, cast):
    page = window_of(None)
    page.set_viewport_size(PHONE)
    page.goto("/accounts/sign-in/")
    assert judge(page) == []
    page.set_viewport_size(PHONE)
    page.evaluate("""() => {
      const div = document.querySelector("main").appendChild(document.createElement("div"));
      div.innerHTML = "<input id=bare><p class=wide-one>x</p><button tabindex=3>a</button>";
      div.querySelector("p").textContent = "0".repeat(200);
      div.querySelector("p").classList.add("nowrap");
    }""")
    faults = " ".join(judge(page))
    for sign in ("px wide", "label: #bare", "tabindex above 0"):
        assert sign in faults, sign


@pytest.mark.django_db
def test_every_excused_address_is_a_page_or_none(world):
    assert unjudged(world) == set(), "walk it or say in tests/comfort/pages.py why it is no page"


def test_axe_is_the_published_one():
    locked = dict(re.findall(r"-> (\S+) sha256:([0-9a-f]{64})$", (VENDOR / "vendor.lock").read_text(), re.M))
    assert set(locked) == {path.name for path in VENDOR.iterdir()} - {"vendor.lock"}
    for name, digest in locked.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest
