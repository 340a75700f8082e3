"""The screens about doors in a real browser: axe finds nothing on them, at any width,
light and dark, and a closed door is followed up by keyboard alone.
"""

import datetime as dt

import pytest
from playwright.sync_api import Page

from kitchen.deliveries import report_exception
from kitchen.doors import open_cases
from kitchen.outcomes import Report
from kitchen.round_plans import published_plan
from tests.app.client import Clock
from tests.browser.conftest import Enter, Run, faults_at_every_width
from tests.browser.midday import Midday, midday
from tests.kitchen.cast import CHEN, TODAY
from tests.remembered import remembered

LUNCH = f"{TODAY}/lunch"


async def two_closed_doors(town: Midday, now: dt.datetime) -> None:
    """One a quarter of an hour ago, one with yesterday's container outside."""
    plan = await published_plan(town.kitchen, TODAY, "lunch")
    assert plan is not None
    doors = [s for s in plan.stops if s.key[0] == "diner" and s.round_id is not None]
    for stop, last_meal, minutes in ((doors[1], "", 15), (doors[3], "outside", 4)):
        report = Report(
            outcome="no_answer",
            reported_by="钱师傅",
            last_meal=last_meal,
            happened_at=now - dt.timedelta(minutes=minutes),
        )
        await report_exception(stop.id, report, by=CHEN, now=now)


@pytest.fixture
def town(run: Run[Midday], clock: Clock) -> Midday:
    clock.forward(hours=3)
    found: Midday = run(remembered(midday))
    run(two_closed_doors(found, clock()))
    return found


def screens(town: Midday) -> dict[str, str]:
    return {
        "doors-cases": f"/doors/{LUNCH}",
        "doors-hotline": "/hotline?q=l",
        "doors-observations": "/observations",
        "doors-callbacks": "/callbacks",
        "doors-deliveries": f"/deliveries/{LUNCH}",
        "doors-round": f"/deliveries/rounds/{town.round}",
    }


def one_heading(page: Page) -> list[str]:
    n = page.locator("h1:visible").count()
    return [] if n == 1 else [f"{n} headings h1"]


def test_axe_finds_nothing_about_doors(town: Midday, enter: Enter) -> None:
    page = enter("manager", "陈经理")
    found = {}
    for name, path in screens(town).items():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, (name, answer.status)
        page.wait_for_load_state("networkidle")
        page.evaluate(
            "document.querySelectorAll('main details').forEach(d => d.open = true)"
        )
        found[name] = faults_at_every_width(page, name, also=one_heading)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_closed_door_is_followed_up_by_keyboard_alone(
    town: Midday, enter: Enter, run: Run[object]
) -> None:
    page = enter("manager", "陈经理")
    page.goto(f"/doors/{LUNCH}")
    first = page.locator(".case").first
    assert "上次的餐盒还在门外" in first.inner_text(), "the alarm comes first"
    with page.expect_navigation():
        first.get_by_role("button", name="没联系上").first.press("Enter")
    first = page.locator(".case").first
    assert "打过电话，没联系上" in first.inner_text()
    first.locator("summary").press("Enter")
    first.get_by_label("哪个单位").fill("朝阳社区居委会")
    first.get_by_label("谁接的").fill("孙主任")
    with page.expect_navigation():
        first.get_by_role("button", name="交给这个单位").press("Enter")
    assert page.locator(".case:not(.settled)").count() == 1
    assert "朝阳社区居委会 孙主任" in page.locator(".case.settled").inner_text()
    left = run(open_cases(town.kitchen, TODAY, "lunch"))
    assert len(left) == 1
