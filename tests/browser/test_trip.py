"""The driver's telephone in a real browser: light enough for a slow network, whole
without scripts, by keyboard alone, and safe when the browser is killed offline.
"""

import datetime as dt
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response

from kitchen.database import rows
from kitchen.delivery_days import delivery_day
from kitchen.round_passes import RoundPass
from kitchen.round_plans import Plan, published_plan
from tests.app.client import Clock
from tests.browser.conftest import (
    QUIET,
    SIZES,
    Enter,
    Run,
    Server,
    axe_faults,
    overflows,
    picture,
)
from tests.browser.midday import Midday, midday
from tests.kitchen.cast import TODAY
from tests.remembered import remembered

FIRST_LOAD_BYTES = 50_000


@pytest.fixture
def town(run: Run[Midday], clock: Clock) -> Midday:
    clock.forward(hours=3)
    return run(remembered(midday))


@pytest.fixture
def longest(town: Midday, run: Run[Plan | None]) -> str:
    """The address of the round with the most stops, at its first door."""
    plan = run(published_plan(town.kitchen, TODAY, "lunch"))
    assert plan is not None
    doors_of = {
        row: [s for s in plan.stops_of(row.id) if s.key[0] == "diner"]
        for row in plan.rounds
    }
    row, doors = max(doors_of.items(), key=lambda item: len(item[1]))
    assert row.driver_id is not None
    assert len(doors) > 3
    round_pass = RoundPass(town.kitchen, TODAY, "lunch", row.number, row.driver_id)
    return f"/trip/{round_pass.text}?stop={doors[0].position}"


def ready(page: Page) -> None:
    page.wait_for_selector("html[data-ready]")


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_on_the_telephone(
    longest: str, enter: Enter, size: str
) -> None:
    page = enter(size=size)
    answer = page.goto(longest)
    assert answer is not None
    assert answer.status == 200
    ready(page)
    for number, sheet in enumerate((None, "没人应", "有情况")):
        if sheet:
            page.get_by_text(sheet, exact=True).first.click()
        picture(page, f"trip-{number}-{size}", full=True)
        assert axe_faults(page) == []
        assert not overflows(page)
    assert page.locator("h1:visible").count() == 1


def test_the_first_load_is_below_fifty_thousand_bytes(
    longest: str, enter: Enter
) -> None:
    """Every answer of the first visit as sent, nothing kept before."""
    page = enter(size="phone")
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(longest)
    ready(page)
    page.wait_for_load_state("networkidle")
    own = [a for a in answers if a.request.service_worker is None]
    sizes = [answer.request.sizes() for answer in own]  # as they came over the wire
    total = sum(s["responseBodySize"] + s["responseHeadersSize"] for s in sizes)
    stops = page.locator(".all li").count()
    assert stops >= 10, "a whole round was loaded"
    assert total < FIRST_LOAD_BYTES, (total, stops)


def test_without_scripts_the_round_is_driven_by_plain_forms(
    longest: str, enter: Enter, town: Midday, run: Run[object]
) -> None:
    page = enter(size="phone", scripts=False)
    page.goto(longest)
    first = page.locator("h1").inner_text()
    page.get_by_role("button", name="送到了").click()
    assert page.locator("h1").inner_text() != first, "on to the next door"
    page.get_by_role("button", name="撤销").click()
    assert page.locator("h1").inner_text() == first
    found = run(rows("SELECT COUNT(*) AS n FROM delivery_slot"))
    assert found == [{"n": 0}]


def test_a_door_is_reported_and_taken_back_by_keyboard_alone(
    longest: str, enter: Enter
) -> None:
    page = enter(size="phone")
    page.goto(longest)
    ready(page)
    first = page.locator("h1").inner_text()
    page.get_by_role("button", name="送到了").press("Enter")
    page.wait_for_function(
        "t => document.querySelector('h1').innerText !== t", arg=first
    )
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.locator("[data-last] button").press("Enter")
    page.wait_for_function(
        "t => document.querySelector('h1').innerText === t", arg=first
    )
    page.get_by_text("没人应", exact=True).press("Enter")
    page.get_by_role("button", name="还是没人，报给厨房").press("Enter")
    page.wait_for_function(
        "t => document.querySelector('h1').innerText !== t", arg=first
    )
    page.wait_for_function(
        "() => document.querySelector('[data-net]').textContent.startsWith('●')"
    )
    page.get_by_text("全部", exact=True).press("Enter")
    assert "无人应答，未联系到" in page.locator(".all").inner_text()


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator["Telephone"]:
    telephone = Telephone(tmp_path / "telephone")
    yield telephone
    telephone.kill()


class Telephone:
    """A browser of its own with its own storage, which can be killed like a phone
    whose battery dies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def switch_on(self) -> str:
        port_file = self.folder / "DevToolsActivePort"
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [
                *("/usr/bin/chromium", "--headless=new", "--remote-debugging-port=0"),
                f"--user-data-dir={self.folder}",
                *QUIET,
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _try in range(600):
            if port_file.exists() and port_file.read_text().strip():
                return f"http://127.0.0.1:{port_file.read_text().split()[0]}"
            time.sleep(0.05)
        raise AssertionError("the browser did not start")

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)


def opened(browser: Browser, url: str = "") -> Page:
    context = browser.contexts[0]
    page = context.pages[0] if context.pages else context.new_page()
    if url:
        page.goto(url)
        ready(page)
    return page


def past_the_points(page: Page) -> None:
    """On to a door: a dining point on the way is left for later."""
    while not page.get_by_role("button", name="送到了").is_visible():
        position = int(page.locator("h1 .pos").inner_text())
        page.get_by_text("全部", exact=True).click()
        page.locator(f"[data-go='{position + 1}']").click()


def deliver_the_next(page: Page) -> None:
    past_the_points(page)
    before = page.locator("h1").inner_text()
    page.get_by_role("button", name="送到了").click()
    moved = "t => document.querySelector('h1').innerText !== t"
    page.wait_for_function(moved, arg=before)


def test_acts_made_offline_outlive_a_killed_browser(
    longest: str,
    town: Midday,
    server: Server,
    browser: Browser,
    chromium: Telephone,
    run: Run[object],
) -> None:
    url = server.address + longest
    connect = browser.browser_type.connect_over_cdp
    page = opened(connect(chromium.switch_on()), url)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    for _door in range(2):
        deliver_the_next(page)
    past_the_points(page)
    page.get_by_text("没人应", exact=True).click()
    page.get_by_role("button", name="还是没人，报给厨房").click()
    page.get_by_text("3 条待上传").wait_for()
    chromium.kill()
    assert run(rows("SELECT COUNT(*) AS n FROM delivery_slot")) == [{"n": 0}]

    page = opened(connect(chromium.switch_on()))
    page.context.set_offline(True)
    page.goto(url)  # still no network: the empty page and the kept pack
    ready(page)
    page.get_by_text("3 条待上传").wait_for()
    assert "无人应答" not in page.locator("[data-done]").inner_text()
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_function(
        "() => document.querySelector('[data-net]').textContent.startsWith('●')"
    )
    day = run(delivery_day(town.kitchen, TODAY, "lunch"))
    told = [s.result for trip in day.rounds for s in trip.stops if s.outcome]  # type: ignore[attr-defined]
    assert sorted(told) == ["elder", "elder", "no_answer_unreached"]
    assert run(rows("SELECT COUNT(*) AS n FROM door_case")) == [{"n": 1}]


def test_two_hours_after_the_round_the_telephone_holds_nothing_of_it(
    longest: str, enter: Enter
) -> None:
    page = enter(size="phone")
    page.goto(longest)
    ready(page)
    name = page.locator("[data-f=name]").inner_text()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    # the telephone's own clock is days away from the kitchen's; six hours pass on it
    page.context.clock.install(time=dt.datetime.now(dt.UTC) + dt.timedelta(hours=6))
    page.context.set_offline(True)
    page.goto(longest)  # without network: the empty page, and nothing to fill it
    page.get_by_text("没有存下这一趟").wait_for()
    assert name not in page.content()
    kept = page.evaluate(
        """async () => { const code = location.pathname.split("/")[2];
        const kept = await (await ActQueue.open()).kept("trip:" + code);
        return JSON.stringify(kept); }"""
    )
    assert kept == "null"
