"""How long one elder takes at the till: a real browser, keys at the pace of a scanner
and of a person's fingers, until the bar has spoken and the field listens again.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import Figure
from benchmarks.spine import PASSWORD

SCANNER_MS, FINGER_MS, READING_MS = 10, 180, 400
NUMBERS = [f"01{number:05d}" for number in range(11, 41)]


def measure(here: str, day: date) -> list[Figure]:
    """Medians by card and by name; somebody not booked is confirmed by Enter."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_page(base_url=here, locale="zh-CN")
        sign_in(page)
        page.goto(f"/dining/{day}/lunch/1")
        if page.locator(".till-start button").count():
            page.click(".till-start button")
        page.wait_for_selector("[data-till-field]:focus")
        cards = [one(page, by_card(number)) for number in NUMBERS[:20]]
        names = [one(page, by_name(n, i)) for i, n in enumerate(letters(page, here))]
        browser.close()
    return [
        Figure("one elder by card, median", said(cards), "< 3 s"),
        Figure("one elder by name, median", said(names), "< 6 s"),
    ]


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.fill("[name=login]", "chen")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/today/**")


def by_card(number: str) -> Callable[[Page], None]:
    def scan(page: Page) -> None:
        page.keyboard.type(number, delay=SCANNER_MS)
        page.keyboard.press("Enter")

    return scan


def by_name(initials: str, _number: int) -> Callable[[Page], None]:
    """Letters, a look at the tiles, then the first tile or Enter."""

    def type_it(page: Page) -> None:
        page.keyboard.type(initials, delay=FINGER_MS)
        page.wait_for_timeout(READING_MS)
        page.wait_for_selector("#guests .tile, #guests .till-preview")
        several = page.locator("#guests .tile").count() > 0
        page.keyboard.press("1" if several else "Enter")

    return type_it


def letters(page: Page, here: str) -> list[str]:
    """Initials of elders who have not been served: as staff would type them."""
    from kitchen.names import initials

    found = []
    for number in NUMBERS[20:]:
        answer = page.request.get(f"{here}/api/people?q={number}").json()
        names = [person["name"] for person in answer[:1]]
        found += [initials(name).replace(".", "").lower() for name in names]
    return found


def one(page: Page, keys: Callable[[Page], None]) -> float:
    """Seconds for one elder, an Enter included where the till asks."""
    page.evaluate("document.getElementById('outcome').replaceChildren()")
    begin = time.perf_counter()
    keys(page)
    page.wait_for_selector("#outcome [data-tone]")
    if page.locator("#outcome [data-tone=warn] [data-again]").count():
        page.wait_for_timeout(READING_MS)
        page.keyboard.press("Enter")
        page.wait_for_selector("#outcome [data-tone=ok], #outcome [data-tone=diet]")
    page.wait_for_selector("[data-till-field]:focus")
    return time.perf_counter() - begin


def said(took: list[float]) -> str:
    return f"{statistics.median(took):.2f} s (slowest {max(took):.2f}, n {len(took)})"
