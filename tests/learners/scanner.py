"""A scanner that types into a page, and a hand that does: by the page's own clock, whatever else this machine does.

A page that is typed into has ``page.clock.install()`` before it is opened. Between two keys the clock moves by the pace
only; before the first one it moves by the silence that ends what was scanned before.
"""

from playwright.sync_api import Page

SILENCE_S = 1  # longer than the script waits for the rest of a card (static/js/card.js: QUIET)
END_MS = 200  # longer than it waits after the Enter that ends one


def type_by_clock(page: Page, text: str, *, pace_ms: int) -> None:
    """One key every ``pace_ms``. The clock stands afterwards; ``page.clock.resume()`` lets it go on."""
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + SILENCE_S)
    for letter in text:
        if letter == "\n":
            page.keyboard.press("Enter")
        else:
            page.keyboard.type(letter)
        page.clock.run_for(pace_ms)


def scan(page: Page, *texts: str) -> None:
    """What a scanner types for each card: the text, a key every two milliseconds, and Enter."""
    type_by_clock(page, "".join(f"{text}\n" for text in texts), pace_ms=2)
    page.clock.run_for(END_MS)
    page.clock.resume()
