"""Every screen of the product in the middle of a lunch: axe finds nothing, nothing is
pushed sideways, one heading, one next act.
"""

import pytest

from tests.app.client import Clock
from tests.browser.conftest import (
    Enter,
    Run,
    axe_faults,
    faults_at_every_width,
    heading_and_next_act,
    overflows,
    picture,
)
from tests.browser.midday import Midday, midday
from tests.kitchen.cast import TODAY
from tests.remembered import remembered

LUNCH = f"{TODAY}/lunch"


@pytest.fixture
def town(run: Run[Midday], clock: Clock) -> Midday:
    clock.forward(hours=3)
    return run(remembered(midday))


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
        "driver": "/drivers/1",
        "standing-rounds": "/rounds/standing/lunch",
        "weather": f"/weather/{LUNCH}",
        "score": "/callbacks/score",
        "print-options": "/prints/options",
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


def test_axe_finds_nothing_on_any_screen(town: Midday, enter: Enter) -> None:
    page = enter("manager", "陈经理")
    found = {}
    for name, path in screens(town).items():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, (name, answer.status)
        page.wait_for_load_state("networkidle")
        page.wait_for_function("!document.querySelector('.htmx-request')")
        found[name] = faults_at_every_width(page, name, also=heading_and_next_act)
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


IN_SIGHT = {
    # what a person must find in three seconds, without scrolling
    "today": (".spine .next", ".next-step .button.primary"),
    "headcounts-open": (
        ".figures",
        "tfoot",
        "form[action$='/closure'] .button.primary",
    ),
    "till": ("[data-till-field]", "[name=payment]:checked", ".till-form .primary"),
    "balance": (".chain", "h1"),
    "settlement": (".chain", "h1"),
}


@pytest.mark.parametrize("size", ["tablet", "desk"])
def test_what_matters_is_in_sight_without_scrolling(
    town: Midday, enter: Enter, size: str
) -> None:
    page = enter("manager", "陈经理", size=size)
    paths = screens(town)
    hidden = []
    for name, selectors in IN_SIGHT.items():
        page.goto(paths[name])
        view = page.viewport_size
        assert view is not None
        for selector in selectors:
            box = page.locator(selector).first.bounding_box()
            if box is None or box["y"] + box["height"] > view["height"]:
                hidden.append((name, selector))
    assert hidden == []


def test_a_late_change_is_made_in_the_drawer_by_keys(
    town: Midday, enter: Enter
) -> None:
    page = enter("manager", "陈经理")
    page.goto(f"/headcounts/{LUNCH}?q=oyhm")
    page.locator("#people .row-end a").press("Enter")
    page.wait_for_selector(".drawer h2:focus")
    assert axe_faults(page) == []
    picture(page, "headcounts-drawer")
    page.keyboard.press("Escape")
    page.wait_for_selector(".drawer", state="detached")
    page.locator("#people .row-end a").press("Enter")
    page.wait_for_selector(".drawer h2:focus")  # it takes the focus as it opens
    page.locator(".drawer [value=cancel]").press("Space")
    page.locator(".drawer [value=telephone]").press("Space")
    page.locator(".drawer [name=reason]").fill("女儿来接")
    with page.expect_navigation():
        page.locator(".drawer [name=reason]").press("Enter")
    assert "女儿来接" in page.inner_text("main")


def test_what_is_folded_away_in_a_record_is_seen_to_open(
    town: Midday, enter: Enter
) -> None:
    page = enter("manager", "陈经理")
    page.goto(f"/registry/{town.long_name}")
    fold = page.locator(".folded > details:not([open]) > summary").first
    turned = "one => getComputedStyle(one, '::after').transform"
    closed = fold.evaluate(turned)
    fold.press("Enter")
    opened = page.locator(".folded > details[open] > summary").first.evaluate(turned)
    assert "none" not in (closed, opened)
    assert closed != opened


def test_in_english_a_points_receipts_fit_a_phone(town: Midday, enter: Enter) -> None:
    page = enter("manager", "陈经理")
    page.goto(f"/dining/{LUNCH}/{town.point}/counter")
    page.context.add_cookies(
        [{"name": "nuancan_language", "value": "en", "url": page.url}]
    )
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    page.get_by_text("Received now").wait_for()
    assert not overflows(page)


def test_settlement_has_its_pages_as_tabs_and_its_acts_in_one_line(
    town: Midday, enter: Enter
) -> None:
    page = enter("manager", "陈经理")
    page.set_viewport_size({"width": 1366, "height": 800})
    page.goto("/settlement")
    acts = page.locator("header.head .acts > *").all()
    tops = {round(act.bounding_box()["y"]) for act in acts}  # type: ignore[index]
    assert len(tops) == 1
    assert page.locator("nav.tabs [aria-current]").inner_text() == "结算"


def test_the_list_is_paged_and_narrowed_in_place(town: Midday, enter: Enter) -> None:
    page = enter("manager", "陈经理")
    page.goto(f"/headcounts/{LUNCH}")
    assert page.locator("#people tbody tr").count() == 50
    page.get_by_role("link", name="下一页").click()
    page.get_by_text("第 2 页，共 2 页").wait_for()
    assert page.locator("#people tbody tr").count() == len(town.eaters) - 50
    page.select_option("#people-at", "door")
    page.wait_for_selector("#people td:has-text('堂食')", state="detached")
    ways = set(page.locator("#people td[data-word='方式']").all_inner_texts())
    assert ways == {"送餐"}
