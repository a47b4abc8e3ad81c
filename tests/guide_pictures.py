"""Take the pictures of the guides: ``python -m tests.guide_pictures http://127.0.0.1:8000`` beside a served demo city.

Phone-wide, few colours: each stays well under 80 kB. What is on them is made up by seed_demo.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser import FLAGS, chromium_path

FOLDER = Path(__file__).parent.parent / "static/img/help"
ROSTER = Path(__file__).parent / "data/roster_literacy_class.xlsx"
PASSWORD = "hoc-tap-suot-doi"  # of seed_demo
# Picture, who is signed in, where to begin, links to follow from there, height.
PICTURES: tuple[tuple[str, str, str, tuple[str, ...], int], ...] = (
    ("ghi-danh", "lan", "/classes/?status=open", ("table tbody a",), 640),
    ("diem-danh", "lan", "/classes/?status=open", ("table tbody a", "a[href*='/classes/sessions/']"), 820),
    ("ca-lop", "lan", "/classes/?status=open", ("table tbody a", "a[href$='/attendance/']"), 900),
    ("ket-thuc", "lan", "/classes/?status=open", ("table tbody a", "a[href$='/close/']"), 640),
    ("so-goc", "lan", "/certificates/", (), 640),
    ("chi-tieu", "tuan", "/plan/", (), 720),
    ("nhat-ky", "duc", "/centres/audit/", (), 640),
)


def sign_in(page: Page, user: str) -> None:
    page.goto("/accounts/sign-in/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.main")
    page.wait_for_load_state()


def fill_class(page: Page) -> None:
    """Import a list into the running class, which is empty in a fresh demo city."""
    page.goto("/classes/?status=open")
    page.goto(page.locator("main table tbody a").first.get_attribute("href") or "/")
    link = page.locator("main a[href$='/roster/']")
    page.goto(link.first.get_attribute("href") or "/")
    page.set_input_files("main input[type=file]", ROSTER)
    page.click("main form button.main")
    page.wait_for_load_state()
    if page.locator("button[form=commit]").count():
        page.locator("button[form=commit]").click()
        page.wait_for_load_state()


def take(page: Page, start: str, links: tuple[str, ...], height: int) -> bytes:
    page.goto(start)
    for link in links:
        page.goto(page.locator(f"main {link}").first.get_attribute("href") or "/")
    page.wait_for_load_state("networkidle")
    return page.screenshot(clip={"x": 0, "y": 0, "width": 360, "height": height})


def main(base: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*FLAGS, "--no-sandbox"])
        for name, user, start, links, height in PICTURES:
            page = browser.new_context(
                base_url=base, viewport={"width": 360, "height": height}, device_scale_factor=2, locale="vi-VN"
            ).new_page()
            sign_in(page, user)
            if name == PICTURES[0][0]:
                fill_class(page)
            picture = Image.open(io.BytesIO(take(page, start, links, height))).convert("RGB")
            picture.quantize(32).save(FOLDER / f"{name}.png", optimize=True)
            sys.stdout.write(f"{name}: {(FOLDER / f'{name}.png').stat().st_size} bytes\n")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
