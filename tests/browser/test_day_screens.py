"""Every screen of the product in the middle of a lunch: axe finds nothing, nothing is
pushed sideways, one heading, one next act.
"""

import pytest
from playwright.sync_api import Page

from tests.app.client import Clock
from tests.browser.conftest import Enter, Run, axe_faults, overflows, picture
from tests.browser.midday import Midday, midday
from tests.kitchen.cast import TODAY

LUNCH = f"{TODAY}/lunch"


@pytest.fixture
def town(run: Run[Midday], clock: Clock) -> Midday:
    clock.forward(hours=3)
    return run(midday())


def screens(town: Midday) -> dict[str, str]:
    """Every screen by a name for its picture."""
    point = f"/dining/{LUNCH}/{town.point}"
    eater = town.at_point()[0]
    return {
        "today": f"/today/{LUNCH}",
        "today-tomorrow": "/today/2026-11-25/lunch",
        "today-weekend": "/today/2026-11-29/lunch",
        "registry": "/registry",
        "record": f"/registry/{town.long_name}",
        "plans": "/plans",
        "week": f"/plans/people/{town.long_name}",
        "menus": f"/menus/{LUNCH}",
        "headcounts": f"/headcounts/{LUNCH}",
        "headcounts-open": "/headcounts/2026-11-25/lunch",
        "headcounts-diner": f"/headcounts/{LUNCH}/diners/{eater.diner_id}",
        "production": f"/production/{LUNCH}",
        "rounds": f"/rounds/{LUNCH}",
        "deliveries": f"/deliveries/{LUNCH}",
        "doors": f"/doors/{LUNCH}",
        "drivers": "/drivers",
        "prints": f"/prints/{LUNCH}",
        "dining": f"/dining/{LUNCH}",
        "till": point,
        "counter": f"{point}/counter",
        "roster": f"{point}/roster",
        "guests": f"{point}/guests?q=w",
        "balance": f"/balance/{LUNCH}",
        "balance-open": "/balance/2026-11-25/lunch",
        "settlement": "/settlement/2026-11",
        "settlement-empty": "/settlement/2026-01",
        "staff": "/staff",
        "settings": "/settings",
        "places": "/places",
        "imports": "/imports",
        "subsidies": "/subsidies",
        "ledger": "/ledger",
        "audit": "/audit",
        "jobs": "/jobs",
    }


def faults_of(page: Page) -> list[str]:
    """What is wrong with the page as it is drawn."""
    faults = axe_faults(page)
    if overflows(page):
        faults.append("pushed sideways")
    if (n := page.locator("h1:visible").count()) != 1:
        faults.append(f"{n} headings h1")
    if (n := page.locator(".button.primary:visible").count()) > 1:
        faults.append(f"{n} primary buttons")
    return faults


@pytest.mark.parametrize(
    ("size", "dark"),
    [("phone", False), ("tablet", False), ("desk", False), ("desk", True)],
    ids=["phone", "tablet", "desk", "desk-dark"],
)
def test_axe_finds_nothing_on_any_screen(
    town: Midday, enter: Enter, size: str, dark: bool
) -> None:
    page = enter("manager", "陈经理", size=size, dark=dark)
    found = {}
    for name, path in screens(town).items():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, (name, answer.status)
        picture(page, f"{name}-{size}{'-dark' if dark else ''}", full=True)
        found[name] = faults_of(page)
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_at_twice_the_size_nothing_is_pushed_sideways(
    town: Midday, enter: Enter
) -> None:
    page = enter("manager", "陈经理")
    page.set_viewport_size({"width": 683, "height": 400})
    pushed = []
    for name, path in screens(town).items():
        page.goto(path)
        if overflows(page):
            pushed.append(name)
    assert pushed == []
